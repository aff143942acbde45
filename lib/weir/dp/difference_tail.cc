// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/difference_tail.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "weir/dp/internal/law_tail.h"
#include "weir/dp/internal/weighted_sum.h"
#include "weir/dp/rational.h"

namespace weir::dp::internal {
namespace {

constexpr double kGuard = 1 + 1e-10;
constexpr double kNarrowestLaplace = 10;
constexpr double kNarrowestGaussian = 20;
constexpr double kMostSteps = 4096;  // of a noise that is summed exactly

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

// Steps that carry all but 3 * 10^-9 of the mass.
double ReachOf(const NoiseLaw& law) {
  const double deviations = law.kind == NoiseKind::kDiscreteGaussian ? 6 : 14;
  return std::ceil(deviations * StandardDeviation(law)) + 2;
}

std::vector<double> MassesOf(const NoiseLaw& law, size_t reach) {
  const double parameter = ToDouble(law.parameter);
  const bool is_gaussian = law.kind == NoiseKind::kDiscreteGaussian;
  std::vector<double> masses;
  masses.reserve(reach + 1);
  double sum = 0;
  for (size_t i = 0; i <= reach; ++i) {
    const auto y = static_cast<double>(i);
    masses.push_back(std::exp(is_gaussian ? -y * y / (2 * parameter) : -y / parameter));
    sum += (i == 0 ? 1 : 2) * masses.back();
  }
  // What lies beyond the reach is missing from the sum: the masses err upwards.
  for (double& mass : masses) mass *= kGuard / sum;
  return masses;
}

// P[W >= k], k = -reach .. reach.
std::vector<double> TailsOf(const NoiseLaw& law, size_t reach) {
  const std::vector<double> upper = OneSidedTails(law, {1, 1, reach + 1});
  std::vector<double> tails(2 * reach + 1);
  for (size_t k = 0; k <= reach; ++k) {
    if (k > 0) tails[reach + k] = upper[k - 1];
    tails[reach - k] = 1 - upper[k] / kGuard;
  }
  return tails;
}

}  // namespace

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as in Difference
DifferenceLaw::DifferenceLaw(const NoiseLaw& x, const NoiseLaw& y) {
  is_swapped_ = x.kind == y.kind ? ToDouble(x.parameter) < ToDouble(y.parameter)
                                 : StandardDeviation(x) < StandardDeviation(y);
  wider_ = is_swapped_ ? y : x;
  narrower_ = is_swapped_ ? x : y;
  first_ = ToDouble(wider_.parameter);
  second_ = ToDouble(narrower_.parameter);
}

void DifferenceLaw::FillTables() const {
  const auto reach = static_cast<size_t>(ReachOf(narrower_));
  tables_.masses = MassesOf(narrower_, reach);
  tables_.beyond = 2 * OneSidedTail(narrower_, static_cast<double>(reach) + 1);
  tables_.tails = TailsOf(wider_, static_cast<size_t>(ReachOf(wider_)));
}

// Both signs of the narrower noise at once; by symmetry twice the upper side of the difference.
double DifferenceLaw::ExactTail(const Scaled& scaled) const {
  const size_t middle = tables_.tails.size() / 2;
  const auto reach = static_cast<double>(middle);
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are named at the calls
  const auto tail_from = [&](double z, double magnitude) {
    const double from = z - 1e-14 * magnitude;
    if (from <= -reach) return from > -reach - 1 ? tables_.tails.front() : 1.0;
    if (from >= reach) return tables_.tails.back();
    // Rounded up: what is converted is positive.
    const double place = from + reach;
    const auto below = static_cast<size_t>(place);
    return tables_.tails[below + (place > static_cast<double>(below) ? 1 : 0)];
  };
  double tail = tables_.masses[0] * tail_from(scaled.distance, scaled.distance);
  for (size_t i = 1; i < tables_.masses.size(); ++i) {
    const double shift = scaled.multiplier * static_cast<double>(i);
    const double magnitude = scaled.distance + shift;
    tail += tables_.masses[i] * (tail_from(scaled.distance + shift, magnitude) +
                                 tail_from(scaled.distance - shift, magnitude));
  }
  return std::min(1.0, 2 * tail + tables_.beyond);
}

double DifferenceLaw::Fallback(const Scaled& scaled) const {
  if (!has_tables_.has_value()) {
    has_tables_ = ReachOf(wider_) <= kMostSteps && ReachOf(narrower_) <= kMostSteps;
    if (*has_tables_) FillTables();
  }
  if (*has_tables_) return ExactTail(scaled);
  const std::array<WeightedNoise, 2> noises = {WeightedNoise{wider_, 1.0, 1},
                                               WeightedNoise{narrower_, scaled.multiplier, 1}};
  return WeightedSum(noises).TwoSidedTail(scaled.distance);
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as in Difference
double DifferenceLaw::Tail(double multiplier, double distance) const {
  const double size = std::abs(multiplier);
  if (distance <= 0) return 1;
  if (size == 0) return TailOfOne(is_swapped_ ? narrower_ : wider_, distance);
  if (std::isinf(size)) return TailOfOne(is_swapped_ ? wider_ : narrower_, distance);
  // X - m Y = -m (Y - X / m)
  const Scaled scaled = is_swapped_ ? Scaled{1 / size, distance / size} : Scaled{size, distance};
  if (!std::isfinite(scaled.multiplier) || !std::isfinite(scaled.distance)) return 1;
  if (wider_.kind != narrower_.kind) return Fallback(scaled);
  if (wider_.kind == NoiseKind::kDiscreteLaplace) {
    if (first_ < kNarrowestLaplace) return Fallback(scaled);
    return std::min(1.0, 2 * LaplaceTail({first_, second_, scaled.multiplier, scaled.distance}));
  }
  const double total = first_ + scaled.multiplier * scaled.multiplier * second_;
  const double effective = first_ / total * second_;
  if (first_ < kNarrowestGaussian * kNarrowestGaussian || effective < 1) return Fallback(scaled);
  return std::min(1.0, GaussianTail({total, scaled.distance, 0.082 / first_}));
}

double DifferenceTail(const Difference& difference) {
  return DifferenceLaw(difference.x, difference.y).Tail(difference.multiplier, difference.distance);
}

}  // namespace weir::dp::internal
