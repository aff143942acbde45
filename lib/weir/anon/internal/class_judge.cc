// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/class_judge.h"

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace weir::anon::internal {
namespace {

constexpr uint64_t kMostKeys = uint64_t{1} << 62;

// Replaces keys by their numbers in the order of first occurrence; returns how many there are.
uint64_t Renumber(std::vector<uint64_t>& keys, std::vector<uint32_t>* first) {
  std::unordered_map<uint64_t, uint64_t> numbers;
  numbers.reserve(keys.size() / 4 + 16);
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto [entry, is_new] = numbers.try_emplace(keys[i], numbers.size());
    if (is_new && first != nullptr) first->push_back(static_cast<uint32_t>(i));
    keys[i] = entry->second;
  }
  return numbers.size();
}

}  // namespace

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): places, then levels
Grouping GroupTuples(const SearchProblem& problem, std::span<const size_t> attributes,
                     std::span<const size_t> levels) {
  const TupleTable& table = *problem.table;
  std::vector<uint64_t> keys(table.tuples(), 0);
  uint64_t bound = 1;  // keys are below it
  for (const size_t a : attributes) {
    const Hierarchy& hierarchy = *problem.hierarchies[a];
    const uint64_t size = hierarchy.size(levels[a]);
    if (bound > kMostKeys / size) bound = Renumber(keys, nullptr);
    const std::span<const uint32_t> labels = hierarchy.codes(levels[a]);
    const std::vector<uint32_t>& codes = table.codes[a];
    for (size_t i = 0; i < keys.size(); ++i) keys[i] = keys[i] * size + labels[codes[i]];
    bound *= size;
  }
  Grouping grouping;
  Renumber(keys, &grouping.first);
  grouping.group_of.assign(keys.begin(), keys.end());
  return grouping;
}

ClassJudge::ClassJudge(const SearchProblem& problem, std::span<const size_t> levels,
                       ClassTable& table)
    : problem_(problem), levels_(levels), table_(table), counter_(*problem.table) {
  begin_.assign(table.rows.size() + 1, 0);
  for (const uint32_t id : table.class_of) ++begin_[id + 1];
  for (size_t id = 1; id < begin_.size(); ++id) begin_[id] += begin_[id - 1];
  std::vector<size_t> next(begin_.begin(), begin_.end() - 1);
  tuple_list_.resize(table.class_of.size());
  for (size_t i = 0; i < table.class_of.size(); ++i) {
    tuple_list_[next[table.class_of[i]]++] = static_cast<uint32_t>(i);
  }
  for (const KAnonymityRule& rule : problem.k_anonymity) {
    if (rule.attributes.empty()) continue;
    partial_rules_.push_back(rule);
    partial_.push_back(GroupTuples(problem, rule.attributes, levels));
  }
}

void ClassJudge::Suppress(uint32_t id) {
  table_.suppressed[id] = true;
  table_.suppressed_rows += table_.rows[id];
}

bool ClassJudge::HoldsClassModels(uint32_t id, bool only_empty) {
  if (problem_.class_models.empty()) return true;
  const ClassView view = counter_.ViewOf(TuplesOf(id));
  return std::all_of(problem_.class_models.begin(), problem_.class_models.end(),
                     [&](const ClassModelPtr& model) {
                       return (only_empty && !model->judges_empty_classes()) || model->Holds(view);
                     });
}

void ClassJudge::JudgeClasses() {
  for (uint32_t id = 0; id < table_.rows.size(); ++id) {
    if (table_.rows[id] == 0) continue;
    bool holds = problem_.k_map == 0 || counter_.PopulationOf(TuplesOf(id)) >= problem_.k_map;
    for (const KAnonymityRule& rule : problem_.k_anonymity) {
      if (!holds || !rule.attributes.empty()) continue;
      holds = table_.rows[id] >= rule.k;
      if (holds && rule.count_units) holds = counter_.UnitsOf(TuplesOf(id)) >= rule.k;
    }
    if (!holds || !HoldsClassModels(id, /*only_empty=*/false)) Suppress(id);
  }
}

