// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/skipped_levels.h"

#include <algorithm>
#include <optional>
#include <span>

namespace weir::anon::internal {
namespace {

using Range = std::pair<size_t, size_t>;
// By sensitive attribute: rows of value v with label l at [l * values + v].
using ValueCounts = std::vector<std::vector<uint64_t>>;

// An attribute with more labels times sensitive values than this is asked from a higher level on.
constexpr size_t kMostCounters = size_t{1} << 16;

// An attribute's labels at the lowest level whose sensitive values are counted.
struct LabelCounts {
  size_t attribute = 0;
  size_t level = 0;
  ValueCounts values = {};
};

class LevelSkipper {
 public:
  explicit LevelSkipper(const Prepared& prepared)
      : prepared_(prepared), table_(prepared.table()), marginals_(*prepared.marginals) {
    if (prepared.has_population()) {
      population_.emplace(*prepared.packing, prepared.tuples, table_.population);
    }
  }

  // Asks how many rows, and how many of the population, have a label.
  void SkipBySizes(std::vector<Range>& ranges);
  // Asks the class models.
  void SkipByModels(std::vector<Range>& ranges);

 private:
  const Hierarchy& HierarchyOf(size_t a) const { return prepared_.packing->hierarchy(a); }
  bool IsTooSmall(size_t a, size_t level, size_t label) {
    return marginals_.at(a, level)[label] < prepared_.least_rows ||
           (population_ && population_->at(a, level)[label] < prepared_.least_population);
  }
  // The lowest level of the range with few enough counters, below its highest.
  std::optional<size_t> FirstLevel(size_t a, const Range& range) const;
  void Count(size_t s, std::vector<LabelCounts>& counts) const;
  // What was counted, at a higher level.
  ValueCounts Fold(const LabelCounts& counts, size_t level) const;
  uint64_t LeastSuppressed(const LabelCounts& counts, size_t level);

