// SPDX-License-Identifier: Apache-2.0
// How a release of keys that nobody announced splits its budget: against the plain rules, whose
// figures are computed here from the mechanisms themselves.
#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/release/release_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/accountant.h"
#include "weir/dp/calibration.h"
#include "weir/dp/intervals.h"
#include "weir/dp/release_threshold.h"
#include "weir/release/explain.h"
#include "weir/release/internal/key_chance.h"

namespace weir::release {
namespace {

using internal::KeyChance;
using ::testing::HasSubstr;

constexpr char kPairsDataset[] = R"(dataset: pairs
theme: transportation
source: {csv: {path: pairs.csv}}
privacy_unit: [rider]
columns:
  rider: {type: int}
  pair: {type: text}
  cost: {type: int, bounds: [0, 500]}
budget: {epsilon: 100, delta: 0.01}
)";

struct Question {
  int l0 = 1;
  const char* epsilon = "1";
  const char* measures = "[sum: cost]";
  const char* more = "";  // of the privacy block
  const char* selection = "{}";
};

ReleasePlan PlanFor(const Question& question) {
  const auto dataset = test::Describe(kPairsDataset, ".");
  const std::string text =
      "dataset: pairs\nkeys: [pair]\nselection: " + std::string(question.selection) +
      "\nmeasures: " + question.measures +
      "\nbounds: {max_rows_per_key: 1, max_keys_per_unit: " + std::to_string(question.l0) +
      "}\nprivacy: {delta: 1e-6, epsilon: " + question.epsilon + question.more + "}\n";
  return test::PlanYaml(*dataset, text).value();
}

// Half of epsilon for a Laplace threshold, half for Laplace noise on the sum.
struct Plain {
  NoiseEvent units;
  double mean_error;
  SelectionPlan selection;

