// SPDX-License-Identifier: Apache-2.0
// Models of the table as a whole.
#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "weir/anon/internal/evaluation.h"

namespace weir::anon::internal {

// Ascending.
std::vector<uint64_t> Evaluator::Sizes(bool with_suppressed) const {
  constexpr uint64_t kCounted = 1024;
  std::array<uint32_t, kCounted> counts = {};
  std::vector<uint64_t> large;
  size_t classes = 0;
  for (size_t id = 0; id < grouper_.classes(); ++id) {
    const uint64_t rows = grouper_.rows()[id];
    if (rows == 0 || (!with_suppressed && is_suppressed_[id] != 0)) continue;
    ++classes;
    if (rows < kCounted) {
      ++counts[rows];
    } else {
      large.push_back(rows);
    }
  }
  std::sort(large.begin(), large.end());
  std::vector<uint64_t> sizes;
  sizes.reserve(classes);
  for (uint64_t rows = 1; rows < kCounted; ++rows) sizes.insert(sizes.end(), counts[rows], rows);
  sizes.insert(sizes.end(), large.begin(), large.end());
  return sizes;
}

TableView Evaluator::TableViewOf(std::span<const uint64_t> sizes) const {
  return {.class_sizes = sizes,
          .rows = std::accumulate(sizes.begin(), sizes.end(), uint64_t{0}),
          .total_rows = prepared_.table().total_rows};
}

bool Evaluator::HoldTableModels(std::span<const uint64_t> sizes) const {
  const TableView view = TableViewOf(sizes);
  const auto& models = prepared_.problem->table_models;
  return std::all_of(models.begin(), models.end(),
                     [&](const auto& model) { return model->Holds(view); });
}

uint64_t Evaluator::LeastSuppressedByTable() const {
  if (prepared_.problem->table_models.empty()) return 0;
  const std::vector<uint64_t> sizes = Sizes(true);
  const TableView view = TableViewOf(sizes);
  uint64_t least = 0;
  for (const auto& model : prepared_.problem->table_models) {
    least = std::max(least, model->LeastSuppressed(view));
  }
  return least;
}

// Of classes of `rows` rows the first are those whose suppression costs less information, then
// those of lexically smaller labels.
void Evaluator::SuppressSome(uint64_t rows, size_t count, const Levels& levels,
                             const ClassSource& source) {
  const Packing& packing = *prepared_.packing;
  struct Entry {
    double loss = 1;
    std::vector<uint32_t> labels = {};
    uint32_t id = 0;
  };
  std::vector<Entry> entries;
  for (uint32_t id = 0; id < grouper_.classes(); ++id) {
    if (is_suppressed_[id] != 0 || grouper_.rows()[id] != rows) continue;
    Entry entry = {.id = id};
    entry.labels.reserve(levels.size());
    for (size_t a = 0; a < levels.size(); ++a) {
      const BitField& field = packing.field(a);
      const size_t at = field.word * source.list.size + grouper_.first()[id];
      const uint32_t label = packing.hierarchy(a).codes(levels[a])[field.Of(source.list.keys[at])];
      entry.labels.push_back(label);
      entry.loss *= static_cast<double>(rows) * packing.hierarchy(a).share(levels[a], label) + 1;
    }
    entries.push_back(std::move(entry));
  }
  if (count < entries.size()) {
    std::nth_element(entries.begin(), entries.begin() + static_cast<ptrdiff_t>(count),
                     entries.end(), [](const Entry& a, const Entry& b) {
                       return a.loss != b.loss ? a.loss < b.loss : a.labels < b.labels;
                     });
  }
  for (size_t i = 0; i < count && i < entries.size(); ++i) Suppress(entries[i].id);
}

void Evaluator::SuppressSmallest(std::span<const uint64_t> sizes, size_t count,
                                 const Levels& levels, const ClassSource& source) {
  const uint64_t largest = sizes[count - 1];
  for (size_t id = 0; id < grouper_.classes(); ++id) {
    if (grouper_.rows()[id] < largest) Suppress(id);
  }
  const auto smaller = std::lower_bound(sizes.begin(), sizes.end(), largest) - sizes.begin();
  SuppressSome(largest, count - static_cast<size_t>(smaller), levels, source);
}

// The smallest classes are suppressed until the table models hold, by bisection; where a model is
// not monotone in this, more and more follow one by one. Gives up where more than
// `most_suppressed` rows would be.
void Evaluator::JudgeTable(const Levels& levels, const ClassSource& source,
                           uint64_t most_suppressed) {
  if (prepared_.problem->table_models.empty()) return;
  while (suppressed_rows_ <= most_suppressed) {
    const std::vector<uint64_t> sizes = Sizes(false);
    const std::span<const uint64_t> all = sizes;
    if (HoldTableModels(all)) return;
    if (all.empty() || most_suppressed == 0) {
      suppressed_rows_ = kRefused;
      return;
    }
    size_t low = 1;
    size_t high = all.size();
    while (low < high) {
      const size_t middle = low + (high - low) / 2;
      if (HoldTableModels(all.subspan(middle))) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    SuppressSmallest(all, low, levels, source);
    JudgePartialRules(levels, source);
  }
}

}  // namespace weir::anon::internal
