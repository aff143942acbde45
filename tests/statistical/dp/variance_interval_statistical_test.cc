// SPDX-License-Identifier: Apache-2.0
// Variances under noise with closed forms: how often the interval holds them at few rows and many,
// means at the edge of the bounds, the least and the largest variance; and lower bounds on widths.
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/statistical/dp/goodness_of_fit.h"
#include "tests/statistical/dp/variance_bound.h"
#include "tests/support/seeded_random.h"
#include "weir/dp/intervals.h"
#include "weir/dp/noise_sampler.h"
#include "weir/dp/variance_interval.h"

namespace weir::test {
namespace {

constexpr NoiseKind kLaplace = NoiseKind::kDiscreteLaplace;
constexpr NoiseKind kGaussian = NoiseKind::kDiscreteGaussian;
constexpr uint64_t kRuns = 24'000;

// Rows in [-10, 10]; noise of scale (sigma) `scale` on the count, ten times that on the sum, a
// hundred times on the squares.
struct CoverageCase {
  std::string name;
  NoiseKind kind;
  uint32_t scale;
  std::array<int64_t, 3> moments;
};

// Of this scale (sigma), given in tenths.
dp::NoiseLaw LawOf(NoiseKind kind, uint64_t tenths) {
  const uint64_t divisor = std::gcd(tenths, uint64_t{10});
  const uint128 numerator = tenths / divisor;
  const uint128 denominator = 10 / divisor;
  if (kind == kLaplace) return {kind, {numerator, denominator}};
  return {kind, {numerator * numerator, denominator * denominator}};
}

// `drawn`: of the noise that the interval is told, in tenths.
uint64_t HitsOf(const CoverageCase& test, uint64_t drawn, uint64_t runs) {
  std::vector<dp::NoiseSampler> samplers;
  std::array<dp::NoiseLaw, 3> laws;
  uint64_t scale = test.scale;
  for (dp::NoiseLaw& law : laws) {
    law = LawOf(test.kind, 10 * scale);
    const Rational parameter = LawOf(test.kind, drawn * scale).parameter;
    samplers.push_back(*dp::NoiseSampler::Create({test.kind, parameter, 1}));
    scale *= 10;
  }
  const double truth = VarianceOf(test.moments);
  const double rounding = 1e-9 * (1 + truth);
  SeededRandom random(17);
  uint64_t hits = 0;
  for (uint64_t run = 0; run < runs; ++run) {
    std::array<dp::NoisedInteger, 3> noised;
    for (size_t i = 0; i < 3; ++i) {
      noised[i] = {test.moments[i] + samplers[i].Sample(random), laws[i]};
    }
    const dp::DerivedEstimate estimate =
        *dp::EstimateVariance({noised[0], noised[1], noised[2], -10, 10});
    hits += estimate.low <= truth + rounding && truth <= estimate.high + rounding ? 1U : 0U;
  }
  return hits;
}

std::vector<CoverageCase> Cases() {
  std::vector<CoverageCase> cases;
  for (const NoiseKind kind : {kLaplace, kGaussian}) {
    const std::string name = kind == kLaplace ? "laplace_" : "gaussian_";
    const auto add = [&](const std::string& part, uint32_t scale,
                         const std::array<int64_t, 3>& moments) {
      cases.push_back({name + part, kind, scale, moments});
    };
    add("one_row", 12, {1, 7, 49});
    add("count_of_the_noise", 12, {12, 48, 252});
    add("tier_of_few_rows", 12, {96, 4 * 96, 21 * 96});
    add("some_rows", 12, {150, 600, 21 * 150});
    add("five_hundred_rows", 12, {500, 2000, 10'500});
    add("many_rows", 12, {3'600, 4 * 3'600, 21 * 3'600});
    add("edge_of_the_bounds", 12, {300, 2'700, 100 * 300});  // variance 19, the largest there
    add("all_at_a_bound", 12, {250, 2'500, 25'000});
    add("constant", 12, {250, -500, 1'000});
    add("largest_variance", 12, {250, 0, 25'000});
    add("narrow_count", 3, {60, 240, 60 * 21});
    add("narrow_count_large_variance", 2, {80, 80, 80 * 91});
  }
  return cases;
}

class VarianceCoverageCasesTest : public ::testing::TestWithParam<CoverageCase> {};

TEST_P(VarianceCoverageCasesTest, HoldsTheVarianceOfTheRows) {
  const uint64_t hits = HitsOf(GetParam(), 10, kRuns);
  RecordProperty("hits", static_cast<int>(hits));
  EXPECT_TRUE(CoversAtLeast(dp::kCoverage, hits, kRuns)) << hits;
}

INSTANTIATE_TEST_SUITE_P(Cases, VarianceCoverageCasesTest, ::testing::ValuesIn(Cases()),
                         [](const auto& test_case) { return test_case.param.name; });

// Coverage has so little to spare that a tenth more noise is found.
TEST(VarianceCoverageTwinTest, NoiseTenPercentTooWideIsFound) {
  for (const NoiseKind kind : {kLaplace, kGaussian}) {
    const CoverageCase test = {"", kind, 12, {100'000, 400'000, 2'100'000}};
    EXPECT_TRUE(CoversAtLeast(dp::kCoverage, HitsOf(test, 10, kRuns), kRuns));
    EXPECT_FALSE(CoversAtLeast(dp::kCoverage, HitsOf(test, 11, kRuns), kRuns));
  }
}

// --- the bound ---

std::array<dp::NoiseLaw, 3> LawsOf(NoiseKind kind) {
  return {LawOf(kind, 120), LawOf(kind, 1'200), LawOf(kind, 12'000)};
}

TEST(KeptMomentsTest, OneLaplaceNoiseHasTheKnownPower) {
  // The best test of a shift d of Laplace noise at a size below e^(-d/b)/2 has power size e^(d/b).
  const std::array<dp::NoiseLaw, 3> laws = LawsOf(kLaplace);
  const double kept = KeptMoments({0, 0, 1'200}, laws, 0.05);
  EXPECT_LE(kept, 1 - 0.05 * std::exp(1.0) + 1e-4);
  EXPECT_GE(kept, 1 - 0.05 * std::exp(1.02));
  EXPECT_EQ(KeptMoments({0, 0, 0}, laws, 0.05), 0.95);
}

TEST(KeptMomentsTest, GaussianNoiseHasTheKnownPower) {
  // 1.6449 + 1 deviations at 5 %: half of the shifts of 1.6449 are kept.
  EXPECT_NEAR(KeptMoments({0, 197, 0}, LawsOf(kGaussian), 0.05), 0.5, 0.01);
  EXPECT_NEAR(KeptMoments({0, 0, 0}, LawsOf(kGaussian), 0.05), 0.95, 1e-9);
}

TEST(NearestMomentsTest, HaveTheVarianceAndArePossible) {
  for (const NoiseKind kind : {kLaplace, kGaussian}) {
    const MomentCase data = {{300, 1'200, 6'300}, LawsOf(kind), 10};
    for (const double variance : {0.0, 1.0, 4.0, 9.0, 30.0, 80.0}) {
      for (const double power : {1.0, 2.0, 4.0}) {
        const std::array<int64_t, 3> near = NearestMoments(data, variance, power);
        ASSERT_GE(near[0], 1);
        EXPECT_NEAR(VarianceOf(near), variance, 1.0 / static_cast<double>(near[0]));
        EXPECT_LE(near[2], 100 * near[0]);
        EXPECT_GE(VarianceOf(near), -1e-9);
      }
    }
  }
}

// The mean of `runs` widths up to 100, with what Hoeffding's bound allows it to lie too low by.
double MeanWidthUp(const MomentCase& data, double share) {
  constexpr int kWidths = 4000;
  SeededRandom random(18);
  double sum = 0;
  for (int run = 0; run < kWidths; ++run) {
    std::array<dp::NoisedInteger, 3> noised;
    for (size_t i = 0; i < 3; ++i) {
      const dp::NoiseSampler sampler =
          *dp::NoiseSampler::Create({data.laws[i].kind, data.laws[i].parameter, 1});
      noised[i] = {data.moments[i] + sampler.Sample(random), data.laws[i]};
    }
    const dp::DerivedEstimate estimate =
        *dp::EstimateVariance({noised[0], noised[1], noised[2], -10, 10});
    sum += share * (estimate.high - estimate.low);
  }
  return sum / kWidths +
         share * 100 * std::sqrt(std::log(1 / kFalsePositiveRate) / (2.0 * kWidths));
}

// The intervals cover 95 % on all data, so that here they cannot be narrower. The twin: intervals
// of a third of the width are, and do not cover.
TEST(LeastWidthTest, IsNotAboveThatOfIntervalsThatCover) {
  for (const NoiseKind kind : {kLaplace, kGaussian}) {
    const MomentCase data = {{150, 600, 3'150}, LawsOf(kind), 10};
    const LeastWidth least = LeastWidthOf(data);
    EXPECT_GE(MeanWidthUp(data, 1), least.of_equal_ends);
    EXPECT_GT(least.of_equal_ends, least.of_any);
    EXPECT_LT(MeanWidthUp(data, 1.0 / 3), least.of_any);
  }
}

}  // namespace
}  // namespace weir::test
