// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_QUANTILE_COUNTS_H_
#define WEIR_DP_QUANTILE_COUNTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/dp/noise_planner.h"
#include "weir/privacy/parameters.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

struct QuantileShapeOptions {
  int128 lowest =
      0;  // in grid steps; values outside [lowest, highest] are moved to the nearest end
  int128 highest = 0;  // at least lowest; highest - lowest < 2^126
  NoiseKind kind{};    // that the tree will get: decides the branching; none until named
  // More leaves resolve finer and cost noise, as the square (Gaussian) or the cube (Laplace) of the
  // height. In [2, 2^24].
  uint32_t most_leaves = 1U << 16;
  std::optional<uint32_t> height = std::nullopt;  // nullopt: by the rule below; at most 24
};

// A tree over equal runs of grid steps: `height` levels below the root, every node `branching`
// children, except at the right edge, where leaves beyond `highest` do not exist.
//
// Rule: leaf_steps is the smallest that needs at most most_leaves leaves. A noised rank holds, at
// every level, the noise of about branching/6 nodes, each with a variance that grows with the
// square of the height for Laplace noise and with the height for Gaussian. Height and branching
// are those with the smallest sum, so about 16^4 for Laplace and 7^6 for Gaussian noise.
// Immutable, thread-safe.
class QuantileShape {
 public:
  // Errors: INVALID_ARGUMENT for options out of their ranges.
  static StatusOr<QuantileShape> Create(const QuantileShapeOptions& options);

  int128 lowest() const { return lowest_; }
  int128 highest() const { return highest_; }
  uint128 leaf_steps() const { return leaf_steps_; }
  uint32_t leaves() const { return leaves_; }
  uint32_t branching() const { return branching_; }
  uint32_t height() const { return height_; }

  uint32_t LeafOf(int128 value) const;  // of the value, moved into [lowest, highest]
  int128 FirstOf(uint32_t leaf) const;
  int128 LastOf(uint32_t leaf) const;

  // Nodes of a level: 0 is the root, height() the leaves.
  uint32_t NodesAt(uint32_t level) const;
  // Leaves below one node of a level that is not at the right edge.
  uint64_t LeavesBelow(uint32_t level) const;

  // A noised rank has about this many times the variance of one node's noise, in the worst place:
  // to compare kinds of noise, each with its own shape.
  double RankWeight() const;

  // What one privacy unit can change the vector of all nodes but the root by, if it touches at most
  // l0 trees with at most linf rows each. A row changes one node of every level by one. L1 is
  // height * l0 * linf; the squared L2 is largest with all rows of a tree in one leaf,
  // height * l0 * linf^2.
  // Errors: INVALID_ARGUMENT if that is not below 2^127.
  StatusOr<MeasureSensitivity> Sensitivity(L0Sensitivity l0, LInfSensitivity linf) const;

  friend bool operator==(const QuantileShape&, const QuantileShape&) = default;

 private:
  QuantileShape() = default;

  int128 lowest_ = 0;
  int128 highest_ = 0;
  uint128 leaf_steps_ = 1;
  uint32_t leaves_ = 1;
  uint32_t branching_ = 1;
  uint32_t height_ = 1;
};

// How many rows lie in every leaf: the state that is merged before noise is added once. Flat where
// a quarter of the leaves is used, else sparse. Not thread-safe.
class QuantileCounts {
 public:
  explicit QuantileCounts(const QuantileShape& shape) : shape_(shape) {}

  const QuantileShape& shape() const { return shape_; }

  // Fastest with leaves in ascending order.
  // Errors: INVALID_ARGUMENT  no such leaf, or a negative count.
  //         OUT_OF_RANGE      the total would not be below 2^62; nothing is changed.
  Status Add(uint32_t leaf, int64_t count);

  // Adds the rows of the other; each state is to be merged once.
  // Errors: INVALID_ARGUMENT another shape; OUT_OF_RANGE as Add.
  // Cost:   linear in the used leaves; 65,536 flat ones about 20 microseconds.
  Status Merge(const QuantileCounts& other);

  int64_t total() const { return total_; }
  // Rows in every leaf before this one, for leaf 0 .. leaves(): differences of two are nodes.
  // Cost: one pass.
  class Prefixes;
  Prefixes MakePrefixes() const;

  friend bool operator==(const QuantileCounts& a, const QuantileCounts& b);

 private:
  struct Entry {
    uint32_t leaf;
    int64_t count;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  void AddToSparse(Entry entry);
  void MakeFlatIfLarge(size_t entries);
  void MergeSparse(const std::vector<Entry>& other);

  QuantileShape shape_;
  int64_t total_ = 0;
  std::vector<Entry> sparse_;  // ascending leaves; empty when flat
  std::vector<int64_t> flat_;  // one count a leaf; empty when sparse
};

class QuantileCounts::Prefixes {
 public:
  int64_t Before(uint64_t leaf) const;  // leaves beyond the last hold nothing

 private:
  friend class QuantileCounts;
  bool is_flat_ = false;
  std::vector<uint32_t> leaves_;  // sparse: ascending
  std::vector<int64_t> before_;   // one longer: rows before leaf i (flat) or entry i (sparse)
};

}  // namespace weir::dp

#endif  // WEIR_DP_QUANTILE_COUNTS_H_
