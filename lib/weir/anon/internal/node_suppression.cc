// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/node_suppression.h"

#include <algorithm>

namespace weir::anon::internal {

NodeSuppression::NodeSuppression(const Lattice& lattice, uint64_t limit)
    : lattice_(lattice), is_strict_(limit == 0), inner_(lattice.attributes()) {
  if (!is_strict_) {
    rows_.assign(lattice.nodes(), 0);
    return;
  }
  // The last block may begin in the last word, and reaches into one more.
  refused_.assign(lattice.nodes() / 64 + 2, 0);
  while (inner_ > 0) {
    const uint64_t levels = uint64_t{1} + lattice.top()[inner_ - 1] - lattice.bottom()[inner_ - 1];
    if (levels * block_ > 64) break;
    block_ *= levels;
    --inner_;
  }
}

void NodeSuppression::RaiseBelow(const Levels& levels, uint64_t rows) {
  // What is known of a node is known of all below.
  if (rows == 0 || At(lattice_.IdOf(levels)) >= rows) return;
  if (is_strict_) return RefuseBelow(levels);
  ForEachRun(lattice_, lattice_.bottom(), levels, [&](Lattice::Id first, uint64_t count) {
    uint64_t* const known = rows_.data() + first;
    if (rows == kRefused) {
      std::fill_n(known, count, kRefused);
    } else {
      for (uint64_t i = 0; i < count; ++i) known[i] = std::max(known[i], rows);
    }
  });
}

// Whole blocks of the other attributes, and in each the same bits.
void NodeSuppression::RefuseBelow(const Levels& levels) {
  Levels high = levels;
  uint64_t pattern = 1;
  for (size_t a = levels.size(); a-- > inner_;) {
    const uint64_t of_one = pattern;
    for (unsigned level = lattice_.bottom()[a]; level < levels[a]; ++level) {
      pattern = pattern << lattice_.stride(a) | of_one;
    }
    high[a] = lattice_.top()[a];
  }
  uint64_t* const words = refused_.data();
  ForEachRun(lattice_, lattice_.bottom(), high, [&](Lattice::Id first, uint64_t count) {
    for (Lattice::Id id = first; id < first + count; id += block_) {
      const unsigned shift = id % 64;
      words[id / 64] |= pattern << shift;
      // In two steps, since no word is shifted by 64.
      words[id / 64 + 1] |= pattern >> 1 >> (63 - shift);
    }
  });
}

}  // namespace weir::anon::internal
