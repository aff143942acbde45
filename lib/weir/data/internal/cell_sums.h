// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_CELL_SUMS_H_
#define WEIR_DATA_INTERNAL_CELL_SUMS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/data/engine.h"

namespace weir::data::internal {

// Sums by cell, sparse. Not thread-safe.
class CellSums {
 public:
  // `cells`: how many codes there are.
  CellSums(size_t measures, uint64_t cells);

  // The sums of a cell, zero at first. Valid until the next call.
  std::span<int128> At(uint64_t cell);
  void Add(const CellSums& other);
  AggregateTable ToTable() const;

 private:
  static constexpr uint32_t kAbsent = UINT32_MAX;

  size_t measures_;
  std::vector<uint32_t> dense_;  // position by cell, when there are few cells
  std::unordered_map<uint64_t, uint32_t> sparse_;
  std::vector<uint64_t> cells_;  // in order of appearance
  std::vector<int128> values_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_CELL_SUMS_H_
