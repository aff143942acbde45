// SPDX-License-Identifier: Apache-2.0
#include "weir/base/binomial_bounds.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/statistical/dp/goodness_of_fit.h"

namespace weir {
namespace {

using test::BinomialLowerTail;

TEST(BinomialBoundsTest, AreThoseOfTheTables) {
  // R: binom.test(5, 10)$conf.int
  EXPECT_NEAR(BinomialLowerBound({.hits = 5, .count = 10}, 0.025), 0.1870860, 2e-5);
  EXPECT_NEAR(BinomialUpperBound({.hits = 5, .count = 10}, 0.025), 0.8129140, 2e-5);
  // Closed forms.
  EXPECT_NEAR(BinomialLowerBound({.hits = 40, .count = 40}, 1e-9), std::pow(1e-9, 1.0 / 40), 1e-5);
  EXPECT_NEAR(BinomialUpperBound({.hits = 0, .count = 40}, 1e-9), 1 - std::pow(1e-9, 1.0 / 40),
              1e-5);
  EXPECT_EQ(BinomialLowerBound({.hits = 0, .count = 40}, 1e-9), 0);
  EXPECT_EQ(BinomialUpperBound({.hits = 40, .count = 40}, 1e-9), 1);
}

TEST(BinomialBoundsTest, LeaveTheStatedTailAtAnySize) {
  for (const Trials trials : {Trials{3, 1000}, Trials{500, 1000}, Trials{20'000, 1'000'000},
                              Trials{999'000, 1'000'000}, Trials{250'000'000, 1'000'000'000}}) {
    for (const double risk : {1e-3, 1e-9, 1e-30}) {
      const double upper = BinomialUpperBound(trials, risk);
      const double tail = BinomialLowerTail(trials.hits, trials.count, upper);
      EXPECT_LE(tail, risk) << trials.hits << " of " << trials.count;
      EXPECT_GE(tail, 0.999 * risk) << trials.hits << " of " << trials.count;
    }
  }
}

TEST(BinomialBoundsTest, MissTheTruthNoMoreOftenThanTheRisk) {
  constexpr uint64_t kTrials = 60;
  constexpr double kRisk = 0.05;
  for (const double truth : {0.01, 0.1, 0.3, 0.5, 0.9, 0.99}) {
    double missed = 0;
    for (uint64_t hits = 0; hits <= kTrials; ++hits) {
      if (BinomialLowerBound({hits, kTrials}, kRisk) <= truth) continue;
      const double below = hits == 0 ? 0 : BinomialLowerTail(hits - 1, kTrials, truth);
      missed += BinomialLowerTail(hits, kTrials, truth) - below;
    }
    EXPECT_LE(missed, kRisk) << truth;
  }
}

}  // namespace
}  // namespace weir
