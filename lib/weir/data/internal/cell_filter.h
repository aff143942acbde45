// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_CELL_FILTER_H_
#define WEIR_DATA_INTERNAL_CELL_FILTER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/data/internal/bounded_query.h"
#include "weir/data/sip_hash.h"

namespace weir::data::internal {

// Passes over the records of a unit in a cell that cannot be among its first max_keys_per_unit
// cells any more, because so many others with smaller keyed hashes were met before.
//
// Exact: a cell that is among the first in the end is so all the way, so all its records pass. Of
// other cells some records may pass: whoever bounds the units still has to drop those.
//
// Memory: at most 32 MiB, which no memory limit counts: 64 to 128 bytes a unit of the partition,
// and
//         8 to 16 for each of its max_keys_per_unit. Of units that find no room all records pass.
//
// It pays where units have many more cells than they may keep. After a partition in which few
// records were passed over it turns itself off. Not thread-safe.
class CellFilter {
 public:
  // As many units of a partition find room, and as many of their cells' hashes.
  static constexpr size_t kMostUnits = size_t{1} << 17;
  static constexpr size_t kMostHashes = size_t{1} << 20;

  // Keeps a reference: `query` must outlive the filter.
  explicit CellFilter(const BoundedQuery& query);

  // Before the records of a partition: forgets the units of the last one.
  void Start();
  bool is_on() const { return is_on_; }

  // The numbers, ascending, of those of `records`, `stride` words each, that are not passed over.
  // Valid until the next call. While it is on only.
  std::span<const uint32_t> Pass(std::span<const uint64_t> records, size_t stride);

 private:
  struct Unit {
    Hash128 hash;
    uint64_t largest = UINT64_MAX;  // of its smallest hashes
    uint64_t number = 0;            // 1 and more; 0: free
  };

  void HashCells(std::span<const uint64_t> records, size_t stride);
  size_t SlotOf(const Hash128& hash) const;
  // Null: it is new and finds no room.
  Unit* FindUnit(const Hash128& hash);
  void Grow();
  void Learn(Unit& unit, uint64_t hash);

  const BoundedQuery& query_;
  bool is_on_;
  size_t most_units_;
  uint64_t records_ = 0;  // of this partition
  uint64_t passed_ = 0;
  std::vector<Unit> slots_;  // open addressing
  size_t units_ = 0;
  // By the unit's number, max_keys_per_unit of each: of the cells met so far, and UINT64_MAX.
  std::vector<uint64_t> smallest_;
  std::vector<uint64_t> hashes_;  // of some records
  std::vector<uint32_t> passing_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_CELL_FILTER_H_