Status ClassJudge::JudgeEmptyClasses() {
  for (uint32_t id = 0; id < table_.rows.size(); ++id) {
    if (table_.rows[id] > 0 || HoldsClassModels(id, /*only_empty=*/true)) continue;
    return PolicyRefusal("anonymization_models",
                         "a group of the population that has nobody in the table breaks a model");
  }
  return OkStatus();
}

bool ClassJudge::ApplyPartialRule(const KAnonymityRule& rule, const Grouping& grouping) {
  std::vector<uint64_t> rows(grouping.first.size(), 0);
  std::vector<std::vector<uint32_t>> members(rule.count_units ? rows.size() : 0);
  for (uint32_t id = 0; id < table_.rows.size(); ++id) {
    if (!IsKept(id)) continue;
    const uint32_t group = grouping.group_of[table_.first_tuple[id]];
    rows[group] += table_.rows[id];
    if (!rule.count_units) continue;
    const std::span<const uint32_t> some = TuplesOf(id);
    members[group].insert(members[group].end(), some.begin(), some.end());
  }
  for (size_t group = 0; group < members.size(); ++group) {
    rows[group] = counter_.UnitsOf(members[group]);
  }
  bool has_changed = false;
  for (uint32_t id = 0; id < table_.rows.size(); ++id) {
    if (!IsKept(id) || rows[grouping.group_of[table_.first_tuple[id]]] >= rule.k) continue;
    Suppress(id);
    has_changed = true;
  }
  return has_changed;
}

void ClassJudge::JudgePartialRules() {
  bool has_changed = !partial_rules_.empty();
  while (has_changed) {
    has_changed = false;
    for (size_t i = 0; i < partial_rules_.size(); ++i) {
      has_changed = ApplyPartialRule(partial_rules_[i], partial_[i]) || has_changed;
    }
  }
}

std::vector<uint32_t> ClassJudge::SuppressionOrder() const {
  std::vector<std::tuple<uint64_t, double, std::vector<uint32_t>, uint32_t>> entries;
  for (uint32_t id = 0; id < table_.rows.size(); ++id) {
    if (!IsKept(id)) continue;
    double loss = 1;
    std::vector<uint32_t> labels;
    for (size_t a = 0; a < levels_.size(); ++a) {
      const Hierarchy& hierarchy = *problem_.hierarchies[a];
      const uint32_t code = tuples().codes[a][table_.first_tuple[id]];
      labels.push_back(hierarchy.codes(levels_[a])[code]);
      loss *= static_cast<double>(table_.rows[id]) * hierarchy.share(levels_[a], labels.back()) + 1;
    }
    entries.emplace_back(table_.rows[id], loss, std::move(labels), id);
  }
  std::sort(entries.begin(), entries.end());
  std::vector<uint32_t> order;
  order.reserve(entries.size());
  for (const auto& entry : entries) order.push_back(std::get<3>(entry));
  return order;
}

bool ClassJudge::HoldsTableModels(std::span<const uint32_t> kept) const {
  std::vector<uint64_t> sizes;
  uint64_t rows = 0;
  for (const uint32_t id : kept) {
    sizes.push_back(table_.rows[id]);
    rows += table_.rows[id];
  }
  const TableView view = {.class_sizes = sizes, .rows = rows, .total_rows = tuples().total_rows};
  return std::all_of(problem_.table_models.begin(), problem_.table_models.end(),
                     [&view](const TableModelPtr& model) { return model->Holds(view); });
}

Status ClassJudge::JudgeTable() {
  while (!problem_.table_models.empty()) {
    const std::vector<uint32_t> order = SuppressionOrder();
    const std::span<const uint32_t> all = order;
    if (HoldsTableModels(all)) return OkStatus();
    if (all.empty()) {
      return PolicyRefusal("anonymization_models", "an empty table breaks a model");
    }
    size_t low = 1;
    size_t high = all.size();
    while (low < high) {
      const size_t middle = low + (high - low) / 2;
      if (HoldsTableModels(all.subspan(middle))) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    for (const uint32_t id : all.first(low)) Suppress(id);
    JudgePartialRules();
  }
  return OkStatus();
}

Status ClassJudge::Judge() {
  JudgeClasses();
  JudgePartialRules();
  WEIR_RETURN_IF_ERROR(JudgeTable());
  return JudgeEmptyClasses();
}

}  // namespace weir::anon::internal
