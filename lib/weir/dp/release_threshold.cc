// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/release_threshold.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "weir/dp/analytic_gaussian.h"
#include "weir/dp/internal/gallop.h"
#include "weir/dp/internal/law_tail.h"
#include "weir/dp/internal/normal_tail.h"

namespace weir::dp {
namespace {

constexpr int64_t kLargestPreThreshold = int64_t{1} << 62;

double KeyDelta(double delta, L0Sensitivity l0) {
  return -std::expm1(std::log1p(-delta) / static_cast<double>(l0.value()));
}

}  // namespace

double PerKeyDelta(Delta delta, L0Sensitivity l0) {
  // The three operations err by at most 2^-50 together.
  return KeyDelta(delta.value(), l0) * (1 - 0x1p-50);
}

StatusOr<int128> ReleaseThreshold(const ReleaseThresholdOptions& options) {
  if (options.delta.is_zero()) return InvalidArgument("a threshold needs a delta above 0");
  if (options.pre_threshold < 1 || options.pre_threshold > kLargestPreThreshold) {
    return InvalidArgument("the pre-threshold must be in [1, 2^62]");
  }
  WEIR_RETURN_IF_ERROR(internal::CheckLaw(options.law));
  const double allowed = PerKeyDelta(options.delta, options.l0);
  const auto suffices = [&](int128 noise) {
    return internal::OneSidedTail(options.law, static_cast<double>(noise)) <= allowed;
  };
  const double deviations = options.law.kind == NoiseKind::kDiscreteGaussian
                                ? internal::NormalUpperQuantile(std::min(allowed, 0.499))
                                : -std::log(2 * std::min(allowed, 0.499)) / std::numbers::sqrt2;
  const double guess = deviations * internal::StandardDeviation(options.law);
  return internal::SmallestFrom(guess, suffices) + options.pre_threshold;
}

StatusOr<double> ContinuousLaplaceThreshold(Epsilon epsilon, Delta delta, L0Sensitivity l0) {
  if (delta.is_zero()) return InvalidArgument("a threshold needs a delta above 0");
  const double scale = static_cast<double>(l0.value()) / epsilon.value();
  return 1 - scale * std::log(2 * PerKeyDelta(delta, l0));
}

StatusOr<double> ContinuousGaussianThreshold(Epsilon epsilon, Delta delta, L0Sensitivity l0) {
  WEIR_ASSIGN_OR_RETURN(const Delta half, Delta::FromUnits(delta.units() / 2));
  WEIR_ASSIGN_OR_RETURN(
      const double sigma,
      AnalyticGaussianSigma(epsilon, half, std::sqrt(static_cast<double>(l0.value()))));
  return 1 + sigma * internal::NormalUpperQuantile(std::min(PerKeyDelta(half, l0), 0.499));
}

}  // namespace weir::dp
