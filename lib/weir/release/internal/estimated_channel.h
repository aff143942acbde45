// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_ESTIMATED_CHANNEL_H_
#define WEIR_RELEASE_INTERNAL_ESTIMATED_CHANNEL_H_

#include <cstddef>
#include <vector>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/engine.h"
#include "weir/release/internal/derive.h"
#include "weir/release/internal/row_choice.h"
#include "weir/release/plan.h"

// A sum whose values are clamped at a bound that is found privately: the engine adds up the values
// clamped at every power of two of the grid and counts rows by size, all in one pass; the noise
// step finds a bound from the counts and noises the sum of that bound only.
namespace weir::release::internal {

// Appends the channels of such a sum, the sum itself last, and returns its position.
// Errors: INVALID_ARGUMENT unless values are bounded from below by 0 or more and from above by at
//         least two steps of the grid.
StatusOr<size_t> AddEstimatedSum(const data::Contribution& sum, std::vector<Channel>& channels);

// Rows that one privacy unit has at most in all: the search is epsilon / rows private for one.
int64_t RowsOfUnit(const data::ContributionBounds& bounds, uint64_t cells);

// The planned event at another sensitivity: the scale of Laplace noise, or the variance of Gaussian
// noise, changes alike, so that epsilon or rho stay what they are.
StatusOr<NoiseEvent> Rescaled(const dp::PlannedNoise& planned,
                              const dp::MeasureSensitivity& sensitivity);

// The planned noise of the narrowest bound, as it is for the widest one.
StatusOr<dp::PlannedNoise> AtWidestBound(const dp::PlannedNoise& planned,
                                         const dp::MeasureSensitivity& sensitivity);

// The event that a channel's noise is charged as: where a bound is estimated, that of the
// narrowest.
// Assumes: the channel has noise.
const NoiseEvent& ChargedEvent(const Channel& channel);

// The bound, and every row's noised sum of values clamped at it.
//
// Guarantee: the search is one pure event of `estimate.epsilon`. The noise is that of the channel's
//            event, rescaled to the bound that is found. The release is charged for the narrowest
//            bound: at equal epsilon (rho) noise on few steps of the grid is the easiest to tell
//            apart, so the event that is charged is a price of all bounds
//            (docs/explanation/composition-in-a-release.md).
StatusOr<NoisedChannel> NoiseEstimated(const ReleasePlan& plan, size_t channel,
                                       const data::AggregateTable& raw, const Rows& rows,
                                       RandomSource& random);

// Appends sum_<column> and bound_<column>, the bound that was found.
void DeriveEstimated(const Channel& channel, const MeasurePlan& measure,
                     const NoisedChannel& noised, ReleaseTable& table);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_ESTIMATED_CHANNEL_H_
