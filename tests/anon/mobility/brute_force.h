// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_ANON_MOBILITY_BRUTE_FORCE_H_
#define WEIR_TESTS_ANON_MOBILITY_BRUTE_FORCE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "weir/anon/mobility/od_network.h"
#include "weir/anon/mobility/od_table.h"

namespace weir::anon::test {

// All additive tables with the published cells, one by one. The total must be published and small.
class AllTables {
 public:
  AllTables(const OdTable& table, const std::vector<bool>& suppressed)
      : table_(table), suppressed_(suppressed), values_(table.cells(), 0) {
    Fill(0);
  }
  const std::map<size_t, CellBounds>& bounds() const { return bounds_; }

 private:
  uint64_t PartialSum(size_t margin, size_t until) const {
    uint64_t sum = 0;
    for (size_t cell = 0; cell < until; ++cell) {
      if (table_.IsMargin(cell)) continue;
      const bool row = table_.IsColumnMargin(margin) || table_.RowOf(cell) == table_.RowOf(margin);
      const bool column =
          table_.IsRowMargin(margin) || table_.ColumnOf(cell) == table_.ColumnOf(margin);
      if (row && column) sum += values_[cell];
    }
    return sum;
  }

  void Fill(size_t cell) {
    if (cell == table_.cells()) {
      Accept();
      return;
    }
    if (table_.IsMargin(cell)) {
      // Margins of rows come after their cells, those of columns after all cells.
      values_[cell] = PartialSum(cell, cell);
      if (suppressed_[cell] || values_[cell] == table_.movable[cell]) Fill(cell + 1);
      return;
    }
    const uint64_t total = table_.movable[table_.total()];
    const uint64_t low = suppressed_[cell] ? 0 : table_.movable[cell];
    const uint64_t high = suppressed_[cell] ? total : table_.movable[cell];
    for (uint64_t value = low; value <= high; ++value) {
      values_[cell] = value;
      if (PartialSum(table_.total(), cell + 1) > total) break;
      Fill(cell + 1);
    }
    values_[cell] = 0;
  }

  void Accept() {
    for (size_t cell = 0; cell < values_.size(); ++cell) {
      if (!suppressed_[cell]) continue;
      const auto [entry, is_new] =
          bounds_.try_emplace(cell, CellBounds{.lower = values_[cell], .upper = values_[cell]});
      if (is_new) continue;
      entry->second.lower = std::min(entry->second.lower, values_[cell]);
      entry->second.upper = std::max(entry->second.upper, values_[cell]);
    }
  }

  const OdTable& table_;
  const std::vector<bool>& suppressed_;
  std::vector<uint64_t> values_;
  std::map<size_t, CellBounds> bounds_;
};

}  // namespace weir::anon::test

#endif  // WEIR_TESTS_ANON_MOBILITY_BRUTE_FORCE_H_
