// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/dominating_gaussian.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <optional>

#include "weir/dp/internal/normal_law.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

constexpr double kGuard = 0x1p-44;
constexpr size_t kMostPure = 10;

// Any of these is valid; the larger, the smaller the factor and the larger s^2.
constexpr std::array<double, 9> kExponents = {6, 8, 10, 12, 14, 17, 20, 26, 34};

// The normal law that takes the place of all events, and what the exchange costs.
struct NormalPair {
  double shift;      // in standard deviations
  double epsilon;    // added to the loss
  double log_delta;  // ln of the factor of delta
};

// With s^2 = (exponent + ln S) / (2 pi^2) a sum over shifted integers is within a factor 1 +- eta
// of its integral, eta <= 2.2 e^-exponent / S. At most S coordinates are shifted; each adds at most
// 4 eta to epsilon and eta to ln delta.
std::optional<NormalPair> Dominating(std::span<const NoiseEvent> gaussians, double exponent) {
  constexpr double kTwoPiSquared = 2 * std::numbers::pi * std::numbers::pi * (1 - kGuard);
  double squared_shift = 0;
  double eta = 0;
  for (const NoiseEvent& event : gaussians) {
    const double squared_l2 = static_cast<double>(event.sensitivity) * (1 + kGuard);
    const double s2 = (exponent + std::log(squared_l2)) / kTwoPiSquared * (1 + kGuard);
    const double left = ToDouble(event.parameter) * (1 - kGuard) - s2;
    if (!(left > 0)) return std::nullopt;
    squared_shift += squared_l2 / left;
    eta += 2.2 * std::exp(-exponent);
  }
  const double shift = std::sqrt(squared_shift * (1 + kGuard));
  // Beyond this the tails say nothing in doubles.
  if (!(shift > 1e-9 && shift < 1e3)) return std::nullopt;
  return NormalPair{.shift = shift * (1 + kGuard), .epsilon = 4 * eta, .log_delta = eta};
}

// NOLINTBEGIN(bugprone-easily-swappable-parameters): formulas take doubles side by side

// At least delta at any real epsilon: P and Q of the pair change places below 0.
double NormalDelta(double shift, double epsilon) {
  if (epsilon >= 0) return std::min(1.0, internal::GaussianDeltaUp(shift, epsilon));
  return -std::expm1(epsilon) +
         std::exp(epsilon) * std::min(1.0, internal::GaussianDeltaUp(shift, -epsilon));
}

// Mean over the outcomes of all randomised responses: each moves the loss up or down.
double MeanDelta(double shift, double epsilon, std::span<const Epsilon> pure) {
  if (pure.empty()) return NormalDelta(shift, epsilon - (1 + std::abs(epsilon)) * kGuard);
  const double loss = pure.front().value() * (1 + kGuard);
  const double up = 1 / (1 + std::exp(-loss));
  const double down = 1 / (1 + std::exp(loss));
  const std::span<const Epsilon> others = pure.subspan(1);
  return up * MeanDelta(shift, epsilon - loss, others) +
         down * MeanDelta(shift, epsilon + loss * (1 - 4 * kGuard), others);
}

// NOLINTEND(bugprone-easily-swappable-parameters)

}  // namespace

double DominatedDelta(std::span<const NoiseEvent> gaussians, std::span<const Epsilon> pure,
                      Epsilon epsilon) {
  const bool all_gaussian = std::all_of(gaussians.begin(), gaussians.end(), [](const auto& event) {
    return event.kind == NoiseKind::kDiscreteGaussian && event.sensitivity > 0;
  });
  if (gaussians.empty() || !all_gaussian || pure.size() > kMostPure) return 1;
  double least = 1;
  for (const double exponent : kExponents) {
    const std::optional<NormalPair> pair = Dominating(gaussians, exponent);
    if (!pair.has_value()) continue;
    const double left = epsilon.value() * (1 - kGuard) - pair->epsilon;
    if (!(left > 0)) continue;
    const double delta = MeanDelta(pair->shift, left, pure) * std::exp(pair->log_delta);
    least = std::min(least, delta * (1 + kGuard) + std::numeric_limits<double>::min());
  }
  return least;
}

Delta WithMargin(Delta delta) {
  return *Delta::FromUnits(delta.units() - (delta.units() + 999'999) / 1'000'000);
}

}  // namespace weir::dp
