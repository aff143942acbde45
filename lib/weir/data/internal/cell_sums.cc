// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/cell_sums.h"

#include <algorithm>
#include <numeric>

namespace weir::data::internal {
namespace {

constexpr uint64_t kMostDenseCells = uint64_t{1} << 20;

}  // namespace

CellSums::CellSums(size_t measures, uint64_t cells) : measures_(measures) {
  if (cells <= kMostDenseCells) dense_.assign(static_cast<size_t>(cells), kAbsent);
}

std::span<int128> CellSums::At(uint64_t cell) {
  uint32_t& position = dense_.empty() ? sparse_.try_emplace(cell, kAbsent).first->second
                                      : dense_[static_cast<size_t>(cell)];
  if (position == kAbsent) {
    position = static_cast<uint32_t>(cells_.size());
    cells_.push_back(cell);
    values_.resize(values_.size() + measures_);
  }
  return std::span<int128>(values_).subspan(position * measures_, measures_);
}

void CellSums::Add(const CellSums& other) {
  for (size_t i = 0; i < other.cells_.size(); ++i) {
    const std::span<int128> sums = At(other.cells_[i]);
    for (size_t m = 0; m < measures_; ++m) sums[m] += other.values_[i * measures_ + m];
  }
}

AggregateTable CellSums::ToTable() const {
  std::vector<size_t> order(cells_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [this](size_t a, size_t b) { return cells_[a] < cells_[b]; });
  AggregateTable table;
  table.measures = measures_;
  for (const size_t i : order) {
    table.cells.push_back(cells_[i]);
    const auto first = values_.begin() + static_cast<std::ptrdiff_t>(i * measures_);
    table.values.insert(table.values.end(), first, first + static_cast<std::ptrdiff_t>(measures_));
  }
  return table;
}

}  // namespace weir::data::internal
