// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/cell_sums.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace weir::data::internal {
namespace {

constexpr uint64_t kMostDenseCells = uint64_t{1} << 20;
constexpr size_t kFirstSlots = 64;
constexpr uint64_t kSpread = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio, odd

}  // namespace

size_t WordCounts::SlotOf(uint64_t word) const {
  const size_t mask = slots_.size() - 1;
  const uint64_t mixed = word * kSpread;
  size_t slot = (mixed ^ (mixed >> 32)) & mask;
  while (slots_[slot].count != 0 && slots_[slot].word != word) slot = (slot + 1) & mask;
  return slot;
}

void WordCounts::Grow() {
  const std::vector<Entry> old = std::exchange(slots_, {});
  slots_.resize(std::max(kFirstSlots, old.size() * 2));
  for (const Entry& entry : old) {
    if (entry.count != 0) slots_[SlotOf(entry.word)] = entry;
  }
}

void WordCounts::Add(uint64_t word, int64_t count) {
  if (used_ * 2 >= slots_.size()) Grow();
  Entry& entry = slots_[SlotOf(word)];
  if (entry.count == 0) ++used_;
  entry.word = word;
  entry.count += count;
}

CellSums::CellSums(const BoundedQuery& query)
    : measures_(query.measures.size()), is_hashed_(query.has_open_key), bins_(query.bins.size()) {
  const uint64_t cells = query.most_cells();
  if (cells <= kMostDenseCells) dense_.assign(static_cast<size_t>(cells), kAbsent);
  for (const BoundedQuery::Histogram& histogram : query.histograms) {
    unit_counts_.emplace_back(histogram.ends.size());
  }
}

uint32_t& CellSums::FindPosition(uint128 cell) {
  if (!dense_.empty()) return dense_[static_cast<size_t>(cell)];
  if (is_hashed_) return hashed_.try_emplace(cell, kAbsent).first->second;
  return sparse_.try_emplace(static_cast<uint64_t>(cell), kAbsent).first->second;
}

uint32_t CellSums::PositionOf(uint128 cell) {
  uint32_t& position = FindPosition(cell);
  if (position == kAbsent) {
    position = static_cast<uint32_t>(cells_.size());
    cells_.push_back(cell);
    values_.resize(values_.size() + measures_);
  }
  return position;
}

std::span<int128> CellSums::At(uint128 cell) {
  const size_t position = PositionOf(cell);
  return std::span<int128>(values_).subspan(position * measures_, measures_);
}

void CellSums::Add(const CellSums& other) {
  std::vector<uint64_t> positions;
  for (size_t i = 0; i < other.cells_.size(); ++i) {
    const std::span<int128> sums = At(other.cells_[i]);
    for (size_t m = 0; m < measures_; ++m) sums[m] += other.values_[i * measures_ + m];
    if (!bins_.empty()) positions.push_back(PositionOf(other.cells_[i]));
  }
  for (size_t h = 0; h < unit_counts_.size(); ++h) {
    for (size_t bin = 0; bin < unit_counts_[h].size(); ++bin) {
      unit_counts_[h][bin] += other.unit_counts_[h][bin];
    }
  }
  for (size_t b = 0; b < bins_.size(); ++b) {
    for (const WordCounts::Entry& entry : other.bins_[b].entries()) {
      if (entry.count == 0) continue;
      const uint64_t position = positions[static_cast<size_t>(entry.word >> 32)];
      bins_[b].Add(position << 32 | (entry.word & UINT32_MAX), entry.count);
    }
  }
}

std::vector<AggregateTable::BinCount> CellSums::BinsOf(const WordCounts& counts,
                                                       const std::vector<uint32_t>& rank) {
  std::vector<AggregateTable::BinCount> bins;
  for (const WordCounts::Entry& entry : counts.entries()) {
    if (entry.count == 0) continue;
    bins.push_back({.cell = rank[static_cast<size_t>(entry.word >> 32)],
                    .bin = static_cast<uint32_t>(entry.word),
                    .rows = entry.count});
  }
  std::sort(bins.begin(), bins.end(), [](const auto& a, const auto& b) {
    return std::pair(a.cell, a.bin) < std::pair(b.cell, b.bin);
  });
  return bins;
}

AggregateTable CellSums::ToTable() const {
  std::vector<size_t> order(cells_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [this](size_t a, size_t b) { return cells_[a] < cells_[b]; });
  AggregateTable table;
  table.measures = measures_;
  table.unit_counts = unit_counts_;
  std::vector<uint32_t> rank(bins_.empty() ? 0 : cells_.size());
  for (const size_t i : order) {
    if (!bins_.empty()) rank[i] = static_cast<uint32_t>(table.cells.size());
    table.cells.push_back(cells_[i]);
    const auto first = values_.begin() + static_cast<std::ptrdiff_t>(i * measures_);
    table.values.insert(table.values.end(), first, first + static_cast<std::ptrdiff_t>(measures_));
  }
  for (const WordCounts& counts : bins_) table.bins.push_back(BinsOf(counts, rank));
  return table;
}

}  // namespace weir::data::internal
