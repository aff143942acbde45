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

// The bound, and every row's noised sum of values clamped at it.
//
// Guarantee: the search is one pure event of `estimate.epsilon`. The noise is that of the channel's
//            event shrunk with the bound: scale (variance) and sensitivity shrink alike, so the
//            event costs what it says whichever bound is found.
StatusOr<NoisedChannel> NoiseEstimated(const ReleasePlan& plan, size_t channel,
                                       const data::AggregateTable& raw, const Rows& rows,
                                       RandomSource& random);

// Appends sum_<column> and bound_<column>, the bound that was found.
void DeriveEstimated(const Channel& channel, const MeasurePlan& measure,
                     const NoisedChannel& noised, ReleaseTable& table);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_ESTIMATED_CHANNEL_H_
