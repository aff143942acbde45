// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_RUNNING_CHANNEL_H_
#define WEIR_RELEASE_INTERNAL_RUNNING_CHANNEL_H_

#include <cstddef>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/engine.h"
#include "weir/dp/noise_planner.h"
#include "weir/release/internal/derive.h"
#include "weir/release/plan.h"

// Running totals: for each combination of the other keys one series over the periods of the last.
namespace weir::release::internal {

// Raw numbers of a channel by cell code, zero where no row is.
std::vector<int128> DenseCells(const ReleasePlan& plan, const data::AggregateTable& raw,
                               size_t channel);

// Of the vector B x of all series together, on the grid of dp::RunningNoise. `cells` above 0.
// Errors: INVALID_ARGUMENT as dp::SeriesSensitivity.
StatusOr<dp::MeasureSensitivity> RunningSensitivity(const Channel& channel,
                                                    const data::ContributionBounds& bounds,
                                                    uint64_t cells);

// The totals with their noise, intervals and standard errors.
StatusOr<NoisedChannel> NoiseRunning(const ReleasePlan& plan, size_t channel,
                                     const data::AggregateTable& raw, RandomSource& random);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_RUNNING_CHANNEL_H_
