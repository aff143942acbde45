// SPDX-License-Identifier: Apache-2.0
// Random small tables against every node of their lattice, grouped and rated as plainly as can be.
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/anon/random_problem.h"
#include "weir/anon/search.h"

namespace weir::anon {
namespace {

using test::AllNodes;
using test::AnyProblem;
using test::Plain;
using test::PlainResult;
using test::RandomProblem;

StatusOr<SearchResult> SearchFor(const RandomProblem& problem) {
  std::vector<const Hierarchy*> pointers;
  const SearchProblem search = problem.Problem(pointers);
  return Search(search, {});
}

std::optional<double> LowestScore(const RandomProblem& problem) {
  std::optional<double> lowest;
  for (const auto& levels : AllNodes(problem)) {
    const PlainResult plain = Plain(problem, levels);
    if (plain.holds && (!lowest || plain.score < *lowest)) lowest = plain.score;
  }
  return lowest;
}

bool IsClose(double a, double b) {
  if (a == b) return true;
  return std::abs(a - b) <= 1e-9 * (1 + std::abs(a) + std::abs(b));
}

RC_GTEST_PROP(SearchPropertyTest, FindsTheLowestScoreOfTheWholeLattice, ()) {
  const RandomProblem problem = AnyProblem();
  const std::optional<double> lowest = LowestScore(problem);
  const auto result = SearchFor(problem);
  RC_ASSERT(result.ok() == lowest.has_value());
  if (!lowest) {
    RC_ASSERT(result.status().code() == StatusCode::kFailedPrecondition);
    return;
  }
  const PlainResult plain = Plain(problem, result->levels);
  RC_ASSERT(result->optimal);
  RC_ASSERT(plain.holds);
  RC_ASSERT(result->suppressed_rows == plain.suppressed);
  RC_ASSERT(result->classes == plain.classes);
  RC_ASSERT(IsClose(result->score, plain.score));
  RC_ASSERT(IsClose(result->score, *lowest));
}

RC_GTEST_PROP(SearchPropertyTest, PrefersLowThenLexicallySmallLevelsAmongEqualScores, ()) {
  RandomProblem problem = AnyProblem();
  problem.quality = {.measure = v1::QUALITY_MEASURE_HEIGHT};
  const auto result = SearchFor(problem);
  RC_PRE(result.ok());
  // Heights are whole numbers: equal ones are equal.
  for (const auto& levels : AllNodes(problem)) {
    const PlainResult plain = Plain(problem, levels);
    if (plain.holds && plain.score == result->score) {
      RC_ASSERT(levels == result->levels);
      return;
    }
  }
  RC_FAIL("the result is none of the nodes");
}

RC_GTEST_PROP(SearchPropertyTest, SuppressesNoMoreRowsInMoreGeneralNodes, ()) {
  const RandomProblem problem = AnyProblem();
  for (const auto& levels : AllNodes(problem)) {
    const uint64_t special = Plain(problem, levels).suppressed;
    for (size_t a = 0; a < levels.size(); ++a) {
      if (levels[a] + 1 == problem.hierarchies[a].levels()) continue;
      std::vector<size_t> general = levels;
      ++general[a];
      RC_ASSERT(Plain(problem, general).suppressed <= special);
    }
  }
}

// A model that lies about what follows from merging: a search that trusts it prunes wrongly, and
// the comparison with all nodes finds that.
class EvenRows final : public ClassModel {
 public:
  explicit EvenRows(Merging claim) : claim_(claim) {}
  bool Holds(const ClassView& view) const override { return view.rows % 2 == 0; }
  Merging merging() const override { return claim_; }
  std::string name() const override { return "even rows"; }

 private:
  Merging claim_;
};

// One attribute of three values, in two pairs at level 1: two classes of one row merge to an even
// one (level 1), three rows at the root are odd.
struct OddTable {
  Hierarchy hierarchy = *Hierarchy::Create({{"a", "x", "*"}, {"b", "x", "*"}, {"c", "y", "*"}});
  TupleTable table = {};
  const Hierarchy* pointer = &hierarchy;
  OddTable() {
    table.names = {"a"};
    table.codes = {{0, 1, 2}};
    table.rows = {2, 2, 1};
    table.total_rows = 5;
  }
  StatusOr<SearchResult> Find(Merging claim) {
    SearchProblem problem;
    problem.table = &table;
    problem.hierarchies = {&pointer, 1};
    problem.class_models = {std::make_shared<EvenRows>(claim)};
    problem.suppression_limit_rows = 1;
    return Search(problem, {});
  }
};

TEST(SearchTest, ConcludesNothingFromMergingWhereNothingFollows) {
  OddTable odd;
  const auto result = odd.Find(Merging::kNothing);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->levels, std::vector<size_t>{0});
  EXPECT_EQ(result->suppressed_rows, 1u);
}

TEST(SearchTest, IsMisledByAModelThatClaimsTooMuch) {
  OddTable odd;
  const auto result = odd.Find(Merging::kOneIsEnough);
  const bool is_optimum = result.ok() && result->levels == std::vector<size_t>{0};
  EXPECT_FALSE(is_optimum);
}

}  // namespace
}  // namespace weir::anon
