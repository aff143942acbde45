// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/weighted_sum.h"

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/dp/mass_table.h"
#include "weir/dp/internal/difference_tail.h"

namespace weir::dp::internal {
namespace {

using test::Gaussian;
using test::Laplace;
using test::MassTable;

struct SumCase {
  const char* name;
  std::vector<WeightedNoise> noises;  // three, of count 1
};

// P[|a X + b Y + c Z| >= w] by the sum over all outcomes.
double ExactTail(const std::vector<WeightedNoise>& noises, double w) {
  const MassTable x(noises[0].law);
  const MassTable y(noises[1].law);
  const MassTable z(noises[2].law);
  double tail = 0;
  for (int i = -x.reach; i <= x.reach; ++i) {
    for (int j = -y.reach; j <= y.reach; ++j) {
      const double partial = i * noises[0].weight + j * noises[1].weight;
      for (int k = -z.reach; k <= z.reach; ++k) {
        const double sum = partial + k * noises[2].weight;
        if (std::abs(sum) >= w) tail += x.at(i) * y.at(j) * z.at(k);
      }
    }
  }
  return tail;
}

class WeightedSumTest : public ::testing::TestWithParam<SumCase> {};

TEST_P(WeightedSumTest, TailsAreNeverTooSmallAndHardlyTooLarge) {
  const WeightedSum sum(GetParam().noises);
  for (const double steps : {0.3, 1.0, 1.96, 2.5, 3.3, 4.5}) {
    const double w = steps * sum.deviation();
    const double exact = ExactTail(GetParam().noises, w);
    EXPECT_GE(sum.TwoSidedTail(w), exact - 1e-10) << steps;
    EXPECT_GE(sum.CoarseTail(w), exact - 1e-10) << steps;
    // Within what a w less by 2 % of the deviation has.
    const double nearer = ExactTail(GetParam().noises, w - 0.02 * sum.deviation());
    EXPECT_LE(sum.TwoSidedTail(w), nearer + 4e-3) << steps;
    EXPECT_LE(sum.LowerTail(w), exact + 1e-10) << steps;
    const double farther = ExactTail(GetParam().noises, w + 0.02 * sum.deviation());
    EXPECT_GE(sum.LowerTail(w), farther - 4e-3) << steps;
  }
}

TEST_P(WeightedSumTest, HalfWidthCoversAndTenPercentLessDoesNot) {
  const WeightedSum sum(GetParam().noises);
  const double width = sum.HalfWidth(0.05);
  EXPECT_LE(ExactTail(GetParam().noises, width), 0.05);
  EXPECT_GT(ExactTail(GetParam().noises, 0.9 * width), 0.05);
}

INSTANTIATE_TEST_SUITE_P(
    Laws, WeightedSumTest,
    ::testing::Values(
        SumCase{"laplaces", {{Laplace(3), 1.0}, {Laplace(2), -0.37}, {Laplace(2), 2.2}}},
        SumCase{"gaussians", {{Gaussian(20), 0.31}, {Gaussian(10), 1.0}, {Gaussian(4), -1.7}}},
        SumCase{"mixed", {{Laplace(4), 0.6}, {Gaussian(25), 1.0}, {Laplace(1), 0.1}}},
        SumCase{"narrow", {{Laplace(1, 2), 1.0}, {Gaussian(1, 2), 0.7}, {Gaussian(3, 4), 0.4}}},
        SumCase{"one_rules", {{Laplace(9), 5.0}, {Gaussian(2), 0.01}, {Laplace(1), -0.02}}}),
    [](const auto& test_case) { return test_case.param.name; });

TEST(WeightedSumTest, CountsAreCopies) {
  const std::vector<WeightedNoise> grouped = {{Laplace(5), 0.4, 3}, {Laplace(5), -0.6, 2}};
  const std::vector<WeightedNoise> single = {{Laplace(5), 0.4},
                                             {Laplace(5), 0.4},
                                             {Laplace(5), 0.4},
                                             {Laplace(5), 0.6},
                                             {Laplace(5), 0.6}};
  const WeightedSum a(grouped);
  const WeightedSum b(single);
  EXPECT_NEAR(a.deviation(), b.deviation(), 1e-12);
  EXPECT_NEAR(a.TwoSidedTail(12), b.TwoSidedTail(12), 1e-9);
}

// 1.959964 deviations, as every statistics book has it.
TEST(WeightedSumTest, WideGaussiansAreNormal) {
  const std::vector<WeightedNoise> noises = {{Gaussian(uint128{1} << 80), 0.3, 7},
                                             {Gaussian(uint128{1} << 78), -0.11, 2}};
  const WeightedSum sum(noises);
  EXPECT_NEAR(sum.HalfWidth(0.05) / sum.deviation(), 1.959964, 0.015);
}

// Narrow Laplace noise has its moments up to slopes far below one over its deviation only.
TEST(WeightedSumTest, NoiseThatIsMostlyZeroHasABoundedHalfWidth) {
  for (const uint32_t per_scale : {5U, 10U, 20U, 50U, 200U}) {
    const std::vector<WeightedNoise> noises = {
        {Laplace(1, per_scale), 1.0}, {Laplace(1, per_scale), 0.7}, {Gaussian(1, 40), -2.0}};
    const double width = WeightedSum(noises).HalfWidth(0.05);
    EXPECT_LE(ExactTail(noises, width), 0.05) << per_scale;
    EXPECT_LE(width, 2.5) << per_scale;
  }
}

TEST_P(WeightedSumTest, ReachesAreInOrder) {
  const WeightedSum sum(GetParam().noises);
  for (const double tail : {0.2, 0.05, 1e-3}) {
    EXPECT_LE(sum.HalfWidth(tail), sum.Reach(tail)) << tail;
    EXPECT_LE(sum.Reach(tail), sum.QuickReach(tail)) << tail;
    EXPECT_LE(ExactTail(GetParam().noises, sum.QuickReach(tail)), tail) << tail;
  }
}

// No transform is needed to know that all of it is zero.
TEST(WeightedSumTest, NoiseThatIsRarelyAnythingIsNearAtOnce) {
  for (const NoiseLaw& law : {Laplace(1, 20), Gaussian(1, 40)}) {
    const std::vector<WeightedNoise> noises = {{law, 1.0, 300}, {law, 0.3, 20'000}};
    const WeightedSum sum(noises);
    EXPECT_LT(sum.HalfWidth(0.01), 1e-9);
    EXPECT_LT(sum.Reach(0.01), 1e-9);
    EXPECT_EQ(sum.blocks(), 0U);
    EXPECT_LE(sum.not_zero(), 0.01);
  }
}

// A circle no larger than the noise needs: a block is 16 degrees.
TEST(WeightedSumTest, NarrowGaussiansHaveFewDegrees) {
  const std::vector<WeightedNoise> noises = {{Gaussian(1, 20), 1.0, 300}};
  const WeightedSum sum(noises);
  EXPECT_GT(sum.TwoSidedTail(0.5), 0.01);
  EXPECT_LE(sum.blocks(), 250U);
}

TEST(WeightedSumTest, ManyNoisesHaveFewBlocks) {
  const std::vector<WeightedNoise> noises = {
      {Laplace(4), 0.5, 7}, {Laplace(4), 0.04, 105}, {Laplace(4), 0.3, 6}, {Laplace(4), 0.02, 90}};
  const WeightedSum sum(noises);
  EXPECT_LE(sum.TwoSidedTail(3 * sum.deviation()), 0.01);
  EXPECT_LE(sum.blocks(), 4U);
}

TEST(WeightedSumTest, WithoutNoiseNothingIsFarAway) {
  const std::vector<WeightedNoise> none = {{Laplace(5), 0.0, 3}};
  EXPECT_EQ(WeightedSum(none).TwoSidedTail(0.1), 0.0);
  EXPECT_EQ(WeightedSum(none).TwoSidedTail(0), 1.0);
}

// --- differences of two ---

double ExactDifferenceTail(const Difference& d) {
  const MassTable x(d.x);
  const MassTable y(d.y);
  double tail = 0;
  for (int i = -x.reach; i <= x.reach; ++i) {
    for (int j = -y.reach; j <= y.reach; ++j) {
      if (std::abs(i - d.multiplier * j) >= d.distance) tail += x.at(i) * y.at(j);
    }
  }
  return tail;
}

struct DifferenceCase {
  const char* name;
  NoiseLaw x;
  NoiseLaw y;
};
class DifferenceTailTest : public ::testing::TestWithParam<DifferenceCase> {};

TEST_P(DifferenceTailTest, IsNeverTooSmallAndHardlyTooLarge) {
  const MassTable x(GetParam().x);
  for (const double multiplier : {0.0, 0.013, 0.5, 1.0, -1.7, 9.4, 300.0}) {
    const double deviation =
        std::hypot(*StandardError(GetParam().x), multiplier * *StandardError(GetParam().y));
    for (const double steps : {0.5, 1.7, 2.0, 2.6, 4.0}) {
      const Difference d{GetParam().x, GetParam().y, multiplier, steps * deviation};
      const double exact = ExactDifferenceTail(d);
      EXPECT_GE(DifferenceTail(d), exact - 1e-10) << multiplier << " " << steps;
      Difference nearer = d;
      nearer.distance *= 0.9;
      EXPECT_LE(DifferenceTail(d), ExactDifferenceTail(nearer) + 2e-3)
          << multiplier << " " << steps;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Laws, DifferenceTailTest,
    ::testing::Values(DifferenceCase{"laplaces", Laplace(40), Laplace(7)},
                      DifferenceCase{"equal_laplaces", Laplace(25), Laplace(25)},
                      DifferenceCase{"laplace_by_wider", Laplace(3), Laplace(30)},
                      DifferenceCase{"narrow_laplaces", Laplace(4), Laplace(3, 2)},
                      DifferenceCase{"gaussians", Gaussian(2500), Gaussian(30)},
                      DifferenceCase{"gaussian_by_wider", Gaussian(9), Gaussian(900)},
                      DifferenceCase{"narrow_gaussians", Gaussian(12), Gaussian(3, 2)},
                      DifferenceCase{"mixed", Laplace(12), Gaussian(40)}),
    [](const auto& test_case) { return test_case.param.name; });

// Narrow or mixed noises are summed exactly: a little above the truth by rounding only. A distance
// one step of the sum's table smaller is told apart.
TEST(DifferenceTailTest, NarrowNoisesAreSummedExactly) {
  for (const auto& [x, y] : {std::pair{Laplace(4), Laplace(3, 2)},
                             {Laplace(1, 2), Laplace(3)},
                             {Gaussian(12), Gaussian(3, 2)},
                             {Laplace(12), Gaussian(40)}}) {
    for (const double multiplier : {0.013, 0.5, -1.7, 9.4}) {
      const double deviation = std::hypot(*StandardError(x), multiplier * *StandardError(y));
      for (const double steps : {0.5, 2.0, 4.0}) {
        const double exact = ExactDifferenceTail({x, y, multiplier, steps * deviation});
        const double tail = DifferenceTail({x, y, multiplier, steps * deviation});
        EXPECT_GE(tail, exact - 1e-10) << multiplier << ' ' << steps;
        // What lies beyond the tables counts as covered by the tail.
        EXPECT_LE(tail, exact + 5e-9) << multiplier << ' ' << steps;
        // The twin: 5 % less noise has another tail.
        EXPECT_GT(exact,
                  ExactDifferenceTail({x, y, multiplier, 1.05 * steps * deviation + 1}) + 1e-9);
      }
    }
  }
}

// The discrete law of two Laplace noises of one scale tends to (1 + x/(2b)) exp(-x/b) (two-sided).
TEST(DifferenceTailTest, WideLaplacesHaveTheContinuousTail) {
  const uint128 b = uint128{1} << 60;
  const double scale = std::ldexp(1.0, 60);
  const Difference d{Laplace(b), Laplace(b), 1.0, 3 * scale};
  EXPECT_NEAR(DifferenceTail(d) / (2.5 * std::exp(-3)), 1, 1e-9);
}

TEST(DifferenceTailTest, InfiniteMultipliersLeaveTheSecondNoise) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_NEAR(DifferenceTail({Laplace(50), Laplace(3), infinity, 8}), *TwoSidedTail(Laplace(3), 7),
              1e-12);
  EXPECT_NEAR(DifferenceTail({Laplace(50), Laplace(3), 0, 80}), *TwoSidedTail(Laplace(50), 79),
              1e-12);
  EXPECT_EQ(DifferenceTail({Laplace(50), Laplace(3), 2, 0}), 1.0);
}

}  // namespace
}  // namespace weir::dp::internal
