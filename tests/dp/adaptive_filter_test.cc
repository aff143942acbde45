// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/adaptive_filter.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/support/status_matchers.h"
#include "weir/dp/accountant.h"

namespace weir::dp {
namespace {

using test::IsOk;
using test::IsPolicyRefusal;
using test::StatusIs;

Epsilon Eps(const std::string& text) { return Epsilon::Parse(text).value(); }
Delta Del(const std::string& text) { return Delta::Parse(text).value(); }
AdaptiveFilter Filter(const std::string& epsilon, const std::string& delta) {
  return AdaptiveFilter::Create(Eps(epsilon), Del(delta));
}

PrivacyCost Pure(Epsilon epsilon) {
  const NoiseEvent event{NoiseKind::kDiscreteLaplace, LaplaceScale(epsilon, 1).value(), 1};
  return PrivacyCost::Create({event}, epsilon, Delta::Zero()).value();
}
PrivacyCost Pure(const std::string& epsilon) { return Pure(Eps(epsilon)); }

PrivacyCost Gaussian(const std::string& epsilon, const std::string& delta) {
  const Rational variance = GaussianVariance(LargestRho(Eps(epsilon), Del(delta)), 9).value();
  return PrivacyCost::Create({{NoiseKind::kDiscreteGaussian, variance, 9}}, Eps(epsilon),
                             Del(delta))
      .value();
}

// Laplace noise and a threshold that fails with probability delta.
PrivacyCost Thresholded(const std::string& epsilon, const std::string& delta) {
  const NoiseEvent event{NoiseKind::kDiscreteLaplace, LaplaceScale(Eps(epsilon), 1).value(), 1};
  return PrivacyCost::Create({event}, Eps(epsilon), Del(delta), {{std::nullopt, Del(delta)}})
      .value();
}
// Selection by an (epsilon, delta)-private rule, then Laplace noise of epsilon.
PrivacyCost Selected(const std::string& epsilon, const std::string& delta) {
  const NoiseEvent event{NoiseKind::kDiscreteLaplace, LaplaceScale(Eps(epsilon), 1).value(), 1};
  const Epsilon both = Epsilon::FromUnits(2 * Eps(epsilon).units()).value();
  return PrivacyCost::Create({event}, both, Del(delta), {{Eps(epsilon), Del(delta)}}).value();
}

int HowMany(AdaptiveFilter filter, const PrivacyCost& cost, int most) {
  int count = 0;
  while (count < most && filter.Spend(cost).ok()) ++count;
  return count;
}

TEST(AdaptiveFilterTest, FourPureReleasesOfOneFitAndAFifthIsRefused) {
  AdaptiveFilter filter = Filter("4", "1e-6");
  for (int i = 0; i < 4; ++i) WEIR_ASSERT_OK(filter.Spend(Pure("1")));
  EXPECT_THAT(filter.CheckSpend(Pure("1")), IsPolicyRefusal("dataset_budget"));
  EXPECT_EQ(filter.SpentEpsilon(), Eps("4"));
  EXPECT_EQ(filter.RemainingPureEpsilon(), std::nullopt);
}

TEST(AdaptiveFilterTest, TenthsAddUpExactly) {
  AdaptiveFilter filter = Filter("0.3", "");
  for (int i = 0; i < 3; ++i) WEIR_ASSERT_OK(filter.Spend(Pure("0.1")));
  EXPECT_FALSE(filter.CanSpend(Pure("0.000000000001")));
}

TEST(AdaptiveFilterTest, WithoutDeltaOnlyAdditionCounts) {
  EXPECT_EQ(HowMany(Filter("1", ""), Pure("0.01"), 1000), 100);
  EXPECT_THAT(Filter("1", "").CheckSpend(Gaussian("0.1", "1e-9")),
              IsPolicyRefusal("dataset_budget"));
}

TEST(AdaptiveFilterTest, ManySmallPureReleasesComposeBetterThanByAddition) {
  // By addition 100, by zCDP at (1, 2.5e-7) 433.
  const int admitted = HowMany(Filter("1", "1e-6"), Pure("0.01"), 100'000);
  const RenyiBudget budget = RenyiBudgetFor(Eps("1"), Del("2.5e-7"));
  EXPECT_EQ(admitted,
            static_cast<int>(budget.limit.units / PureDivergence(Eps("0.01"), budget.order).units));
  EXPECT_GT(admitted, static_cast<int>(LargestRho(Eps("1"), Del("2.5e-7")).units /
                                       PureEpsilonRho(Eps("0.01")).units));
}

TEST(AdaptiveFilterTest, ThirtyReleasesOfATenthFitThreeAndMoreFitFour) {
  EXPECT_GE(HowMany(Filter("3", "1e-6"), Pure("0.1"), 1000), 30);
  EXPECT_EQ(HowMany(Filter("3", ""), Pure("0.1"), 1000), 30);
  EXPECT_GT(HowMany(Filter("4", "1e-6"), Pure("0.1"), 1000), 45);
}

TEST(AdaptiveFilterTest, ManySmallGaussiansComposeBetterThanByAddition) {
  const PrivacyCost small = Gaussian("0.05", "1e-8");
  const int admitted = HowMany(Filter("1", "1e-6"), small, 100'000);
  EXPECT_GT(admitted, 20 * 10) << "20 by addition";
  const ExactRho each = EventsRho(small.events()).value();
  EXPECT_EQ(admitted, static_cast<int>(LargestRho(Eps("1"), Del("2.5e-7")).units / each.units));
}

TEST(AdaptiveFilterTest, OneGaussianOfAQuarterOfTheBudgetFitsWithAllOfDelta) {
  EXPECT_THAT(Filter("4", "1e-6").CheckSpend(Gaussian("1", "1e-6")), IsOk());
  EXPECT_THAT(Filter("1", "1e-6").CheckSpend(Gaussian("1", "1e-6")),
              IsPolicyRefusal("dataset_budget"));
  EXPECT_THAT(Filter("1", "1e-6").CheckSpend(Gaussian("1", "5e-7")), IsOk());
}

TEST(AdaptiveFilterTest, DeltasCountInTheBasicAlternative) {
  AdaptiveFilter filter = Filter("4", "1e-6");
  WEIR_ASSERT_OK(filter.Spend(Pure("3")));  // 4.5 of rho: Renyi is gone
  EXPECT_FALSE(filter.renyi_holds());
  WEIR_ASSERT_OK(filter.Spend(Gaussian("0.25", "3e-7")));
  EXPECT_FALSE(filter.CanSpend(Gaussian("0.25", "3e-7"))) << "6e-7 is above the half of delta";
  WEIR_ASSERT_OK(filter.Spend(Gaussian("0.25", "2e-7")));
  EXPECT_FALSE(filter.CanSpend(Gaussian("0.25", "1e-18")));
  EXPECT_EQ(filter.SpentEpsilon(), Eps("3.5"));
}

TEST(AdaptiveFilterTest, OwnDeltasHaveTheirOwnRoom) {
  AdaptiveFilter filter = Filter("1", "1e-6");
  for (int i = 0; i < 60; ++i) WEIR_ASSERT_OK(filter.Spend(Thresholded("0.02", "4e-9")));
  EXPECT_FALSE(filter.basic_holds()) << "1.2 by addition";
  EXPECT_TRUE(filter.renyi_holds());
  EXPECT_FALSE(filter.CanSpend(Thresholded("0.000001", "2e-8"))) << "a quarter of delta is used up";
  EXPECT_TRUE(filter.CanSpend(Pure("0.000001")));
}

TEST(AdaptiveFilterTest, SelectionCountsInBothAlternatives) {
  EXPECT_EQ(HowMany(Filter("1", "1e-6"), Selected("0.1", "1e-7"), 100), 5);
  // Two pure parts each.
  const int admitted = HowMany(Filter("1", "1e-6"), Selected("0.01", "1e-10"), 10'000);
  const RenyiBudget budget = RenyiBudgetFor(Eps("1"), Del("2.5e-7"));
  EXPECT_EQ(admitted, static_cast<int>(budget.limit.units /
                                       (2 * PureDivergence(Eps("0.01"), budget.order).units)));
  EXPECT_GT(admitted, 50) << "by addition";
}

TEST(AdaptiveFilterTest, AnExceededAlternativeStaysExceeded) {
  AdaptiveFilter filter = Filter("4", "1e-6");
  WEIR_ASSERT_OK(filter.Spend(Pure("4")));
  EXPECT_TRUE(filter.basic_holds());
  EXPECT_FALSE(filter.renyi_holds());
  EXPECT_FALSE(filter.CanSpend(Pure("0.000000000001"))) << "it must not come back";
}

// Twin: choosing the alternative anew for each charge would admit this sequence.
TEST(AdaptiveFilterTest, AlternativesAreNotMixedOverTheSequence) {
  AdaptiveFilter filter = Filter("1", "1e-6");
  while (filter.basic_holds()) WEIR_ASSERT_OK(filter.Spend(Pure("0.01")));  // Renyi carries it now
  EXPECT_TRUE(filter.renyi_holds());
  EXPECT_FALSE(filter.CanSpend(Pure("0.9"))) << "fits the basic budget alone, but that is exceeded";
}

TEST(AdaptiveFilterTest, RefusalsChangeNothing) {
  AdaptiveFilter filter = Filter("1", "1e-6");
  WEIR_ASSERT_OK(filter.Spend(Pure("0.5")));
  EXPECT_FALSE(filter.Spend(Pure("0.6")).ok());
  EXPECT_EQ(filter.SpentEpsilon(), Eps("0.5"));
  EXPECT_THAT(filter.Spend(Pure("0.5")), IsOk());
}

TEST(AdaptiveFilterTest, RefusesCostsThatDoNotFollowFromTheirEvents) {
  const NoiseEvent event{NoiseKind::kDiscreteLaplace, {1, 2}, 1};  // epsilon 2
  const PrivacyCost lying = PrivacyCost::Create({event}, Eps("1"), Delta::Zero()).value();
  AdaptiveFilter filter = Filter("4", "");
  EXPECT_THAT(filter.Spend(lying), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_EQ(filter.SpentEpsilon(), std::nullopt);
}

TEST(AdaptiveFilterTest, ReplayCountsWhatTheBudgetWouldRefuse) {
  AdaptiveFilter filter = Filter("1", "");
  WEIR_ASSERT_OK(filter.Replay(Pure("1")));
  WEIR_ASSERT_OK(filter.Replay(Pure("1")));
  EXPECT_FALSE(filter.basic_holds());
  EXPECT_EQ(filter.RemainingPureEpsilon(), std::nullopt);
  EXPECT_FALSE(filter.CanSpend(Pure("0.000000000001")));
}

TEST(AdaptiveFilterTest, ReplayingGivesTheSameFilter) {
  AdaptiveFilter spent = Filter("2", "1e-6");
  AdaptiveFilter replayed = Filter("2", "1e-6");
  for (const PrivacyCost& cost : {Pure("0.3"), Gaussian("0.2", "1e-7"), Pure("0.7")}) {
    WEIR_ASSERT_OK(spent.Spend(cost));
    WEIR_ASSERT_OK(replayed.Replay(cost));
  }
  EXPECT_EQ(spent.SpentEpsilon(), replayed.SpentEpsilon());
  EXPECT_EQ(spent.RemainingPureEpsilon(), replayed.RemainingPureEpsilon());
}

TEST(AdaptiveFilterTest, TheSmallestDeltaLeavesAdditionOnly) {
  EXPECT_FALSE(Filter("1", "1e-18").renyi_holds());
  EXPECT_TRUE(Filter("1", "2e-18").renyi_holds());
}

// --- properties ---

// A random sequence of charges; delta units zero means pure.
std::vector<PrivacyCost> RandomCosts() {
  const auto sizes = *rc::gen::container<std::vector<std::pair<int64_t, int64_t>>>(
      rc::gen::pair(rc::gen::inRange<int64_t>(1'000'000'000, 1'500'000'000'000),
                    rc::gen::inRange<int64_t>(0, 400'000'000'000)));
  std::vector<PrivacyCost> costs;
  for (const auto& [epsilon_units, delta_units] : sizes) {
    const Epsilon epsilon = Epsilon::FromUnits(epsilon_units).value();
    costs.push_back(
        delta_units % 3 == 0 ? Pure(epsilon)
        : delta_units % 3 == 1
            ? Gaussian(epsilon.ToString(), Delta::FromUnits(delta_units).value().ToString())
            : Thresholded(epsilon.ToString(), Delta::FromUnits(delta_units).value().ToString()));
  }
  return costs;
}

// Recomputed from scratch, with none of the filter's code.
bool WithinOneAlternative(const std::vector<PrivacyCost>& admitted, Epsilon epsilon, Delta delta) {
  int64_t epsilon_units = 0;
  int64_t delta_units = 0;
  std::vector<NoiseEvent> events;
  std::vector<ApproximateEvent> others;
  int64_t own_units = 0;
  for (const PrivacyCost& cost : admitted) {
    epsilon_units += cost.epsilon().units();
    delta_units += cost.delta().units();
    events.insert(events.end(), cost.events().begin(), cost.events().end());
    others.insert(others.end(), cost.approximate().begin(), cost.approximate().end());
    for (const ApproximateEvent& other : cost.approximate()) own_units += other.delta.units();
  }
  const int64_t half = delta.units() / 2;
  const Delta conversion = Delta::FromUnits(half - half / 2).value();
  const RenyiBudget renyi = RenyiBudgetFor(epsilon, conversion);
  const bool holds =
      own_units <= half / 2 && EventsDivergence(events, others, renyi.order).value() <= renyi.limit;
  return (epsilon_units <= epsilon.units() && delta_units <= delta.units() - half) || holds;
}

TEST(AdaptiveFilterPropertyTest, NeverAdmitsBeyondTheBudget) {
  EXPECT_TRUE(rc::check([] {
    AdaptiveFilter filter = Filter("3", "1e-6");
    std::vector<PrivacyCost> admitted;
    for (const PrivacyCost& cost : RandomCosts()) {
      const bool could = filter.CanSpend(cost);
      RC_ASSERT(filter.Spend(cost).ok() == could);
      if (could) admitted.push_back(cost);
      RC_ASSERT(WithinOneAlternative(admitted, Eps("3"), Del("1e-6")));
      if (!could) {
        std::vector<PrivacyCost> beyond = admitted;
        beyond.push_back(cost);
        RC_ASSERT(!WithinOneAlternative(beyond, Eps("3"), Del("1e-6")));
      }
    }
  }));
}

TEST(AdaptiveFilterPropertyTest, TheOrderOfChargesDoesNotMatter) {
  EXPECT_TRUE(rc::check([] {
    std::vector<PrivacyCost> costs = RandomCosts();
    AdaptiveFilter forwards = Filter("1000", "1e-6");
    AdaptiveFilter backwards = Filter("1000", "1e-6");
    for (const PrivacyCost& cost : costs) RC_ASSERT(forwards.Replay(cost).ok());
    std::reverse(costs.begin(), costs.end());
    for (const PrivacyCost& cost : costs) RC_ASSERT(backwards.Replay(cost).ok());
    RC_ASSERT(forwards.SpentEpsilon() == backwards.SpentEpsilon());
    RC_ASSERT(forwards.RemainingPureEpsilon() == backwards.RemainingPureEpsilon());
  }));
}

TEST(AdaptiveFilterPropertyTest, WhatIsLeftIsExactlyWhatIsAdmitted) {
  EXPECT_TRUE(rc::check([] {
    AdaptiveFilter filter = Filter("3", "1e-6");
    for (const PrivacyCost& cost : RandomCosts()) (void)filter.Spend(cost);
    const std::optional<Epsilon> left = filter.RemainingPureEpsilon();
    RC_PRE(left.has_value());
    RC_ASSERT(filter.CanSpend(Pure(*left)));
    RC_ASSERT(!filter.CanSpend(Pure(Epsilon::FromUnits(left->units() + 1).value())));
  }));
}

TEST(AdaptiveFilterPropertyTest, SpentGrowsAndStaysWithinTheBudget) {
  EXPECT_TRUE(rc::check([] {
    AdaptiveFilter filter = Filter("3", "1e-6");
    size_t spent = 0;
    for (const PrivacyCost& cost : RandomCosts()) {
      const std::optional<Epsilon> before = filter.SpentEpsilon();
      if (!filter.Spend(cost).ok()) continue;
      ++spent;
      const std::optional<Epsilon> after = filter.SpentEpsilon();
      RC_ASSERT(after.has_value());
      RC_ASSERT(*after <= Eps("3"));
      const bool grows = !before.has_value() || *before <= *after;
      RC_ASSERT(grows);
    }
    RC_PRE(spent > 0);
  }));
}

}  // namespace
}  // namespace weir::dp
