// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/wide_sum.h"

#include <array>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "tests/dp/mass_table.h"
#include "weir/dp/internal/law_tail.h"

namespace weir::dp::internal {
namespace {

using test::Gaussian;
using test::Laplace;
using test::MassTable;

struct SumCase {
  const char* name;
  std::array<NoiseLaw, 3> laws;
  WideSum::Weights weights;
};

// P[|sum| >= w] by the sum over all outcomes of the first two, and the tail of the third.
double ExactTail(const SumCase& test, double w) {
  const MassTable x(test.laws[0]);
  const MassTable y(test.laws[1]);
  const MassTable z(test.laws[2]);
  double tail = 0;
  for (int i = -x.reach; i <= x.reach; ++i) {
    for (int j = -y.reach; j <= y.reach; ++j) {
      const double mass = x.at(i) * y.at(j);
      if (mass < 1e-12) continue;
      const double partial = i * test.weights[0] + j * test.weights[1];
      for (int k = -z.reach; k <= z.reach; ++k) {
        if (std::abs(partial + k * test.weights[2]) >= w) tail += mass * z.at(k);
      }
    }
  }
  return tail;
}

class WideSumTest : public ::testing::TestWithParam<SumCase> {};

TEST_P(WideSumTest, TailsAreNeverTooSmallAndTooLargeByTwoOffsetsAtMost) {
  const SumCase& test = GetParam();
  const WideSum sum = WideSum::Create(test.laws).value();
  const double offset = sum.Offset(test.weights);
  for (const double steps : {0.5, 1.0, 1.96, 2.2, 3.3}) {
    const double w = steps * sum.Deviation(test.weights);
    const double bound = sum.TwoSidedTail(test.weights, w);
    EXPECT_GE(bound, ExactTail(test, w) - 1e-9) << steps;
    EXPECT_LE(bound, ExactTail(test, w - 2 * offset) * 1.01 + 1e-7) << steps;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Laws, WideSumTest,
    ::testing::Values(
        SumCase{"laplaces", {Laplace(5), Laplace(4), Laplace(3)}, {1, -0.37, 2.2}},
        SumCase{"narrow", {Laplace(1, 2), Laplace(1), Laplace(1, 4)}, {1, 0.7, 1.3}},
        SumCase{"equal", {Laplace(4), Laplace(4), Laplace(4)}, {1, 1, -1}},
        SumCase{"nearly_equal", {Laplace(4), Laplace(4), Laplace(4)}, {1, 1.0001, 1}},
        SumCase{"one_rules", {Laplace(9), Laplace(2), Laplace(1)}, {5, 0, -0.02}},
        SumCase{"gaussians", {Gaussian(64), Gaussian(64), Gaussian(64)}, {1, 0.6, 2}},
        SumCase{"unequal_gaussians", {Gaussian(100), Gaussian(64), Gaussian(81)}, {1, 0.01, 0.3}}),
    [](const auto& test_case) { return test_case.param.name; });

// The twin: the continuous law alone, without the offsets, is too small at a whole distance.
TEST(WideSumOffsetTest, WithoutTheOffsetTailsAreTooSmall) {
  const SumCase test{"", {Laplace(3), Laplace(1), Laplace(1)}, {1, 0, 0}};
  const WideSum sum = WideSum::Create(test.laws).value();
  const double exact = ExactTail(test, 9);
  EXPECT_GE(sum.TwoSidedTail(test.weights, 9), exact);
  EXPECT_LT(sum.TwoSidedTail(test.weights, 9 + sum.Offset(test.weights)), exact);
}

// P[Y >= m - 1/2 + 0.1] <= P[X >= m] <= P[Y >= m - 1/2 - 0.1] up to nine sigma: the Gaussian's
// offset of 0.6.
TEST(WideSumOffsetTest, GaussianTailsLieWithinAShiftOfTheNormalOnes) {
  for (const double sigma : {8.0, 9.5, 20.0, 300.0}) {
    const NoiseLaw law = Gaussian(static_cast<uint128>(4 * sigma * sigma), 4);
    const auto normal = [sigma](double y) {
      return std::erfc(y / (sigma * std::numbers::sqrt2)) / 2;
    };
    for (double m = 1; m <= 9 * sigma; ++m) {
      const double tail = OneSidedTail(law, m);
      EXPECT_LE(tail, normal(m - 0.6) * (1 + 1e-10)) << sigma << ' ' << m;
      EXPECT_GE(tail, normal(m - 0.4) * (1 - 1e-10)) << sigma << ' ' << m;
    }
  }
}

TEST(WideSumOffsetTest, TakesOneKindOnlyAndNoNarrowGaussians) {
  EXPECT_FALSE(WideSum::Create({Laplace(9), Gaussian(900), Laplace(9)}).has_value());
  EXPECT_FALSE(WideSum::Create({Gaussian(900), Gaussian(60), Gaussian(900)}).has_value());
  EXPECT_TRUE(WideSum::Create({Gaussian(900), Gaussian(64), Gaussian(900)}).has_value());
}

}  // namespace
}  // namespace weir::dp::internal
