// SPDX-License-Identifier: Apache-2.0
#include "weir/release/explain.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>

#include "weir/release/internal/key_chance.h"

namespace weir::release {
namespace {

Status ExplainSelection(const ReleasePlan& plan, v1::ReleasePreview& preview) {
  if (!plan.selection.has_value()) return OkStatus();
  const double half = plan.selection->described.units_for_half();
  std::set<int64_t> sizes = {1};
  for (const double factor : {0.5, 0.75, 1.0, 1.25, 1.5, 2.0}) {
    sizes.insert(std::max<int64_t>(1, std::llround(factor * half)));
  }
  WEIR_ASSIGN_OR_RETURN(
      const internal::KeyChance chance,
      internal::KeyChance::Create(*plan.selection, plan.channels[plan.selection->channel].noise,
                                  plan.query.bounds));
  for (const int64_t units : sizes) {
    v1::SelectionLoss* loss = preview.add_selection_loss();
    loss->set_units(static_cast<uint64_t>(units));
    loss->set_shown(chance.At(units));
  }
  return OkStatus();
}

// A bound that is found leaves what nobody knows beforehand.
bool IsSearched(const ReleasePlan& plan, data::UnitFigure figure) {
  return plan.search.has_value() &&
         std::any_of(
             plan.search->searches.begin(), plan.search->searches.end(),
             [figure](const BoundSearch& search) { return search.histogram.figure == figure; });
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
    for (const double error : alternative.mean_errors) described->add_mean_errors(error);
    described->set_units_for_half(alternative.units_for_half);
    described->set_composition(alternative.composition);
  }
  const data::ContributionBounds& bounds = plan.query.bounds;
  const auto keys = static_cast<uint64_t>(bounds.max_keys_per_unit.value());
  const bool can_have_more = !plan.query.keys.empty() && (plan.cells == 0 || keys < plan.cells);
  if (can_have_more && !IsSearched(plan, data::UnitFigure::kKeys)) {
    ExplainBound("max_keys_per_unit", bounds.max_keys_per_unit.value(), preview);
  }
  const bool counts_rows =
      std::any_of(plan.channels.begin(), plan.channels.end(), [](const Channel& channel) {
        return channel.contribution.kind != data::ContributionKind::kUnits;
      });
  if (counts_rows && !IsSearched(plan, data::UnitFigure::kRowsOfKey)) {
    ExplainBound("max_rows_per_key", bounds.max_rows_per_key.value(), preview);
  }
  if (bounds.max_rows_per_unit.has_value()) {
    ExplainBound("max_rows_per_unit", *bounds.max_rows_per_unit, preview);
  }
  return ExplainSelection(plan, preview);
}

}  // namespace weir::release
