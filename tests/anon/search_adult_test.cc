// SPDX-License-Identifier: Apache-2.0
// Every k-anonymity run of the reference results, whose `meta` says how to compare.
#include <cctype>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/anon/adult_fixture.h"
#include "tests/anon/adult_runs.h"
#include "tests/support/status_matchers.h"
#include "weir/anon/search.h"

namespace weir::anon {
namespace {

using test::KAnonymityRuns;
using test::MayTie;
using weir::test::IsOk;

class AdultReferenceTest : public ::testing::TestWithParam<nlohmann::json> {};

TEST_P(AdultReferenceTest, FindsTheOptimumOfTheReference) {
  const nlohmann::json& run = GetParam();
  static const test::AdultProblem adult = test::LoadAdult({});
  const auto result = Search(test::KAnonymityProblem(run, adult), {});
  ASSERT_THAT(result, IsOk());
  const nlohmann::json& solution = run.at("solution");
  const nlohmann::json& metric = run.at("metric");
  EXPECT_TRUE(result->optimal);
  EXPECT_EQ(result->nodes_total, 12960u);
  EXPECT_LE(result->nodes_checked, 12960u);
  if (metric.at("aggregate") == "RANK") {
    EXPECT_EQ(nlohmann::json::parse(result->score_text),
              nlohmann::json::parse(std::string(solution.at("score"))));
  } else {
    const double score = std::stod(std::string(solution.at("score")));
    const bool is_loss = metric.at("class") == "MetricMDNMLoss";
    EXPECT_NEAR(result->score, score, is_loss ? 1e-9 : 1e-9 * std::abs(score));
  }
  const std::vector<size_t> levels = solution.at("levels_vector");
  if (!MayTie(metric.at("key"))) {
    EXPECT_EQ(result->levels, levels);
  }
  // Also where another node of the same score was found: the reference's own has this score, and
  // the rows and classes that it says.
  SearchProblem alone = test::KAnonymityProblem(run, adult);
  for (const size_t level : levels) alone.levels.emplace_back(level, level);
  const auto other = Search(alone, {});
  ASSERT_THAT(other, IsOk());
  EXPECT_EQ(other->score_text, result->score_text);
  EXPECT_EQ(other->suppressed_rows, solution.at("suppressed_records"));
  EXPECT_EQ(other->classes, solution.at("equivalence_classes"));
}

INSTANTIATE_TEST_SUITE_P(KAnonymity, AdultReferenceTest, ::testing::ValuesIn(KAnonymityRuns()),
                         [](const auto& run) {
                           std::string name = run.param.at("id");
                           for (char& c : name) {
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace weir::anon
