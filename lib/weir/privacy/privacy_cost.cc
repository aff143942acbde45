// SPDX-License-Identifier: Apache-2.0
#include "weir/privacy/privacy_cost.h"

#include <cstdint>
#include <utility>

namespace weir {
namespace {

Status CheckEvent(const NoiseEvent& event, Delta delta) {
  const bool gaussian = event.kind == NoiseKind::kDiscreteGaussian;
  if (!gaussian && event.kind != NoiseKind::kDiscreteLaplace) {
    return InvalidArgument("noise kind must be discrete Laplace or discrete Gaussian, got %d",
                           static_cast<int>(event.kind));
  }
  if (event.parameter.numerator == 0 || event.parameter.denominator == 0) {
    return InvalidArgument("the parameter of a noise event must be a positive fraction");
  }
  if (event.sensitivity == 0) {
    return InvalidArgument("the sensitivity of a noise event must be positive");
  }
  if (gaussian && delta.is_zero()) {
    return InvalidArgument("delta must be positive for Gaussian noise, got 0");
  }
  return OkStatus();
}

Status CheckApproximate(const std::vector<ApproximateEvent>& events, Delta delta) {
  int64_t left = delta.units();
  for (const ApproximateEvent& event : events) {
    if (!event.epsilon.has_value() && event.delta.is_zero()) {
      return InvalidArgument("an approximate event must have an epsilon or a delta");
    }
    left -= event.delta.units();
    if (left < 0) return InvalidArgument("the deltas of the events add to more than delta");
  }
  return OkStatus();
}

}  // namespace

StatusOr<PrivacyCost> PrivacyCost::Create(std::vector<NoiseEvent> events, Epsilon epsilon,
                                          Delta delta, std::vector<ApproximateEvent> approximate) {
  if (events.empty()) return InvalidArgument("a privacy cost must have at least one noise event");
  for (const NoiseEvent& event : events) WEIR_RETURN_IF_ERROR(CheckEvent(event, delta));
  WEIR_RETURN_IF_ERROR(CheckApproximate(approximate, delta));
  return PrivacyCost(std::move(events), std::move(approximate), epsilon, delta);
}

}  // namespace weir
