// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_SUSPECTS_H_
#define WEIR_ANON_INTERNAL_SUSPECTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/anon/internal/lattice.h"
#include "weir/anon/internal/packing.h"
#include "weir/anon/internal/prepared.h"
#include "weir/anon/internal/size_bound.h"

namespace weir::anon::internal {

// The items whose labels are the rarest, over all attributes and levels: where a node has small
// classes at all, some of these are in one, mostly. Counting them alone is several times as fast as
// counting all items, and says whom to look at; it proves nothing.
//
// Not thread-safe.
class Suspects {
 public:
  // `items`: tuples or classes, from which every node of the lattice can be grouped.
  Suspects(const Prepared& prepared, const KeyList& items);

  // Keys of suspects, at most `most` and of as many classes, who are with few other suspects.
  std::vector<std::vector<uint64_t>> InSmallClasses(const Levels& levels, size_t most);

 private:
  const Prepared& prepared_;
  std::vector<uint64_t> keys_;
  std::vector<uint64_t> rows_;
  KeyList list_;
  SizeBound bound_;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_SUSPECTS_H_
