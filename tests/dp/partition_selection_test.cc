// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/partition_selection.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/dp/exact_laws.h"
#include "tests/dp/golden_vectors.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/release_threshold.h"
#include "weir/dp/truncated_geometric.h"

namespace weir::dp {
namespace {

using test::ExactUpperTail;
using test::GoldenRows;
using test::Number;
using test::SeededRandom;
using test::StatusIs;
using ::testing::HasSubstr;

constexpr int64_t kFarUnits = int64_t{1} << 62;

Epsilon Eps(const std::string& text) { return Epsilon::Parse(text).value(); }
Delta Del(const std::string& text) { return Delta::Parse(text).value(); }
L0Sensitivity L0(int64_t value) { return L0Sensitivity::Create(value).value(); }
SelectionOptions Options(const std::string& epsilon, const std::string& delta, int64_t l0) {
  return {Eps(epsilon), Del(delta), L0(l0)};
}
PartitionSelector Selector(SelectionRule rule, const SelectionOptions& options) {
  return PartitionSelector::Create(rule, options).value();
}

// --- truncated geometric ---

TEST(TruncatedGeometricTest, AgreesWithTheOptimalRecurrence) {
  for (const auto& row : GoldenRows("truncated_geometric")) {
    WEIR_ASSERT_OK_AND_ASSIGN(
        const auto law, TruncatedGeometric::Plan(Eps(row[0]), Del(row[1]), L0(std::stoll(row[2]))));
    const double expected = Number(row[4]);
    EXPECT_NEAR(law.KeepProbability(std::stoll(row[3])), expected, 1e-12 * expected)
        << row[0] << " " << row[1] << " " << row[2] << " " << row[3];
  }
}

struct PrivacyCase {
  const char* name;
  const char* epsilon;
  const char* delta;
  int64_t l0;
};

// Largest delta that the probabilities of showing a key need at the epsilon of one key.
long double NeededDelta(const TruncatedGeometric& law, long double epsilon, int64_t units) {
  const long double p = law.KeepProbability(units);
  const long double before = law.KeepProbability(units - 1);
  return std::max({p - std::exp(epsilon) * before, before - std::exp(epsilon) * p,
                   (1 - before) - std::exp(epsilon) * (1 - p),
                   (1 - p) - std::exp(epsilon) * (1 - before)});
}

class TruncatedGeometricPrivacyTest : public ::testing::TestWithParam<PrivacyCase> {};

TEST_P(TruncatedGeometricPrivacyTest, NeighboursDifferByAtMostEpsilonAndDelta) {
  const PrivacyCase& c = GetParam();
  WEIR_ASSERT_OK_AND_ASSIGN(const auto law,
                            TruncatedGeometric::Plan(Eps(c.epsilon), Del(c.delta), L0(c.l0)));
  const long double epsilon = std::min(40.0L, std::stold(c.epsilon) / c.l0);
  const double delta = PerKeyDelta(Del(c.delta), L0(c.l0));
  // What doubles lose in forming the four differences.
  const long double rounding = 4e-16L * (1 + std::exp(epsilon));
  EXPECT_LE(law.KeepProbability(1), delta);
  EXPECT_GE(law.KeepProbability(1), delta * (1 - 1e-12));
  for (int64_t units = 1; units <= std::min<int64_t>(law.Largest() + 2, 20'000); ++units) {
    ASSERT_LE(NeededDelta(law, epsilon, units), delta + rounding) << units;
    ASSERT_GE(law.KeepProbability(units), law.KeepProbability(units - 1)) << units;
  }
  EXPECT_EQ(law.KeepProbability(law.Largest()), 1.0);
  EXPECT_EQ(law.KeepProbability(kFarUnits), 1.0);
  EXPECT_EQ(law.KeepProbability(0), 0.0);
  EXPECT_EQ(law.KeepProbability(-5), 0.0);
}
INSTANTIATE_TEST_SUITE_P(Cases, TruncatedGeometricPrivacyTest,
                         ::testing::Values(PrivacyCase{"usual", "1", "1e-5", 1},
                                           PrivacyCase{"four_keys", "1", "1e-5", 4},
                                           PrivacyCase{"small_epsilon", "0.01", "1e-6", 1},
                                           PrivacyCase{"many_keys", "1", "1e-8", 100},
                                           PrivacyCase{"tiny_epsilon", "0.000000001", "0.001", 1},
                                           PrivacyCase{"large_epsilon", "20", "1e-9", 1},
                                           PrivacyCase{"beyond_the_cap", "1000", "1e-18", 1},
                                           PrivacyCase{"smallest_delta", "1", "1e-18", 1000},
                                           PrivacyCase{"delta_third", "0.3", "0.3", 1},
                                           PrivacyCase{"delta_half", "1", "0.5", 1},
                                           PrivacyCase{"delta_near_one", "0.1", "0.999999", 1}),
                         [](const auto& test_case) { return test_case.param.name; });

// The twin: a law for twice the delta, or 2 % more epsilon, is found out.
TEST(TruncatedGeometricTest, ALargerBudgetIsFoundOut) {
  const auto doubled = TruncatedGeometric::Plan(Eps("1"), Del("2e-5"), L0(1)).value();
  EXPECT_GT(NeededDelta(doubled, 1, 1), 1.9e-5L);
  const auto looser = TruncatedGeometric::Plan(Eps("1.02"), Del("1e-5"), L0(1)).value();
  long double worst = 0;
  for (int64_t units = 1; units < 30; ++units) {
    worst = std::max(worst, NeededDelta(looser, 1, units));
  }
  EXPECT_GT(worst, 1e-3L);
}

TEST(TruncatedGeometricTest, EverySampleIsInRangeAtExtremes) {
  for (const auto& [epsilon, delta] : {std::pair{"0.000000001", "0.4"},
                                       {"0.000000001", "1e-18"},
                                       {"1000000", "1e-18"},
                                       {"1", "0.999999999999999999"},
                                       {"50", "0.5"}}) {
    WEIR_ASSERT_OK_AND_ASSIGN(const auto law,
                              TruncatedGeometric::Plan(Eps(epsilon), Del(delta), L0(1)));
    SeededRandom random(5);
    for (const int64_t threshold : law.SampleMany(2000, random)) {
      ASSERT_GE(threshold, 1);
      ASSERT_LE(threshold, law.Largest());
    }
  }
}

TEST(TruncatedGeometricTest, OneByOneAndInBlocksAreTheSameSequence) {
  const auto law = TruncatedGeometric::Plan(Eps("0.3"), Del("1e-6"), L0(3)).value();
  SeededRandom single(1);
  SeededRandom blocks(1);
  for (const int64_t sample : law.SampleMany(1000, blocks)) {
    ASSERT_EQ(law.Sample(single), sample);
  }
}

TEST(TruncatedGeometricTest, RefusesWhatCannotBePlanned) {
  EXPECT_THAT(TruncatedGeometric::Plan(Eps("1"), Delta::Zero(), L0(1)),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("delta")));
  EXPECT_THAT(TruncatedGeometric::Plan(Eps("0.000000001"), Del("1e-6"), L0(2)),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("epsilon")));
}

// --- thresholds ---

TEST(ReleaseThresholdTest, ContinuousThresholdsAgreeWithTheTable) {
  for (const auto& row : GoldenRows("partition_thresholds")) {
    const L0Sensitivity l0 = L0(std::stoll(row[2]));
    const double laplace = ContinuousLaplaceThreshold(Eps(row[0]), Del(row[1]), l0).value();
    EXPECT_NEAR(laplace, Number(row[3]), 1e-10 * Number(row[3]));
    const double gaussian = ContinuousGaussianThreshold(Eps(row[0]), Del(row[1]), l0).value();
    EXPECT_NEAR(gaussian, Number(row[5]), 1e-10 * Number(row[5]));
    EXPECT_GE(gaussian, Number(row[5]) * (1 - 1e-15)) << "never on the unsafe side";
    EXPECT_GE(laplace, Number(row[3]) * (1 - 1e-15)) << "never on the unsafe side";
  }
}

// delta' is met by the discrete law, and by no smaller threshold.
TEST(ReleaseThresholdTest, IsTheSmallestThatTheDiscreteLawAllows) {
  for (const NoiseLaw& law : test::SmallLaws()) {
    for (const char* delta : {"0.3", "0.01", "1e-5", "1e-8"}) {
      for (const int64_t l0 : {1, 7}) {
        WEIR_ASSERT_OK_AND_ASSIGN(
            const int128 threshold,
            ReleaseThreshold({.law = law, .delta = Del(delta), .l0 = L0(l0)}));
        const auto noise = static_cast<int64_t>(threshold) - 1;
        const long double allowed =
            -std::expm1(std::log1p(-std::stold(delta)) / static_cast<long double>(l0));
        EXPECT_LE(ExactUpperTail(law, noise), allowed * (1 + 1e-15L));
        if (noise > 1) {
          EXPECT_GT(ExactUpperTail(law, noise - 1), allowed) << "off by one must show";
        }
      }
    }
  }
}

TEST(ReleaseThresholdTest, PreThresholdShiftsIt) {
  const NoiseLaw law = {NoiseKind::kDiscreteLaplace, {4, 1}};
  const auto plain = ReleaseThreshold({.law = law, .delta = Del("1e-6"), .l0 = L0(2)});
  const auto shifted =
      ReleaseThreshold({.law = law, .delta = Del("1e-6"), .l0 = L0(2), .pre_threshold = 10});
  EXPECT_TRUE(*shifted == *plain + 9);
}

TEST(ReleaseThresholdTest, RefusesBadOptions) {
  const NoiseLaw law = {NoiseKind::kDiscreteLaplace, {4, 1}};
  EXPECT_THAT(ReleaseThreshold({.law = law, .delta = Delta::Zero(), .l0 = L0(1)}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("delta")));
  EXPECT_THAT(ReleaseThreshold({.law = law, .delta = Del("1e-6"), .l0 = L0(1), .pre_threshold = 0}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("pre-threshold")));
  EXPECT_THAT(ReleaseThreshold({.law = {}, .delta = Del("1e-6"), .l0 = L0(1)}),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST(PerKeyDeltaTest, ComposesToNoMoreThanTheWhole) {
  EXPECT_TRUE(rc::check([] {
    const auto units = *rc::gen::inRange<int64_t>(1, 999'999'999'999'999'999);
    const auto l0 = *rc::gen::inRange<int64_t>(1, (int64_t{1} << 31) - 1);
    const Delta delta = Delta::FromUnits(units).value();
    const long double one_key = PerKeyDelta(delta, L0(l0));
    const long double all = -std::expm1(static_cast<long double>(l0) * std::log1p(-one_key));
    const long double whole = static_cast<long double>(units) / 1e18L;
    RC_ASSERT(all <= whole);
    RC_ASSERT(all >= whole * (1 - 1e-9L));
  }));
}

// --- the selector ---

TEST(PartitionSelectorTest, UnitsForHalfAgreeWithTheTable) {
  for (const auto& row : GoldenRows("partition_selection_half")) {
    const SelectionOptions options = Options(row[0], row[1], std::stoll(row[2]));
    const auto half = [&](SelectionRule rule) {
      return static_cast<double>(Selector(rule, options).UnitsForHalf());
    };
    EXPECT_EQ(half(SelectionRule::kTruncatedGeometric), Number(row[3]));
    // The discrete thresholds: Laplace is half a unit later and then rounded up; the Gaussian's
    // noise is at most 9 % wider (zCDP).
    EXPECT_GE(half(SelectionRule::kLaplaceThreshold), Number(row[4]));
    EXPECT_LE(half(SelectionRule::kLaplaceThreshold), Number(row[4]) + 1.5);
    EXPECT_GE(half(SelectionRule::kGaussianThreshold), Number(row[5]) - 1);
    EXPECT_LE(half(SelectionRule::kGaussianThreshold), 1.09 * Number(row[5]) + 1);
  }
}

TEST(PartitionSelectorTest, HalfIsWhereTheProbabilityCrossesIt) {
  for (const SelectionRule rule :
       {SelectionRule::kTruncatedGeometric, SelectionRule::kLaplaceThreshold,
        SelectionRule::kGaussianThreshold}) {
    for (const int64_t pre_threshold : {1, 20}) {
      SelectionOptions options = Options("1", "1e-6", 3);
      options.pre_threshold = pre_threshold;
      const PartitionSelector selector = Selector(rule, options);
      const auto half = static_cast<int64_t>(selector.UnitsForHalf());
      EXPECT_GE(selector.KeepProbability(half), 0.5);
      EXPECT_LT(selector.KeepProbability(half - 1), 0.5);
      EXPECT_EQ(selector.KeepProbability(pre_threshold - 1), 0.0);
      EXPECT_GT(selector.KeepProbability(pre_threshold), 0.0);
      EXPECT_LE(selector.KeepProbability(pre_threshold), PerKeyDelta(options.delta, options.l0));
      EXPECT_NEAR(selector.KeepProbability(kFarUnits), 1.0, 1e-15);
    }
  }
}

TEST(PartitionSelectorTest, NeverShowsKeysBelowThePreThreshold) {
  for (const SelectionRule rule :
       {SelectionRule::kTruncatedGeometric, SelectionRule::kLaplaceThreshold,
        SelectionRule::kGaussianThreshold}) {
    SelectionOptions options = Options("1", "0.4", 1);
    options.pre_threshold = 5;
    const PartitionSelector selector = Selector(rule, options);
    SeededRandom random(9);
    const std::vector<int64_t> few = {-3, 0, 1, 4};
    const std::vector<int64_t> many(4, kFarUnits);
    for (int round = 0; round < 1000; ++round) {
      ASSERT_EQ(selector.KeepMany(few, random), std::vector<bool>(4, false));
      ASSERT_EQ(selector.KeepMany(many, random), std::vector<bool>(4, true));
      ASSERT_FALSE(selector.Keep(4, random));
    }
  }
}

TEST(PartitionSelectorTest, StatesWhatItCosts) {
  const SelectionOptions options = Options("1", "1e-6", 4);
  const SelectionCost geometric = Selector(SelectionRule::kTruncatedGeometric, options).cost();
  EXPECT_EQ(geometric.pure_epsilon, Eps("1"));
  EXPECT_FALSE(geometric.noise.has_value());
  EXPECT_EQ(geometric.failure_delta, Del("1e-6"));
  const SelectionCost laplace = Selector(SelectionRule::kLaplaceThreshold, options).cost();
  EXPECT_EQ(laplace.pure_epsilon, Eps("1"));
  EXPECT_TRUE(laplace.noise == (NoiseEvent{NoiseKind::kDiscreteLaplace, {4, 1}, 4}));
  EXPECT_EQ(laplace.failure_delta, Del("1e-6"));
  const SelectionCost gaussian = Selector(SelectionRule::kGaussianThreshold, options).cost();
  EXPECT_FALSE(gaussian.pure_epsilon.has_value());
  EXPECT_EQ(gaussian.noise->kind, NoiseKind::kDiscreteGaussian);
  EXPECT_TRUE(gaussian.noise->sensitivity == 4);
  EXPECT_EQ(gaussian.failure_delta, Del("5e-7"));
}

TEST(PartitionSelectorTest, RefusesBadOptions) {
  SelectionOptions options = Options("1", "1e-6", 4);
  EXPECT_THAT(PartitionSelector::Create(static_cast<SelectionRule>(9), options),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("rule")));
  for (const int64_t bad : {int64_t{0}, int64_t{-1}, kFarUnits + 1}) {
    options.pre_threshold = bad;
    EXPECT_THAT(PartitionSelector::Create(SelectionRule::kLaplaceThreshold, options),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("pre-threshold")));
  }
  EXPECT_THAT(BestSelectionRule({Eps("1"), Delta::Zero(), L0(1)}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("delta")));
  EXPECT_THAT(
      PartitionSelector::Create(SelectionRule::kGaussianThreshold, Options("1", "1e-18", 1)),
      StatusIs(StatusCode::kInvalidArgument));
}

// --- the choice ---

TEST(BestSelectionRuleTest, CrossesFromGeometricToGaussianAtThreeToFourKeys) {
  EXPECT_EQ(BestSelectionRule(Options("1", "1e-5", 1))->rule, SelectionRule::kTruncatedGeometric);
  EXPECT_EQ(BestSelectionRule(Options("1", "1e-5", 2))->rule, SelectionRule::kTruncatedGeometric);
  EXPECT_EQ(BestSelectionRule(Options("1", "1e-5", 5))->rule, SelectionRule::kGaussianThreshold);
  EXPECT_EQ(BestSelectionRule(Options("1", "1e-8", 10))->rule, SelectionRule::kGaussianThreshold);
}

TEST(BestSelectionRuleTest, ListsTheAlternativesBestFirst) {
  WEIR_ASSERT_OK_AND_ASSIGN(const SelectionChoice choice,
                            BestSelectionRule(Options("1", "1e-8", 100)));
  ASSERT_EQ(choice.alternatives.size(), 3U);
  EXPECT_EQ(choice.alternatives[0].rule, choice.rule);
  EXPECT_EQ(choice.alternatives[1].rule, SelectionRule::kTruncatedGeometric);
  EXPECT_TRUE(choice.alternatives[0].units_for_half < choice.alternatives[1].units_for_half);
  EXPECT_TRUE(choice.alternatives[1].units_for_half < choice.alternatives[2].units_for_half);
}

TEST(BestSelectionRuleTest, LeavesOutRulesThatCannotServe) {
  WEIR_ASSERT_OK_AND_ASSIGN(const SelectionChoice choice,
                            BestSelectionRule(Options("1", "1e-18", 1)));
  EXPECT_EQ(choice.alternatives.size(), 2U);
}

}  // namespace
}  // namespace weir::dp
