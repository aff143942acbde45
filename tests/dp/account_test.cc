// SPDX-License-Identifier: Apache-2.0
// All accountants against closed forms and published figures: never below, and close above.
#include "weir/dp/account.h"

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/dp/golden_vectors.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/basic_composition.h"
#include "weir/dp/internal/loss_masses.h"
#include "weir/dp/renyi.h"

namespace weir::dp {
namespace {

using test::GoldenRows;
using test::Number;
using test::StatusIs;
using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
using Events = std::vector<LossEvent>;

Delta DeltaFrom(const std::string& text) { return *Delta::Create(Number(text)); }
uint64_t Count(const std::string& text) { return std::stoull(text); }

AccountFigures EpsilonOf(const Events& events, Delta delta) {
  const auto figures = AccountEpsilon(events, delta);
  EXPECT_TRUE(figures.ok()) << figures.status();
  return *figures;
}

// In [true, true (1 + above)], less a few roundings.
void ExpectJustAbove(double value, double exact, double above) {
  EXPECT_GE(value, exact * (1 - 1e-12));
  EXPECT_LE(value, exact * (1 + above));
}

TEST(AccountTest, GaussiansComposeExactly) {
  for (const auto& row : GoldenRows("gaussian_composition")) {
    const Events events = {{LossKind::kGaussian, Number(row[0]), 0, Count(row[1])}};
    ExpectJustAbove(EpsilonOf(events, DeltaFrom(row[2])).pld, Number(row[3]), 1e-6);
  }
}

TEST(AccountTest, PureMechanismsComposeOptimally) {
  for (const auto& row : GoldenRows("pure_composition")) {
    const PureRuns runs = {Number(row[0]), Count(row[1])};
    const Delta delta = DeltaFrom(row[2]);
    const AccountFigures figures =
        EpsilonOf({{LossKind::kPure, runs.epsilon, 0, runs.count}}, delta);
    ExpectJustAbove(figures.basic, Number(row[3]), 1e-12);
    ExpectJustAbove(AdvancedEpsilon(runs, delta), Number(row[4]), 1e-12);
    ExpectJustAbove(KairouzOhViswanathEpsilon(runs, delta), Number(row[5]), 1e-12);
    ExpectJustAbove(figures.pld, Number(row[6]), 1e-5);
  }
}

TEST(AccountTest, ZcdpConvertsAtItsBestOrder) {
  for (const auto& row : GoldenRows("zcdp_conversion")) {
    const double sigma = std::sqrt(1 / (2 * Number(row[0])));
    const AccountFigures figures = EpsilonOf({{LossKind::kGaussian, sigma}}, DeltaFrom(row[1]));
    EXPECT_NEAR(figures.zcdp, Number(row[3]), 1e-9 * Number(row[3]));
    EXPECT_NEAR(figures.pld, Number(row[4]), 1e-7 * Number(row[4]));
    ExpectJustAbove(figures.basic, Number(row[4]), 1e-9);
  }
}

TEST(AccountTest, CensusBudgetsConvertAsTheirFormulaSays) {
  for (const auto& row : GoldenRows("census_2020")) {
    const double published = std::sqrt(1 / (2 * Number(row[1])));
    const double solved = std::sqrt(1 / (2 * Number(row[3])));
    const Delta delta = *Delta::Create(1e-10);
    EXPECT_NEAR(EpsilonOf({{LossKind::kGaussian, published}}, delta).zcdp, Number(row[4]), 1e-9);
    EXPECT_NEAR(EpsilonOf({{LossKind::kGaussian, solved}}, delta).zcdp, Number(row[2]), 1e-6);
  }
}

TEST(AccountTest, RenyiConvertsAtTheFixedOrders) {
  for (const auto& row : GoldenRows("rdp_gaussian")) {
    const Events events = {{LossKind::kGaussian, Number(row[0]), 0, Count(row[1])}};
    ExpectJustAbove(EpsilonOf(events, DeltaFrom(row[2])).rdp, Number(row[5]), 1e-12);
  }
}

// That implementation stops its series for fractional orders early: 6e-7 above the exact value.
TEST(AccountTest, RenyiAgreesWithAnotherImplementation) {
  for (const auto& row : GoldenRows("rdp_reference")) {
    const Events events = {
        {LossKind::kSubsampledGaussian, Number(row[0]), Number(row[1]), Count(row[2])}};
    const double epsilon = EpsilonOf(events, DeltaFrom(row[3])).rdp;
    EXPECT_NEAR(epsilon, Number(row[4]), 1e-6 * Number(row[4]));
  }
}

TEST(AccountTest, SamplingAmplifiesPureMechanisms) {
  for (const auto& row : GoldenRows("poisson_subsampling_pure")) {
    const double epsilon = AmplifiedEpsilon({.epsilon = Number(row[0]), .rate = Number(row[1])});
    EXPECT_GE(epsilon, Number(row[2]));
    EXPECT_LE(epsilon, Number(row[2]) * (1 + 1e-14));
  }
}

TEST(AccountTest, PrivacyLossIsCloseToAnotherImplementation) {
  const std::map<std::string, LossKind> kinds = {
      {"gaussian", LossKind::kGaussian},
      {"laplace", LossKind::kLaplace},
      {"discrete_gaussian", LossKind::kDiscreteGaussian},
      {"subsampled_gaussian", LossKind::kSubsampledGaussian}};
  for (const auto& row : GoldenRows("pld_reference")) {
    const double value = Number(row[1]);
    const uint64_t count = Count(row[3]);
    Events events;
    if (row[0] == "mixed") {
      events = {{LossKind::kGaussian, value, 0, count}, {LossKind::kLaplace, value, 0, count}};
    } else if (row[0] == "discrete_laplace") {
      events = {{LossKind::kDiscreteLaplace, 1 / value, 0, count}};
    } else {
      events = {{kinds.at(row[0]), value, Number(row[2]), count}};
    }
    // Theirs is an upper bound on a coarser grid.
    const double theirs = Number(row[6]);
    const double below = 6e-4;
    const double epsilon = EpsilonOf(events, DeltaFrom(row[4])).pld;
    EXPECT_GE(epsilon, theirs * (1 - below)) << row[0] << " " << row[4];
    EXPECT_LE(epsilon, theirs * (1 + 2e-5)) << row[0] << " " << row[4];
  }
}

TEST(AccountTest, LaplaceIsInItsBracket) {
  for (const auto& row : GoldenRows("laplace_composition")) {
    const Events events = {{LossKind::kLaplace, Number(row[0]), 0, Count(row[1])}};
    const double epsilon = EpsilonOf(events, DeltaFrom(row[2])).pld;
    EXPECT_GE(epsilon, Number(row[3]));
    EXPECT_LE(epsilon, Number(row[4]) * (1 + 1e-6));
  }
  for (const auto& row : GoldenRows("laplace_estimate")) {
    const Events events = {{LossKind::kLaplace, Number(row[0]), 0, Count(row[1])}};
    EXPECT_NEAR(EpsilonOf(events, DeltaFrom(row[2])).pld, Number(row[3]), 4e-5);
  }
  for (const auto& row : GoldenRows("mixed_composition")) {
    const Events events = {{LossKind::kGaussian, 100, 0, 1000}, {LossKind::kLaplace, 100, 0, 1000}};
    const double epsilon = EpsilonOf(events, DeltaFrom(row[0])).pld;
    EXPECT_GE(epsilon, Number(row[1]));
    EXPECT_LE(epsilon, Number(row[2]));
  }
}

TEST(AccountTest, TwoHundredKindsCompose) {
  Events events;
  for (int i = 0; i < 200; ++i) {
    events.push_back({i % 2 == 0 ? LossKind::kGaussian : LossKind::kLaplace, 20 + 0.5 * i});
  }
  for (const auto& row : GoldenRows("heterogeneous_composition")) {
    EXPECT_NEAR(EpsilonOf(events, DeltaFrom(row[0])).pld, Number(row[1]), 1e-4);
  }
}

// An event each of ordinary and extreme size.
Events ManyEvents() {
  Events events;
  for (const uint64_t count : {uint64_t{1}, uint64_t{1'000'000}}) {
    for (const double sigma : {0.3, 5.0, 1e5}) {
      events.push_back({LossKind::kGaussian, sigma, 0, count});
      events.push_back({LossKind::kDiscreteGaussian, sigma, 0, count});
      events.push_back({LossKind::kLaplace, sigma, 0, count});
      events.push_back({LossKind::kDiscreteLaplace, sigma, 0, count, 3});
    }
    events.push_back({LossKind::kSubsampledGaussian, 0.3, 1e-5, count});
    events.push_back({LossKind::kSubsampledGaussian, 5, 0.5, count});
    events.push_back({LossKind::kPure, 0.01, 0, count});
    events.push_back({LossKind::kApproximate, 0.5, 1e-16, count});
  }
  return events;
}

// Order of the accountants, of the deltas, and of more against fewer runs: no numbers that are not.
TEST(AccountTest, StaysInOrderOverWideRanges) {
  for (const LossEvent& event : ManyEvents()) {
    double before = 0;
    for (const double delta : {1e-3, 1e-8, 1e-14}) {
      const AccountFigures figures = EpsilonOf({event}, *Delta::Create(delta));
      EXPECT_GE(figures.pld, before * (1 - 1e-6));
      EXPECT_GE(figures.pld, 0);
      EXPECT_LE(figures.pld, std::min({figures.rdp, figures.zcdp, figures.basic}));
      EXPECT_FALSE(std::isnan(figures.rdp + figures.zcdp + figures.basic));
      before = figures.pld;
    }
  }
}

// delta(epsilon(delta)) is delta: both are the same bound, read in two directions.
TEST(AccountTest, DeltaIsTheInverseOfEpsilon) {
  const Events events = {{LossKind::kGaussian, 20, 0, 50},
                         {LossKind::kDiscreteGaussian, 30, 0, 20},
                         {LossKind::kApproximate, 0.1, 1e-9, 3},
                         {LossKind::kSubsampledGaussian, 2, 0.01, 100}};
  const Delta delta = *Delta::Create(1e-6);
  const AccountFigures figures = EpsilonOf(events, delta);
  const auto at = [&](double epsilon) { return *AccountDelta(events, *Epsilon::Create(epsilon)); };
  EXPECT_NEAR(at(figures.pld).pld, 1e-6, 1e-10);
  EXPECT_NEAR(at(figures.rdp).rdp, 1e-6, 1e-10);
  EXPECT_NEAR(at(figures.zcdp).zcdp, 1e-6, 1e-10);
  EXPECT_NEAR(at(figures.basic).basic, 1e-6, 1e-10);
  EXPECT_EQ(at(1e-12).basic, 1);
}

// Several units: sensitivities grow, exactly where the noise says so.
TEST(AccountTest, AGroupIsThatMuchMoreSensitive) {
  const Delta delta = *Delta::Create(1e-6);
  const auto pld = [&](LossEvent event) { return EpsilonOf({event}, delta).pld; };
  EXPECT_NEAR(pld({LossKind::kGaussian, 30, 0, 7, 3}), pld({LossKind::kGaussian, 10, 0, 7}), 1e-9);
  EXPECT_NEAR(pld({LossKind::kLaplace, 30, 0, 7, 3}), pld({LossKind::kLaplace, 10, 0, 7}), 1e-9);
  EXPECT_NEAR(pld({LossKind::kPure, 0.1, 0, 7, 3}), pld({LossKind::kPure, 0.3, 0, 7}), 1e-9);
  // Steps of two between the ends: less than the worst mechanism of that epsilon.
  EXPECT_LT(pld({LossKind::kDiscreteLaplace, 30, 0, 70, 3}), pld({LossKind::kPure, 0.1, 0, 70}));
  EXPECT_GT(pld({LossKind::kDiscreteLaplace, 30, 0, 70, 3}),
            pld({LossKind::kDiscreteLaplace, 30, 0, 70, 2}));
  // (0.1, 1e-9) three times over: 1e-9 (1 + e^0.1 + e^0.2).
  const double grown = 1e-9 * (1 + std::exp(0.1) + std::exp(0.2));
  const Events once = {{LossKind::kApproximate, 0.1, 1e-9, 1, 3}};
  EXPECT_NEAR(AccountDelta(once, *Epsilon::Create(0.3))->pld, grown, 1e-15);
}

// A discrete Gaussian at shift `group`: the sum of (P - e^epsilon Q) where it is positive.
TEST(AccountTest, DiscreteGaussianOfAGroupIsItsSum) {
  constexpr double kSigma = 4;
  constexpr int kGroup = 3;
  constexpr double kEpsilon = 1.5;
  double total = 0;
  double delta = 0;
  for (int x = -60; x <= 60; ++x) {
    const double p = std::exp(-x * x / (2 * kSigma * kSigma));
    const double q = std::exp(-(x + kGroup) * (x + kGroup) / (2 * kSigma * kSigma));
    total += p;
    delta += std::max(0.0, p - std::exp(kEpsilon) * q);
  }
  const Events events = {{LossKind::kDiscreteGaussian, kSigma, 0, 1, kGroup}};
  ExpectJustAbove(AccountDelta(events, *Epsilon::Create(kEpsilon))->pld, delta / total, 1e-4);
}

TEST(RenyiTest, RhoOfLaplaceAndPureIsTheLargestRatio) {
  for (const double size : {0.01, 0.5, 3.0}) {
    for (const LossEvent& event : Events{{LossKind::kLaplace, 1 / size}, {LossKind::kPure, size}}) {
      ZcdpAccount account;
      WEIR_ASSERT_OK(account.Add(event));
      for (const double order : {1.0001, 1.01, 1.5, 2.0, 5.0, 30.0}) {
        EXPECT_LE(*RenyiDivergence(event, order) / order, account.rho() * (1 + 1e-9)) << order;
      }
      EXPECT_NEAR(*RenyiDivergence(event, 1.0001), account.rho(), 2e-4 * account.rho());
    }
  }
}

// Against E[e^((order - 1) loss)] summed over a fine grid, on which it is slightly larger.
TEST(RenyiTest, DivergencesAreThoseOfTheLaws) {
  const Events events = {{LossKind::kLaplace, 0.7},
                         {LossKind::kDiscreteLaplace, 2, 0, 1, 3},
                         {LossKind::kPure, 1.3},
                         {LossKind::kSubsampledGaussian, 2.5, 0.2},
                         {LossKind::kGaussian, 2},
                         {LossKind::kLaplace, 500},
                         {LossKind::kDiscreteGaussian, 1.5}};
  for (const LossEvent& event : events) {
    const double grid = 1e-4;
    const LossMasses masses = internal::MassesOf(event, internal::Direction::kRemove, grid);
    for (const double order : {1.3, 2.0, 4.5, 11.0}) {
      double moment = 0;
      for (size_t i = 0; i < masses.mass.size(); ++i) {
        const double loss = grid * static_cast<double>(masses.first + static_cast<int64_t>(i));
        moment += masses.mass[i] * std::exp((order - 1) * loss);
      }
      const double divergence = *RenyiDivergence(event, order);
      EXPECT_NEAR(divergence, std::log(moment) / (order - 1), 1e-7 + 1e-3 * divergence) << order;
    }
  }
}

TEST(RenyiTest, RefusesOrdersThatAreNone) {
  for (const double order : {1.0, 0.5, -2.0, std::nan(""), kInfinity}) {
    EXPECT_THAT(RenyiDivergence({LossKind::kPure, 1}, order).status(),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("order")));
  }
}

TEST(AccountTest, DeltaZeroLeavesPureMechanismsOnly) {
  const AccountFigures pure = EpsilonOf({{LossKind::kPure, 0.25, 0, 4}}, Delta::Zero());
  ExpectJustAbove(pure.pld, 1, 1e-12);
  EXPECT_EQ(pure.rdp, kInfinity);
  const AccountFigures gaussian = EpsilonOf({{LossKind::kGaussian, 5}}, Delta::Zero());
  EXPECT_EQ(gaussian.pld, kInfinity);
  EXPECT_EQ(gaussian.basic, kInfinity);
}

// Ten events of (1, 10^-7) are (10, 10^-6), not a little more than is asked for.
TEST(AccountTest, DecimalBudgetsAddExactly) {
  const auto approximate = [](double delta, uint64_t count) {
    return Events{{LossKind::kApproximate, 1, delta, count}};
  };
  const auto at = [](double delta) { return *Delta::Create(delta); };
  EXPECT_EQ(EpsilonOf(approximate(1e-6, 1), at(1e-6)).pld, 1);
  EXPECT_EQ(EpsilonOf(approximate(1e-7, 10), at(1e-6)).basic, 10);
  EXPECT_LE(EpsilonOf(approximate(1e-7, 10), at(1e-6)).pld, 10);
  EXPECT_EQ(AccountDelta(approximate(1e-7, 10), *Epsilon::Create(10))->basic, 1e-6);
  for (const double unit : {3e-7, 0.000125, 1e-18, 7e-5}) {
    EXPECT_EQ(EpsilonOf(approximate(unit, 3), at(3 * unit)).basic, 3) << unit;
    // The twin: the next smaller delta has no room for them.
    const Delta less = *Delta::FromUnits(at(3 * unit).units() - 1);
    EXPECT_EQ(EpsilonOf(approximate(unit, 3), less).basic, kInfinity) << unit;
  }
  // No multiple of 10^-18: rounded up.
  EXPECT_EQ(EpsilonOf(approximate(1.5e-18, 2), at(3e-18)).basic, kInfinity);
  EXPECT_EQ(EpsilonOf(approximate(1.5e-18, 2), at(4e-18)).basic, 2);
}

TEST(AccountTest, DecimalEpsilonsAddExactly) {
  const auto delta_of = [](const Events& events, double epsilon) {
    return AccountDelta(events, *Epsilon::Create(epsilon))->pld;
  };
  EXPECT_EQ(delta_of({{LossKind::kPure, 0.1, 0, 3}}, 0.3), 0);
  EXPECT_GT(delta_of({{LossKind::kPure, 0.1, 0, 3}}, 0.299999999999), 0);
  EXPECT_EQ(delta_of({{LossKind::kLaplace, 3, 0, 3}}, 1), 0);
  EXPECT_EQ(delta_of({{LossKind::kDiscreteLaplace, 4, 0, 1, 2}}, 0.5), 0);
  EXPECT_EQ(EpsilonOf({{LossKind::kLaplace, 3, 0, 3}}, Delta::Zero()).basic, 1);
  EXPECT_EQ(EpsilonOf({{LossKind::kPure, 0.1, 0, 3}}, Delta::Zero()).basic, 0.3);
  // Not representable: never below.
  const double third = EpsilonOf({{LossKind::kLaplace, 3}}, Delta::Zero()).basic;
  EXPECT_GE(static_cast<long double>(third) * 3, 1);
  EXPECT_LE(third, std::nextafter(1.0 / 3, 1));
}

TEST(AccountTest, RefusesWhatIsNoEvent) {
  EXPECT_THAT(AccountEpsilon({}, Delta::Zero()).status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("no event")));
  EXPECT_THAT(AccountEpsilon(Events{{LossKind::kGaussian, -1}}, Delta::Zero()).status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("sigma")));
  EXPECT_THAT(AccountDelta(Events{{LossKind::kPure, 1, 0, 1, 0}}, *Epsilon::Create(1)).status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("group")));
}

}  // namespace
}  // namespace weir::dp
