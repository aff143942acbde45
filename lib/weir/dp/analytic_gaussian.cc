// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/analytic_gaussian.h"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "weir/dp/internal/normal_tail.h"

namespace weir::dp {
namespace {

static_assert(std::numeric_limits<long double>::digits >= 64, "the stated errors need 64 bits");

constexpr long double kRoundUp = 1 + 0x1p-42L;

// Abscissas and weights of Gauss-Legendre quadrature with 10 points on [-1, 1] (DLMF 3.5.v).
struct Node {
  long double at;
  long double weight;
};
constexpr std::array<Node, 5> kNodes = {{
    {0.148874338981631210884826L, 0.295524224714752870173893L},
    {0.433395394129247190799266L, 0.269266719309996355091227L},
    {0.679409568299024406234327L, 0.219086362515982043995535L},
    {0.865063366688984510732097L, 0.149451349150580593145863L},
    {0.973906528517171720077964L, 0.066671344308688137593569L},
}};

struct Stretch {
  long double from;
  long double width;
};

// MillsRatio(from) - MillsRatio(from + width) without cancellation: the ratio falls at the rate
// 1 - x MillsRatio(x).
long double MillsDifference(const Stretch& stretch) {
  const long double end = stretch.from + stretch.width;
  if (stretch.width > 0.5L) return internal::MillsRatio(stretch.from) - internal::MillsRatio(end);
  const long double half = stretch.width / 2;
  const auto rate = [&](long double offset) {
    const long double x = stretch.from + half + offset;
    return 1 - x * internal::MillsRatio(x);
  };
  long double sum = 0;
  for (const auto& [at, weight] : kNodes) sum += weight * (rate(half * at) + rate(-half * at));
  return half * sum;
}

struct Budget {
  long double epsilon;
  long double delta;
};

// With a = 1/(2s) - epsilon s and b = 1/(2s) + epsilon s, e^epsilon phi(b) = phi(a), so that
// delta = phi(a) (MillsRatio(-a) - MillsRatio(b)). Falls with s.
bool Suffices(const Budget& budget, long double s) {
  const long double minus_a = budget.epsilon * s - 1 / (2 * s);
  if (minus_a < -40) return false;  // delta is 1 as far as 64 bits can tell
  return internal::NormalDensity(minus_a) * MillsDifference({minus_a, 1 / s}) <= budget.delta;
}

}  // namespace

StatusOr<double> AnalyticGaussianSigma(Epsilon epsilon, Delta delta, double l2_sensitivity) {
  if (delta.is_zero()) return InvalidArgument("Gaussian noise needs a delta above 0");
  if (!std::isfinite(l2_sensitivity) || l2_sensitivity <= 0) {
    return InvalidArgument("an L2 sensitivity must be finite and positive, got %g", l2_sensitivity);
  }
  const Budget budget = {static_cast<long double>(epsilon.units()) / 1e12L,
                         static_cast<long double>(delta.units()) / 1e18L};
  long double enough = 1;
  while (!Suffices(budget, enough)) enough *= 2;
  long double too_small = enough / 2;
  while (Suffices(budget, too_small)) too_small /= 2;
  // Until the two ends are neighbours.
  for (int step = 0; step < std::numeric_limits<long double>::digits; ++step) {
    const long double middle = too_small + (enough - too_small) / 2;
    (Suffices(budget, middle) ? enough : too_small) = middle;
  }
  return static_cast<double>(enough * kRoundUp * static_cast<long double>(l2_sensitivity));
}

}  // namespace weir::dp
