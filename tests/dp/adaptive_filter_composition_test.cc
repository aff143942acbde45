// SPDX-License-Identifier: Apache-2.0
// By brute force: the exact privacy loss distribution of everything that a filter admitted stays
// within what the account was granted.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "weir/dp/accountant.h"
#include "weir/dp/adaptive_filter.h"
#include "weir/dp/calibration.h"
#include "weir/dp/noise_planner.h"
#include "weir/dp/privacy_loss.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

Epsilon Eps(const std::string& text) { return Epsilon::Parse(text).value(); }
Delta Del(const std::string& text) { return Delta::Parse(text).value(); }
Epsilon Thousandths(int64_t count) { return Epsilon::FromUnits(count * 1'000'000'000).value(); }

constexpr uint64_t kKeys = 4;  // of a Gaussian release: each moves by one

// One release and its mechanisms at the worst shift.
struct Release {
  PrivacyCost cost;
  std::vector<LossEvent> losses;
};

Release LaplaceRelease(Epsilon epsilon, uint64_t l1) {
  const NoiseEvent event{NoiseKind::kDiscreteLaplace, LaplaceScale(epsilon, l1).value(), l1};
  return {
      PrivacyCost::Create({event}, epsilon, Delta::Zero()).value(),
      {{.kind = LossKind::kDiscreteLaplace, .parameter = ToDouble(event.parameter), .group = l1}}};
}

LossEvent GaussianLoss(const NoiseEvent& event) {
  return {.kind = LossKind::kDiscreteGaussian,
          .parameter = std::sqrt(ToDouble(event.parameter)),
          .count = kKeys};
}

// As the planner makes it, with keys that are selected or not.
Release GaussianRelease(Epsilon epsilon, Delta delta, bool selects) {
  NoisePlanOptions options{.epsilon = epsilon,
                           .delta = delta,
                           .measures = {{kKeys, kKeys}},
                           .kind = NoiseKind::kDiscreteGaussian};
  const Epsilon half = Epsilon::FromUnits(epsilon.units() / 2).value();
  const Delta own = Delta::FromUnits(delta.units() / 2).value();
  if (selects) options.others = {{half, own}};
  const NoisePlan plan = PlanNoise(options).value();
  Release release{plan.cost, {GaussianLoss(plan.measures[0].event)}};
  if (selects) {
    release.losses.push_back(
        {.kind = LossKind::kApproximate, .parameter = half.value(), .second = own.value()});
  }
  return release;
}

// A few kinds of releases, asked for again and again.
std::vector<Release> RandomMenu() {
  std::vector<Release> menu;
  const auto kinds = *rc::gen::inRange(1, 4);
  for (int i = 0; i < kinds; ++i) {
    const Epsilon epsilon = Thousandths(*rc::gen::inRange<int64_t>(20, 900));
    switch (*rc::gen::inRange(0, 3)) {
      case 0:
        menu.push_back(LaplaceRelease(epsilon, *rc::gen::inRange<uint64_t>(1, 40)));
        break;
      case 1:
        menu.push_back(GaussianRelease(epsilon, Del("1e-8"), /*selects=*/false));
        break;
      default:
        menu.push_back(GaussianRelease(epsilon, Del("5e-9"), /*selects=*/true));
    }
  }
  return menu;
}

// Asks in a random order until nothing of the menu is admitted any more.
std::vector<LossEvent> Exhaust(AdaptiveFilter filter, const std::vector<Release>& menu,
                               uint64_t order) {
  std::vector<LossEvent> admitted;
  size_t refused = 0;
  for (uint64_t asked = 0; refused < menu.size() && asked < 5000; ++asked) {
    order = order * 6364136223846793005U + 1442695040888963407U;
    const size_t first = (order >> 33) % menu.size();
    refused = 0;
    for (size_t i = 0; i < menu.size(); ++i) {
      const Release& release = menu[(first + i) % menu.size()];
      if (!filter.Spend(release.cost).ok()) {
        ++refused;
        continue;
      }
      admitted.insert(admitted.end(), release.losses.begin(), release.losses.end());
      break;
    }
  }
  return admitted;
}

// The figures of the privacy loss distribution are rounded up by about 10^-5 of epsilon.
constexpr double kGrid = 1e-3;

double ComposedDelta(const std::vector<LossEvent>& losses, Epsilon epsilon) {
  return PrivacyLoss::Compose(losses).value().Delta(epsilon.value());
}

TEST(AdaptiveFilterCompositionTest, WhatIsAdmittedStaysWithinTheGrantByThePrivacyLoss) {
  EXPECT_TRUE(rc::check([] {
    const Epsilon epsilon = Thousandths(*rc::gen::inRange<int64_t>(1000, 6000));
    const std::vector<Release> menu = RandomMenu();
    const auto order = *rc::gen::arbitrary<uint64_t>();
    const std::vector<LossEvent> losses =
        Exhaust(AdaptiveFilter::Create(epsilon, Del("1e-6")), menu, order);
    RC_ASSERT(!losses.empty());
    // A basic composition that is used up to the last unit has its delta on the point itself.
    const Epsilon above = Epsilon::FromUnits(epsilon.units() + epsilon.units() / 100'000).value();
    RC_ASSERT(ComposedDelta(losses, above) <= 1e-6 * (1 + kGrid));
  }));
}

// Twin: a filter that admits 40 % more epsilon than the grant is found, whichever alternative
// carries it.
TEST(AdaptiveFilterCompositionTest, AFilterThatAdmitsMoreIsFound) {
  const std::vector<Release> releases = {
      LaplaceRelease(Eps("0.05"), 1), LaplaceRelease(Eps("0.5"), 20), LaplaceRelease(Eps("1"), 1),
      GaussianRelease(Eps("0.2"), Del("1e-9"), false),
      GaussianRelease(Eps("0.2"), Del("1e-9"), true)};
  for (const Release& release : releases) {
    const std::vector<LossEvent> losses =
        Exhaust(AdaptiveFilter::Create(Eps("5.6"), Del("1e-6")), {release}, /*order=*/1);
    EXPECT_GT(ComposedDelta(losses, Eps("4")), 1e-6);
  }
}

int HowMany(const Release& release, Epsilon epsilon) {
  AdaptiveFilter filter = AdaptiveFilter::Create(epsilon, Del("1e-6"));
  int count = 0;
  while (count < 100'000 && filter.Spend(release.cost).ok()) ++count;
  return count;
}

// Accountant 2: addition, or the rhos of the events within the rho of a quarter of delta.
int HowManyByZcdp(const Release& release, Epsilon epsilon) {
  const auto added = static_cast<int>(epsilon.units() / release.cost.epsilon().units());
  const ExactRho each = EventsRho(release.cost.events(), release.cost.approximate()).value();
  const auto by_rho = static_cast<int>(LargestRho(epsilon, Del("2.5e-7")).units / each.units);
  return std::max(added, by_rho);
}

TEST(AdaptiveFilterCompositionTest, NoReleasePassesLessOftenThanByZcdp) {
  for (const char* epsilon : {"1", "4", "8", "16"}) {
    for (const char* each : {"0.01", "0.05", "0.1", "0.25", "0.5", "1"}) {
      for (const uint64_t l1 : {1U, 50U}) {
        const Release release = LaplaceRelease(Eps(each), l1);
        const int before = HowManyByZcdp(release, Eps(epsilon));
        const int now = HowMany(release, Eps(epsilon));
        EXPECT_GE(now, before) << epsilon << " " << each << " " << l1;
      }
    }
  }
}

// Where Laplace noise is far from the worst pure mechanism, the gain shows: some rows of the table
// in docs/explanation/adaptive-filter.md.
TEST(AdaptiveFilterCompositionTest, LaplaceReleasesOfAQuarterPassMoreOften) {
  const Release release = LaplaceRelease(Eps("0.25"), 50);
  EXPECT_EQ(HowManyByZcdp(release, Eps("8")), 32);
  EXPECT_EQ(HowMany(release, Eps("8")), 38);
  EXPECT_EQ(HowManyByZcdp(release, Eps("16")), 100);
  EXPECT_EQ(HowMany(release, Eps("16")), 114);
  EXPECT_EQ(HowMany(LaplaceRelease(Eps("0.1"), 50), Eps("4")), 63);
}

}  // namespace
}  // namespace weir::dp
