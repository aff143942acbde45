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

// Whether the cost's (epsilon, delta) follows from its events. The deltas of approximate events
// are taken off delta first. Accepted if any of these holds:
//   pure   all other events are Laplace or approximate and their epsilons add to at most epsilon;
//   mixed  those epsilons by addition, the Gaussians' rho converted at delta with what is left;
//   zCDP   the rho of all events converts to (epsilon, delta);
//   exact  one Gaussian event alone, of squared L2 sensitivity 1, by its own delta.
// Whoever debits a cost calls this first: a cost that claims less than its events is refused.
// Errors: INVALID_ARGUMENT if none holds, or for events as above.
Status CheckCost(const PrivacyCost& cost);

}  // namespace weir::dp

#endif  // WEIR_DP_ACCOUNTANT_H_
