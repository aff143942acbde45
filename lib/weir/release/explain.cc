// SPDX-License-Identifier: Apache-2.0
#include "weir/release/explain.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>

#include "weir/release/internal/bound_search.h"
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

// Sums and values beyond the end of a clamp that lies farther from zero.
struct Clamp {
  const char* bound;
  int64_t lowest;
  int64_t highest;
};
void ExplainClamp(const Clamp& clamp, const data::Contribution& contribution,
                  v1::ReleasePreview& preview) {
  const bool is_upper = clamp.highest >= -clamp.lowest;
  const int128 end = is_upper ? clamp.highest : clamp.lowest;
  if (end == 0) return;
  for (const int128 factor : {2, 5, 10}) {
    v1::ClippingLoss* loss = preview.add_clipping_loss();
    loss->set_bound(clamp.bound);
    loss->set_column(contribution.column);
    loss->set_amount(internal::TextOfSteps(contribution.grid, factor * end));
    loss->set_kept(1 / static_cast<double>(factor));
  }
}

// What is found leaves what nobody knows beforehand.
bool IsSearched(const ReleasePlan& plan, const std::string& column) {
  return plan.search.has_value() &&
         std::any_of(
             plan.search->searches.begin(), plan.search->searches.end(),
             [&column](const BoundSearch& search) { return search.histogram.column == column; });
}

// Each clamp once, however many channels have it.
void ExplainClamps(const ReleasePlan& plan, v1::ReleasePreview& preview) {
  std::set<std::string> explained;
  for (const Channel& channel : plan.channels) {
    const data::Contribution& contribution = channel.contribution;
    if (contribution.unit_highest.has_value() &&
        explained.insert("per_unit of " + contribution.column).second) {
      ExplainClamp({.bound = "per_unit",
                    .lowest = *contribution.unit_lowest,
                    .highest = *contribution.unit_highest},
                   contribution, preview);
    }
    const bool clamps_values =
        contribution.kind == data::ContributionKind::kSum ||
        contribution.kind == data::ContributionKind::kSquares ||
        (contribution.kind == data::ContributionKind::kBins && contribution.edges.empty());
    if (clamps_values && !IsSearched(plan, contribution.column) &&
        explained.insert("bounds of " + contribution.column).second) {
      ExplainClamp(
          {.bound = "bounds", .lowest = contribution.lowest, .highest = contribution.highest},
          contribution, preview);
    }
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
    described->set_epsilon(alternative.epsilon);
  }
  const data::ContributionBounds& bounds = plan.query.bounds;
  const auto keys = static_cast<uint64_t>(bounds.max_keys_per_unit.value());
  const bool can_have_more = !plan.query.keys.empty() && (plan.cells == 0 || keys < plan.cells);
  if (can_have_more && !IsSearched(plan, data::UnitFigure::kKeys)) {
    ExplainBound("max_keys_per_unit", bounds.max_keys_per_unit.value(), preview);
  }
  const bool counts_rows =
      std::any_of(plan.channels.begin(), plan.channels.end(), [](const Channel& channel) {
        return channel.contribution.kind != data::ContributionKind::kUnits &&
               !channel.contribution.unit_highest.has_value();
      });
  if (counts_rows && !IsSearched(plan, data::UnitFigure::kRowsOfKey)) {
    ExplainBound("max_rows_per_key", bounds.max_rows_per_key.value(), preview);
  }
  if (bounds.max_rows_per_unit.has_value()) {
    ExplainBound("max_rows_per_unit", *bounds.max_rows_per_unit, preview);
  }
  ExplainClamps(plan, preview);
  return ExplainSelection(plan, preview);
}

}  // namespace weir::release
