// SPDX-License-Identifier: Apache-2.0
#include "weir/release/explain.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>

#include "weir/dp/intervals.h"
#include "weir/dp/partition_selection.h"
#include "weir/release/internal/row_choice.h"

namespace weir::release {
namespace {

// P[units + noise >= threshold].
StatusOr<double> ReachesThreshold(const SelectionPlan& selection, const NoiseEvent& event,
                                  int64_t units) {
  if (units < selection.min_units) return 0.0;
  const int128 missing = selection.threshold - units;
  if (missing > 0) {
    WEIR_ASSIGN_OR_RETURN(const double tail, dp::TwoSidedTail(dp::LawOf(event), missing - 1));
    return tail / 2;
  }
  WEIR_ASSIGN_OR_RETURN(const double tail, dp::TwoSidedTail(dp::LawOf(event), -missing));
  return 1 - tail / 2;
}

StatusOr<double> IsShown(const ReleasePlan& plan, int64_t units) {
  const SelectionPlan& selection = *plan.selection;
  if (selection.by_noise) {
    return ReachesThreshold(selection, plan.channels[selection.channel].noise->event, units);
  }
  WEIR_ASSIGN_OR_RETURN(const dp::PartitionSelector selector,
                        internal::SelectorOf(selection, plan.query.bounds));
  return selector.KeepProbability(units);
}

Status ExplainSelection(const ReleasePlan& plan, v1::ReleasePreview& preview) {
  if (!plan.selection.has_value()) return OkStatus();
  const double half = plan.selection->described.units_for_half();
  std::set<int64_t> sizes = {1};
  for (const double factor : {0.5, 0.75, 1.0, 1.25, 1.5, 2.0}) {
    sizes.insert(std::max<int64_t>(1, std::llround(factor * half)));
  }
  for (const int64_t units : sizes) {
    WEIR_ASSIGN_OR_RETURN(const double shown, IsShown(plan, units));
    v1::SelectionLoss* loss = preview.add_selection_loss();
    loss->set_units(static_cast<uint64_t>(units));
    loss->set_shown(shown);
  }
  return OkStatus();
}

void ExplainBound(const char* name, int64_t bound, v1::ReleasePreview& preview) {
  for (const int64_t factor : {2, 5, 10}) {
    v1::ClippingLoss* loss = preview.add_clipping_loss();
    loss->set_bound(name);
    loss->set_contribution(static_cast<uint64_t>(factor * bound));
    loss->set_kept(1 / static_cast<double>(factor));
  }
}

}  // namespace

Status Explain(const ReleasePlan& plan, v1::ReleasePreview& preview) {
  *preview.mutable_plan() = plan.resolved;
  preview.set_privacy_unit(plan.privacy_unit);
  for (const Alternative& alternative : plan.alternatives) {
    v1::PlanAlternative* described = preview.add_alternatives();
    described->set_what(alternative.what);
    described->set_taken(alternative.taken);
    described->set_refusal(alternative.refusal);
    for (const double error : alternative.standard_errors) described->add_standard_errors(error);
    described->set_units_for_half(alternative.units_for_half);
    described->set_composition(alternative.composition);
  }
  const data::ContributionBounds& bounds = plan.query.bounds;
  const auto keys = static_cast<uint64_t>(bounds.max_keys_per_unit.value());
  if (!plan.query.keys.empty() && (plan.cells == 0 || keys < plan.cells)) {
    ExplainBound("max_keys_per_unit", bounds.max_keys_per_unit.value(), preview);
  }
  const bool counts_rows =
      std::any_of(plan.channels.begin(), plan.channels.end(), [](const Channel& channel) {
        return channel.contribution.kind != data::ContributionKind::kUnits;
      });
  if (counts_rows) ExplainBound("max_rows_per_key", bounds.max_rows_per_key.value(), preview);
  if (bounds.max_rows_per_unit.has_value()) {
    ExplainBound("max_rows_per_unit", *bounds.max_rows_per_unit, preview);
  }
  return ExplainSelection(plan, preview);
}

}  // namespace weir::release
