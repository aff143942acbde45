// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/second_rejection.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/dp/mass_table.h"
#include "weir/dp/internal/tail_grid.h"

namespace weir::dp::internal {
namespace {

using test::Gaussian;
using test::Laplace;
using test::MassTable;

constexpr size_t kPoints = 4096;

struct PairCase {
  const char* name;
  NoiseLaw own;
  double first_weight;
  double second_weight;
  WeightedNoise shared;
  WeightedNoise fresh;
};

double Deviation(const PairCase& test, double own_weight, const WeightedNoise* other) {
  double variance = own_weight * own_weight * std::pow(*StandardError(test.own), 2);
  for (const WeightedNoise* noise : {&test.shared, other}) {
    if (noise == nullptr) continue;
    variance += std::pow(noise->weight * *StandardError(noise->law), 2);
  }
  return std::sqrt(variance);
}

// P[Y < y, Z >= z] by the sum over all outcomes.
double ExactExcess(const PairCase& test, double y, double z) {
  const MassTable own(test.own);
  const MassTable shared(test.shared.law);
  const MassTable fresh(test.fresh.law);
  double excess = 0;
  for (int i = -own.reach; i <= own.reach; ++i) {
    for (int j = -shared.reach; j <= shared.reach; ++j) {
      const double g = test.shared.weight * j;
      if (g + test.first_weight * i >= y) continue;
      for (int k = -fresh.reach; k <= fresh.reach; ++k) {
        const double sum = g + test.second_weight * i + test.fresh.weight * k;
        if (sum >= z) excess += own.at(i) * shared.at(j) * fresh.at(k);
      }
    }
  }
  return excess;
}

// The question of a case, where the first statistic's limit is `limit`.
struct Pair {
  Pair(const PairCase& test, double limit)
      : shared({test.shared}),
        fresh({test.fresh}),
        second({shared, fresh, test.first_weight, test.second_weight}, RunsOf(test.own), limit,
               fourier) {}

  RealFourier fourier{kPoints};
  std::vector<WeightedNoise> shared;
  std::vector<WeightedNoise> fresh;
  SecondRejection second;
};

class SecondRejectionTest : public ::testing::TestWithParam<PairCase> {};

TEST_P(SecondRejectionTest, AddsNoMoreThanTheRiskAndHardlyLess) {
  const PairCase& test = GetParam();
  const double y = 2.3 * Deviation(test, test.first_weight, nullptr);
  const double deviation = Deviation(test, test.second_weight, &test.fresh);
  const Pair pair(test, y);
  for (const double risk : {0.03, 0.015, 0.004}) {
    const double z = pair.second.Threshold(risk);
    EXPECT_LE(ExactExcess(test, y, z), risk) << risk;
    EXPECT_GT(ExactExcess(test, y, z - 0.05 * deviation), risk) << risk;
  }
}

TEST_P(SecondRejectionTest, IsNearerThanATestForItself) {
  const PairCase& test = GetParam();
  const double y = 2.3 * Deviation(test, test.first_weight, nullptr);
  const Pair pair(test, y);
  const std::vector<WeightedNoise> all = {
      test.shared, test.fresh, {test.own, test.second_weight, 1}};
  EXPECT_LT(pair.second.Threshold(0.015), WeightedSum(all).HalfWidth(0.03));
}

TEST_P(SecondRejectionTest, FindsNothingForARiskBelowItsPrecision) {
  const PairCase& test = GetParam();
  const Pair pair(test, 1);
  EXPECT_TRUE(std::isinf(pair.second.Threshold(0)));
}

// What the caller moves into its range is the same wherever the search begins.
TEST_P(SecondRejectionTest, ARangeChangesNothingInside) {
  const PairCase& test = GetParam();
  const double y = 2.3 * Deviation(test, test.first_weight, nullptr);
  const Pair pair(test, y);
  const double z = pair.second.Threshold(0.015);
  for (const double near : {0.5, 0.9, 1.0, 1.1}) {
    for (const double width : {0.05, 0.3, 3.0}) {
      const double far = near + width;
      EXPECT_DOUBLE_EQ(
          std::clamp(pair.second.Threshold(0.015, {near * z, far * z}), near * z, far * z),
          std::clamp(z, near * z, far * z))
          << near << " " << width;
    }
  }
}

TEST_P(SecondRejectionTest, GridsHoldTheTail) {
  const WeightedNoise& noise = GetParam().shared;
  const std::vector<WeightedNoise> noises = {noise};
  const WeightedSum sum(noises);
  const double reach = 1.3 * sum.Reach(TailGrid::kWrappedMass);
  RealFourier fourier(kPoints);
  const TailGrid grid(sum, reach, fourier);
  const double step = 2 * reach / static_cast<double>(kPoints);
  const MassTable table(noise.law);
  for (ptrdiff_t i = -2500; i <= 2500; i += 50) {
    double tail = 0;
    double open_tail = 0;
    for (int x = -table.reach; x <= table.reach; ++x) {
      const double value = noise.weight * x;
      const double point = static_cast<double>(i) * step;
      if (value >= point - 1e-9) tail += table.at(x);
      if (value > point + 1e-9) open_tail += table.at(x);
    }
    EXPECT_GE(grid.Upper(i), tail - 1e-10) << i;
    EXPECT_LE(grid.Lower(i), open_tail + 1e-10) << i;
    // The gap is a kernel one step wide: at most one value of the noise lies under it.
    EXPECT_LE(grid.Upper(i) - grid.Lower(i), 1.2 * table.at(0) + 1e-3) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Pairs, SecondRejectionTest,
    ::testing::Values(
        PairCase{"laplace", Laplace(4), 0.7, 0.2, {Laplace(9), 1.1}, {Laplace(5), 0.8}},
        PairCase{"gaussian", Gaussian(30), -0.4, 0.3, {Gaussian(200), 1.0}, {Gaussian(90), 0.6}},
        PairCase{"own_weight_falls", Laplace(6), 0.5, -0.4, {Laplace(8), 0.9}, {Laplace(4), 1.3}},
        PairCase{"wide_own", Laplace(40), 0.1, 0.05, {Gaussian(60), 1.0}, {Laplace(3), 1.0}}),
    [](const auto& test_case) { return std::string(test_case.param.name); });

}  // namespace
}  // namespace weir::dp::internal
