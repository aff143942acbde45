// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/accountant.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "weir/dp/discrete_gaussian.h"

namespace weir::dp {
namespace {

// The parts of a cost that compose by addition and by rho.
struct Parts {
  uint128 laplace_units = 0;  // pure epsilons added, in 10^-12
  ExactRho laplace_rho;
  ExactRho gaussian_rho;
  size_t gaussians = 0;
};

StatusOr<Parts> PartsOf(std::span<const NoiseEvent> events) {
  Parts parts;
  for (const NoiseEvent& event : events) {
    if (event.sensitivity == 0) return InvalidArgument("a noise event has sensitivity zero");
    if (event.kind == NoiseKind::kDiscreteLaplace) {
      WEIR_ASSIGN_OR_RETURN(const Epsilon epsilon,
                            LaplaceEpsilon(event.parameter, event.sensitivity));
      parts.laplace_units += static_cast<uint128>(epsilon.units());
      parts.laplace_rho = parts.laplace_rho.AddUp(PureEpsilonRho(epsilon));
    } else if (event.kind == NoiseKind::kDiscreteGaussian) {
      WEIR_RETURN_IF_ERROR(DiscreteGaussian::Create(event.parameter).status());
      parts.gaussian_rho =
          parts.gaussian_rho.AddUp(GaussianRho(event.parameter, event.sensitivity));
      ++parts.gaussians;
    } else {
      return InvalidArgument("unknown noise kind %d", static_cast<int>(event.kind));
    }
  }
  return parts;
}

bool FollowsByMixing(const Parts& parts, const PrivacyCost& cost) {
  const auto claimed = static_cast<uint128>(cost.epsilon().units());
  if (parts.laplace_units > claimed) return false;
  if (parts.gaussians == 0) return true;
  const StatusOr<Epsilon> left =
      Epsilon::FromUnits(static_cast<int64_t>(claimed - parts.laplace_units));
  return left.ok() && parts.gaussian_rho <= LargestRho(*left, cost.delta());
}

bool FollowsByZcdp(const Parts& parts, const PrivacyCost& cost) {
  return parts.laplace_rho.AddUp(parts.gaussian_rho) <= LargestRho(cost.epsilon(), cost.delta());
}

bool FollowsByExactDelta(const PrivacyCost& cost) {
  if (cost.events().size() != 1) return false;
  const NoiseEvent& event = cost.events().front();
  return event.kind == NoiseKind::kDiscreteGaussian && event.sensitivity == 1 &&
         UnitShiftGaussianDelta(event.parameter, cost.epsilon()) <= cost.delta().value();
}

}  // namespace

StatusOr<ExactRho> EventsRho(std::span<const NoiseEvent> events) {
  WEIR_ASSIGN_OR_RETURN(const Parts parts, PartsOf(events));
  return parts.laplace_rho.AddUp(parts.gaussian_rho);
}

StatusOr<std::optional<Epsilon>> EventsPureEpsilon(std::span<const NoiseEvent> events) {
  WEIR_ASSIGN_OR_RETURN(const Parts parts, PartsOf(events));
  if (parts.gaussians > 0) return std::optional<Epsilon>();
  constexpr auto kBeyond = static_cast<uint128>(std::numeric_limits<int64_t>::max());
  WEIR_ASSIGN_OR_RETURN(
      const Epsilon epsilon,
      Epsilon::FromUnits(static_cast<int64_t>(std::min(parts.laplace_units, kBeyond))));
  return std::optional<Epsilon>(epsilon);
}

Status CheckCost(const PrivacyCost& cost) {
  WEIR_ASSIGN_OR_RETURN(const Parts parts, PartsOf(cost.events()));
  if (FollowsByMixing(parts, cost) || FollowsByZcdp(parts, cost) || FollowsByExactDelta(cost)) {
    return OkStatus();
  }
  return InvalidArgument("the noise does not give epsilon %s and delta %s",
                         cost.epsilon().ToString().c_str(), cost.delta().ToString().c_str());
}

}  // namespace weir::dp