  explicit Plain(const Question& question) {
    const Epsilon whole = Epsilon::Parse(question.epsilon).value();
    const Epsilon half = Epsilon::FromUnits(whole.units() / 2).value();
    const auto l0 = static_cast<uint128>(question.l0);
    units = {NoiseKind::kDiscreteLaplace, dp::LaplaceScale(half, l0).value(), l0};
    const Rational scale = dp::LaplaceScale(half, 500 * l0).value();
    mean_error = 1 / std::sinh(static_cast<double>(scale.denominator) /
                               static_cast<double>(scale.numerator));
    selection.delta = Delta::Parse("1e-6").value();
    selection.threshold = dp::ReleaseThreshold({.law = dp::LawOf(units),
                                                .delta = selection.delta,
                                                .l0 = L0Sensitivity::Create(question.l0).value()})
                              .value();
  }
  KeyChance chance(const data::ContributionBounds& bounds) const {
    return *KeyChance::Create(selection, dp::DescribeNoise(units, std::nullopt).value(), bounds);
  }
};

KeyChance ChanceOf(const ReleasePlan& plan) {
  return *KeyChance::Create(*plan.selection, plan.channels[plan.selection->channel].noise,
                            plan.query.bounds);
}

double MeanError(const ReleasePlan& plan) {
  return plan.channels[plan.measures.front().channels.front()].noise->mean_absolute_error;
}

class SplitTest : public ::testing::TestWithParam<Question> {};

TEST_P(SplitTest, IsNeverWorseThanThePlainRulesAndBetterOnOneCount) {
  const ReleasePlan plan = PlanFor(GetParam());
  const Plain plain(GetParam());
  EXPECT_LE(MeanError(plan), plain.mean_error * (1 + 1e-9));
  EXPECT_LE(plan.selection->described.units_for_half(),
            static_cast<double>(plain.selection.threshold));
  EXPECT_TRUE(MeanError(plan) < plain.mean_error * (1 - 1e-9) ||
              plan.selection->described.units_for_half() <
                  static_cast<double>(plain.selection.threshold));
  WEIR_EXPECT_OK(dp::CheckCost(plan.cost));
}

// Every number of units, not only those that the planner compares.
TEST_P(SplitTest, ShowsNoKeyLessLikelyThanThePlainRules) {
  const ReleasePlan plan = PlanFor(GetParam());
  const Plain plain(GetParam());
  const KeyChance chance = ChanceOf(plan);
  const KeyChance plain_chance = plain.chance(plan.query.bounds);
  const int128 last = 3 * plain.selection.threshold;
  const int128 step = 1 + last / 3'000;
  for (int128 units = 1; units <= last; units += step) {
    const auto count = static_cast<int64_t>(units);
    EXPECT_GE(chance.At(count) + 2e-6, plain_chance.At(count)) << count;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Questions, SplitTest,
    ::testing::Values(Question{1, "1"}, Question{1, "0.1"}, Question{2, "4"}, Question{4, "1"},
                      Question{4, "0.1"}, Question{4, "0.001"}, Question{40, "0.5"},
                      Question{1000, "1"},
                      Question{4, "1", "[sum: cost]", ", noise: discrete_laplace"},
                      Question{4, "1", "[sum: cost]", "", "{share: 0.5}"}));

TEST(SplitPlanTest, IsBetterOnBothCountsWhereAUnitHasSeveralKeys) {
  for (const char* epsilon : {"1", "0.1"}) {
    const Question question{4, epsilon};
    const ReleasePlan plan = PlanFor(question);
    const Plain plain(question);
    EXPECT_LT(MeanError(plan), 0.97 * plain.mean_error) << epsilon;
    EXPECT_LT(plan.selection->described.units_for_half(),
              0.97 * static_cast<double>(plain.selection.threshold))
        << epsilon;
  }
}

// The twin: some plans with Gaussian noise have smaller standard errors than the plain rules and
// need fewer units, so that a comparison of standard errors would call them better; on average they
// are off by more.
TEST(SplitPlanTest, StandardErrorsWouldTakeAPlanThatIsWorse) {
  const ReleasePlan plan = PlanFor({4, "1"});
  const Alternative plain = plan.alternatives.front();
  EXPECT_THAT(plain.what, HasSubstr("plain rules"));
  EXPECT_LT(MeanError(plan), plain.mean_errors.front());
  int misled = 0;
  for (const char* share : {"{share: 0.2}", "{share: 0.25}", "{share: 0.3}", "{share: 0.35}"}) {
    const ReleasePlan gaussian =
        PlanFor({4, "1", "[sum: cost]", ", noise: discrete_gaussian", share});
    for (const Alternative& way : gaussian.alternatives) {
      const bool seems_better = way.standard_errors.front() < plain.standard_errors.front() &&
                                way.units_for_half < plain.units_for_half;
      misled += seems_better && way.mean_errors.front() > 1.05 * plain.mean_errors.front() ? 1 : 0;
    }
  }
  EXPECT_GT(misled, 0);
}

TEST(SplitPlanTest, ANamedShareIsKept) {
  const ReleasePlan plan = PlanFor({4, "1", "[sum: cost]", "", "{share: 0.3}"});
  EXPECT_EQ(plan.selection->described.selection().share(), "0.3");
  const ReleasePlan searched = PlanFor({4, "1"});
  EXPECT_NE(searched.selection->described.selection().share(), "0.5");
  EXPECT_THAT(searched.alternatives.front().what, HasSubstr("0.5 of epsilon (the plain rules)"));
}

TEST(SplitPlanTest, ThePlanIsAFunctionOfTheQuestion) {
  EXPECT_EQ(PlanFor({4, "1"}).text, PlanFor({4, "1.0"}).text);
}

TEST(SplitPlanTest, AGaussianThresholdBesideLaplaceNoiseIsPaidFor) {
  const ReleasePlan plan = PlanFor({40, "0.5"});
  ASSERT_EQ(plan.selection->described.rule(), v1::SELECTION_RULE_GAUSSIAN_THRESHOLD);
  WEIR_ASSERT_OK(dp::CheckCost(plan.cost));
  // The twin: a little less noise is more than the release pays for.
  std::vector<NoiseEvent> events = plan.cost.events();
  events.back().parameter.numerator = events.back().parameter.numerator / 100 * 99;
  const PrivacyCost cheaper =
      PrivacyCost::Create(events, plan.cost.epsilon(), plan.cost.delta(), plan.cost.approximate())
          .value();
  EXPECT_FALSE(dp::CheckCost(cheaper).ok());
}

// A threshold that every second key of fewer units reaches, by noise so wide that small and large
// keys fare worse.
TEST(KeyChanceTest, FewerUnitsForHalfAreNotEnough) {
  const Plain plain({4, "1"});
  const data::ContributionBounds bounds{.max_keys_per_unit = L0Sensitivity::Create(4).value(),
                                        .max_rows_per_key = LInfSensitivity::Create(1).value()};
  SelectionPlan selection = plain.selection;
  const auto with = [&](int128 threshold, uint128 scale) {
    selection.threshold = threshold;
    const NoiseEvent event{NoiseKind::kDiscreteLaplace, {scale, 1}, 4};
    return *KeyChance::Create(selection, dp::DescribeNoise(event, std::nullopt).value(), bounds);
  };
  const auto units = static_cast<double>(plain.selection.threshold);
  const KeyChance plain_chance = plain.chance(bounds);
  EXPECT_TRUE(internal::ShowsNoFewer(with(plain.selection.threshold, 8), plain_chance, units,
                                     plain.selection.delta));
  EXPECT_TRUE(internal::ShowsNoFewer(with(plain.selection.threshold - 5, 8), plain_chance, units,
                                     plain.selection.delta));
  EXPECT_FALSE(internal::ShowsNoFewer(with(plain.selection.threshold - 1, 16), plain_chance, units,
                                      plain.selection.delta));
}

}  // namespace
}  // namespace weir::release
