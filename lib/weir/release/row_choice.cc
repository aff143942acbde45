// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/row_choice.h"

#include <algorithm>
#include <utility>

#include "weir/dp/noise_sampler.h"
#include "weir/dp/partition_selection.h"
#include "weir/dp/selection_mechanisms.h"
#include "weir/release/internal/plan_limits.h"

namespace weir::release::internal {
namespace {

// One raw number a cell of the engine's table.
std::vector<int128> Column(const data::AggregateTable& raw, size_t channel) {
  std::vector<int128> column(raw.cells.size());
  for (size_t i = 0; i < column.size(); ++i) column[i] = raw.values[i * raw.measures + channel];
  return column;
}

Rows EveryCell(const ReleasePlan& plan, const data::AggregateTable& raw) {
  Rows rows{.count = plan.cells};
  rows.of_position.reserve(raw.cells.size());
  for (const uint128 cell : raw.cells) rows.of_position.push_back(static_cast<uint32_t>(cell));
  return rows;
}

// Whether every cell with privacy units is shown, and with a threshold its noised count.
struct Decisions {
  std::vector<bool> shown;
  std::vector<int128> noised;
};

StatusOr<Decisions> DecideByNoise(const ReleasePlan& plan, const std::vector<int128>& units,
                                  RandomSource& random) {
  const SelectionPlan& selection = *plan.selection;
  WEIR_ASSIGN_OR_RETURN(const dp::NoiseSampler sampler,
                        dp::NoiseSampler::Create(plan.channels[selection.channel].noise->event));
  Decisions decisions{.shown = {}, .noised = sampler.SampleMany(units.size(), random)};
  for (size_t i = 0; i < units.size(); ++i) {
    decisions.noised[i] += units[i];
    decisions.shown.push_back(units[i] >= selection.min_units &&
                              decisions.noised[i] >= selection.threshold);
  }
  return decisions;
}

StatusOr<Decisions> DecideByRule(const ReleasePlan& plan, const std::vector<int128>& units,
                                 RandomSource& random) {
  const SelectionPlan& selection = *plan.selection;
  WEIR_ASSIGN_OR_RETURN(const dp::PartitionSelector selector,
                        SelectorOf(selection, plan.query.bounds));
  std::vector<int64_t> counts;
  counts.reserve(units.size());
  for (const int128 count : units) counts.push_back(static_cast<int64_t>(count));
  return Decisions{.shown = selector.KeepMany(counts, random), .noised = {}};
}

// That the open labels of the rows that are shown stay within kMaxLabelBytes.
Status CheckLabels(const ReleasePlan& plan, const data::AggregateTable& raw, const Rows& rows) {
  if (raw.key_codes.empty()) return OkStatus();
  const size_t keys = plan.query.keys.size();
  uint64_t bytes = 0;
  size_t open = 0;
  for (size_t key = 0; key < keys; ++key) {
    if (!plan.query.keys[key].open) continue;
    const auto& labels = raw.open_values[open++];
    for (const uint64_t position : rows.cells) {
      bytes +=
          labels[raw.key_codes[static_cast<size_t>(position) * keys + key]].value_or("").size();
    }
  }
  if (bytes <= kMaxLabelBytes) return OkStatus();
  return OutOfRange("the labels of the selected keys are too long");
}

StatusOr<Rows> SelectRows(const ReleasePlan& plan, const data::AggregateTable& raw,
                          RandomSource& random) {
  const std::vector<int128> units = Column(raw, plan.selection->channel);
  WEIR_ASSIGN_OR_RETURN(const Decisions decisions, plan.selection->by_noise
                                                       ? DecideByNoise(plan, units, random)
                                                       : DecideByRule(plan, units, random));
  Rows rows;
  rows.of_position.assign(units.size(), Rows::kNone);
  const bool is_open = !raw.key_codes.empty();
  for (size_t i = 0; i < units.size(); ++i) {
    if (!decisions.shown[i]) continue;
    rows.of_position[i] = static_cast<uint32_t>(rows.count++);
    rows.cells.push_back(is_open ? i : static_cast<uint64_t>(raw.cells[i]));
    if (!decisions.noised.empty()) rows.decided.push_back(decisions.noised[i]);
  }
  WEIR_RETURN_IF_ERROR(CheckLabels(plan, raw, rows));
  const size_t found = plan.search.has_value() ? plan.search->searches.size() : 0;
  const size_t columns = ColumnNames(plan.query.keys, plan.measures).size() + found;
  const Status fits = CheckSize(plan.query.keys, plan.channels, columns, rows.count);
  if (!fits.ok()) return OutOfRange("%s", MessageOf(fits).c_str());
  return rows;
}

StatusOr<Rows> SearchTop(const ReleasePlan& plan, const data::AggregateTable& raw,
                         RandomSource& random) {
  const TopPlan& top = *plan.top;
  std::vector<int64_t> scores(static_cast<size_t>(plan.cells));
  for (size_t i = 0; i < raw.cells.size(); ++i) {
    scores[static_cast<size_t>(raw.cells[i])] =
        static_cast<int64_t>(raw.values[i * raw.measures + top.channel]);
  }
  const bool by_rows =
      plan.channels[top.channel].contribution.kind == data::ContributionKind::kRows;
  const auto reach =
      by_rows ? static_cast<uint64_t>(plan.query.bounds.max_rows_per_key.value()) : uint64_t{1};
  WEIR_ASSIGN_OR_RETURN(
      const std::vector<size_t> found,
      dp::PeeledTopK(scores, static_cast<size_t>(top.rows),
                     {.epsilon = *top.epsilon_a_round, .sensitivity = reach, .is_monotonic = true},
                     random));
  Rows rows{.count = found.size()};
  std::vector<uint32_t> row_of_cell(scores.size(), Rows::kNone);
  for (const size_t cell : found) {
    row_of_cell[cell] = static_cast<uint32_t>(rows.cells.size());
    rows.cells.push_back(cell);
  }
  for (const uint128 cell : raw.cells) {
    rows.of_position.push_back(row_of_cell[static_cast<size_t>(cell)]);
  }
  return rows;
}

}  // namespace

StatusOr<dp::PartitionSelector> SelectorOf(const SelectionPlan& selection,
                                           const data::ContributionBounds& bounds) {
  return dp::PartitionSelector::Create(dp::SelectionRule::kTruncatedGeometric,
                                       {.epsilon = *selection.epsilon,
                                        .delta = selection.delta,
                                        .l0 = bounds.max_keys_per_unit,
                                        .pre_threshold = selection.min_units});
}

StatusOr<Rows> ChooseRows(const ReleasePlan& plan, const data::AggregateTable& raw,
                          RandomSource& random) {
  if (plan.selection.has_value()) return SelectRows(plan, raw, random);
  if (plan.top.has_value()) return SearchTop(plan, raw, random);
  return EveryCell(plan, raw);
}

}  // namespace weir::release::internal
