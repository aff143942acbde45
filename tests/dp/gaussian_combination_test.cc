// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/gaussian_combination.h"

#include <cmath>

#include <gtest/gtest.h>

#include "weir/dp/intervals.h"

namespace weir::dp::internal {
namespace {

constexpr double kNormalQuantile = 1.959963984540054;  // of every statistics book

TEST(CoverageFactorTest, TendsToTheNormalQuantile) {
  EXPECT_GE(CoverageFactor({1e9, 1000}), kNormalQuantile);
  EXPECT_NEAR(CoverageFactor({65536, 35040}), kNormalQuantile, 1e-4);
  EXPECT_NEAR(CoverageFactor({1e9, 35040}), kNormalQuantile, 1e-6);
}

TEST(CoverageFactorTest, IsNeverBelowTheNormalQuantileNorAboveChernoff) {
  for (int i = -10; i <= 200; ++i) {
    const double factor = CoverageFactor({std::exp2(i / 10.0), 1000});
    EXPECT_GE(factor, kNormalQuantile);
    EXPECT_LE(factor, std::sqrt(2 * std::log(40.0)) * (1 + 1e-9));
  }
}

TEST(CoverageFactorTest, StaysNearTheQuantileForOrdinarySigma) {
  for (const double sigma : {16.0, 64.0, 1000.0}) {
    EXPECT_LE(CoverageFactor({sigma, 1'000'000}), 1.96 * (1 + 3 / sigma)) << sigma;
  }
}

// One discrete Gaussian, whose tail is known exactly.
TEST(CoverageFactorTest, CoversOneNoiseExactly) {
  for (const uint128 variance : {uint128{1}, uint128{9}, uint128{400}, uint128{1'000'000}}) {
    const double sigma = std::sqrt(static_cast<double>(variance));
    const double width = CoverageFactor({sigma, 1}) * sigma;
    const NoiseLaw law{NoiseKind::kDiscreteGaussian, {variance, 1}};
    EXPECT_LE(*TwoSidedTail(law, static_cast<int128>(std::floor(width))), 1 - kCoverage);
  }
}

// E[round(g)^2] by its sum over values, and what it tends to.
TEST(RoundedDeviationTest, AgreesWithTheDirectSum) {
  for (const double sigma : {0.1, 0.4, 1.0, 1.99, 2.01, 5.0}) {
    double variance = 0;
    for (int k = 1; k <= 200; ++k) {
      const double inner = std::erfc((k - 0.5) / (sigma * std::sqrt(2.0)));
      const double outer = std::erfc((k + 0.5) / (sigma * std::sqrt(2.0)));
      variance += k * k * (inner - outer);
    }
    EXPECT_NEAR(RoundedDeviation(sigma) / std::sqrt(variance), 1, 1e-12) << sigma;
  }
  EXPECT_EQ(RoundedDeviation(0), 0);
}

}  // namespace
}  // namespace weir::dp::internal
