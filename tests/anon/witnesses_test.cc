// SPDX-License-Identifier: Apache-2.0
// Tuples in small classes, on adult: what they refuse is refused by the classes themselves, and
// most of what the classes refuse is found without grouping.
#include "weir/anon/internal/witnesses.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "tests/anon/adult_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/anon/class_table.h"
#include "weir/anon/internal/prepared.h"

namespace weir::anon::internal {
namespace {

constexpr uint64_t kLeast = 5;

class WitnessesTest : public ::testing::Test {
 protected:
  WitnessesTest() : adult_(test::LoadAdult({})) {
    problem_.table = &adult_.table;
    problem_.hierarchies = adult_.hierarchies;
    problem_.k_anonymity = {{.k = kLeast}};
    auto prepared = Prepare(problem_);
    if (prepared.ok()) prepared_ = *std::move(prepared);
  }
  void SetUp() override { ASSERT_NE(prepared_, nullptr); }

  bool HasSmallClass(const Levels& levels) const {
    const auto classes = ClassesAt(problem_, std::vector<size_t>(levels.begin(), levels.end()));
    return classes.ok() && classes->suppressed_rows > 0;
  }
  Levels AnyLevels(weir::test::SeededRandom& random) const {
    const Lattice& lattice = *prepared_->lattice;
    return lattice.LevelsOf(static_cast<Lattice::Id>(random.Word() % lattice.nodes()));
  }
  // Of the tuple that is alone in the node.
  std::vector<uint64_t> LonelyTuple(const Levels& levels) const {
    const auto classes = ClassesAt(problem_, std::vector<size_t>(levels.begin(), levels.end()));
    const auto lonely = std::find(classes->rows.begin(), classes->rows.end(), uint64_t{1});
    const size_t id = static_cast<size_t>(lonely - classes->rows.begin());
    return KeyAt(prepared_->tuples, classes->first_tuple[id]);
  }

  test::AdultProblem adult_;
  SearchProblem problem_;
  std::unique_ptr<Prepared> prepared_;
};

bool IsAtOrAbove(const Levels& high, const Levels& low) {
  for (size_t a = 0; a < low.size(); ++a) {
    if (high[a] < low[a]) return false;
  }
  return true;
}

TEST_F(WitnessesTest, RefuseOnlyNodesWithSmallClassesAndMostOfThem) {
  weir::test::SeededRandom random(8);
  Witnesses witnesses(*prepared_, prepared_->tuples);
  const Levels bottom = prepared_->lattice->bottom();
  EXPECT_TRUE(HasSmallClass(witnesses.Add(bottom, LonelyTuple(bottom))));
  int small = 0;
  int refuted = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const Levels levels = AnyLevels(random);
    const bool is_small = HasSmallClass(levels);
    const std::vector<Levels> found = witnesses.Refute(levels);
    small += is_small ? 1 : 0;
    refuted += found.empty() ? 0 : 1;
    for (const Levels& high : found) {
      EXPECT_TRUE(is_small);
      EXPECT_TRUE(IsAtOrAbove(high, levels));
      EXPECT_TRUE(HasSmallClass(high));
    }
  }
  EXPECT_GT(small, 30);
  EXPECT_GT(10 * refuted, 8 * small);
}

TEST_F(WitnessesTest, RefuseNothingBeforeOneIsKnown) {
  Witnesses witnesses(*prepared_, prepared_->tuples);
  EXPECT_TRUE(witnesses.Refute(prepared_->lattice->bottom()).empty());
}

TEST_F(WitnessesTest, RefuseNothingWhereAllClassesAreLarge) {
  Witnesses witnesses(*prepared_, prepared_->tuples);
  const Levels bottom = prepared_->lattice->bottom();
  witnesses.Add(bottom, LonelyTuple(bottom));
  EXPECT_TRUE(witnesses.Refute(prepared_->lattice->top()).empty());
}

// As general as one finds: with one level more in any attribute nothing says that it is refused.
TEST_F(WitnessesTest, RiseAsFarAsTheClassStaysSmall) {
  const Levels bottom = prepared_->lattice->bottom();
  const std::vector<uint64_t> key = LonelyTuple(bottom);
  Witnesses witnesses(*prepared_, prepared_->tuples);
  const Levels high = witnesses.Add(bottom, key);
  const auto rows_at = [&](const Levels& levels) {
    const auto classes = ClassesAt(problem_, std::vector<size_t>(levels.begin(), levels.end()));
    for (size_t tuple = 0; tuple < prepared_->tuples.size; ++tuple) {
      if (KeyAt(prepared_->tuples, tuple) == key) return classes->rows[classes->class_of[tuple]];
    }
    return uint64_t{0};
  };
  EXPECT_LT(rows_at(high), kLeast);
  for (size_t a = 0; a < high.size(); ++a) {
    if (high[a] == prepared_->lattice->top()[a]) continue;
    Levels higher = high;
    ++higher[a];
    EXPECT_GE(rows_at(higher), kLeast) << "attribute " << a;
  }
}

}  // namespace
}  // namespace weir::anon::internal