  const Prepared& prepared_;
  const TupleTable& table_;
  Marginals& marginals_;
  std::optional<Marginals> population_;
};

void LevelSkipper::SkipBySizes(std::vector<Range>& ranges) {
  if (prepared_.least_rows < 2 && prepared_.least_population == 0) return;
  for (size_t a = 0; a < ranges.size(); ++a) {
    auto& [low, high] = ranges[a];
    const auto is_skipped = [&](size_t level) {
      const std::span<const uint64_t> rows = marginals_.at(a, level);
      uint64_t small = 0;
      for (size_t label = 0; label < rows.size(); ++label) {
        small += IsTooSmall(a, level, label) ? rows[label] : 0;
      }
      return small > prepared_.limit();
    };
    while (low < high && is_skipped(low)) ++low;
  }
}

std::optional<size_t> LevelSkipper::FirstLevel(size_t a, const Range& range) const {
  size_t values = 1;
  for (const SensitiveColumn& column : table_.sensitive) {
    values = std::max<size_t>(values, column.values);
  }
  for (size_t level = range.first; level < range.second; ++level) {
    if (HierarchyOf(a).size(level) <= kMostCounters / values) return level;
  }
  return std::nullopt;
}

// One pass over the values that occur with each tuple, for all attributes.
void LevelSkipper::Count(size_t s, std::vector<LabelCounts>& counts) const {
  const size_t values = table_.sensitive[s].values;
  struct Column {
    BitField field = {};
    const uint64_t* keys = nullptr;
    const uint32_t* labels = nullptr;  // by ground code
    uint64_t* counts = nullptr;
  };
  std::vector<Column> columns;
  columns.reserve(counts.size());
  for (LabelCounts& count : counts) {
    const BitField& field = prepared_.packing->field(count.attribute);
    const Hierarchy& hierarchy = HierarchyOf(count.attribute);
    count.values[s].assign(hierarchy.size(count.level) * values, 0);
    columns.push_back({.field = field,
                       .keys = prepared_.tuples.keys.data() + field.word * table_.tuples(),
                       .labels = hierarchy.codes(count.level).data(),
                       .counts = count.values[s].data()});
  }
  const std::vector<ValueCount>& items = table_.sensitive[s].counts.items;
  const uint32_t* const tuple_of = prepared_.tuple_of_count[s].data();
  for (size_t at = 0; at < items.size(); ++at) {
    const ValueCount& item = items.data()[at];
    for (const Column& column : columns) {
      const uint32_t label = column.labels[column.field.Of(column.keys[tuple_of[at]])];
      column.counts[label * values + item.value] += item.rows;
    }
  }
}

ValueCounts LevelSkipper::Fold(const LabelCounts& counts, size_t level) const {
  const Hierarchy& hierarchy = HierarchyOf(counts.attribute);
  std::vector<uint32_t> parent(hierarchy.size(counts.level), 0);
  for (size_t code = 0; code < hierarchy.size(0); ++code) {
    parent[hierarchy.codes(counts.level)[code]] = hierarchy.codes(level)[code];
  }
  ValueCounts folded(counts.values.size());
  for (size_t s = 0; s < folded.size(); ++s) {
    const size_t values = table_.sensitive[s].values;
    folded[s].assign(hierarchy.size(level) * values, 0);
    for (size_t at = 0; at < counts.values[s].size(); ++at) {
      folded[s][parent[at / values] * values + at % values] += counts.values[s][at];
    }
  }
  return folded;
}

// Rows in labels that are too small, or that break a model with all their parts.
uint64_t LevelSkipper::LeastSuppressed(const LabelCounts& counts, size_t level) {
  const size_t a = counts.attribute;
  const ValueCounts values = Fold(counts, level);
  const std::span<const uint64_t> rows = marginals_.at(a, level);
  std::vector<std::span<const uint64_t>> sensitive(values.size());
  uint64_t sum = 0;
  for (size_t label = 0; label < rows.size(); ++label) {
    if (rows[label] == 0) continue;
    if (IsTooSmall(a, level, label)) {
      sum += rows[label];
      continue;
    }
    for (size_t s = 0; s < values.size(); ++s) {
      const size_t size = table_.sensitive[s].values;
      sensitive[s] = std::span<const uint64_t>(values[s]).subspan(label * size, size);
    }
    // No model asks for units; k-anonymity of units is a rule of its own.
    const ClassView view = {.rows = rows[label],
                            .units = rows[label],
                            .population = population_ ? population_->at(a, level)[label] : 0,
                            .sensitive = sensitive};
    uint64_t least = 0;
    for (const auto& model : prepared_.problem->class_models) {
      if (!model->Holds(view)) least = std::max(least, model->LeastSuppressed(view));
    }
    sum += least;
  }
  return sum;
}

void LevelSkipper::SkipByModels(std::vector<Range>& ranges) {
  if (prepared_.problem->class_models.empty()) return;
  std::vector<LabelCounts> counts;
  counts.reserve(ranges.size());
  for (size_t a = 0; a < ranges.size(); ++a) {
    const std::optional<size_t> level = FirstLevel(a, ranges[a]);
    if (!level) continue;
    counts.push_back({.attribute = a, .level = *level, .values = {}});
    counts.back().values.resize(table_.sensitive.size());
  }
  for (size_t s = 0; s < table_.sensitive.size(); ++s) Count(s, counts);
  for (const LabelCounts& count : counts) {
    auto& [low, high] = ranges[count.attribute];
    size_t level = count.level;
    while (level < high && LeastSuppressed(count, level) > prepared_.limit()) low = ++level;
  }
}

}  // namespace

void SkipLevels(const Prepared& prepared, std::vector<Range>& ranges) {
  if (prepared.limit() >= prepared.table().total_rows) return;
  LevelSkipper skipper(prepared);
  skipper.SkipBySizes(ranges);
  skipper.SkipByModels(ranges);
}

}  // namespace weir::anon::internal
