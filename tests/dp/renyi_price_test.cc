// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/renyi_price.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/support/status_matchers.h"
#include "weir/dp/calibration.h"
#include "weir/dp/renyi.h"

namespace weir::dp {
namespace {

using test::StatusIs;

Epsilon Eps(const std::string& text) { return Epsilon::Parse(text).value(); }
Delta Del(const std::string& text) { return Delta::Parse(text).value(); }

constexpr double kUnit = 1e-24;
double Value(ExactDivergence divergence) { return static_cast<double>(divergence.units) * kUnit; }

ExactDivergence PriceOf(const NoiseEvent& event, RenyiOrder order) {
  return EventsDivergence({&event, 1}, {}, order).value();
}
NoiseEvent Laplace(uint128 scale, uint128 l1) {
  return {NoiseKind::kDiscreteLaplace, {scale, 1}, l1};
}

std::vector<RenyiOrder> Orders() {
  return {{.numerator = 9, .denominator = 8},
          {.numerator = 3, .denominator = 2},
          {2, 1},
          {5, 1},
          {25, 1},
          {129, 4},
          {400, 1}};
}

// sum of P^a Q^(1-a) over all integers, in the plainest way.
double LaplaceBySum(double scale, int shift, double order) {
  const double p = std::exp(-1 / scale);
  const double normal = (1 - p) / (1 + p);
  const int reach = static_cast<int>(60 * scale) + shift;
  double sum = 0;
  for (int x = -reach; x <= reach + shift; ++x) {
    const double exponent = order * std::abs(x) + (1 - order) * std::abs(x - shift);
    sum += normal * std::exp(-exponent / scale);
  }
  return std::log(sum) / (order - 1);
}

TEST(RenyiPriceTest, LaplaceAgreesWithTheSum) {
  for (const RenyiOrder order : Orders()) {
    for (const int scale : {1, 3, 20, 200}) {
      for (const int shift : {1, 2, 7, 60}) {
        if (order.value() * shift > 600.0 * scale) continue;  // beyond what the sum can hold
        const double price = Value(
            PriceOf(Laplace(static_cast<uint128>(scale), static_cast<uint128>(shift)), order));
        const double exact = LaplaceBySum(scale, shift, order.value());
        EXPECT_GE(price, exact * (1 - 1e-10) - 1e-12) << scale << " " << shift;
        EXPECT_LE(price, exact * (1 + 1e-8) + 1e-12) << scale << " " << shift;
      }
    }
  }
}

TEST(RenyiPriceTest, PureIsRandomisedResponse) {
  for (const RenyiOrder order : Orders()) {
    for (const char* epsilon : {"0.001", "0.1", "1", "5"}) {
      const LossEvent event{.kind = LossKind::kPure, .parameter = Eps(epsilon).value()};
      const double exact = RenyiDivergence(event, order.value()).value();
      EXPECT_GE(Value(PureDivergence(Eps(epsilon), order)), exact * (1 - 1e-9));
      // Where the moment would overflow, epsilon itself stands in for it.
      EXPECT_LE(Value(PureDivergence(Eps(epsilon), order)), exact * (1 + 1e-5));
    }
  }
}

TEST(RenyiPriceTest, GaussianIsOrderTimesRho) {
  const NoiseEvent event{NoiseKind::kDiscreteGaussian, {50, 1}, 9};
  const ExactRho rho = GaussianRho({50, 1}, 9);
  EXPECT_TRUE(PriceOf(event, {5, 1}).units == 5 * rho.units);
  EXPECT_TRUE(PriceOf(event, {.numerator = 9, .denominator = 8}).units == (9 * rho.units + 7) / 8);
}

TEST(RenyiPriceTest, SmallestAndLargestEpsilonsHavePrices) {
  for (const RenyiOrder order : Orders()) {
    EXPECT_TRUE(PureDivergence(Eps("0.000000000001"), order).units >= 1);
    EXPECT_LE(Value(PureDivergence(Eps("1000000"), order)), 1e6 * (1 + 1e-9));
    EXPECT_GE(Value(PureDivergence(Eps("1000000"), order)), 0.99e6);
  }
}

TEST(RenyiPriceTest, RefusesEventsOutOfRange) {
  const std::vector<NoiseEvent> damaged = {{NoiseKind::kDiscreteLaplace, {0, 1}, 1},
                                           {NoiseKind::kDiscreteGaussian, {0, 1}, 1},
                                           {NoiseKind::kDiscreteLaplace, {1, 1}, 0},
                                           {static_cast<NoiseKind>(5), {1, 1}, 1}};
  for (const NoiseEvent& event : damaged) {
    EXPECT_THAT(EventsDivergence({&event, 1}, {}, {2, 1}), StatusIs(StatusCode::kInvalidArgument));
  }
}

// What the filter relies on: a shift spread over coordinates costs no more than in one of them.
TEST(RenyiPricePropertyTest, AShiftInOneCoordinateIsTheWorst) {
  EXPECT_TRUE(rc::check([] {
    const auto scale = static_cast<uint128>(*rc::gen::inRange(1, 1000));
    const auto first = static_cast<uint128>(*rc::gen::inRange(1, 500));
    const auto second = static_cast<uint128>(*rc::gen::inRange(1, 500));
    const RenyiOrder order = *rc::gen::elementOf(Orders());
    const double apart = Value(PriceOf(Laplace(scale, first), order)) +
                         Value(PriceOf(Laplace(scale, second), order));
    RC_ASSERT(apart <= Value(PriceOf(Laplace(scale, first + second), order)) * (1 + 1e-9));
  }));
}

TEST(RenyiPricePropertyTest, NoEventCostsMoreThanByItsRho) {
  EXPECT_TRUE(rc::check([] {
    const NoiseEvent event = Laplace(static_cast<uint128>(*rc::gen::inRange(1, 100'000)),
                                     static_cast<uint128>(*rc::gen::inRange(1, 100'000)));
    const RenyiOrder order = *rc::gen::elementOf(Orders());
    const Epsilon epsilon = LaplaceEpsilon(event.parameter, event.sensitivity).value();
    const double by_rho =
        order.value() * static_cast<double>(PureEpsilonRho(epsilon).units) * kUnit;
    RC_ASSERT(Value(PriceOf(event, order)) <= by_rho * (1 + 1e-12));
    RC_ASSERT(PriceOf(event, order) <= PureDivergence(epsilon, order).AddUp({uint128{1} << 40}));
  }));
}

TEST(RenyiBudgetTest, IsThatOfZcdpAtItsBestOrder) {
  for (const char* epsilon : {"0.0001", "0.1", "1", "4", "30", "1000"}) {
    for (const char* delta : {"1e-18", "1e-9", "1e-6", "0.01"}) {
      const RenyiBudget budget = RenyiBudgetFor(Eps(epsilon), Del(delta));
      const double rho = static_cast<double>(LargestRho(Eps(epsilon), Del(delta)).units) * kUnit;
      EXPECT_LE(Value(budget.limit) / budget.order.value(), rho * (1 + 1e-9)) << epsilon;
      EXPECT_GE(Value(budget.limit) / budget.order.value(), rho * (1 - 2e-4)) << epsilon;
      const Epsilon back = DivergenceToEpsilon(budget.limit, budget.order, Del(delta)).value();
      EXPECT_NEAR(back.value(), Eps(epsilon).value(), 1e-6 * Eps(epsilon).value());
    }
  }
  EXPECT_TRUE(RenyiBudgetFor(Eps("1"), Delta::Zero()).limit.units == 0);
  EXPECT_THAT(DivergenceToEpsilon({1}, {2, 1}, Delta::Zero()),
              StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace weir::dp
