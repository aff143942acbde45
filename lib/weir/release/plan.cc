// SPDX-License-Identifier: Apache-2.0
#include "weir/release/plan.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "weir/doc/signed_text.h"
#include "weir/dp/event_proto.h"
#include "weir/release/internal/bound_search.h"
#include "weir/release/internal/budget_plan.h"
#include "weir/release/internal/charged_noise.h"
#include "weir/release/internal/measure_plan.h"
#include "weir/release/internal/plan_limits.h"
#include "weir/release/internal/plan_parts.h"
#include "weir/release/internal/structure.h"
#include "weir/release/release_table.h"

namespace weir::release {
namespace {

using Spec = doc::Document<v1::ReleaseSpec>;

StatusOr<std::vector<data::KeyDomain>> PlanKeys(const data::DatasetDescription& dataset,
                                                const Spec& spec) {
  std::vector<data::KeyDomain> keys;
  std::set<std::string> seen;
  for (int i = 0; i < spec.message.keys_size(); ++i) {
    const std::string path = "keys[" + std::to_string(i) + "]";
    const v1::Key& key = spec.message.keys(i);
    if (!seen.insert(key.column()).second) {
      return spec.locations.At(path,
                               InvalidArgument("key %s is named twice", key.column().c_str()));
    }
    StatusOr<data::KeyDomain> domain =
        internal::PlanKey(dataset, key, spec.message.has_selection());
    if (!domain.ok()) return spec.locations.At(path, domain.status());
    keys.push_back(*std::move(domain));
  }
  return keys;
}

// 0 if a key has no public domain.
StatusOr<uint64_t> CountCells(const std::vector<data::KeyDomain>& keys, bool selected) {
  // Keys that are selected are not all shown, but they must have a code.
  const uint64_t most = selected ? uint64_t{1} << 62 : kMaxCells;
  uint64_t cells = 1;
  for (const data::KeyDomain& key : keys) {
    if (key.open) return uint64_t{0};
    if (key.size() > most / cells) {
      return InvalidArgument("the keys have more than %llu combinations",
                             static_cast<unsigned long long>(most));
    }
    cells *= key.size();
  }
  return cells;
}

StatusOr<std::vector<data::Condition>> PlanFilter(const data::DatasetDescription& dataset,
                                                  const Spec& spec) {
  std::vector<data::Condition> filter;
  for (int i = 0; i < spec.message.filter_size(); ++i) {
    StatusOr<data::Condition> condition = internal::PlanCondition(dataset, spec.message.filter(i));
    if (!condition.ok()) {
      return spec.locations.At("filter[" + std::to_string(i) + "]", condition.status());
    }
    filter.push_back(*std::move(condition));
  }
  return filter;
}

// In an order of their own: the spec's says nothing.
std::vector<data::Condition> Sorted(std::vector<data::Condition> filter) {
  const auto text = [](const data::Condition& condition) {
    return internal::DescribeCondition(condition).SerializeAsString();
  };
  std::sort(filter.begin(), filter.end(),
            [&text](const auto& a, const auto& b) { return text(a) < text(b); });
  return filter;
}

Status AddMeasures(const Spec& spec, internal::MeasurePlanner& planner) {
  for (int i = 0; i < spec.message.measures_size(); ++i) {
    WEIR_RETURN_IF_ERROR(spec.locations.At("measures[" + std::to_string(i) + "]",
                                           planner.Add(spec.message.measures(i))));
  }
  return OkStatus();
}

bool Shows(const std::vector<MeasurePlan>& measures, size_t channel) {
  return std::any_of(measures.begin(), measures.end(), [channel](const MeasurePlan& measure) {
    return measure.channels == std::vector<size_t>{channel};
  });
}

bool ShowsRows(const v1::ReleaseSpec& spec) {
  return std::any_of(spec.measures().begin(), spec.measures().end(),
                     [](const v1::Measure& measure) { return measure.has_rows(); });
}

// The channels by which rows are chosen, if they are.
Status AddChoice(const Spec& spec, const data::ContributionBounds& bounds, bool has_keys,
                 internal::MeasurePlanner& planner, internal::BudgetQuestion& question) {
  const v1::ReleaseSpec& asked = spec.message;
  if (asked.has_selection()) {
    if (!has_keys) {
      return spec.locations.At("selection", InvalidArgument("there are no keys to select"));
    }
    // With one row a unit and key, rows are privacy units.
    const bool rows_are_units = bounds.max_rows_per_key.value() == 1 && ShowsRows(asked);
    question.deciding = planner.ChannelOf(
        {.kind = rows_are_units ? data::ContributionKind::kRows : data::ContributionKind::kUnits});
    question.deciding_is_shown = Shows(planner.measures(), *question.deciding);
    // What ranks the rows is not shown: its intervals would not hold for the largest of many.
    if (asked.has_top()) {
      question.deciding = planner.AddChannel({.kind = data::ContributionKind::kUnits});
      question.deciding_is_shown = false;
    }
  }
  if (asked.has_top()) {
    if (!has_keys) return spec.locations.At("top", InvalidArgument("there are no keys to rank"));
    if (asked.top().keys() == 0) {
      return spec.locations.At("top", InvalidArgument("top needs at least one key"));
    }
    if (asked.top().keys() > kMaxTopKeys) {
      return spec.locations.At("top", InvalidArgument("top takes at most %u keys", kMaxTopKeys));
    }
    const bool by_rows = asked.top().by() == v1::TOP_BY_ROWS;
    if (asked.has_selection() && by_rows) {
      return spec.locations.At("top",
                               InvalidArgument("with a selection keys are ranked by their units"));
    }
    question.counted = asked.has_selection()
                           ? question.deciding
                           : planner.ChannelOf({.kind = by_rows ? data::ContributionKind::kRows
                                                                : data::ContributionKind::kUnits});
  }
  return OkStatus();
}

Status DescribeMeasures(const internal::BudgetPlan& budget,
                        const std::vector<MeasurePlan>& measures, v1::ResolvedPlan& resolved) {
  for (const MeasurePlan& measure : measures) {
    v1::PlannedMeasure* described = resolved.add_measures();
    *described->mutable_measure() = measure.asked;
    for (const size_t index : measure.channels) {
      const Channel& channel = budget.channels[index];
      for (const ChannelLevel& level : channel.levels) {
        if (!level.noise.has_value()) continue;
        WEIR_ASSIGN_OR_RETURN(*described->add_events(), dp::EventToProto(level.noise->event));
      }
      if (!channel.noise.has_value()) continue;
      WEIR_ASSIGN_OR_RETURN(*described->add_events(),
                            dp::EventToProto(internal::ChargedEvent(channel)));
    }
    if (!internal::HasOneError(measure, budget.channels)) continue;
    const Channel& channel = budget.channels[measure.channels.front()];
    const double grid = ToDouble(channel.contribution.grid);
    described->set_standard_error(channel.noise->standard_error * grid);
    described->set_half_width(static_cast<double>(channel.noise->half_width) * grid);
  }
  return OkStatus();
}

StatusOr<std::string> Identity(v1::ResolvedPlan resolved) {
  for (v1::PlannedMeasure& measure : *resolved.mutable_measures()) {
    measure.clear_standard_error();
    measure.clear_half_width();
  }
  if (resolved.has_selection()) resolved.mutable_selection()->clear_units_for_half();
  WEIR_ASSIGN_OR_RETURN(std::string text, doc::FormatSigned(resolved));
  if (text.size() > kMaxPlanTextBytes) {
    return InvalidArgument("the plan has more than %llu bytes of text; ask for fewer buckets",
                           static_cast<unsigned long long>(kMaxPlanTextBytes));
  }
  return text;
}

std::vector<data::PlainColumn> KeyColumns(const data::DatasetDescription& dataset,
                                          const std::vector<data::KeyDomain>& keys,
                                          const std::optional<LevelsPlan>& levels) {
  std::vector<data::PlainColumn> columns;
  if (levels.has_value()) {
    for (const data::KeyDomain& key : levels->shown) {
      columns.push_back({.name = key.column, .type = data::PlainType::kText});
    }
    // The two names of a node are text, whatever the column is.
    const std::vector<data::PlainColumn> plain = KeyColumns(dataset, keys, std::nullopt);
    for (size_t i = 0; i < plain.size(); ++i) {
      if (i != levels->key) columns[i + (i > levels->key ? 1 : 0)].type = plain[i].type;
    }
    return columns;
  }
  for (const data::KeyDomain& key : keys) {
    const bool is_part = key.part != data::KeyPart::kValue && key.part < data::KeyPart::kPeriodYear;
    const bool is_int = key.part == data::KeyPart::kValue && key.edges.empty() &&
                        key.members.empty() &&
                        dataset.FindColumn(key.column)->type == v1::COLUMN_TYPE_INT;
    columns.push_back(
        {.name = key.column,
         .type = is_part || is_int ? data::PlainType::kInt64 : data::PlainType::kText});
  }
  return columns;
}

v1::ResolvedPlan DescribeQuestion(const data::DatasetDescription& dataset, const Spec& spec,
                                  const data::AggregateQuery& query, uint64_t cells) {
  v1::ResolvedPlan resolved;
  resolved.set_dataset(dataset.id());
  resolved.set_epoch(dataset.epoch());
  for (size_t i = 0; i < query.keys.size(); ++i) {
    *resolved.add_keys() =
        internal::CanonicalKey(spec.message.keys(static_cast<int>(i)), query.keys[i]);
  }
  v1::Bounds& bounds = *resolved.mutable_bounds();
  bounds.set_max_keys_per_unit(static_cast<uint32_t>(query.bounds.max_keys_per_unit.value()));
  bounds.set_max_rows_per_key(static_cast<uint32_t>(query.bounds.max_rows_per_key.value()));
  // Always said, so that no default of the dataset document comes in when the plan is read again.
  const bool counts_rows =
      std::any_of(query.measures.begin(), query.measures.end(), internal::CountsRows);
  const int64_t implied =
      query.bounds.max_keys_per_unit.value() * query.bounds.max_rows_per_key.value();
  if (counts_rows) {
    bounds.set_max_rows_per_unit(
        static_cast<uint64_t>(query.bounds.max_rows_per_unit.value_or(implied)));
  }
  for (const std::string& window : query.windows) resolved.add_windows(window);
  for (const data::Condition& condition : query.filter) {
    *resolved.add_filter() = internal::DescribeCondition(condition);
  }
  resolved.set_description_sha256(dataset.public_sha256());
  resolved.set_cells(cells);
  return resolved;
}

Status DescribeBudget(const internal::BudgetPlan& budget, const std::vector<MeasurePlan>& measures,
                      v1::ResolvedPlan& resolved) {
  resolved.set_epsilon(budget.cost.epsilon().ToString());
  if (!budget.cost.delta().is_zero()) resolved.set_delta(budget.cost.delta().ToString());
  WEIR_RETURN_IF_ERROR(DescribeMeasures(budget, measures, resolved));
  if (budget.selection.has_value()) {
    *resolved.mutable_selection() = budget.selection->described;
  }
  if (budget.top.has_value()) *resolved.mutable_top() = budget.top->described;
  return internal::DescribeSearches(budget.searches, resolved);
}

// The bounds, and the searches of those that are to be found. The errors of what counts then follow
// from what is found.
StatusOr<data::ContributionBounds> PlanBounds(const data::DatasetDescription& dataset,
                                              const Spec& spec, const internal::BoundsUse& use,
                                              bool has_levels, internal::MeasurePlanner& planner) {
  StatusOr<internal::PlannedBounds> planned =
      internal::PlanBounds(dataset, spec.message.bounds(), use);
  if (!planned.ok()) return spec.locations.At("bounds", planned.status());
  if (planned->searches.empty()) return planned->bounds;
  const bool has_running =
      std::any_of(planner.channels().begin(), planner.channels().end(),
                  [](const Channel& c) { return c.shape == ChannelShape::kRunning; });
  if (has_levels || has_running) {
    return spec.locations.At(
        "bounds", InvalidArgument("contribution bounds are estimated with plain keys only, and "
                                  "without running totals"));
  }
  for (MeasurePlan& measure : planner.measures()) measure.error_is_found = true;
  planner.searches().insert(planner.searches().begin(), planned->searches.begin(),
                            planned->searches.end());
  return planned->bounds;
}

// All that can be known of the spec before its budget is looked at.
struct Question {
  data::AggregateQuery query;
  uint64_t cells;
  internal::BudgetQuestion budget;
};

StatusOr<Question> Resolve(const data::DatasetDescription& dataset, const Spec& spec) {
  WEIR_RETURN_IF_ERROR(internal::CheckZeros(spec));
  WEIR_ASSIGN_OR_RETURN(std::vector<data::KeyDomain> keys, PlanKeys(dataset, spec));
  const StatusOr<uint64_t> cells = CountCells(keys, spec.message.has_selection());
  if (!cells.ok()) return spec.locations.At("keys", cells.status());
  internal::MeasurePlanner planner(dataset);
  WEIR_RETURN_IF_ERROR(AddMeasures(spec, planner));
  WEIR_ASSIGN_OR_RETURN(std::optional<LevelsPlan> levels,
                        internal::PlanStructure(dataset, spec, keys, planner));
  const bool counts_rows =
      spec.message.top().by() == v1::TOP_BY_ROWS ||
      std::any_of(planner.channels().begin(), planner.channels().end(),
                  [](const Channel& c) { return internal::CountsRows(c.contribution); });
  WEIR_ASSIGN_OR_RETURN(
      const data::ContributionBounds bounds,
      PlanBounds(dataset, spec,
                 {.has_keys = !keys.empty(), .counts_rows = counts_rows, .cells = *cells},
                 levels.has_value(), planner));
  StatusOr<std::vector<std::string>> windows = internal::PlanWindows(dataset, spec.message);
  if (!windows.ok()) return spec.locations.At("windows", windows.status());
  WEIR_ASSIGN_OR_RETURN(std::vector<data::Condition> filter, PlanFilter(dataset, spec));
  const bool has_keys = !keys.empty();
  Question question{.query = {.keys = std::move(keys),
                              .measures = {},
                              .bounds = bounds,
                              .windows = *std::move(windows),
                              .filter = std::move(filter)},
                    .cells = *cells,
                    .budget = {.spec = spec, .bounds = bounds, .cells = *cells}};
  WEIR_RETURN_IF_ERROR(AddChoice(spec, bounds, has_keys, planner, question.budget));
  question.budget.levels = std::move(levels);
  question.budget.measures = std::move(planner.measures());
  question.budget.channels = std::move(planner.channels());
  question.budget.searches = std::move(planner.searches());
  return question;
}

// That the engine takes the query; what is wrong with a condition is said where it stands.
Status CheckAnswerable(const data::DatasetDescription& dataset, const Spec& spec,
                       const data::AggregateQuery& query) {
  data::AggregateQuery part = query;
  part.filter.clear();
  WEIR_RETURN_IF_ERROR(spec.locations.At("keys", data::CheckQuery(dataset, part)));
  for (size_t i = 0; i < query.filter.size(); ++i) {
    part.filter = {query.filter[i]};
    WEIR_RETURN_IF_ERROR(
        spec.locations.At("filter[" + std::to_string(i) + "]", data::CheckQuery(dataset, part)));
  }
  return OkStatus();
}

// Counts the units of the query's rows, as far as they lie within the widest bounds.
StatusOr<std::optional<SearchPlan>> PlanSearch(const data::DatasetDescription& dataset,
                                               data::AggregateQuery query,
                                               std::vector<BoundSearch> searches) {
  if (searches.empty()) return std::optional<SearchPlan>();
  query.measures.clear();
  query.bounds.max_rows_per_unit.reset();
  for (const BoundSearch& search : searches) query.histograms.push_back(search.histogram);
  WEIR_RETURN_IF_ERROR(data::CheckQuery(dataset, query));
  return std::optional<SearchPlan>(
      SearchPlan{.query = std::move(query), .searches = std::move(searches)});
}

// That the result can be written down, whatever the data; selected keys are known after it only.
Status CheckResult(const Spec& spec, const Question& question, const internal::BudgetPlan& budget) {
  const std::optional<LevelsPlan>& levels = question.budget.levels;
  const std::vector<data::KeyDomain>& keys =
      levels.has_value() ? levels->shown : question.query.keys;
  std::vector<std::string> names = internal::ColumnNames(keys, question.budget.measures);
  for (const BoundSearch& search : budget.searches) names.push_back(internal::NameOf(search));
  WEIR_RETURN_IF_ERROR(spec.locations.At("keys", internal::CheckColumnNames(names)));
  uint64_t rows = budget.selection.has_value() ? 1 : question.cells;
  if (budget.top.has_value()) rows = std::min(rows, budget.top->rows);
  if (levels.has_value()) rows = levels->rows();
  return spec.locations.At("keys", internal::CheckSize(keys, budget.channels, names.size(), rows));
}

}  // namespace

StatusOr<ReleasePlan> Plan(const data::DatasetDescription& dataset, const Spec& spec) {
  WEIR_ASSIGN_OR_RETURN(Question question, Resolve(dataset, spec));
  WEIR_ASSIGN_OR_RETURN(internal::BudgetPlan budget, internal::PlanBudget(question.budget));
  WEIR_RETURN_IF_ERROR(CheckResult(spec, question, budget));
  data::AggregateQuery& query = question.query;
  for (const Channel& channel : budget.channels) query.measures.push_back(channel.contribution);
  WEIR_RETURN_IF_ERROR(CheckAnswerable(dataset, spec, query));
  query.filter = Sorted(std::move(query.filter));
  v1::ResolvedPlan resolved = DescribeQuestion(dataset, spec, query, question.cells);
  WEIR_RETURN_IF_ERROR(DescribeBudget(budget, question.budget.measures, resolved));
  WEIR_ASSIGN_OR_RETURN(std::string text, Identity(resolved));
  WEIR_ASSIGN_OR_RETURN(std::optional<SearchPlan> search,
                        PlanSearch(dataset, query, std::move(budget.searches)));
  std::vector<data::PlainColumn> key_columns =
      KeyColumns(dataset, query.keys, question.budget.levels);
  return ReleasePlan{.resolved = std::move(resolved),
                     .text = std::move(text),
                     .query = std::move(query),
                     .key_columns = std::move(key_columns),
                     .channels = std::move(budget.channels),
                     .measures = std::move(question.budget.measures),
                     .selection = std::move(budget.selection),
                     .top = std::move(budget.top),
                     .levels = std::move(question.budget.levels),
                     .search = std::move(search),
                     .cost = std::move(budget.cost),
                     .privacy_unit = dataset.unit().ToString(),
                     .cells = question.cells,
                     .alternatives = std::move(budget.alternatives)};
}

}  // namespace weir::release
