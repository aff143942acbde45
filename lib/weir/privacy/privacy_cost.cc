// SPDX-License-Identifier: Apache-2.0
#include "weir/privacy/privacy_cost.h"

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

}  // namespace

StatusOr<PrivacyCost> PrivacyCost::Create(std::vector<NoiseEvent> events, Epsilon epsilon,
                                          Delta delta) {
  if (events.empty()) return InvalidArgument("a privacy cost must have at least one noise event");
  for (const NoiseEvent& event : events) WEIR_RETURN_IF_ERROR(CheckEvent(event, delta));
  return PrivacyCost(std::move(events), epsilon, delta);
}

}  // namespace weir
