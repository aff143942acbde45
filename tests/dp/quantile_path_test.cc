// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/quantile_path.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace weir::dp::internal {
namespace {

constexpr NoiseLaw kLaw = {NoiseKind::kDiscreteLaplace, {10, 1}};

// Three families of which the path enters two, and a boundary in the last.
struct Walk {
  std::vector<double> top = {4, 9, 2, 7};
  std::vector<double> middle = {1, 5, 3};
  std::vector<double> last = {1, 2, 0, 2};
};

RankTest TestAfter(const Walk& walk, double q) {
  QuantilePath path(kLaw, 1, q);
  path.Enter(walk.top, 1);     // 9 = 1 + 5 + 3
  path.Enter(walk.middle, 1);  // 5 = 1 + 2 + 0 + 2
  return path.At(walk.last, 3);
}

TEST(QuantilePathTest, IsTheRankOnExactCounts) {
  for (const double q : {0.1, 0.5, 0.93}) {
    // Before the boundary: 4 of the top, 1 of the middle, 1 + 2 + 0 of the last.
    EXPECT_NEAR(TestAfter({}, q).value(), 8 - q * 22, 1e-12) << q;
  }
}

// The variance as a function of the two free numbers, by its definition.
double VarianceOf(double q, double second, double third) {
  const double top = (1 - q) * (1 - q) + (second - q) * (second - q) + 2 * q * q;
  const double middle =
      (1 - second) * (1 - second) + (third - second) * (third - second) + second * second;
  return top + middle + 3 * (1 - third) * (1 - third) + third * third;
}

TEST(QuantilePathTest, HasTheSmallestVariance) {
  const double deviation = TestAfter({}, 0.4).deviation();
  double least = 10;
  for (int second = -100; second <= 200; ++second) {
    for (int third = -100; third <= 200; ++third) {
      least = std::min(least, VarianceOf(0.4, second / 100.0, third / 100.0));
    }
  }
  EXPECT_LE(deviation * deviation, least);
  EXPECT_GE(deviation * deviation, least - 1e-3);
}

TEST(QuantilePathTest, KnowsItsNoise) {
  EXPECT_NEAR(TestAfter({}, 0.4).Noise().deviation(),
              *StandardError(kLaw) * TestAfter({}, 0.4).deviation(), 1e-9);
}

TEST(QuantilePathTest, StartsAnew) {
  const Walk walk;
  QuantilePath path(kLaw, 1, 0.5);
  path.Enter(walk.top, 2);
  path.Restart();
  EXPECT_NEAR(path.At(walk.top, 2).value(), 13 - 11, 1e-12);
  EXPECT_NEAR(path.At(walk.top, 2).deviation(), 1, 1e-12);
}

}  // namespace
}  // namespace weir::dp::internal
