// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_MEASURE_PLAN_H_
#define WEIR_RELEASE_INTERNAL_MEASURE_PLAN_H_

#include <optional>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/release/plan.h"
#include "weir/v1/release.pb.h"

namespace weir::release::internal {

// Measures resolved to the channels that they are computed from; equal channels are one.
class MeasurePlanner {
 public:
  // Keeps a reference: `dataset` must outlive the planner.
  explicit MeasurePlanner(const data::DatasetDescription& dataset) : dataset_(dataset) {}

  // Errors: INVALID_ARGUMENT: a column that is unknown, not a number, or without bounds or grid;
  //         quantiles or edges that are none.
  Status Add(const v1::Measure& measure);

  // The channel of that contribution, added if there is none yet.
  size_t ChannelOf(const data::Contribution& contribution, bool running = false);
  // A plain one of its own, with noise of its own.
  size_t AddChannel(const data::Contribution& contribution);

  std::vector<MeasurePlan>& measures() { return measures_; }
  std::vector<Channel>& channels() { return channels_; }

 private:
  StatusOr<MeasurePlan> Resolve(const v1::Measure& measure);
  StatusOr<MeasurePlan> ResolveSum(const v1::Measure& measure);
  StatusOr<MeasurePlan> ResolveEstimate(const data::Contribution& contribution, MeasurePlan plan);
  StatusOr<MeasurePlan> ResolveMoments(const v1::Measure& measure);
  StatusOr<MeasurePlan> ResolveQuantiles(const v1::Measure& measure);
  StatusOr<MeasurePlan> ResolveHistogram(const v1::Measure& measure);
  StatusOr<MeasurePlan> ResolveRatio(const v1::Measure& measure);

  const data::DatasetDescription& dataset_;
  std::vector<MeasurePlan> measures_;
  std::vector<Channel> channels_;
};

// Wanted half width of a measure's intervals, in its own unit; nullopt if none is named.
StatusOr<std::optional<Decimal>> WithinOf(v1::Measure measure);

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

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_MEASURE_PLAN_H_
