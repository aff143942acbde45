// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/difference_tail.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "weir/dp/internal/law_tail.h"
#include "weir/dp/internal/weighted_sum.h"
#include "weir/dp/rational.h"

namespace weir::dp::internal {
namespace {

constexpr double kGuard = 1 + 1e-10;
constexpr double kNarrowestLaplace = 10;
constexpr double kNarrowestGaussian = 20;

double TailOfOne(const NoiseLaw& law, double distance) {
  const double steps = std::ceil(distance * (1 - 1e-15));
  return steps <= 0 ? 1 : std::min(1.0, 2 * OneSidedTail(law, steps));
}

struct LaplaceSum {
  double a;
  double b;
  double m;
  double x;
};

// P[X + m Y >= x] for x > 0, m > 0 and scales a of X, b of Y, with P[X >= z] replaced by the
// continuous function above it: exp(-z/a) / (1 + p) for z > 0, else 1 - p exp(z/a) / (1 + p), where
// p = exp(-1/a). P[Y = y] is proportional to q^|y|, so the sum over y is of geometric series: y >=
// 0; y = -1 .. -(turn - 1), where z = x - m |y| is still positive; and the rest.
double LaplaceTail(const LaplaceSum& sum) {
  const auto [a, b, m, x] = sum;
  const double log_q = -1 / b;
  const double p = std::exp(-1 / a);
  const double q = std::exp(log_q);
  const double at_zero = -std::expm1(log_q) / (1 + q);  // P[Y = 0]
  const double turn = std::max(1.0, std::ceil(x / m));
  const double step = m / a;
  const double decay = -std::expm1(log_q - step);  // 1 - q exp(-m/a)
  const double above = std::exp(-x / a) / decay;
  // Sum of exp(j log_ratio - x/a), j = 1 .. turn - 1.
  const double log_ratio = log_q + step;
  double between = 0;
  if (turn > 1) {
    const double largest = log_ratio > 0 ? turn - 1 : 1;  // sum from its largest term
    const double fall = -std::abs(log_ratio);
    const double terms = fall == 0 ? turn - 1 : std::expm1(fall * (turn - 1)) / std::expm1(fall);
    between = std::exp(largest * log_ratio - x / a) * terms;
  }
  const double rest = std::exp(turn * log_q) / -std::expm1(log_q);
  const double missing = p * std::exp(x / a + turn * (log_q - step)) / decay;
  return at_zero * ((above + between - missing) / (1 + p) + rest) * kGuard;
}

struct NormalSum {
  double variance;
  double distance;
  double lattice_error;
};

// The sum over Y of the normal law around it is the normal law of variance s^2 times a lattice sum
// of a normal law of variance effective^2, within 1 +- 2.2 exp(-2 pi^2 effective^2) of 1 by Poisson
// summation. P[X >= k] is at most the normal tail at k - 1/2, up to the midpoint rule's error (see
// law_tail.cc).
double GaussianTail(const NormalSum& sum) {
  const double steps = std::max(0.0, sum.distance - 0.5);
  return std::erfc(steps / std::sqrt(2 * sum.variance)) * kGuard * (1 + 1e-8) + sum.lattice_error;
}

double SummedTail(const Difference& d) {
  const std::array<WeightedNoise, 2> noises = {WeightedNoise{d.x, 1.0, 1},
                                               WeightedNoise{d.y, d.multiplier, 1}};
  return WeightedSum(noises).TwoSidedTail(d.distance);
}

}  // namespace

double DifferenceTail(const Difference& difference) {
  Difference d = difference;
  d.multiplier = std::abs(d.multiplier);
  if (d.distance <= 0) return 1;
  if (d.multiplier == 0) return TailOfOne(d.x, d.distance);
  if (std::isinf(d.multiplier)) return TailOfOne(d.y, d.distance);
  if (d.x.kind != d.y.kind) return SummedTail(d);
  double first = ToDouble(d.x.parameter);
  double second = ToDouble(d.y.parameter);
  if (first < second) {  // X - m Y = -m (Y - X / m)
    std::swap(first, second);
    d.distance /= d.multiplier;
    d.multiplier = 1 / d.multiplier;
    std::swap(d.x, d.y);
  }
  if (d.x.kind == NoiseKind::kDiscreteLaplace) {
    if (first < kNarrowestLaplace) return SummedTail(d);
    return std::min(1.0, 2 * LaplaceTail({first, second, d.multiplier, d.distance}));
  }
  const double total = first + d.multiplier * d.multiplier * second;
  const double effective = first / total * second;
  if (first < kNarrowestGaussian * kNarrowestGaussian || effective < 1) return SummedTail(d);
  return std::min(1.0, GaussianTail({total, d.distance, 0.082 / first}));
}

}  // namespace weir::dp::internal
