// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_LEVEL_CHANNEL_H_
#define WEIR_RELEASE_INTERNAL_LEVEL_CHANNEL_H_

#include <cstddef>
#include <vector>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/release/internal/derive.h"
#include "weir/release/plan.h"
#include "weir/release/release_table.h"

// A key on all levels of its hierarchy: every level is measured with noise of its own, then they
// are made consistent.
namespace weir::release::internal {

// Lays out the nodes of the hierarchy of key `key`, which has the column's values.
// Errors: INVALID_ARGUMENT for a level that is called like the column.
StatusOr<LevelsPlan> PlanLevels(const data::ColumnDescription& column,
                                const std::vector<data::KeyDomain>& keys, size_t key);

// What the levels of the channel are charged, by dp::LevelSensitivities over the hierarchy repeated
// for all combinations of the other keys, and their shares of its budget: those of smallest error,
// where the coarsest level counts twice.
// Errors: INVALID_ARGUMENT for bounds that are too large for exact noise.
StatusOr<std::vector<ChannelLevel>> MeasuredLevels(const LevelsPlan& levels,
                                                   const data::Contribution& contribution,
                                                   const data::ContributionBounds& bounds);

// Whole numbers for all rows; children add up to their parents.
// Source: dp::TreeConsistency.
StatusOr<NoisedChannel> NoiseLevels(const ReleasePlan& plan, size_t channel,
                                    const data::AggregateTable& raw, RandomSource& random);

// The keys of all rows.
void SetLevelLabels(const LevelsPlan& levels, ReleaseTable& table);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_LEVEL_CHANNEL_H_
