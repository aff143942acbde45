// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/noise_planner.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/dp/accountant.h"
#include "weir/dp/intervals.h"

namespace weir::dp {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::HasSubstr;

Epsilon Eps(const std::string& text) { return Epsilon::Parse(text).value(); }
Delta Del(const std::string& text) { return Delta::Parse(text).value(); }

constexpr MeasureSensitivity kUnit = {1, 1};
constexpr MeasureSensitivity kHundredKeys = {100, 100};

NoisePlanOptions Options(const std::string& epsilon, const std::string& delta,
                         std::vector<MeasureSensitivity> measures) {
  return {.epsilon = Eps(epsilon),
          .delta = Del(delta),
          .measures = std::move(measures),
          .kind = std::nullopt};
}

TEST(PlanNoiseTest, SplitsEpsilonOverLaplaceMeasures) {
  WEIR_ASSERT_OK_AND_ASSIGN(const NoisePlan plan,
                            PlanNoise(Options("1", "", {kUnit, {5, 25}, kUnit})));
  ASSERT_EQ(plan.measures.size(), 3U);
  EXPECT_EQ(plan.measures[0].epsilon, Eps("0.333333333334"));
  EXPECT_EQ(plan.measures[1].epsilon, Eps("0.333333333333"));
  EXPECT_TRUE(plan.measures[1].event.sensitivity == 5);
  EXPECT_EQ(plan.cost.epsilon(), Eps("1"));
  EXPECT_TRUE(plan.cost.delta().is_zero());
  EXPECT_EQ(EventsPureEpsilon(plan.cost.events()).value(), Eps("1"));
}

TEST(PlanNoiseTest, StatesTheErrorOfTheNoiseItPlans) {
  WEIR_ASSERT_OK_AND_ASSIGN(const NoisePlan plan, PlanNoise(Options("1", "", {kUnit})));
  const NoiseLaw law = LawOf(plan.measures[0].event);
  EXPECT_TRUE(plan.measures[0].half_width == 3);
  EXPECT_EQ(plan.measures[0].standard_error, *StandardError(law));
}

TEST(PlanNoiseTest, WeightsMoveTheSplit) {
  NoisePlanOptions options = Options("1", "", {kUnit, kUnit});
  options.weights = {3, 1};
  WEIR_ASSERT_OK_AND_ASSIGN(const NoisePlan plan, PlanNoise(options));
  EXPECT_EQ(plan.measures[0].epsilon, Eps("0.75"));
  EXPECT_LT(plan.measures[0].standard_error, plan.measures[1].standard_error);
}

TEST(PlanNoiseTest, TakesTheKindWithTheSmallerError) {
  WEIR_ASSERT_OK_AND_ASSIGN(const NoisePlan few, PlanNoise(Options("1", "1e-6", {kUnit})));
  WEIR_ASSERT_OK_AND_ASSIGN(const NoisePlan many, PlanNoise(Options("1", "1e-6", {kHundredKeys})));
  EXPECT_EQ(few.measures[0].event.kind, NoiseKind::kDiscreteLaplace);
  EXPECT_TRUE(few.cost.delta().is_zero()) << "an unused delta is not charged";
  EXPECT_EQ(many.measures[0].event.kind, NoiseKind::kDiscreteGaussian);
  EXPECT_LT(many.measures[0].standard_error, 141.4);
  EXPECT_FALSE(many.measures[0].epsilon.has_value());
}

TEST(PlanNoiseTest, WithoutDeltaOnlyLaplace) {
  WEIR_ASSERT_OK_AND_ASSIGN(const NoisePlan plan, PlanNoise(Options("1", "", {kHundredKeys})));
  EXPECT_EQ(plan.measures[0].event.kind, NoiseKind::kDiscreteLaplace);
}

TEST(PlanNoiseTest, ANamedKindIsTaken) {
  NoisePlanOptions options = Options("1", "1e-6", {kUnit});
  options.kind = NoiseKind::kDiscreteGaussian;
  WEIR_ASSERT_OK_AND_ASSIGN(const NoisePlan gaussian, PlanNoise(options));
  EXPECT_EQ(gaussian.measures[0].event.kind, NoiseKind::kDiscreteGaussian);
  EXPECT_EQ(gaussian.cost.delta(), Del("1e-6"));
  options = Options("1", "1e-6", {kHundredKeys});
  options.kind = NoiseKind::kDiscreteLaplace;
  WEIR_ASSERT_OK_AND_ASSIGN(const NoisePlan laplace, PlanNoise(options));
  EXPECT_EQ(laplace.measures[0].event.kind, NoiseKind::kDiscreteLaplace);
}

TEST(PlanNoiseTest, EveryPlanPassesTheAccountant) {
  for (const char* epsilon : {"0.000001", "0.1", "1", "7.123456789012", "1000"}) {
    for (const char* delta : {"", "1e-18", "1e-9", "0.001"}) {
      for (const size_t measures : {1U, 2U, 3U, 7U}) {
        for (const MeasureSensitivity& each :
             {kUnit, kHundredKeys, MeasureSensitivity{uint128{1} << 40, uint128{1} << 70}}) {
          const auto plan = PlanNoise(Options(epsilon, delta, {measures, each}));
          ASSERT_THAT(plan, IsOk()) << epsilon << " " << delta;
          EXPECT_THAT(CheckCost(plan->cost), IsOk()) << epsilon << " " << delta;
        }
      }
    }
  }
}

// Twin: the same events with a hair less epsilon are refused.
TEST(PlanNoiseTest, PlansSpendTheirEpsilonAndNoLess) {
  for (const char* delta : {"", "1e-6"}) {
    WEIR_ASSERT_OK_AND_ASSIGN(const NoisePlan plan,
                              PlanNoise(Options("1", delta, {kHundredKeys, kHundredKeys})));
    WEIR_ASSERT_OK_AND_ASSIGN(
        const PrivacyCost less,
        PrivacyCost::Create(plan.cost.events(), Eps("0.999999"), plan.cost.delta()));
    EXPECT_THAT(CheckCost(less), StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST(PlanNoiseTest, OtherStepsArePaidFirst) {
  NoisePlanOptions options = Options("1", "1e-6", {kUnit, kUnit});
  options.others = {{Eps("0.4"), Del("3e-7")}, {std::nullopt, Del("1e-7")}};
  for (const NoiseKind kind : {NoiseKind::kDiscreteLaplace, NoiseKind::kDiscreteGaussian}) {
    options.kind = kind;
    WEIR_ASSERT_OK_AND_ASSIGN(const NoisePlan plan, PlanNoise(options));
    EXPECT_EQ(plan.cost.epsilon(), Eps("1"));
    EXPECT_THAT(CheckCost(plan.cost), IsOk());
    WEIR_ASSERT_OK_AND_ASSIGN(const PrivacyCost less,
                              PrivacyCost::Create(plan.cost.events(), Eps("0.999"),
                                                  plan.cost.delta(), plan.cost.approximate()));
    EXPECT_THAT(CheckCost(less), StatusIs(StatusCode::kInvalidArgument));
  }
  options.kind = NoiseKind::kDiscreteLaplace;
  WEIR_ASSERT_OK_AND_ASSIGN(const NoisePlan laplace, PlanNoise(options));
  EXPECT_EQ(laplace.measures[0].epsilon, Eps("0.3"));
  EXPECT_EQ(laplace.cost.delta(), Del("4e-7")) << "what the other steps need, no more";
  options.others = {{Eps("1"), Delta::Zero()}};
  EXPECT_THAT(PlanNoise(options), StatusIs(StatusCode::kInvalidArgument, HasSubstr("use up")));
  options.others = {{std::nullopt, Del("1.1e-6")}};
  EXPECT_THAT(PlanNoise(options), StatusIs(StatusCode::kInvalidArgument, HasSubstr("use up")));
}

TEST(PlanNoiseTest, SmallOtherStepsCostAGaussianLittle) {
  NoisePlanOptions options = Options("1", "1e-6", {kHundredKeys, kHundredKeys});
  options.kind = NoiseKind::kDiscreteGaussian;
  WEIR_ASSERT_OK_AND_ASSIGN(const NoisePlan alone, PlanNoise(options));
  options.others = {{Eps("0.02"), Delta::Zero()}};
  WEIR_ASSERT_OK_AND_ASSIGN(const NoisePlan beside, PlanNoise(options));
  EXPECT_LT(beside.measures[0].standard_error, 1.01 * alone.measures[0].standard_error)
      << "by addition it would be 2 %";
}

struct Wanted {
  const char* delta;
  MeasureSensitivity measure;
  int64_t half_width;
};
class PlanAccuracyTest : public ::testing::TestWithParam<Wanted> {};
TEST_P(PlanAccuracyTest, IsAsNarrowAsWantedAndNoDearer) {
  const Wanted& wanted = GetParam();
  WEIR_ASSERT_OK_AND_ASSIGN(const NoisePlan plan, PlanAccuracy({.delta = Del(wanted.delta),
                                                                .measures = {wanted.measure},
                                                                .half_widths = {wanted.half_width},
                                                                .kind = std::nullopt}));
  EXPECT_TRUE(plan.measures[0].half_width <= wanted.half_width);
  EXPECT_THAT(CheckCost(plan.cost), IsOk());
  NoisePlanOptions less = Options(
      Epsilon::FromUnits(plan.cost.epsilon().units() / 10'000 * 9'990 - 1).value().ToString(),
      wanted.delta, {wanted.measure});
  less.kind = plan.measures[0].event.kind;
  WEIR_ASSERT_OK_AND_ASSIGN(const NoisePlan wider, PlanNoise(less));
  EXPECT_TRUE(wider.measures[0].half_width > wanted.half_width) << "0.1 % less would do";
}
INSTANTIATE_TEST_SUITE_P(Wants, PlanAccuracyTest,
                         ::testing::Values(Wanted{"", kUnit, 0}, Wanted{"", kUnit, 5},
                                           Wanted{"", kHundredKeys, 1000}, Wanted{"1e-6", kUnit, 5},
                                           Wanted{"1e-6", kHundredKeys, 100},
                                           Wanted{"1e-9", {1000, 4000}, 12345}));

TEST(PlanAccuracyTest, TakesTheKindThatNeedsLess) {
  const auto kind_for = [](MeasureSensitivity measure) {
    return PlanAccuracy({.delta = Del("1e-6"),
                         .measures = {measure},
                         .half_widths = {200},
                         .kind = std::nullopt})
        .value()
        .measures[0]
        .event.kind;
  };
  EXPECT_EQ(kind_for(kUnit), NoiseKind::kDiscreteLaplace);
  EXPECT_EQ(kind_for(kHundredKeys), NoiseKind::kDiscreteGaussian);
}

TEST(PlanAccuracyTest, RefusesWhatCannotBe) {
  const auto plan = [](std::vector<int128> widths, MeasureSensitivity measure) {
    return PlanAccuracy({.delta = Delta::Zero(),
                         .measures = {measure},
                         .half_widths = std::move(widths),
                         .kind = std::nullopt});
  };
  EXPECT_THAT(plan({-1}, kUnit), StatusIs(StatusCode::kInvalidArgument, HasSubstr("half width")));
  EXPECT_THAT(plan({}, kUnit), StatusIs(StatusCode::kInvalidArgument, HasSubstr("half width")));
  EXPECT_THAT(plan({0}, {uint128{1} << 40, uint128{1} << 80}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("within")));
}

TEST(PlanNoiseTest, TakesTheLargestSensitivities) {
  const uint128 largest = uint128{1} << 62;
  EXPECT_THAT(PlanNoise(Options("0.000000000001", "", {{largest, largest * largest}})), IsOk());
}

TEST(PlanNoiseTest, RefusesBadOptions) {
  const auto refused = [](NoisePlanOptions options, const char* text) {
    EXPECT_THAT(PlanNoise(options), StatusIs(StatusCode::kInvalidArgument, HasSubstr(text)));
  };
  refused(Options("1", "", {}), "measure");
  refused(Options("1", "", {{0, 1}}), "positive");
  refused(Options("1", "", {{1, 0}}), "positive");
  refused(Options("1", "", {{3, 10}}), "squared_l2");
  refused(Options("1", "", {{3, 2}}), "squared_l2");
  refused(Options("0.000000000001", "", {{uint128{1} << 80, uint128{1} << 100}}), "large");
  NoisePlanOptions gaussian = Options("1", "", {kUnit});
  gaussian.kind = NoiseKind::kDiscreteGaussian;
  refused(gaussian, "delta");
  NoisePlanOptions unknown = Options("1", "", {kUnit});
  unknown.kind = static_cast<NoiseKind>(9);
  refused(unknown, "kind");
  NoisePlanOptions weights = Options("1", "", {kUnit, kUnit});
  weights.weights = {1};
  refused(weights, "weight");
  weights.weights = {1, 0};
  refused(weights, "weights");
}

}  // namespace
}  // namespace weir::dp
