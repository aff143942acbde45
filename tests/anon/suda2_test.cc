// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/risk/suda2.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/anon/adult_fixture.h"
#include "tests/anon/small_table.h"
#include "tests/support/status_matchers.h"

namespace weir::anon::test {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::StatusIs;

constexpr double kTolerance = 1e-12;

// The example of three rows in the tests of sdcMicro's suda2, whose attributes contribute 50, 37.5
// and 37.5 %: the first row is special by a, the second by b and by c, the third by (a, b), (a, c).
TEST(Suda2Test, AgreesWithTheExampleOfSdcMicro) {
  const TupleTable table = TableOfRows({{2, 0, 0}, {1, 3, 6}, {1, 0, 0}}, 3);
  const auto found = FindSpecialUniques(table, {});
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT(found->uniques, ElementsAre(3, 2, 0));
  // In the order of tuples: (1, 0, 0), (1, 3, 6), (2, 0, 0).
  EXPECT_THAT(found->scores, ElementsAre(2, 4, 2));
  EXPECT_THAT(found->smallest, ElementsAre(2, 1, 1));
  EXPECT_THAT(found->contributions,
              ElementsAre(DoubleNear(0.5, kTolerance), DoubleNear(0.375, kTolerance),
                          DoubleNear(0.375, kTolerance)));
  EXPECT_EQ(found->rows_with_unique, 3u);
}

TEST(Suda2Test, SpecialMeansUniqueByItsPartsAndNotByAPartOfThese) {
  // Only (1, 1) is unique; both of its values are not.
  const TupleTable table = TableOfRows({{0, 0}, {0, 0}, {0, 1}, {0, 1}, {1, 0}, {1, 0}, {1, 1}}, 2);
  const auto found = FindSpecialUniques(table, {});
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT(found->uniques, ElementsAre(0, 1));
  EXPECT_THAT(found->scores, ElementsAre(0, 0, 0, 1));
}

TEST(Suda2Test, DisIsTheShareOfRightUniqueMatches) {
  // 2 rows alone and 1 pair at a sampling fraction of a half: 2 / (2 + 2).
  const TupleTable table = TableOfRows({{0}, {1}, {2}, {2}}, 1);
  const auto found = FindSpecialUniques(table, {.sampling_fraction = 0.5});
  ASSERT_THAT(found, IsOk());
  EXPECT_NEAR(found->dis, 0.5, kTolerance);
  EXPECT_NEAR(found->dis_scores[0], 0.5, kTolerance);
  EXPECT_EQ(found->dis_scores[2], 0.0);
}

TEST(Suda2Test, NothingIsSpecialInEqualRowsOrInOne) {
  for (const Rows& rows : {Rows{}, Rows{{1, 2}}, Rows{{1, 2}, {1, 2}}}) {
    const auto found = FindSpecialUniques(TableOfRows(rows, 2), {});
    ASSERT_THAT(found, IsOk());
    EXPECT_THAT(found->uniques, ElementsAre(0, 0));
    EXPECT_EQ(found->rows_with_unique, 0u);
  }
}

TEST(Suda2Test, RefusesWrongOptionsAndEndsInTime) {
  const TupleTable table = TableOfRows({{0, 0}, {0, 1}, {1, 0}, {1, 1}}, 2);
  for (const size_t largest : {size_t{0}, kLargestUnique + 1}) {
    EXPECT_THAT(FindSpecialUniques(table, {.largest = largest}),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("size")));
  }
  for (const double fraction : {0.0, 1.0, -1.0, std::nan("")}) {
    EXPECT_THAT(FindSpecialUniques(table, {.sampling_fraction = fraction}),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("sampling fraction")));
  }
  EXPECT_THAT(FindSpecialUniques({}, {}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("attribute")));
  EXPECT_THAT(FindSpecialUniques(table, {.most_steps = 3}),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("too long")));
}

// By the definition: all subsets of attributes of all rows.
class BruteForce {
 public:
  BruteForce(const Rows& rows, size_t attributes) : rows_(rows), attributes_(attributes) {}

  bool IsUnique(const Row& row, uint32_t subset) const {
    return std::count_if(rows_.begin(), rows_.end(), [&](const Row& other) {
             for (size_t a = 0; a < attributes_; ++a) {
               if ((subset >> a & 1U) != 0 && other[a] != row[a]) return false;
             }
             return true;
           }) == 1;
  }
  bool IsMinimalUnique(const Row& row, uint32_t subset) const {
    if (!IsUnique(row, subset)) return false;
    for (size_t a = 0; a < attributes_; ++a) {
      if ((subset >> a & 1U) != 0 && IsUnique(row, subset & ~(1U << a))) return false;
    }
    return true;
  }
  double Score(const Row& row, size_t largest) const {
    double score = 0;
    for (uint32_t subset = 1; subset < 1U << attributes_; ++subset) {
      const auto size = static_cast<size_t>(std::popcount(subset));
      if (size > largest || !IsMinimalUnique(row, subset)) continue;
      double weight = 1;
      for (size_t i = size; i <= std::min(largest, attributes_ - 1); ++i) {
        weight *= static_cast<double>(attributes_ - i);
      }
      score += weight;
    }
    return score;
  }

 private:
  const Rows& rows_;
  size_t attributes_;
};

RC_GTEST_PROP(Suda2Property, AgreesWithTheDefinition, ()) {
  const auto attributes = *rc::gen::inRange<size_t>(1, 6);
  const auto largest = *rc::gen::inRange<size_t>(1, attributes + 1);
  const Rows rows = *RandomRows(attributes, *rc::gen::inRange<uint32_t>(2, 5));
  const TupleTable table = TableOfRows(rows, attributes);
  const auto found = FindSpecialUniques(table, {.largest = largest});
  RC_ASSERT(found.ok());
  RC_CLASSIFY(rows.size() > 10);
  RC_CLASSIFY(found->rows_with_unique > 3);
  const BruteForce definition(rows, attributes);
  for (size_t i = 0; i < table.tuples(); ++i) {
    Row row;
    for (size_t a = 0; a < attributes; ++a) row.push_back(table.codes[a][i]);
    RC_ASSERT(rows.size() < 2 || found->scores[i] == definition.Score(row, largest));
    RC_ASSERT((found->scores[i] > 0) == (found->smallest[i] > 0));
  }
}

RC_GTEST_PROP(Suda2Property, OddsOfTheDisScoresAddUpToThoseOfTheFile, ()) {
  const Rows rows = *RandomRows(3, 4);
  const TupleTable table = TableOfRows(rows, 3);
  const auto found = FindSpecialUniques(table, {.sampling_fraction = 0.1});
  RC_ASSERT(found.ok());
  double odds = 0;
  for (const double score : found->dis_scores) {
    if (score > 0) odds += 1 / score - 1;
  }
  if (found->rows_with_unique == 0) return;
  const double expected = static_cast<double>(found->rows_with_unique) * (1 / found->dis - 1);
  RC_ASSERT(std::abs(odds - expected) <= 1e-9 * (1 + expected));
}

// Every row of adult that is alone with its values has a special unique, and no other row has.
TEST(Suda2Test, EverySampleUniqueOfAdultHasOne) {
  const AdultProblem adult = LoadAdult({});
  const auto found = FindSpecialUniques(adult.table, {});
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->rows_with_unique, 15512u);
  for (size_t i = 0; i < adult.table.tuples(); ++i) {
    EXPECT_EQ(found->smallest[i] > 0, adult.table.rows[i] == 1);
  }
}

}  // namespace
}  // namespace weir::anon::test
