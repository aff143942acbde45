// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/charged_noise.h"

#include "weir/dp/calibration.h"
#include "weir/release/internal/bound_search.h"

namespace weir::release::internal {
namespace {

// The scale is exact, and so is the epsilon of a charge for one step.
StatusOr<dp::PlannedNoise> LaplaceChargedAs(const NoiseEvent& charged, uint128 l1) {
  WEIR_ASSIGN_OR_RETURN(const Epsilon epsilon,
                        dp::LaplaceEpsilon(charged.parameter, charged.sensitivity));
  WEIR_ASSIGN_OR_RETURN(const Rational scale, dp::LaplaceScale(epsilon, l1));
  return dp::DescribeNoise({NoiseKind::kDiscreteLaplace, scale, l1}, epsilon);
}

StatusOr<dp::PlannedNoise> GaussianChargedAs(const NoiseEvent& charged, uint128 squared_l2) {
  const dp::ExactRho rho = dp::GaussianRho(charged.parameter, charged.sensitivity);
  if (rho.units == 0) return Internal("Gaussian noise is charged for nothing");
  // GaussianRho rounds up: one unit less is below the rho of `charged` itself.
  WEIR_ASSIGN_OR_RETURN(const Rational variance, dp::GaussianVariance({rho.units - 1}, squared_l2));
  return dp::DescribeNoise({NoiseKind::kDiscreteGaussian, variance, squared_l2}, std::nullopt);
}

}  // namespace

bool MayNarrow(const std::vector<BoundSearch>& searches, const Channel& channel) {
  return channel.clamps != ClampRule::kAsked || SearchesContributions(searches);
}

dp::MeasureSensitivity ChargedSensitivity(const std::vector<BoundSearch>& searches,
                                          const Channel& channel) {
  if (!MayNarrow(searches, channel)) return channel.sensitivity;
  return {.l1 = 1, .squared_l2 = 1};
}

const NoiseEvent& ChargedEvent(const Channel& channel) {
  return channel.charged.has_value() ? *channel.charged : channel.noise->event;
}

StatusOr<dp::PlannedNoise> NoiseChargedAs(const NoiseEvent& charged,
                                          const dp::MeasureSensitivity& sensitivity) {
  return charged.kind == NoiseKind::kDiscreteLaplace
             ? LaplaceChargedAs(charged, sensitivity.l1)
             : GaussianChargedAs(charged, sensitivity.squared_l2);
}

Status SetNoise(const std::vector<BoundSearch>& searches, const dp::PlannedNoise& planned,
                Channel& channel) {
  channel.noise = planned;
  if (!MayNarrow(searches, channel)) return OkStatus();
  channel.charged = planned.event;
  WEIR_ASSIGN_OR_RETURN(channel.noise, NoiseChargedAs(planned.event, channel.sensitivity));
  return OkStatus();
}

}  // namespace weir::release::internal
