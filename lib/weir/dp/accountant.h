// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_ACCOUNTANT_H_
#define WEIR_DP_ACCOUNTANT_H_

#include <cstdint>
#include <optional>
#include <span>

#include "weir/base/status.h"
#include "weir/dp/calibration.h"
#include "weir/privacy/parameters.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

// zCDP of the events together, apart from their own deltas: Laplace by its pure epsilon,
// Gaussian by S/(2 sigma^2), approximate events by epsilon^2/2 (an (epsilon, delta)-private
// mechanism is delta-approximately so: Bun, Steinke 2016, section 8), each rounded up to 10^-24,
// then added. Saturates at ExactRho::kLimit.
// Errors: INVALID_ARGUMENT for an event of unknown kind or with a parameter out of range.
StatusOr<ExactRho> EventsRho(std::span<const NoiseEvent> events,
                             std::span<const ApproximateEvent> approximate = {});

// Sum of the deltas of the approximate events, in units; below 2^63.
int64_t OwnDeltaUnits(std::span<const ApproximateEvent> approximate);

// Pure epsilon of the events together by addition, each rounded up to 10^-12; nullopt if one is
// Gaussian or has a delta. Errors: as above, and INVALID_ARGUMENT beyond the range of Epsilon.
StatusOr<std::optional<Epsilon>> EventsPureEpsilon(
    std::span<const NoiseEvent> events, std::span<const ApproximateEvent> approximate = {});

// How a cost's (epsilon, delta) follows from its events. The deltas of approximate events are taken
// off delta first.
enum class CostProof {
  kAddition,    // epsilons of Laplace and approximate events add up, the Gaussians' rho is
                // converted at what is left of epsilon
  kZcdp,        // the rho of all events converts to (epsilon, delta)
  kExactDelta,  // one Gaussian event alone, of squared L2 sensitivity 1, by its own delta
  kDominated,   // Gaussians by a dominating normal law, all others by randomised response: the
                // composition of those pairs (dominating_gaussian.h)
};

// The first that holds.
// Errors: INVALID_ARGUMENT if none does, or for events as above.
StatusOr<CostProof> ProofOf(const PrivacyCost& cost);

// For people: "addition", "zCDP", "exact delta", "dominating normal law".
const char* Describe(CostProof proof);

// OK if there is a proof. Whoever debits a cost calls this first: a cost that claims less than its
// events is refused.
Status CheckCost(const PrivacyCost& cost);

}  // namespace weir::dp

#endif  // WEIR_DP_ACCOUNTANT_H_
