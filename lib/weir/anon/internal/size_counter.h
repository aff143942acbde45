// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_SIZE_COUNTER_H_
#define WEIR_ANON_INTERNAL_SIZE_COUNTER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "weir/anon/internal/lattice.h"
#include "weir/anon/internal/packing.h"

namespace weir::anon::internal {

// Counts the rows of each class where nothing else is asked of classes: not which items they have,
// nor which labels. That takes about half as long as to put them together.
//
// Holds the memory that this needs, for use again and again; not thread-safe, one a thread.
class SizeCounter {
 public:
  // Bytes that a call on so many items takes, at most, and holds.
  static uint64_t MemoryFor(size_t items);

  // Whether it counted. All items together must have fewer than 2^32 rows, and labels fewer
  // combinations.
  bool Count(Packing& packing, const KeyList& items, const Levels& levels);
  // Rows of each class with rows, in the order of their first items.
  std::span<const uint32_t> sizes() const { return {sizes_.data(), classes_}; }

 private:
  // The rows of the class of `index`, or none.
  struct Slot {
    uint32_t index = 0;
    uint32_t rows = 0;
  };
  template <int Count>
  void CountLabels(const KeyList& items);
  void Insert(const KeyList& items, size_t begin, size_t count);

  std::vector<LookUp> look_ups_;
  std::vector<uint32_t> block_;   // indexes of a block of items
  std::vector<uint32_t> starts_;  // where they are looked for
  std::vector<Slot> slots_;       // all without rows between calls
  std::vector<uint32_t> places_;  // of classes
  std::vector<uint32_t> sizes_;
  size_t classes_ = 0;
  unsigned slot_bits_ = 0;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_SIZE_COUNTER_H_
