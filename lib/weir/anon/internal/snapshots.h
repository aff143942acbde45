// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_SNAPSHOTS_H_
#define WEIR_ANON_INTERNAL_SNAPSHOTS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "weir/anon/internal/class_list.h"

namespace weir::anon::internal {

// Classes of nodes that were grouped, from which those of more general nodes follow at less cost
// than from the tuples (roll-up).
class Snapshots {
 public:
  Snapshots(const Prepared& prepared, size_t memory_bytes)
      : tuples_(SourceOf(prepared)),
        words_((prepared.lattice->attributes() + kLanes - 1) / kLanes),
        memory_left_(memory_bytes) {}

  // The smallest one below `levels`; the tuples if there is none.
  ClassSource BestFor(const Levels& levels) const;
  // Whether a node of so many classes, grouped from `source_size`, is worth the copy.
  bool IsWorthKeeping(size_t classes, size_t source_size) const;
  void Add(const Levels& levels, ClassList classes);
  bool has_room() const { return memory_left_ > 0; }

 private:
  static constexpr size_t kLanes = 4;
  // Four levels a word, the highest bit of each sixteen free.
  std::vector<uint64_t> PackedOf(const Levels& levels) const;

  ClassSource tuples_;
  size_t words_;  // of packed levels
  // Ascending by size; the packed levels of entry i are at [i * words_].
  std::vector<std::unique_ptr<ClassList>> entries_;
  std::vector<uint64_t> packed_;
  size_t memory_left_;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_SNAPSHOTS_H_
