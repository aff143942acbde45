// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/quantile_path.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace weir::dp::internal {
namespace {

constexpr NoiseLaw kLaw = {NoiseKind::kDiscreteLaplace, {10, 1}};

Siblings Family(const std::vector<double>& counts, uint32_t children) {
  std::vector<NodeCounts> family;
  for (const double count : counts) family.push_back({count, count, children});
  return Siblings(family);
}

// Three families of which the path enters two, and a boundary in the last.
struct Walk {
  Siblings top = Family({4, 9, 2, 7}, 3);
  Siblings middle = Family({1, 5, 3}, 4);
  Siblings last = Family({1, 2, 0, 2}, 0);
};

QuantilePath PathOf(const Walk& walk, double q) {
  QuantilePath path(kLaw, 1, q);
  path.Enter(walk.top, 1);     // 9 = 1 + 5 + 3
  path.Enter(walk.middle, 1);  // 5 = 1 + 2 + 0 + 2
  return path;
}

TEST(QuantilePathTest, IsTheRankOnExactCounts) {
  const Walk walk;
  for (const double q : {0.1, 0.5, 0.93}) {
    const QuantilePath path = PathOf(walk, q);
    // Before the boundary: 4 of the top, 1 of the middle, 1 + 2 + 0 of the last.
    EXPECT_NEAR(path.At(walk.last, 2, Boundary::kEnd).value(), 8 - q * 22, 1e-12) << q;
    EXPECT_NEAR(path.At(walk.last, 3, Boundary::kStart).value(), 8 - q * 22, 1e-12) << q;
  }
}

TEST(QuantilePathTest, IsTheRankAboveTheLeavesToo) {
  const Walk walk;
  QuantilePath path(kLaw, 1, 0.3);
  EXPECT_NEAR(path.At(walk.top, 1, Boundary::kEnd).value(), 13 - 0.3 * 22, 1e-12);
  path.Enter(walk.top, 1);
  EXPECT_NEAR(path.At(walk.middle, 1, Boundary::kEnd).value(), 10 - 0.3 * 22, 1e-12);
  EXPECT_NEAR(path.At(walk.middle, 1, Boundary::kStart).value(), 5 - 0.3 * 22, 1e-12);
}

// The variance as a function of the two free numbers, by its definition: siblings with n children
// of their own have n / (n + 1) of one noise's.
double VarianceOf(double q, double second, double third) {
  const double top = 0.75 * ((1 - q) * (1 - q) + 2 * q * q) + (second - q) * (second - q);
  const double middle =
      0.8 * ((1 - second) * (1 - second) + second * second) + (third - second) * (third - second);
  return top + middle + 3 * (1 - third) * (1 - third) + third * third;
}

double LeastVariance(double q) {
  double least = 10;
  for (int second = -100; second <= 200; ++second) {
    for (int third = -100; third <= 200; ++third) {
      least = std::min(least, VarianceOf(q, second / 100.0, third / 100.0));
    }
  }
  return least;
}

TEST(QuantilePathTest, HasNearlyTheSmallestVariance) {
  const Walk walk;
  const double deviation = PathOf(walk, 0.4).At(walk.last, 2, Boundary::kEnd).deviation();
  EXPECT_GE(deviation * deviation, LeastVariance(0.4) - 1e-3);
  // What the header allows for one level that does not know how the path goes on.
  EXPECT_LE(deviation * deviation, LeastVariance(0.4) + 0.25 / (1.6 + 2));
}

TEST(QuantilePathTest, KnowsItsNoise) {
  const Walk walk;
  const RankTest test = PathOf(walk, 0.4).At(walk.last, 2, Boundary::kEnd);
  EXPECT_NEAR(test.Noise().deviation(), *StandardError(kLaw) * test.deviation(), 1e-9);
}

double Variance(std::span<const WeightedNoise> noises) {
  double variance = 0;
  for (const WeightedNoise& noise : noises) variance += noise.weight * noise.weight * noise.count;
  return variance;
}

// What SecondRejection assumes of the tests of two levels.
TEST(QuantilePathTest, TestsOfTwoLevelsShareTheirNoise) {
  const Walk walk;
  for (const Boundary boundary : {Boundary::kStart, Boundary::kEnd}) {
    QuantilePath path(kLaw, 1, 0.4);
    path.Enter(walk.top, 1);
    const RankTest above = path.At(walk.middle, 1, boundary);
    path.Enter(walk.middle, 1);
    const RankTest below = path.At(walk.last, 2, boundary);
    const double own = path.OwnWeight(boundary);
    EXPECT_NEAR(Variance(below.shared()) + own * own, above.deviation() * above.deviation(), 1e-12);
    EXPECT_NEAR(Variance(below.shared()) + Variance(below.fresh()) +
                    below.weight_of_node() * below.weight_of_node(),
                below.deviation() * below.deviation(), 1e-12);
    // The same weights: the sum of both tests' shared parts has four times the variance.
    double covariance = 0;
    const std::vector<WeightedNoise> first(above.fresh().begin(), above.fresh().end() - 1);
    for (size_t i = 0; i < first.size(); ++i) {
      EXPECT_EQ(first[i].count, below.shared()[i].count);
      covariance += first[i].weight * below.shared()[i].weight * first[i].count;
    }
    EXPECT_NEAR(covariance, Variance(first), 1e-12);
  }
}

TEST(QuantilePathTest, SiblingsCountWithTheirChildren) {
  SiblingGroup group;
  group.Add({10, 11, 4});
  group.Add({20, 19, 4});
  group.Add({5, 6, 2});  // at the tree's edge
  EXPECT_EQ(group.sum(), 36);
  EXPECT_NEAR(group.variance(), 0.8 + 0.8 + 2.0 / 3, 1e-12);
  RankTest test(kLaw, 1);
  test.Add(0.5, group);
  EXPECT_NEAR(test.Noise().deviation(), *StandardError(kLaw) * 0.5 * std::sqrt(group.variance()),
              1e-9);
}

TEST(QuantilePathTest, SiblingsKnowWhatLiesOnEitherSide) {
  const Siblings siblings({{1, 10, 4}, {2, 20, 4}, {3, 30, 4}, {4, 40, 2}});
  EXPECT_EQ(siblings.Before(0).sum(), 0);
  EXPECT_EQ(siblings.Before(2).sum(), 30);
  EXPECT_EQ(siblings.After(1).sum(), 70);
  EXPECT_EQ(siblings.After(3).sum(), 0);
  EXPECT_NEAR(siblings.Before(2).variance(), 1.6, 1e-12);
  EXPECT_NEAR(siblings.After(1).variance(), 0.8 + 2.0 / 3, 1e-12);
}

TEST(QuantilePathTest, StartsAnew) {
  const Siblings family = Family({4, 9, 2, 7}, 0);
  QuantilePath path(kLaw, 1, 0.5);
  path.Enter(family, 2);
  path.Restart();
  const RankTest test = path.At(family, 1, Boundary::kEnd);
  EXPECT_NEAR(test.value(), 13 - 11, 1e-12);
  EXPECT_NEAR(test.deviation(), 1, 1e-12);
}

}  // namespace
}  // namespace weir::dp::internal
