// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_GROUPING_H_
#define WEIR_ANON_INTERNAL_GROUPING_H_

#include <cstdint>
#include <span>
#include <vector>

#include "weir/anon/internal/lattice.h"
#include "weir/anon/internal/packing.h"

namespace weir::anon::internal {

// Puts items together that agree at given levels. Holds the memory that this needs, for use again
// and again; not thread-safe, one a thread.
class Grouper {
 public:
  // Classes are numbered in the order of their first item.
  void Group(Packing& packing, const KeyList& items, const Levels& levels);

  size_t classes() const { return classes_; }
  std::span<const uint32_t> class_of() const { return {class_of_.data(), items_}; }
  // The first item of each class.
  std::span<const uint32_t> first() const { return {first_.data(), classes_}; }
  std::span<const uint64_t> rows() const { return {rows_.data(), classes_}; }

 private:
  // A place of the hash table. `number` is that of a class of this grouping if it is at least
  // base_; what earlier groupings left is below, so that nothing has to be cleared.
  template <class Index>
  struct Slot {
    Index index = 0;
    uint32_t number = 0;
  };
  void Reserve(size_t items);
  void StartNumbers();
  // `fill` writes the indexes of `count` items from `begin` on to block_.
  template <class Fill>
  void CountDirect(const Fill& fill, uint64_t space);
  template <class Index, class Fill>
  void CountHashed(const Fill& fill, std::vector<Slot<Index>>& slots);
  // Finds or makes the class of each index in block_; `class_of` has room for them.
  template <class Index>
  void Insert(std::vector<Slot<Index>>& slots, size_t count, uint32_t* class_of);
  template <class Index>
  void Grow(std::vector<Slot<Index>>& slots, size_t more);
  // Adds up the rows of a block whose items have their classes; `known` classes are older.
  void AddBlock(size_t begin, size_t count, size_t known);
  template <class Fill>
  void Count(const Fill& fill, uint64_t space);
  void Run(std::span<const LookUp> look_ups, uint64_t space);
  void GroupInStages(std::span<const LookUp> look_ups);

  size_t items_ = 0;
  size_t classes_ = 0;
  const uint64_t* weights_ = nullptr;
  std::vector<LookUp> look_ups_;
  std::vector<uint32_t> class_of_;
  std::vector<uint32_t> first_;  // one place more than items
  std::vector<uint64_t> rows_;
  std::vector<uint64_t> block_;  // indexes of a block of items
  std::vector<uint32_t> places_;
  std::vector<uint32_t> cells_;
  std::vector<Slot<uint32_t>> narrow_;
  std::vector<Slot<uint64_t>> wide_;
  unsigned slot_bits_ = 0;
  uint32_t base_ = 1;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_GROUPING_H_
