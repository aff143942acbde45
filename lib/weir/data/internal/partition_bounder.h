// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_PARTITION_BOUNDER_H_
#define WEIR_DATA_INTERNAL_PARTITION_BOUNDER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/internal/bounded_query.h"
#include "weir/data/internal/cell_sums.h"
#include "weir/data/internal/record_store.h"

namespace weir::data::internal {

// Bounds what each unit of a partition contributes, and adds it to the cells.
//
// Guarantee: a unit reaches the cells in at most max_keys_per_unit of them, chosen by a keyed
//            pseudo-random function of (unit, cell); in each with at most max_rows_per_key rows, a
//            uniform choice of that many out of all its rows there. What one unit adds does not
//            depend on any other unit.
// Cost:      two passes over the records where some unit has too many rows in a cell and sums are
//            asked for, else one; memory for the distinct (unit, cell) pairs.
// Source:    the choice of rows is algorithm S (Knuth, The Art of Computer Programming, vol. 2,
//            section 3.4.2): with r rows to come and k places left, a row is kept with
//            probability k / r.
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
    uint64_t cell = 0;
    uint64_t rows = 0;
  };
  struct Unit {
    Hash128 hash;
    uint32_t pairs = 0;
    uint32_t first = 0;  // in `by_unit_`, once counted
  };

  uint32_t FindPair(const uint64_t* record);
  uint32_t FindUnit(const Hash128& hash);
  void GrowPairSlots();
  void GrowUnitSlots();
  void CountRows(std::span<const uint64_t> records);
  void StartSample();
  void SampleRows(std::span<const uint64_t> records, SipStream& stream);
  void DropPairsOverBound();
  void DropAllBut(std::span<uint32_t> pairs);
  void AddPairs(CellSums& cells) const;

  const BoundedQuery& query_;
  size_t sums_;
  size_t stride_;
  std::vector<uint32_t> pair_slots_;  // open addressing: position in `pairs_` + 1, or 0
  std::vector<Pair> pairs_;
  std::vector<int128> pair_sums_;  // pairs_.size() x sums_
  std::vector<uint8_t> dropped_;
  struct Sampling {
    uint64_t to_come = 0;
    uint64_t places = 0;
  };
  std::vector<Sampling> sampling_;  // of pairs with too many rows
  std::vector<uint32_t> unit_slots_;
  std::vector<Unit> units_;
  std::vector<uint32_t> unit_of_pair_;
  std::vector<uint32_t> by_unit_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_PARTITION_BOUNDER_H_
