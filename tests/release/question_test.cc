// SPDX-License-Identifier: Apache-2.0
// A paid question is planned again from its plan before it runs: whatever was asked, the text must
// come out the same, or the budget is gone without an answer.
#include "weir/member/internal/question.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/release/release_fixture.h"
#include "tests/support/status_matchers.h"

namespace weir::release {
namespace {

constexpr char kDataset[] = R"(dataset: trips
theme: transportation
source: {csv: {path: trips.csv}}
privacy_unit: [rider]
columns:
  rider: {type: int}
  zone: {type: text}
  kind: {type: text, domain: {values: [bus, tram]}, hierarchy: [{level: all, groups: {x: [bus, tram]}}]}
  start: {type: timestamp}
  fare: {type: decimal, bounds: [0, 50], grid: 0.01}
  distance: {type: int, bounds: [1, 40]}
budget: {epsilon: 10, delta: 1e-3}
bounds: {max_keys_per_unit: 3, max_rows_per_key: 4, max_rows_per_unit: 5}
)";

// Without bounds of its own.
constexpr char kUnboundedDataset[] = R"(dataset: trips
theme: transportation
source: {csv: {path: trips.csv}}
privacy_unit: [rider]
columns:
  rider: {type: int}
  zone: {type: text}
  kind: {type: text, domain: {values: [bus, tram]}}
  fare: {type: decimal, grid: 0.01}
budget: {epsilon: 10, delta: 1e-3}
)";

class UnboundedReplanTest : public ::testing::TestWithParam<const char*> {};
TEST_P(UnboundedReplanTest, GivesTheSameTextAndAnswersTheQuestion) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto dataset, test::Describe(kUnboundedDataset, "/nowhere"));
  const std::string yaml = std::string("dataset: trips\n") + GetParam();
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, test::PlanYaml(dataset, yaml));
  const doc::Document<v1::ReleaseSpec> question{member::internal::QuestionOf(plan.resolved), {}};
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan again, Plan(dataset, question));
  EXPECT_EQ(again.text, plan.text);
  EXPECT_EQ(again.cost, plan.cost);
  WEIR_ASSERT_OK_AND_ASSIGN(auto asked, doc::ParseYaml<v1::ReleaseSpec>(yaml, "question.yaml"));
  WEIR_EXPECT_OK(member::internal::CheckAnswers(plan.resolved, asked.message));
  // The twin: one that estimates for another price, or not at all, is not answered.
  v1::ReleaseSpec other = asked.message;
  other.mutable_bounds()->mutable_estimate()->set_share("0.4");
  EXPECT_FALSE(member::internal::CheckAnswers(plan.resolved, other).ok());
  other.mutable_bounds()->clear_estimate();
  EXPECT_FALSE(member::internal::CheckAnswers(plan.resolved, other).ok());
}
INSTANTIATE_TEST_SUITE_P(
    Questions, UnboundedReplanTest,
    ::testing::Values(
        "keys: [kind]\nmeasures: [rows, units]\nbounds: {estimate: 0.10}\nprivacy: {epsilon: 1}\n",
        "measures: [rows]\nbounds: {estimate: {share: 0.1, max_rows_per_key: 64}}\n"
        "privacy: {epsilon: 1, delta: 1e-6}\n",
        "keys: [kind]\nmeasures: [rows]\nbounds: {max_rows_per_key: 3, estimate: 0.1}\n"
        "privacy: {epsilon: 1}\n",
        "keys: [kind]\nmeasures: [rows]\n"
        "bounds: {max_keys_per_unit: 2, max_rows_per_key: 3, estimate: 0.1}\n"
        "privacy: {epsilon: 1}\n",
        "keys: [kind]\nmeasures: [units]\nbounds: {estimate: 0.1}\nprivacy: {epsilon: 1}\n",
        "keys: [kind]\nmeasures: [sum: {column: fare, estimate: 0.1}]\n"
        "bounds: {max_rows_per_unit: 7, estimate: 0.1}\nprivacy: {epsilon: 1}\n",
        "keys: [zone]\nselection: {}\nmeasures: [units, mean: {column: fare, estimate: 0.2}]\n"
        "bounds: {estimate: {share: 0.1, max_keys_per_unit: 30}}\n"
        "privacy: {epsilon: 1, delta: 1e-6}\n"));

