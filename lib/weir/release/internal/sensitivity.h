// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_SENSITIVITY_H_
#define WEIR_RELEASE_INTERNAL_SENSITIVITY_H_

#include <cstdint>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/data/engine.h"
#include "weir/dp/noise_planner.h"
#include "weir/release/plan.h"

// What one privacy unit can change under the bounds that the engine enforces.
namespace weir::release::internal {

// Between the clamps, rounded towards the lower one: any origin is right, the middle makes the
// least noise.
int64_t Middle(const data::Contribution& clamps);

// Most that one row (or, with a clamp of its own, one unit in one cell) changes a number by.
uint128 Reach(const data::Contribution& c);

// Whether no sum of such contributions is below zero.
bool IsNeverNegative(const data::Contribution& contribution);

// One privacy unit changes at most l0 cells, each by at most linf grid steps.
struct CellReach {
  L0Sensitivity l0;
  LInfSensitivity linf;
};

// With max_rows_per_unit R and r rows a key the reach in ceil(R / r) cells: a convex function of
// the changes of the cells, such as a squared norm, is largest where all but one of them are 0 or
// r, and not smaller if that one is r, too.
// Errors: INVALID_ARGUMENT if l0 * linf is above 2^62.
StatusOr<CellReach> ReachInCells(const data::Contribution& contribution,
                                 const data::ContributionBounds& bounds, uint64_t cells);

// Whether rows count for the contribution, so that their number must be bounded.
bool CountsRows(const data::Contribution& contribution);

// Most one privacy unit can change all numbers of the channel by, in grid steps: it touches at most
// min(max_keys_per_unit, cells) cells (any number if `cells` is 0) with at most max_rows_per_key
// rows each and max_rows_per_unit in all, each of them by the contribution's own reach; a row
// falls in one bin. The squared L2 norm is largest when its rows fill as few cells as may be.
// Running totals: RunningSensitivity. Not of kLevels.
// Errors: INVALID_ARGUMENT if L1 is above 2^62.
StatusOr<dp::MeasureSensitivity> Sensitivity(const Channel& channel,
                                             const data::ContributionBounds& bounds,
                                             uint64_t cells);

// Sets the sensitivity and, for a tree, the shape that suits noise of `kind`. Not of kLevels.
// Errors: as Sensitivity and dp::QuantileShape::Create.
Status ShapeChannel(NoiseKind kind, const data::ContributionBounds& bounds, uint64_t cells,
                    Channel& channel);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_SENSITIVITY_H_
