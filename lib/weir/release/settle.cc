// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "weir/dp/release_threshold.h"
#include "weir/release/internal/bound_search.h"
#include "weir/release/internal/charged_noise.h"
#include "weir/release/internal/sensitivity.h"
#include "weir/release/plan.h"

namespace weir::release {
namespace {

Status CheckFound(const ReleasePlan& plan, const std::vector<int64_t>& found) {
  if (!plan.search.has_value() || found.size() != plan.search->searches.size()) {
    return InvalidArgument("a plan is settled with one bound for each of its searches");
  }
  for (size_t i = 0; i < found.size(); ++i) {
    const std::vector<int64_t>& ends = plan.search->searches[i].histogram.ends;
    if (std::find(ends.begin(), ends.end(), found[i]) != ends.end()) continue;
    return InvalidArgument("%s cannot be found to be %lld",
                           internal::NameOf(plan.search->searches[i]).c_str(),
                           static_cast<long long>(found[i]));
  }
  return OkStatus();
}

// Clamps of the channels whose column the search is about.
void SetClamp(const data::UnitHistogram& histogram, int64_t found, std::vector<Channel>& channels) {
  for (Channel& channel : channels) {
    data::Contribution& values = channel.contribution;
    if (channel.clamps == ClampRule::kAsked || values.column != histogram.column) continue;
    if (histogram.figure == data::UnitFigure::kHighest) {
      values.highest = found;
    } else {
      values.lowest = -found;
    }
    if (channel.clamps == ClampRule::kFoundCentred) values.origin = internal::Middle(values);
  }
}

Status SetBound(const data::UnitHistogram& histogram, int64_t found, ReleasePlan& plan) {
  data::ContributionBounds& bounds = plan.query.bounds;
  switch (histogram.figure) {
    case data::UnitFigure::kKeys: {
      WEIR_ASSIGN_OR_RETURN(bounds.max_keys_per_unit, L0Sensitivity::Create(found));
      return OkStatus();
    }
    case data::UnitFigure::kRowsOfKey: {
      WEIR_ASSIGN_OR_RETURN(bounds.max_rows_per_key, LInfSensitivity::Create(found));
      return OkStatus();
    }
    case data::UnitFigure::kRows:
      bounds.max_rows_per_unit = found;
      return OkStatus();
    default:
      SetClamp(histogram, found, plan.channels);
      return OkStatus();
  }
}

// Cells of one unit that get noise: those that are shown.
uint64_t ReachableCells(const ReleasePlan& plan) {
  const bool is_searched = plan.top.has_value() && plan.top->epsilon_a_round.has_value();
  return is_searched ? std::min<uint64_t>(plan.cells, plan.top->rows) : plan.cells;
}

Status Narrow(const ReleasePlan& plan, Channel& channel) {
  const dp::MeasureSensitivity widest = channel.sensitivity;
  const NoiseKind kind =
      channel.noise.has_value() ? channel.noise->event.kind : NoiseKind::kDiscreteLaplace;
  WEIR_RETURN_IF_ERROR(
      internal::ShapeChannel(kind, plan.query.bounds, ReachableCells(plan), channel));
  if (channel.sensitivity.l1 > widest.l1 || channel.sensitivity.squared_l2 > widest.squared_l2) {
    return Internal("a bound that was found is wider than what was planned");
  }
  if (!channel.noise.has_value()) return OkStatus();
  if (!channel.charged.has_value()) return Internal("noise that may narrow has no charge");
  WEIR_ASSIGN_OR_RETURN(channel.noise,
                        internal::NoiseChargedAs(*channel.charged, channel.sensitivity));
  return OkStatus();
}

Status SetThreshold(ReleasePlan& plan) {
  if (!plan.selection.has_value() || !plan.selection->by_noise) return OkStatus();
  SelectionPlan& selection = *plan.selection;
  WEIR_ASSIGN_OR_RETURN(
      selection.threshold,
      dp::ReleaseThreshold({.law = dp::LawOf(plan.channels[selection.channel].noise->event),
                            .delta = selection.delta,
                            .l0 = plan.query.bounds.max_keys_per_unit,
                            .pre_threshold = selection.min_units}));
  return OkStatus();
}

}  // namespace

StatusOr<ReleasePlan> Settle(ReleasePlan plan, const std::vector<int64_t>& found) {
  WEIR_RETURN_IF_ERROR(CheckFound(plan, found));
  SearchPlan& search = *plan.search;
  search.found = found;
  for (size_t i = 0; i < found.size(); ++i) {
    WEIR_RETURN_IF_ERROR(SetBound(search.searches[i].histogram, found[i], plan));
  }
  for (size_t i = 0; i < plan.channels.size(); ++i) {
    Channel& channel = plan.channels[i];
    if (!internal::MayNarrow(search.searches, channel)) continue;
    WEIR_RETURN_IF_ERROR(Narrow(plan, channel));
    plan.query.measures[i] = channel.contribution;
  }
  WEIR_RETURN_IF_ERROR(SetThreshold(plan));
  return plan;
}

}  // namespace weir::release