class ReplanTest : public ::testing::TestWithParam<const char*> {};
TEST_P(ReplanTest, GivesTheSameText) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto dataset, test::Describe(kDataset, "/nowhere"));
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan,
                            test::PlanYaml(dataset, std::string("dataset: trips\n") + GetParam()));
  const doc::Document<v1::ReleaseSpec> question{member::internal::QuestionOf(plan.resolved), {}};
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan again, Plan(dataset, question));
  EXPECT_EQ(again.text, plan.text);
  EXPECT_EQ(again.cost, plan.cost);
}
INSTANTIATE_TEST_SUITE_P(
    Questions, ReplanTest,
    ::testing::Values(
        "keys: [kind]\nmeasures: [rows, units, sum: fare]\nprivacy: {epsilon: 1}\n",
        "keys: [kind]\nmeasures: [rows]\nprivacy: {epsilon: 1, delta: 1e-6}\n",
        "keys: [kind]\nmeasures: [units]\nprivacy: {epsilon: 1}\n",
        // What the bounds imply must not turn into the dataset's default.
        "keys: [kind]\nmeasures: [rows]\nbounds: {max_rows_per_unit: 12}\nprivacy: {epsilon: 1}\n",
        "keys: [kind]\nmeasures: [rows]\nbounds: {max_rows_per_unit: 500}\nprivacy: {epsilon: 1}\n",
        "keys: [kind]\nmeasures: [rows]\nbounds: {max_rows_per_unit: 7}\nprivacy: {epsilon: 1}\n",
        "measures: [mean: fare, variance: fare, standard_deviation: distance]\n"
        "privacy: {epsilon: 1, delta: 1e-6}\n",
        "measures: [quantiles: {column: fare, at: [0.50, 0.9]},\n"
        "  histogram: {column: fare, edges: [0, 10.0, 50]},\n"
        "  ratio: {numerator: fare, denominator: distance}]\nprivacy: {epsilon: 1}\n",
        "keys: [zone]\nselection: {min_units: 5}\nmeasures: [units]\n"
        "privacy: {epsilon: 1, delta: 1e-6}\n",
        "keys: [zone]\nselection: {share: 0.30}\nmeasures: [sum: fare]\n"
        "privacy: {epsilon: 1, delta: 1e-6}\n",
        "keys: [zone, kind]\nselection: {}\ntop: {keys: 3}\nmeasures: [units, mean: fare]\n"
        "privacy: {epsilon: 1, delta: 1e-6}\n",
        "keys: [{column: start, part: hour}]\ntop: {keys: 3, by: rows, share: 0.25}\n"
        "measures: [rows]\nprivacy: {epsilon: 1}\n",
        "keys: [{column: start, period: {per: day, first: 2025-01-01, last: 2025-01-31}}]\n"
        "measures: [rows]\nprivacy: {epsilon: 1}\n",
        "keys: [{column: kind, level: all}]\nmeasures: [sum: {column: fare, per_unit: [0, 9.50]}]\n"
        "bounds: {max_keys_per_unit: 1}\nprivacy: {epsilon: 1}\n",
        "keys: [kind]\nmeasures: [sum: {column: fare, estimate: 0.10}]\nprivacy: {epsilon: 1}\n",
        "measures: [mean: {column: fare, estimate: 0.10}, variance: {column: fare, estimate: "
        "0.1},\n"
        "  quantiles: {column: distance, at: [0.5], estimate: 0.2},\n"
        "  ratio: {numerator: fare, denominator: distance}]\nprivacy: {epsilon: 1, delta: 1e-6}\n",
        "keys: [kind]\nmeasures: [rows: {within: 20.0}, units: {within: 9}]\nprivacy: {}\n",
        "keys: [kind]\nmeasures: [rows]\nprivacy: {epsilon: 1}\n"
        "filter: [{column: zone, in: [b, a, b]}, {column: fare, at_least: 1.50, below: 1e1},\n"
        "  {column: start, above: 2025-01-01T00:00:00Z}]\n"));

}  // namespace
}  // namespace weir::release
