// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_GROUPING_H_
#define WEIR_ANON_INTERNAL_GROUPING_H_

#include <cstdint>
#include <span>
#include <vector>

#include "weir/anon/internal/lattice.h"
#include "weir/anon/internal/packing.h"

namespace weir::anon::internal {

// Classes to be grouped further, or the tuples of a table. A class is known by the key of one of
// its tuples.
struct KeyList {
  size_t size = 0;
  std::span<const uint64_t> keys = {};  // word w of item i at [w * size + i]
  std::span<const uint64_t> rows = {};
};

// Puts items together that agree at given levels. Holds the memory that this needs, for use again
// and again; not thread-safe, one a thread.
class Grouper {
 public:
  // Classes are numbered in the order of their first item.
  void Group(Packing& packing, const KeyList& items, const Levels& levels);
  // The same for an eighth of the classes only, chosen by a hash, but these with all their rows.
  // The items of the others have no class (kNoClass).
  void GroupPart(Packing& packing, const KeyList& items, const Levels& levels);
  static constexpr uint32_t kNoClass = 0xFFFFFFFF;

  size_t classes() const { return classes_; }
  std::span<const uint32_t> class_of() const { return {class_of_.data(), items_}; }
  // The first item of each class.
  std::span<const uint32_t> first() const { return {first_.data(), classes_}; }
  std::span<const uint64_t> rows() const { return {rows_.data(), classes_}; }

 private:
  // One look-up of a chunk that is not generalized to a single label.
  struct Step {
    const uint32_t* table = nullptr;
    const uint64_t* keys = nullptr;
    unsigned shift = 0;
    uint64_t mask = 0;
    uint64_t stride = 0;
  };
  struct Slot {
    uint64_t index = 0;
    uint32_t id = 0;
    uint32_t stamp = 0;
  };
  template <int Steps>
  struct Indexer;

  void Reserve(size_t items);
  void Run(std::span<const Step> steps, uint64_t space, const KeyList& items);
  template <class IndexOf>
  void Count(const IndexOf& index_of, uint64_t space, const KeyList& items);
  template <class IndexOf>
  void CountDirect(const IndexOf& index_of, uint64_t space, const KeyList& items);
  template <class IndexOf>
  void CountHashed(const IndexOf& index_of, const KeyList& items);
  void GroupInStages(std::span<const Step> steps, std::span<const uint64_t> radixes,
                     const KeyList& items);
  void StartHash(unsigned bits);
  void GrowHash();

  size_t items_ = 0;
  size_t classes_ = 0;
  std::vector<uint32_t> class_of_;
  std::vector<uint32_t> first_;
  std::vector<uint64_t> rows_;
  std::vector<uint64_t> index_;  // of each class, while hashing
  std::vector<uint32_t> direct_;
  std::vector<Slot> slots_;
  unsigned slot_bits_ = 0;
  uint32_t stamp_ = 0;
  bool is_part_ = false;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_GROUPING_H_
