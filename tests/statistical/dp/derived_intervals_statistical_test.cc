// SPDX-License-Identifier: Apache-2.0
// Coverage of quantiles and variances with noise as drawn by the samplers.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/statistical/dp/goodness_of_fit.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/intervals.h"
#include "weir/dp/noise_planner.h"
#include "weir/dp/noise_sampler.h"
#include "weir/dp/quantile_tree.h"
#include "weir/dp/variance_interval.h"

namespace weir::dp {
namespace {

using test::CoversAtLeast;
using test::SeededRandom;

constexpr NoiseKind kLaplace = NoiseKind::kDiscreteLaplace;
constexpr NoiseKind kGaussian = NoiseKind::kDiscreteGaussian;

// --- quantiles ---

struct QuantileCase {
  const char* name;
  NoiseKind kind;
  Rational parameter;
  uint32_t height;
  std::vector<int> values;  // in [0, 62], one step a leaf
  QuantileEffort effort = QuantileEffort::kPaths;
};

std::vector<int> Evenly(int rows) {
  std::vector<int> values;
  for (int i = 0; i < rows; ++i) values.push_back(i % 63);
  return values;
}
std::vector<int> Clustered(int rows) {
  std::vector<int> values;
  for (int i = 0; i < rows; ++i) values.push_back(i % 10 == 0 ? i % 63 : 31);
  return values;
}

QuantileCounts CountsOf(const QuantileShape& shape, const std::vector<int>& values) {
  QuantileCounts counts(shape);
  for (const int value : values) EXPECT_TRUE(counts.Add(shape.LeafOf(value), 1).ok());
  return counts;
}

int ExactQuantile(std::vector<int> values, double q) {
  std::sort(values.begin(), values.end());
  const double rank = std::ceil(q * static_cast<double>(values.size()) - 1e-9);
  return values[static_cast<size_t>(std::max(1.0, rank)) - 1];
}

class QuantileCasesTest : public ::testing::TestWithParam<QuantileCase> {};

TEST_P(QuantileCasesTest, HoldsTheQuantileOfTheRows) {
  constexpr std::array<double, 4> kQuantiles = {0.05, 0.25, 0.5, 0.9};
  constexpr uint64_t kRuns = 1000;
  const QuantileCase& test = GetParam();
  const QuantileShape shape = *QuantileShape::Create({0, 62, test.kind, 1U << 16, test.height});
  const QuantileCounts counts = CountsOf(shape, test.values);
  const NoiseEvent event = {test.kind, test.parameter, test.height};
  SeededRandom random(11);
  std::array<uint64_t, 4> hits{};
  for (uint64_t run = 0; run < kRuns; ++run) {
    const auto estimates = *NoiseQuantiles(counts, kQuantiles, event, random, test.effort);
    for (size_t i = 0; i < kQuantiles.size(); ++i) {
      const int exact = ExactQuantile(test.values, kQuantiles[i]);
      hits[i] += estimates[i].low <= exact && exact <= estimates[i].high ? 1U : 0U;
    }
  }
  for (size_t i = 0; i < kQuantiles.size(); ++i) {
    EXPECT_TRUE(CoversAtLeast(kCoverage, hits[i], kRuns)) << kQuantiles[i] << " " << hits[i];
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, QuantileCasesTest,
    ::testing::Values(
        QuantileCase{"laplace_one_row", kLaplace, {3, 1}, 3, {17}},
        QuantileCase{"laplace_few_rows", kLaplace, {3, 1}, 3, {2, 2, 3, 40, 41, 60, 62}},
        QuantileCase{"laplace_even", kLaplace, {6, 1}, 2, Evenly(600)},
        QuantileCase{"laplace_clustered", kLaplace, {3, 1}, 6, Clustered(1000)},
        QuantileCase{
            "laplace_whole_tree", kLaplace, {6, 1}, 3, Evenly(800), QuantileEffort::kWholeTree},
        QuantileCase{"gaussian_few_rows", kGaussian, {40, 1}, 3, {0, 0, 0, 1, 9, 62}},
        QuantileCase{"gaussian_even", kGaussian, {100, 1}, 4, Evenly(900)},
        QuantileCase{"gaussian_whole_tree",
                     kGaussian,
                     {100, 1},
                     6,
                     Clustered(500),
                     QuantileEffort::kWholeTree}),
    [](const auto& test_case) { return test_case.param.name; });

// --- ranks ---

// A million rows in 50,001 leaves: answers within 20 rows of the sought rank more often than not,
// that is a median error of at most 20. Peaked like incomes, for four quantiles and both noises.
struct RankCase {
  const char* name;
  NoiseKind kind;
  QuantileEffort effort;
};
class RankErrorTest : public ::testing::TestWithParam<RankCase> {};

TEST_P(RankErrorTest, MedianOfAMillionRowsIsAtMostTwenty) {
  constexpr std::array<double, 6> kQuantiles = {0.1, 0.25, 0.5, 0.75, 0.9, 0.95};
  constexpr uint64_t kRuns = 500;
  const QuantileShape shape = *QuantileShape::Create({0, 200'000, GetParam().kind});
  QuantileCounts counts(shape);
  std::vector<int64_t> below = {0};
  for (uint32_t leaf = 0; leaf < shape.leaves(); ++leaf) {
    const double x = (leaf + 0.5) / 50'000;
    below.push_back(static_cast<int64_t>(1e6 * std::pow(x, 0.4)));
    ASSERT_TRUE(counts.Add(leaf, below.back() - below[leaf]).ok());
  }
  const auto sensitivity =
      *shape.Sensitivity(*L0Sensitivity::Create(1), *LInfSensitivity::Create(1));
  const Delta delta = GetParam().kind == kLaplace ? Delta::Zero() : *Delta::Parse("0.000001");
  const NoisePlan plan = *PlanNoise({.epsilon = *Epsilon::Parse("1"),
                                     .delta = delta,
                                     .measures = {sensitivity},
                                     .kind = GetParam().kind});
  SeededRandom random(14);
  std::array<uint64_t, 6> hits{};
  for (uint64_t run = 0; run < kRuns; ++run) {
    const auto estimates =
        *NoiseQuantiles(counts, kQuantiles, plan.measures[0].event, random, GetParam().effort);
    for (size_t i = 0; i < kQuantiles.size(); ++i) {
      const uint32_t leaf = shape.LeafOf(estimates[i].value);
      const double rank = kQuantiles[i] * static_cast<double>(counts.total());
      const bool is_near = static_cast<double>(below[leaf]) <= rank + 20 &&
                           static_cast<double>(below[leaf + 1]) >= rank - 20;
      hits[i] += is_near ? 1U : 0U;
    }
  }
  for (const uint64_t count : hits) EXPECT_TRUE(CoversAtLeast(0.5, count, kRuns)) << count;
}

INSTANTIATE_TEST_SUITE_P(Cases, RankErrorTest,
                         ::testing::Values(RankCase{"laplace", kLaplace, QuantileEffort::kPaths},
                                           RankCase{"gaussian", kGaussian, QuantileEffort::kPaths}),
                         [](const auto& test_case) { return test_case.param.name; });

// --- variances ---

struct MomentNoise {
  Rational count;
  Rational sum;
  Rational squares;
};

// 400 rows of mean 3 and variance 50, with Gaussian noise.
uint64_t VarianceHits(const MomentNoise& drawn, const MomentNoise& claimed, uint64_t runs) {
  SeededRandom random(13);
  const NoiseSampler count = *NoiseSampler::Create({kGaussian, drawn.count, 1});
  const NoiseSampler sum = *NoiseSampler::Create({kGaussian, drawn.sum, 1});
  const NoiseSampler squares = *NoiseSampler::Create({kGaussian, drawn.squares, 1});
  uint64_t hits = 0;
  for (uint64_t run = 0; run < runs; ++run) {
    const DerivedEstimate estimate =
        *EstimateVariance({{400 + count.Sample(random), {kGaussian, claimed.count}},
                           {1200 + sum.Sample(random), {kGaussian, claimed.sum}},
                           {400 * 59 + squares.Sample(random), {kGaussian, claimed.squares}},
                           -20,
                           20});
    hits += estimate.low <= 50 && 50 <= estimate.high ? 1U : 0U;
  }
  return hits;
}

constexpr MomentNoise kMoments = {{25, 1}, {2500, 1}, {1'000'000, 1}};
constexpr MomentNoise kTenPercentWider = {{121, 4}, {3025, 1}, {1'210'000, 1}};

TEST(VarianceCoverageTest, HoldsTheVarianceOfTheRows) {
  constexpr uint64_t kRuns = 4000;
  const uint64_t hits = VarianceHits(kMoments, kMoments, kRuns);
  RecordProperty("hits", static_cast<int>(hits));
  EXPECT_TRUE(CoversAtLeast(kCoverage, hits, kRuns)) << hits;
}

TEST(VarianceCoverageTest, NoiseTenPercentTooWideIsFound) {
  constexpr uint64_t kRuns = 24'000;
  const uint64_t hits = VarianceHits(kTenPercentWider, kMoments, kRuns);
  EXPECT_FALSE(CoversAtLeast(kCoverage, hits, kRuns)) << hits;
}

// Wide noises, whose tails have closed forms, for many rows and few: rows in [-10, 10] of mean 4
// and variance 5, noise of scale (Gaussian: sigma) 20 on the count, 120 on the sum, 1200 on the
// squares.
struct WideCase {
  const char* name;
  NoiseKind kind;
  int rows;
};
class WideVarianceTest : public ::testing::TestWithParam<WideCase> {};

// `drawn` in tenths of the noise that the interval is told.
uint64_t WideHits(const WideCase& test, uint128 drawn, uint64_t runs) {
  const auto law_of = [&](uint128 scale, uint128 tenths) {
    const uint128 number = scale * tenths / 10;
    return NoiseLaw{test.kind, {test.kind == kGaussian ? number * number : number, 1}};
  };
  const auto sampler_of = [&](uint128 scale) {
    const NoiseLaw law = law_of(scale, drawn);
    return *NoiseSampler::Create({law.kind, law.parameter, 1});
  };
  const NoiseSampler count = sampler_of(20);
  const NoiseSampler sum = sampler_of(120);
  const NoiseSampler squares = sampler_of(1200);
  SeededRandom random(15);
  uint64_t hits = 0;
  for (uint64_t run = 0; run < runs; ++run) {
    const DerivedEstimate estimate =
        *EstimateVariance({{test.rows + count.Sample(random), law_of(20, 10)},
                           {4 * test.rows + sum.Sample(random), law_of(120, 10)},
                           {21 * test.rows + squares.Sample(random), law_of(1200, 10)},
                           -10,
                           10});
    hits += estimate.low <= 5 && 5 <= estimate.high ? 1U : 0U;
  }
  return hits;
}

TEST_P(WideVarianceTest, HoldsTheVarianceOfTheRows) {
  constexpr uint64_t kRuns = 20'000;
  const uint64_t hits = WideHits(GetParam(), 10, kRuns);
  RecordProperty("hits", static_cast<int>(hits));
  EXPECT_TRUE(CoversAtLeast(kCoverage, hits, kRuns)) << hits;
}

INSTANTIATE_TEST_SUITE_P(Cases, WideVarianceTest,
                         ::testing::Values(WideCase{"laplace_few_rows", kLaplace, 50},
                                           WideCase{"laplace", kLaplace, 500},
                                           WideCase{"laplace_many_rows", kLaplace, 100'000},
                                           WideCase{"gaussian_few_rows", kGaussian, 50},
                                           WideCase{"gaussian", kGaussian, 500},
                                           WideCase{"gaussian_many_rows", kGaussian, 100'000}),
                         [](const auto& test_case) { return test_case.param.name; });

TEST(WideVarianceTwinTest, NoiseTwentyPercentTooWideIsFound) {
  constexpr uint64_t kRuns = 20'000;
  for (const NoiseKind kind : {kLaplace, kGaussian}) {
    const uint64_t hits = WideHits({"", kind, 100'000}, 12, kRuns);
    EXPECT_FALSE(CoversAtLeast(kCoverage, hits, kRuns)) << hits;
  }
}

}  // namespace
}  // namespace weir::dp
