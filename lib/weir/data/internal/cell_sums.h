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
#include "weir/data/internal/bounded_query.h"

namespace weir::data::internal {

// Counts by a word of 64 bits, sparse: a hash table that only grows. Not thread-safe.
class WordCounts {
 public:
  struct Entry {
    uint64_t word = 0;
    int64_t count = 0;  // 0: free
  };
  void Add(uint64_t word, int64_t count);
  // In no order; those with count 0 are free.
  const std::vector<Entry>& entries() const { return slots_; }

 private:
  size_t SlotOf(uint64_t word) const;
  void Grow();
  std::vector<Entry> slots_;
  size_t used_ = 0;
};

// Sums by cell, and counts by cell and bin, sparse; histograms of units, dense. Not thread-safe.
class CellSums {
 public:
  // Of the query's measures and histograms.
  explicit CellSums(const BoundedQuery& query);

  // The number of a cell, in order of appearance: it appears with the first call.
  uint32_t PositionOf(uint128 cell);
  // The sums of a cell, zero at first. Valid until the next call.
  std::span<int128> At(uint128 cell);
  // One row more.
  void AddToBin(size_t measure, uint32_t position, uint32_t bin) {
    bins_[measure].Add(uint64_t{position} << 32 | bin, 1);
  }
  // One unit more in a bin of a histogram.
  void AddUnit(size_t histogram, size_t bin) { ++unit_counts_[histogram][bin]; }
  void Add(const CellSums& other);
  AggregateTable ToTable() const;

 private:
  static constexpr uint32_t kAbsent = UINT32_MAX;

  struct LowHalf {
    size_t operator()(uint128 hash) const { return static_cast<size_t>(hash); }
  };

  uint32_t& FindPosition(uint128 cell);
  // Ascending, with the cells' ranks for their positions.
  static std::vector<AggregateTable::BinCount> BinsOf(const WordCounts& counts,
                                                      const std::vector<uint32_t>& rank);

  size_t measures_;
  bool is_hashed_;
  std::vector<uint32_t> dense_;  // position by cell, when there are few cells
  std::unordered_map<uint64_t, uint32_t> sparse_;
  std::unordered_map<uint128, uint32_t, LowHalf> hashed_;
  std::vector<uint128> cells_;  // in order of appearance
  std::vector<int128> values_;
  std::vector<std::vector<int64_t>> unit_counts_;
  std::vector<WordCounts> bins_;  // by position << 32 | bin
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_CELL_SUMS_H_
