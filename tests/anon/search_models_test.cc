// SPDX-License-Identifier: Apache-2.0
//
// Every reference run with a model other than k-anonymity alone, through the search; how figures
// compare is said in the reference's `meta`.

#include <algorithm>
#include <cctype>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/anon/adult_fixture.h"
#include "tests/anon/model_support.h"
#include "tests/anon/reference_models.h"
#include "tests/anon/reference_runs.h"
#include "tests/support/status_matchers.h"
#include "weir/anon/search.h"
#include "weir/anon/sensitive_attribute.h"
#include "weir/anon/t_closeness.h"

namespace weir::anon::test {
namespace {

using ::testing::ElementsAre;
using weir::test::IsOk;

// Whether the levels of the reference are as good as ours: alone in the lattice they hold the
// models and have the same score.
bool IsTie(const SearchProblem& problem, const std::vector<size_t>& levels,
           const SearchResult& result) {
  SearchProblem alone = problem;
  for (const size_t level : levels) alone.levels.emplace_back(level, level);
  const auto other = Search(alone, {});
  const auto total = [](const std::vector<size_t>& of) {
    return std::accumulate(of.begin(), of.end(), size_t{0});
  };
  return other.ok() && other->score == result.score && total(levels) >= total(result.levels);
}

class SearchModelsTest : public ::testing::TestWithParam<ReferenceRun> {};

TEST_P(SearchModelsTest, FindsTheOptimumOfTheReference) {
  const ReferenceRun& run = GetParam();
  const ReferenceProblem reference = LoadReference(run);
  const SearchProblem problem = ProblemOf(run, reference);
  const auto result = Search(problem, {});
  ASSERT_THAT(result, IsOk());
  EXPECT_TRUE(result->optimal);
  EXPECT_EQ(result->nodes_total, 4320u);
  if (reference.is_corrected) {
    // Fewer rows are suppressed at the reference's optimum, so that the best score is lower.
    EXPECT_LT(result->score, run.score);
    return;
  }
  EXPECT_NEAR(result->score, run.score, 1e-9);
  if (result->levels != run.levels && IsTie(problem, run.levels, *result)) return;
  EXPECT_EQ(result->levels, run.levels);
  EXPECT_EQ(result->suppressed_rows, reference.suppressed_rows);
  if (reference.has_classes_of_population) return;
  EXPECT_EQ(result->classes, reference.classes);
}

INSTANTIATE_TEST_SUITE_P(Adult, SearchModelsTest, ::testing::ValuesIn(ModelRuns()),
                         [](const auto& run) {
                           std::string name = run.param.id.substr(run.param.id.find("qi|") + 3);
                           std::replace_if(
                               name.begin(), name.end(), [](char c) { return !isalnum(c); }, '_');
                           return name;
                         });

// The shares of a table do not change when each row is there 40 times, nor may the optimum. With
// products of 32 bits level 0 of the last attribute would pass: 6 of 8 classes are too far then.
TEST(SearchModelsTest, IsNotMisledByALargeTable) {
  for (const uint64_t repetitions : {uint64_t{1}, uint64_t{40}, uint64_t{4'000'000}}) {
    const AdultProblem adult = LoadAdult({.quasi_identifiers = Adult8(),
                                          .sensitive = "occupation",
                                          .is_subset = false,
                                          .repetitions = repetitions});
    SearchProblem problem;
    problem.table = &adult.table;
    problem.hierarchies = adult.hierarchies;
    problem.class_models = {*MakeHierarchicalCloseness(
        *SensitiveAttribute::Of(adult.table, "occupation"), Dec("0.2"), *adult.sensitive)};
    const auto result = Search(problem, {});
    ASSERT_THAT(result, IsOk());
    EXPECT_THAT(result->levels, ElementsAre(0, 4, 1, 1, 3, 2, 2, 1));
    EXPECT_NEAR(result->score, 0.7591763053456835, 1e-9);
    EXPECT_EQ(result->suppressed_rows, 0u);
  }
}

}  // namespace
}  // namespace weir::anon::test
