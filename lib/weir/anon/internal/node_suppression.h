// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_NODE_SUPPRESSION_H_
#define WEIR_ANON_INTERNAL_NODE_SUPPRESSION_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "weir/anon/internal/lattice.h"

namespace weir::anon::internal {

// More rows than any limit allows.
inline constexpr uint64_t kRefused = std::numeric_limits<uint64_t>::max();

// The least rows that each node of a lattice suppresses, as far as is known. Where not one row may
// be suppressed, a node is refused or it is not: one bit each, and what rules out a node is said of
// all nodes below with few operations on words.
class NodeSuppression {
 public:
  // `lattice` must live as long as this.
  NodeSuppression(const Lattice& lattice, uint64_t limit);

  // kRefused wherever it is above a limit of 0.
  uint64_t At(Lattice::Id id) const {
    if (!is_strict_) return rows_[id];
    return (refused_[id / 64] >> (id % 64) & 1) != 0 ? kRefused : 0;
  }
  // At least so many rows are suppressed in the node of these levels and in all below.
  void RaiseBelow(const Levels& levels, uint64_t rows);

 private:
  void RefuseBelow(const Levels& levels);

  const Lattice& lattice_;
  bool is_strict_;
  // From here on attributes have at most 64 combinations of levels, so that those below given ones
  // are bits of a word.
  size_t inner_;
  uint64_t block_ = 1;             // so many
  std::vector<uint64_t> rows_;     // by id, unless strict
  std::vector<uint64_t> refused_;  // a bit for each id, if strict
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_NODE_SUPPRESSION_H_
