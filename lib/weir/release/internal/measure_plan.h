// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_MEASURE_PLAN_H_
#define WEIR_RELEASE_INTERNAL_MEASURE_PLAN_H_

#include <optional>
#include <string>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/release/internal/sensitivity.h"
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
  size_t ChannelOf(const data::Contribution& contribution, bool running = false,
                   ClampRule clamps = ClampRule::kAsked);
  // A plain one of its own, with noise of its own.
  size_t AddChannel(const data::Contribution& contribution);

  std::vector<MeasurePlan>& measures() { return measures_; }
  std::vector<Channel>& channels() { return channels_; }
  // Of the bounds of columns, each once.
  std::vector<BoundSearch>& searches() { return searches_; }

 private:
  StatusOr<MeasurePlan> Resolve(const v1::Measure& measure);
  StatusOr<MeasurePlan> ResolveSum(const v1::Measure& measure);
  // The searches of the clamps of `values`, if `estimate`, which it makes canonical, is given; then
  // the rule is `found`.
  StatusOr<ClampRule> AddSearches(const data::Contribution& values, std::string& estimate,
                                  ClampRule found);
  StatusOr<MeasurePlan> ResolveMoments(const v1::Measure& measure);
  StatusOr<MeasurePlan> ResolveQuantiles(const v1::Measure& measure);
  StatusOr<MeasurePlan> ResolveHistogram(const v1::Measure& measure);
  StatusOr<MeasurePlan> ResolveRatio(const v1::Measure& measure);

  const data::DatasetDescription& dataset_;
  std::vector<MeasurePlan> measures_;
  std::vector<Channel> channels_;
  std::vector<BoundSearch> searches_;
};

// Wanted half width of a measure's intervals, in its own unit; nullopt if none is named.
StatusOr<std::optional<Decimal>> WithinOf(v1::Measure measure);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_MEASURE_PLAN_H_
