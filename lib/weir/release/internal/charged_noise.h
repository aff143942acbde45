// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_CHARGED_NOISE_H_
#define WEIR_RELEASE_INTERNAL_CHARGED_NOISE_H_

#include <vector>

#include "weir/base/status.h"
#include "weir/dp/noise_planner.h"
#include "weir/privacy/privacy_cost.h"
#include "weir/release/plan.h"

// What noise is charged as while the sensitivity that it is made for is still to be found.
namespace weir::release::internal {

// Whether a bound that is found changes what one privacy unit can do to the channel.
bool MayNarrow(const std::vector<BoundSearch>& searches, const Channel& channel);

// The sensitivity that the noise of the channel is charged for: its own, or one step of the grid
// where a bound may narrow it.
dp::MeasureSensitivity ChargedSensitivity(const std::vector<BoundSearch>& searches,
                                          const Channel& channel);

// The event that the channel's noise is charged as.
// Assumes: the channel has noise.
const NoiseEvent& ChargedEvent(const Channel& channel);

// Noise for `sensitivity` that is charged as `charged`: Laplace noise of its epsilon, Gaussian
// noise of at most its rho.
//
// Guarantee: where `charged` is of sensitivity 1, no account costs this noise more than `charged`,
//            whatever `sensitivity` is: at equal epsilon (rho) the noise on one step of the grid is
//            the easiest to tell apart. Addition and zCDP see epsilon and rho alone; the Renyi
//            divergence at every order and the dominating normal law fall with the sensitivity. The
//            exact delta of one Gaussian is no such account; it is not used beside a search.
//            Proof: docs/explanation/composition-in-a-release.md.
// Errors:    INVALID_ARGUMENT for a sensitivity of zero, or noise that no sampler takes.
StatusOr<dp::PlannedNoise> NoiseChargedAs(const NoiseEvent& charged,
                                          const dp::MeasureSensitivity& sensitivity);

// Gives the channel `planned`, which was planned for ChargedSensitivity.
Status SetNoise(const std::vector<BoundSearch>& searches, const dp::PlannedNoise& planned,
                Channel& channel);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_CHARGED_NOISE_H_
