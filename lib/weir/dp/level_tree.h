// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_LEVEL_TREE_H_
#define WEIR_DP_LEVEL_TREE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"

namespace weir::dp {

// One value for every node of a tree, by level from the roots (0) to the leaves.
template <class T>
using ByLevel = std::vector<std::vector<T>>;

// A forest whose leaves all lie on the last level: city, districts, cells. Any fan-outs; a leaf
// that ends early hangs below a chain of only children. Public structure: no data. Immutable,
// thread-safe.
class LevelTree {
 public:
  // `parents[l - 1][v]` is the parent, on level l - 1, of node v of level l.
  // Errors: INVALID_ARGUMENT without roots, for a parent that does not exist, or a node above the
  //         last level without children.
  static StatusOr<LevelTree> Create(size_t roots, std::vector<std::vector<uint32_t>> parents);

  // One root; every node of level l has fan_outs[l] children. Errors: as above, or above 2^31
  // leaves.
  static StatusOr<LevelTree> Balanced(std::span<const uint32_t> fan_outs);

  size_t levels() const { return sizes_.size(); }
  size_t nodes(size_t level) const { return sizes_[level]; }
  size_t leaves() const { return sizes_.back(); }
  size_t all_nodes() const;

  uint32_t parent(size_t level, size_t node) const {
    return parents_[level - 1][node];
  }  // level > 0
  std::span<const uint32_t> children(size_t level, size_t node) const {
    const std::vector<uint32_t>& starts = starts_[level];
    return {children_[level].data() + starts[node], starts[node + 1] - starts[node]};
  }

  // The sums of leaf values at every node. They wrap modulo 2^128. Assumes: one value a leaf.
  ByLevel<int128> SumUp(std::span<const int128> leaf_values) const;

  // A tree of zeros.
  template <class T>
  ByLevel<T> Zeros() const {
    ByLevel<T> values(levels());
    for (size_t level = 0; level < levels(); ++level) values[level].resize(nodes(level));
    return values;
  }

 private:
  LevelTree() = default;
  void ListChildren();

  std::vector<size_t> sizes_;
  ByLevel<uint32_t> parents_;   // of levels 1, 2, ...
  ByLevel<uint32_t> starts_;    // of each node's part of children_, for all but the last level
  ByLevel<uint32_t> children_;  // sorted by parent
};

}  // namespace weir::dp

#endif  // WEIR_DP_LEVEL_TREE_H_
