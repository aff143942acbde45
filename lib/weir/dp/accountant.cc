// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/accountant.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <vector>

#include "weir/dp/discrete_gaussian.h"
#include "weir/dp/dominating_gaussian.h"

namespace weir::dp {
namespace {

// The parts of a cost that compose by addition and by rho.
struct Parts {
  uint128 pure_units = 0;  // epsilons added, in 10^-12
  ExactRho pure_rho;
  ExactRho gaussian_rho;
  size_t gaussians = 0;
  std::vector<Epsilon> pure;

  void AddPure(Epsilon epsilon) {
    pure.push_back(epsilon);
    pure_units += static_cast<uint128>(epsilon.units());
    pure_rho = pure_rho.AddUp(PureEpsilonRho(epsilon));
  }
};

StatusOr<Parts> PartsOf(std::span<const NoiseEvent> events,
                        std::span<const ApproximateEvent> approximate) {
  Parts parts;
  for (const ApproximateEvent& event : approximate) {
    if (event.epsilon.has_value()) parts.AddPure(*event.epsilon);
  }
  for (const NoiseEvent& event : events) {
    if (event.sensitivity == 0) return InvalidArgument("a noise event has sensitivity zero");
    if (event.kind == NoiseKind::kDiscreteLaplace) {
      WEIR_ASSIGN_OR_RETURN(const Epsilon epsilon,
                            LaplaceEpsilon(event.parameter, event.sensitivity));
      parts.AddPure(epsilon);
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

// What is left of delta for the conversion; Create has checked that it is not negative.
Delta ConversionDelta(const PrivacyCost& cost) {
  return *Delta::FromUnits(cost.delta().units() - OwnDeltaUnits(cost.approximate()));
}

bool FollowsByMixing(const Parts& parts, const PrivacyCost& cost) {
  const auto claimed = static_cast<uint128>(cost.epsilon().units());
  if (parts.pure_units > claimed) return false;
  if (parts.gaussians == 0) return true;
  const StatusOr<Epsilon> left =
      Epsilon::FromUnits(static_cast<int64_t>(claimed - parts.pure_units));
  return left.ok() && parts.gaussian_rho <= LargestRho(*left, ConversionDelta(cost));
}

bool FollowsByZcdp(const Parts& parts, const PrivacyCost& cost) {
  return parts.pure_rho.AddUp(parts.gaussian_rho) <=
         LargestRho(cost.epsilon(), ConversionDelta(cost));
}

bool FollowsByExactDelta(const PrivacyCost& cost) {
  const bool no_epsilon =
      std::none_of(cost.approximate().begin(), cost.approximate().end(),
                   [](const ApproximateEvent& event) { return event.epsilon.has_value(); });
  if (cost.events().size() != 1 || !no_epsilon) return false;
  const NoiseEvent& event = cost.events().front();
  return event.kind == NoiseKind::kDiscreteGaussian && event.sensitivity == 1 &&
         UnitShiftGaussianDelta(event.parameter, cost.epsilon()) <= ConversionDelta(cost).value();
}

bool FollowsByDomination(const Parts& parts, const PrivacyCost& cost) {
  std::vector<NoiseEvent> gaussians;
  std::copy_if(cost.events().begin(), cost.events().end(), std::back_inserter(gaussians),
               [](const NoiseEvent& event) { return event.kind == NoiseKind::kDiscreteGaussian; });
  return DominatedDelta(gaussians, parts.pure, cost.epsilon()) <= ConversionDelta(cost).value();
}

}  // namespace

StatusOr<ExactRho> EventsRho(std::span<const NoiseEvent> events,
                             std::span<const ApproximateEvent> approximate) {
  WEIR_ASSIGN_OR_RETURN(const Parts parts, PartsOf(events, approximate));
  return parts.pure_rho.AddUp(parts.gaussian_rho);
}

int64_t OwnDeltaUnits(std::span<const ApproximateEvent> approximate) {
  int64_t units = 0;
  for (const ApproximateEvent& event : approximate) units += event.delta.units();
  return units;
}

StatusOr<std::optional<Epsilon>> EventsPureEpsilon(std::span<const NoiseEvent> events,
                                                   std::span<const ApproximateEvent> approximate) {
  WEIR_ASSIGN_OR_RETURN(const Parts parts, PartsOf(events, approximate));
  if (parts.gaussians > 0 || OwnDeltaUnits(approximate) > 0) return std::optional<Epsilon>();
  constexpr auto kBeyond = static_cast<uint128>(std::numeric_limits<int64_t>::max());
  WEIR_ASSIGN_OR_RETURN(
      const Epsilon epsilon,
      Epsilon::FromUnits(static_cast<int64_t>(std::min(parts.pure_units, kBeyond))));
  return std::optional<Epsilon>(epsilon);
}

StatusOr<CostProof> ProofOf(const PrivacyCost& cost) {
  WEIR_ASSIGN_OR_RETURN(const Parts parts, PartsOf(cost.events(), cost.approximate()));
  // With Gaussians alone, mixing is zCDP.
  if (parts.pure_units > 0 && FollowsByMixing(parts, cost)) return CostProof::kAddition;
  if (FollowsByZcdp(parts, cost)) return CostProof::kZcdp;
  if (FollowsByExactDelta(cost)) return CostProof::kExactDelta;
  if (FollowsByDomination(parts, cost)) return CostProof::kDominated;
  return InvalidArgument("the noise does not give epsilon %s and delta %s",
                         cost.epsilon().ToString().c_str(), cost.delta().ToString().c_str());
}

const char* Describe(CostProof proof) {
  switch (proof) {
    case CostProof::kAddition:
      return "addition";
    case CostProof::kZcdp:
      return "zCDP";
    case CostProof::kExactDelta:
      return "exact delta";
    case CostProof::kDominated:
      break;
  }
  return "dominating normal law";
}

Status CheckCost(const PrivacyCost& cost) { return ProofOf(cost).status(); }

}  // namespace weir::dp
