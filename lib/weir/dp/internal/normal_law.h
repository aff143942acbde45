// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_NORMAL_LAW_H_
#define WEIR_DP_INTERNAL_NORMAL_LAW_H_

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace weir::dp::internal {

inline double NormalDensity(double x) {
  constexpr double kRoot = 0.39894228040143267794;  // 1 / sqrt(2 pi)
  return kRoot * std::exp(-x * x / 2);
}

// P[X > x] of the standard normal law, to a few roundings relative (x^2 of them for large x).
inline double NormalTail(double x) { return std::erfc(x / std::numbers::sqrt2) / 2; }

// Smallest x >= 0, up to rounding, with P[X > x] <= tail; 40 at most.
inline double NormalQuantile(double tail) {
  double low = 0;
  double high = 40;
  for (int step = 0; step < 64; ++step) {
    const double middle = (low + high) / 2;
    (NormalTail(middle) > tail ? low : high) = middle;
  }
  return high;
}

// Mills' ratio, NormalTail(x) / NormalDensity(x), for x >= 0: to about 10^-13 relative.
inline double MillsRatio(double x) {
  constexpr double kFar = 25;
  if (x < kFar) return NormalTail(x) / NormalDensity(x);
  // The asymptotic series; at 25 its tenth term is below 10^-16.
  const double inverse = 1 / (x * x);
  double sum = 1;
  double term = 1;
  for (int k = 1; k <= 9; ++k) {
    term *= -inverse * (2 * k - 1);
    sum += term;
  }
  return sum / x;
}

// e^(shift x + shift^2 / 2) P[X > x + shift], without overflow for shift >= 0.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a formula
inline double ScaledTail(double x, double shift) {
  if (x + shift > 0) return NormalDensity(x) * MillsRatio(x + shift);
  return std::exp(shift * (x + shift / 2)) * NormalTail(x + shift);
}

// At least delta at `epsilon` >= 0 of two normal laws `shift` standard deviations apart.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a formula
inline double GaussianDeltaUp(double shift, double epsilon) {
  const double x = epsilon / shift - shift / 2;
  const double p = NormalTail(x);
  const double q = ScaledTail(x, shift);
  // Of the tails, of the point where they begin.
  const double near = std::min(std::abs(x + shift), 25.0);
  const double roundings =
      16 + 2 * x * x + 2 * near * near + 4 * (std::abs(x) + 1) * (epsilon / shift + shift);
  return p - q + roundings * 0x1p-53 * (p + q);
}

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_NORMAL_LAW_H_
