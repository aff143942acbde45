// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_SIZE_BOUND_H_
#define WEIR_ANON_INTERNAL_SIZE_BOUND_H_

#include <cstdint>
#include <span>
#include <vector>

#include "weir/anon/internal/lattice.h"
#include "weir/anon/internal/packing.h"

namespace weir::anon::internal {

// Bounds how many rows lie in too small classes, in less time than it takes to put classes
// together: rows are counted by a hash of their labels, and no labels are compared. Classes that
// share a place look like one larger class, so the bound is never above the truth.
//
// Holds the memory that this needs, for use again and again; not thread-safe, one a thread.
class SizeBound {
 public:
  // Bytes that a call on so many items takes, at most, and holds.
  static uint64_t MemoryFor(size_t items);

  // At least so many rows are in classes of fewer than `least` rows. All items together have fewer
  // than 2^32 rows.
  uint64_t RowsInSmallClasses(Packing& packing, const KeyList& items, const Levels& levels,
                              uint64_t least);
  // The rows of each class of the last call, among zeros; nothing if classes may share a place.
  std::span<const uint32_t> ExactSizes() const;
  // Items with rows of up to `most` of the classes that the last call found too small, smallest
  // first. Needs the items' rows of that call.
  std::vector<uint32_t> SmallestClasses(size_t most) const;

 private:
  void FillPlaces(size_t items);
  void CountInLanes(const KeyList& items, size_t places);
  template <int Count, bool IsFirst>
  void FillFrom(size_t items, size_t first);

  std::vector<LookUp> look_ups_;
  std::vector<uint32_t> places_;  // of each item
  std::vector<uint32_t> cells_;   // rows by place
  bool is_exact_ = false;
  std::span<const uint64_t> rows_;  // of each item
  uint32_t least_ = 0;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_SIZE_BOUND_H_
