// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/odometer.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/support/status_matchers.h"
#include "weir/dp/accountant.h"
#include "weir/dp/adaptive_filter.h"

namespace weir::dp {
namespace {

Epsilon Eps(const std::string& text) { return Epsilon::Parse(text).value(); }
Delta Del(const std::string& text) { return Delta::Parse(text).value(); }

PrivacyCost Pure(const std::string& epsilon) {
  const NoiseEvent event{NoiseKind::kDiscreteLaplace, LaplaceScale(Eps(epsilon), 1).value(), 1};
  return PrivacyCost::Create({event}, Eps(epsilon), Delta::Zero()).value();
}
PrivacyCost Gaussian(const std::string& epsilon, const std::string& delta) {
  const Rational variance = GaussianVariance(LargestRho(Eps(epsilon), Del(delta)), 9).value();
  return PrivacyCost::Create({{NoiseKind::kDiscreteGaussian, variance, 9}}, Eps(epsilon),
                             Del(delta))
      .value();
}
PrivacyCost Thresholded(const std::string& delta) {
  const NoiseEvent event{NoiseKind::kDiscreteLaplace, {10, 1}, 1};
  return PrivacyCost::Create({event}, Eps("0.1"), Del(delta), {{std::nullopt, Del(delta)}}).value();
}

TEST(OdometerTest, ShowsNothingBeforeTheFirstCharge) {
  EXPECT_EQ(Odometer::Create(Del("1e-6")).Spent(), std::nullopt);
}

TEST(OdometerTest, PureChargesAddExactlyWithoutADelta) {
  Odometer odometer = Odometer::Create(Delta::Zero());
  for (int i = 0; i < 3; ++i) WEIR_ASSERT_OK(odometer.Add(Pure("0.1")));
  EXPECT_EQ(odometer.Spent(), Eps("0.3"));
  WEIR_ASSERT_OK(odometer.Add(Gaussian("0.1", "1e-6")));
  EXPECT_EQ(odometer.Spent(), std::nullopt) << "no figure holds without a delta";
}

TEST(OdometerTest, ManySmallChargesAreLessThanTheirSum) {
  Odometer odometer = Odometer::Create(Del("1e-6"));
  for (int i = 0; i < 1000; ++i) WEIR_ASSERT_OK(odometer.Add(Pure("0.01")));
  ASSERT_TRUE(odometer.Spent().has_value());
  EXPECT_LT(*odometer.Spent(), Eps("2.5")) << "10 by addition";
}

// Twin: the conversion at all of delta, without a ladder, is what a filter fixed beforehand may
// say; the odometer must say more, and not much more.
TEST(OdometerTest, CostsMoreThanAFilterAndNotMuchMore) {
  Odometer odometer = Odometer::Create(Del("1e-6"));
  ExactRho rho;
  for (int i = 0; i < 200; ++i) {
    const PrivacyCost cost = Gaussian("0.05", "1e-8");
    WEIR_ASSERT_OK(odometer.Add(cost));
    rho = rho.AddUp(EventsRho(cost.events()).value());
    const double fixed = RhoToEpsilon(rho, Del("1e-6"))->value();
    ASSERT_TRUE(odometer.Spent().has_value());
    EXPECT_GT(odometer.Spent()->value(), fixed);
    EXPECT_LT(odometer.Spent()->value(), 1.7 * fixed);
  }
}

TEST(OdometerTest, OwnDeltasHaveHalfOfDelta) {
  Odometer odometer = Odometer::Create(Del("1e-6"));
  WEIR_ASSERT_OK(odometer.Add(Thresholded("5e-7")));
  EXPECT_TRUE(odometer.Spent().has_value());
  WEIR_ASSERT_OK(odometer.Add(Thresholded("1e-18")));
  EXPECT_EQ(odometer.Spent(), std::nullopt);
}

TEST(OdometerPropertyTest, NeverFallsAndNeverShowsLessThanTheRhoItself) {
  EXPECT_TRUE(rc::check([] {
    const auto sizes = *rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 2000));
    Odometer odometer = Odometer::Create(Del("1e-6"));
    ExactRho rho;
    int64_t sum = 0;
    std::optional<Epsilon> before;
    for (const int size : sizes) {
      const PrivacyCost cost = Pure(Epsilon::FromUnits(size * 1'000'000'000LL).value().ToString());
      RC_ASSERT(odometer.Add(cost).ok());
      rho = rho.AddUp(EventsRho(cost.events()).value());
      sum += cost.epsilon().units();
      const std::optional<Epsilon> after = odometer.Spent();
      RC_ASSERT(after.has_value());
      const bool falls = before.has_value() && *after < *before;
      RC_ASSERT(!falls);
      const bool is_sum = after->units() == sum;
      const bool is_more = RhoToEpsilon(rho, Del("1e-6"))->value() < after->value();
      RC_ASSERT((is_sum || is_more));
      before = after;
    }
  }));
}

}  // namespace
}  // namespace weir::dp
