// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/gaussian_combination.h"

#include <algorithm>
#include <cmath>

#include "weir/dp/internal/normal_law.h"
#include "weir/dp/intervals.h"

namespace weir::dp::internal {
namespace {

constexpr double kSmoothing = 2;           // t of the proof
constexpr double kLatticeRatio = 1.5e-17;  // e of the proof
constexpr double kGuard = 1 + 1e-12;

}  // namespace

double CoverageFactor(const CombinedNoise& noise) {
  const double tail = 1 - kCoverage;
  double best = std::sqrt(2 * std::log(2 / tail));
  const double m = std::min(noise.smallest_sigma * noise.smallest_sigma, 1e300);
  if (m > 2 * kSmoothing) {
    const double stretch = std::sqrt(m / (m - kSmoothing));
    const double smoothing_sigma = std::sqrt(kSmoothing / (m - kSmoothing));
    const double excess = std::exp(kLatticeRatio * static_cast<double>(noise.terms));
    for (int step = 0; step <= 28; ++step) {
      const double u = step / 4.0;
      const double kept = 1 - NormalTail(u);
      const double y = stretch * NormalQuantile(tail * kept / excess / 2);
      best = std::min(best, y + u * smoothing_sigma);
    }
  }
  return best * kGuard;
}

// E[W^2] = sum over k >= 1 of (2k - 1) P[|W| >= k]; from sigma 2 on that is sigma^2 + 1/12 to
// 1e-30.
double RoundedDeviation(double sigma) {
  if (sigma >= 2) return std::sqrt(sigma * sigma + 1.0 / 12);
  if (sigma <= 0) return 0;
  double sum = 0;
  for (int k = 40; k >= 1; --k) sum += (2 * k - 1) * 2 * NormalTail((k - 0.5) / sigma);
  return std::sqrt(sum);
}

}  // namespace weir::dp::internal
