// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/dominating_gaussian.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/support/status_matchers.h"
#include "weir/dp/accountant.h"
#include "weir/dp/calibration.h"
#include "weir/dp/internal/normal_law.h"
#include "weir/dp/noise_planner.h"
#include "weir/dp/privacy_loss.h"

namespace weir::dp {
namespace {

using test::StatusIs;

Epsilon Eps(const std::string& text) { return Epsilon::Parse(text).value(); }
Delta Del(const std::string& text) { return Delta::Parse(text).value(); }

NoiseEvent Gaussian(uint128 variance, uint128 squared_l2) {
  return {NoiseKind::kDiscreteGaussian, {variance, 1}, squared_l2};
}

// One coordinate that moves by `steps`.
LossEvent Coordinate(double variance, uint64_t steps, uint64_t coordinates) {
  return {.kind = LossKind::kDiscreteGaussian,
          .parameter = std::sqrt(variance),
          .count = coordinates,
          .group = steps};
}

LossEvent PureLoss(Epsilon epsilon) {
  return {.kind = LossKind::kPure, .parameter = epsilon.value()};
}

double ExactDelta(const std::vector<LossEvent>& events, Epsilon epsilon) {
  return PrivacyLoss::Compose(events).value().Delta(epsilon.value());
}

// Vectors of the same squared length, by the composition of their coordinates.
struct Shift {
  const char* name;
  uint64_t squared_l2;
  std::vector<LossEvent> coordinates;  // at variance 1
};

std::vector<LossEvent> WithVariance(std::vector<LossEvent> events, double variance) {
  for (LossEvent& event : events) event.parameter = std::sqrt(variance);
  return events;
}

std::vector<Shift> Shifts() {
  return {{"unit", 1, {Coordinate(1, 1, 1)}},
          {"four units", 4, {Coordinate(1, 1, 4)}},
          {"one by two", 4, {Coordinate(1, 2, 1)}},
          {"twenty-five units", 25, {Coordinate(1, 1, 25)}},
          {"three and four", 25, {Coordinate(1, 3, 1), Coordinate(1, 4, 1)}},
          {"one by five", 25, {Coordinate(1, 5, 1)}},
          {"four, and nine units", 25, {Coordinate(1, 4, 1), Coordinate(1, 1, 9)}}};
}

TEST(DominatedDeltaTest, IsNotBelowTheExactDeltaOfAnyDirection) {
  for (const Shift& shift : Shifts()) {
    for (const int factor : {2, 5, 20, 100}) {
      const auto variance = static_cast<double>(shift.squared_l2) * factor;
      const std::vector<LossEvent> exact = WithVariance(shift.coordinates, variance);
      const NoiseEvent event = Gaussian(shift.squared_l2 * factor, shift.squared_l2);
      for (const char* epsilon : {"0.1", "0.5", "1", "2", "4"}) {
        // The exact figure is itself rounded up, by about 10^-5 of epsilon.
        const double bound = DominatedDelta({&event, 1}, {}, Eps(epsilon));
        EXPECT_GE(bound * (1 + 2e-3) + 1e-12, ExactDelta(exact, Eps(epsilon)))
            << shift.name << " " << factor << " " << epsilon;
      }
    }
  }
}

// What the bound costs: at most as much epsilon as variance s^2, about 2 in sigma^2.
TEST(DominatedDeltaTest, IsCloseToTheExactDelta) {
  for (const Shift& shift : Shifts()) {
    if (shift.squared_l2 < 4) continue;
    const auto variance = static_cast<double>(shift.squared_l2) * 20;
    const double exact = ExactDelta(WithVariance(shift.coordinates, variance),
                                    Epsilon::FromUnits(1'000'000'000'000).value());
    const NoiseEvent event = Gaussian(shift.squared_l2 * 20, shift.squared_l2);
    EXPECT_LE(DominatedDelta({&event, 1}, {}, Eps("1.015")), exact) << shift.name;
  }
}

// Twin: the formula of continuous noise at the same variance is too small.
TEST(DominatedDeltaTest, TheContinuousFormulaAtTheSameVarianceIsNoBound) {
  int below = 0;
  for (int hundredth = 50; hundredth <= 250; ++hundredth) {
    const Epsilon epsilon = Epsilon::FromUnits(int64_t{hundredth} * 10'000'000'000).value();
    const NoiseEvent event = Gaussian(2, 1);
    const double exact = UnitShiftGaussianDelta({2, 1}, epsilon);
    EXPECT_GE(DominatedDelta({&event, 1}, {}, epsilon), exact);
    if (internal::GaussianDeltaUp(1 / std::sqrt(2.0), epsilon.value()) < exact * (1 - 1e-6)) {
      ++below;
    }
  }
  EXPECT_GT(below, 50);
}

TEST(DominatedDeltaTest, ComposesWithPureMechanisms) {
  for (const auto& pure : {std::vector<Epsilon>{Eps("0.5")},
                           std::vector<Epsilon>{Eps("0.3"), Eps("0.3"), Eps("0.7")}}) {
    const std::vector<NoiseEvent> gaussians = {Gaussian(400, 9), Gaussian(250, 4)};
    std::vector<LossEvent> exact = {Coordinate(400, 1, 9), Coordinate(250, 2, 1)};
    for (const Epsilon epsilon : pure) exact.push_back(PureLoss(epsilon));
    for (const char* epsilon : {"0.4", "1", "2"}) {
      const double bound = DominatedDelta(gaussians, pure, Eps(epsilon));
      EXPECT_GE(bound * (1 + 2e-3) + 1e-12, ExactDelta(exact, Eps(epsilon)));
      EXPECT_LE(bound, 1.3 * ExactDelta(exact, Eps(epsilon)));
    }
    // Twin: leaving the pure mechanisms out is found.
    EXPECT_LT(DominatedDelta(gaussians, {}, Eps("1")), 0.9 * ExactDelta(exact, Eps("1")));
  }
}

TEST(DominatedDeltaTest, SaysNothingWhereItDoesNotHold) {
  const NoiseEvent narrow{NoiseKind::kDiscreteGaussian, {1, 4}, 1};
  const NoiseEvent laplace{NoiseKind::kDiscreteLaplace, {10, 1}, 1};
  const NoiseEvent wide = Gaussian(100, 1);
  EXPECT_EQ(DominatedDelta({&narrow, 1}, {}, Eps("1")), 1);
  EXPECT_EQ(DominatedDelta({&laplace, 1}, {}, Eps("1")), 1);
  EXPECT_EQ(DominatedDelta({}, {}, Eps("1")), 1);
  EXPECT_EQ(DominatedDelta({&wide, 1}, std::vector<Epsilon>(11, Eps("0.001")), Eps("1")), 1);
  EXPECT_LT(DominatedDelta({&wide, 1}, std::vector<Epsilon>(10, Eps("0.001")), Eps("1")), 1e-6);
}

TEST(DominatedDeltaTest, HoldsForTheWidestGrids) {
  const uint128 squared_l2 = uint128{1} << 90;
  const NoiseEvent event{NoiseKind::kDiscreteGaussian, {squared_l2 * 20, 1}, squared_l2};
  const double bound = DominatedDelta({&event, 1}, {}, Eps("1"));
  const double continuous = internal::GaussianDeltaUp(1 / std::sqrt(20.0), 1);
  EXPECT_GE(bound, continuous * (1 - 1e-12));
  EXPECT_LE(bound, continuous * (1 + 1e-9));
}

TEST(WithMarginTest, LeavesAMillionthRoundedUp) {
  EXPECT_EQ(WithMargin(Del("1e-6")).units(), 999'999'000'000);
  EXPECT_EQ(WithMargin(Del("1e-18")).units(), 0);
  EXPECT_TRUE(WithMargin(Delta::Zero()).is_zero());
}

// --- what the planner makes of it ---

struct Question {
  std::vector<MeasureSensitivity> measures;
  std::vector<ApproximateEvent> others;
  double least_gain;  // in the standard error, against zCDP and addition
};

NoisePlanOptions OptionsOf(const Question& question) {
  return {.epsilon = Eps("1"),
          .delta = Del("1e-6"),
          .measures = question.measures,
          .kind = NoiseKind::kDiscreteGaussian,
          .others = question.others};
}

// Standard error of the first measure by the rho that the older accounts give.
double ErrorByRho(const Question& question) {
  const NoisePlanOptions options = OptionsOf(question);
  int64_t epsilon = options.epsilon.units();
  ExactRho others;
  for (const ApproximateEvent& other : question.others) {
    if (!other.epsilon.has_value()) continue;
    epsilon -= other.epsilon->units();
    others = others.AddUp(PureEpsilonRho(*other.epsilon));
  }
  const Delta left =
      Delta::FromUnits(options.delta.units() - OwnDeltaUnits(question.others)).value();
  const ExactRho all = LargestRho(options.epsilon, left);
  const uint128 by_rho = all > others ? all.units - others.units : 0;
  const ExactRho rho{std::max(by_rho, LargestRho(Epsilon::FromUnits(epsilon).value(), left).units) /
                     question.measures.size()};
  const Rational variance = GaussianVariance(rho, question.measures[0].squared_l2).value();
  return std::sqrt(static_cast<double>(variance.numerator) /
                   static_cast<double>(variance.denominator));
}

TEST(DominatedPlanTest, GaussianReleasesNeedLessNoise) {
  const MeasureSensitivity hundred{100, 100};
  const MeasureSensitivity cents{uint128{1} << 40, uint128{1} << 70};
  const std::vector<Question> questions = {
      {{{4, 4}}, {}, 1.05},
      {{hundred}, {}, 1.06},
      {{hundred, cents}, {}, 1.06},
      {{hundred, hundred, cents}, {{Eps("0.5"), Del("5e-7")}}, 1.09},
      {{cents}, {{Eps("0.2"), Delta::Zero()}}, 1.09}};
  for (const Question& question : questions) {
    const NoisePlan plan = PlanNoise(OptionsOf(question)).value();
    const double before = ErrorByRho(question);
    EXPECT_GT(before / plan.measures[0].standard_error, question.least_gain);
    EXPECT_EQ(ProofOf(plan.cost).value(), CostProof::kDominated);
    // Twin: a hundredth less epsilon is refused.
    const PrivacyCost less = PrivacyCost::Create(plan.cost.events(), Eps("0.99"), plan.cost.delta(),
                                                 plan.cost.approximate())
                                 .value();
    EXPECT_THAT(CheckCost(less), StatusIs(StatusCode::kInvalidArgument));
  }
}

// By brute force: the exact privacy loss distribution of everything that a planned release runs,
// for shifts spread over units, is within its (epsilon, delta).
TEST(DominatedPlanPropertyTest, PlansKeepTheirPromiseByThePrivacyLoss) {
  EXPECT_TRUE(rc::check([] {
    const auto tenths = *rc::gen::inRange<int64_t>(2, 40);
    const Epsilon epsilon = Epsilon::FromUnits(tenths * 100'000'000'000).value();
    const auto keys = *rc::gen::container<std::vector<uint64_t>>(
        static_cast<size_t>(*rc::gen::inRange(1, 4)), rc::gen::inRange<uint64_t>(1, 30));
    const bool selects = *rc::gen::arbitrary<bool>();
    NoisePlanOptions options{.epsilon = epsilon,
                             .delta = Del("1e-6"),
                             .measures = {},
                             .kind = NoiseKind::kDiscreteGaussian};
    for (const uint64_t count : keys) options.measures.push_back({count, count});
    const Epsilon third = Epsilon::FromUnits(epsilon.units() / 3).value();
    if (selects) options.others = {{third, Del("2e-7")}};
    const NoisePlan plan = PlanNoise(options).value();
    std::vector<LossEvent> events;
    for (size_t i = 0; i < keys.size(); ++i) {
      const Rational& variance = plan.measures[i].event.parameter;
      events.push_back(Coordinate(
          static_cast<double>(variance.numerator) / static_cast<double>(variance.denominator), 1,
          keys[i]));
    }
    if (selects) {
      events.push_back({.kind = LossKind::kApproximate,
                        .parameter = third.value(),
                        .second = Del("2e-7").value()});
    }
    // A relative 10^-5 of epsilon is the grid's.
    RC_ASSERT(PrivacyLoss::Compose(events).value().Delta(epsilon.value()) <= 1e-6 * (1 + 1e-3));
    // Twin: the same noise 15 % smaller is found.
    for (LossEvent& event : events) {
      if (event.kind == LossKind::kDiscreteGaussian) event.parameter *= 0.85;
    }
    RC_ASSERT(PrivacyLoss::Compose(events).value().Delta(epsilon.value()) > 1e-6);
  }));
}

}  // namespace
}  // namespace weir::dp
