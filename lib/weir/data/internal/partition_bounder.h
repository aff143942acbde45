// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_PARTITION_BOUNDER_H_
#define WEIR_DATA_INTERNAL_PARTITION_BOUNDER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/internal/bounded_query.h"
#include "weir/data/internal/cell_filter.h"
#include "weir/data/internal/cell_sums.h"
#include "weir/data/internal/record_layout.h"
#include "weir/data/record_store.h"

namespace weir::data::internal {

// Bounds what each unit of a partition contributes, and adds it to the cells.
//
// Guarantee: a unit reaches the cells in at most max_keys_per_unit of them, chosen by a keyed
//            pseudo-random function of (unit, cell); in each with at most max_rows_per_key rows, a
//            uniform choice of that many out of all its rows there; of the rows that are left so, a
//            uniform choice of at most max_rows_per_unit. All measures of rows take the same rows.
//            What one unit adds does not depend on any other unit.
// Cost:      two passes over the records where bins are asked for, or rows are left out and a
//            measure takes their values; else one. Memory for the distinct (unit, cell) pairs, of
//            units over max_keys_per_unit at most for about twice what is left of them: pairs
//            that cannot be chosen any more are passed over (cell_filter.h) or forgotten on the
//            way. No unit takes more than the others by having many values.
// Source:    the choice of rows is algorithm S (Knuth, The Art of Computer Programming, vol. 2,
//            section 3.4.2): with r rows to come and k places left, a row is kept with
//            probability k / r. Over all cells of a unit it only counts the rows that each of them
//            keeps (their law is the multivariate hypergeometric one); which ones is chosen in each
//            cell.
//
// Not thread-safe: one bounder a thread, used for one partition after the other.
class PartitionBounder {
 public:
  // Keeps a reference: `query` must outlive the bounder.
  explicit PartitionBounder(const BoundedQuery& query);

  // Adds partition `partition` of all `stores` to `cells`. Errors: as RecordStore::ForEachBlock.
  Status AddPartition(std::span<RecordStore* const> stores, size_t partition, CellSums& cells);

 private:
  // One unit in one cell.
  struct Pair {
    Hash128 unit;
    uint64_t cell = 0;  // its low half, with an open key
    uint64_t rows = 0;
  };
  struct Unit {
    Hash128 hash;
    uint32_t pairs = 0;
    uint32_t first = 0;  // in `by_unit_`, once counted
  };
  static constexpr uint32_t kForgotten = UINT32_MAX;  // no pair
  struct Sampling {
    uint64_t to_come = 0;
    uint64_t places = 0;
    uint64_t stream = 0;  // 0: all rows are kept
  };

  // Takes packed records.
  using Handler = std::function<void(std::span<const char>)>;
  Status ForEachRecords(std::span<RecordStore* const> stores, const Handler& handler) const;
  std::span<const uint64_t> Unpack(std::span<const char> packed);
  size_t SlotOf(const uint64_t* record) const;
  uint32_t FindPair(const uint64_t* record);
  uint128 CellOf(size_t pair) const {
    return pair_cells_.empty() ? uint128{pairs_[pair].cell}
                               : uint128{pair_cells_[pair]} << 64 | pairs_[pair].cell;
  }
  uint32_t FindUnit(const Hash128& hash);
  void FillPairSlots();
  void GrowUnitSlots();
  void CountRows(std::span<const uint64_t> records);
  std::span<const uint32_t> Passing(std::span<const uint64_t> records);
  void Prefetch(std::span<const uint64_t> records, std::span<const uint32_t> ahead) const;
  uint32_t PairOf(const uint64_t* record) const;
  void AddTotals(uint32_t pair, const uint64_t* record, bool of_rows_only);
  void FindUnits();
  void BoundUnits();
  void ForgetPairs();
  void MovePair(size_t from, size_t to);
  bool IsOverBound(size_t unit) const {
    return units_[unit].pairs > query_.max_keys_per_unit ||
           (query_.max_rows_per_unit.has_value() && unit_rows_[unit] > *query_.max_rows_per_unit);
  }
  void GroupPairs();
  void DropAllBut(std::span<uint32_t> pairs);
  void ShareRows(std::span<uint32_t> pairs);
  uint64_t KeptRows(size_t pair) const {
    return kept_.empty() ? std::min(pairs_[pair].rows, query_.max_rows_per_key) : kept_[pair];
  }
  bool LeavesRowsOut(size_t pair) const {
    return kept_.empty() ? pairs_[pair].rows > query_.max_rows_per_key
                         : pairs_[pair].rows > kept_[pair];
  }
  bool StartSample(CellSums& cells);
  void StartSample(size_t pair);
  bool Keeps(Sampling& sampling) const;
  void SampleRows(std::span<const char> packed, CellSums& cells);
  void AddSampled(uint32_t pair, const uint64_t* record, CellSums& cells);
  void ClampUnitSums();
  void AddPairs(CellSums& cells) const;
  void CountUnits(CellSums& cells);
  uint64_t FigureOf(const BoundedQuery::Histogram& histogram, size_t pair) const;

  const BoundedQuery& query_;
  RecordLayout layout_;
  size_t totals_;
  size_t stride_;
  size_t forget_at_;  // when there are so many pairs
  size_t first_bin_word_;
  size_t partition_ = 0;
  bool has_row_totals_;
  CellFilter filter_;
  std::vector<uint32_t> every_;       // 0, 1, 2, ...
  std::vector<uint64_t> unpacked_;    // some records of the partition
  std::vector<uint32_t> pair_slots_;  // open addressing: position in `pairs_` + 1, or 0
  std::vector<Pair> pairs_;
  std::vector<uint64_t> pair_cells_;  // high halves, with an open key
  std::vector<int128> pair_totals_;   // pairs_.size() x totals_
  // Of the first records of the partition, in their order: so that a second pass need not look for
  // them. None once pairs were forgotten.
  std::vector<uint32_t> record_pairs_;
  bool remembers_pairs_ = true;
  size_t sampled_ = 0;  // records of the second pass so far
  std::vector<uint8_t> dropped_;
  std::vector<uint64_t> kept_;       // rows by pair, where max_rows_per_unit drops some
  std::vector<Sampling> sampling_;   // of pairs with rows left out, and with bins of all
  std::vector<uint32_t> positions_;  // of the pairs' cells, with bins
  std::vector<uint32_t> unit_slots_;
  std::vector<Unit> units_;
  std::vector<uint64_t> unit_rows_;  // at most max_rows_per_key of a pair; with max_rows_per_unit
  std::vector<uint32_t> unit_of_pair_;
  std::vector<uint32_t> by_unit_;
  std::vector<std::pair<uint64_t, uint32_t>> order_;  // of the pairs of one unit, by hash
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_PARTITION_BOUNDER_H_
