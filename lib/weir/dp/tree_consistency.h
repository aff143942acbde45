// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_TREE_CONSISTENCY_H_
#define WEIR_DP_TREE_CONSISTENCY_H_

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/dp/level_tree.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

namespace internal {
struct SplitReal;
}

// How the nodes of one level were measured: the true sum times 2^grid_bits plus independent
// discrete Gaussian noise of parameter `variance` (in squared grid steps), or not at all.
struct LevelNoise {
  static constexpr double kAbsent = std::numeric_limits<double>::infinity();
  double variance;  // 0: without noise
};

// The true sums of one level times 2^grid_bits, each with independent discrete Gaussian noise. A
// grid finer than the counts costs nothing (sensitivity and sigma grow alike: squared L2 by
// 4^grid_bits) and makes the noise so nearly Gaussian that intervals are 1.96 sigma wide.
// Errors: INVALID_ARGUMENT for a variance that the sampler refuses or grid bits outside 0 to 32.
StatusOr<std::vector<int128>> MeasureLevel(std::span<const int128> sums, Rational variance,
                                           int grid_bits, RandomSource& random);

// Whole numbers for every node, children adding up exactly to their parent.
struct ConsistentTree {
  ByLevel<int128> values;
  ByLevel<int128> low;  // the interval of the true sum, holding `values`
  ByLevel<int128> high;
  ByLevel<double> distance;  // from the unrounded estimate to the value
};

// Weighted least squares on a tree: of all unbiased linear estimates from measurements of some
// levels, those of least variance for every node at once; then whole numbers.
//
// Guarantee: post-processing only; spends nothing. values: children sum exactly to parents; none is
//            negative if asked for. [low, high] holds the true sum with at least kCoverage for
//            every node (proof: internal/gaussian_combination.h for the unrounded estimate; the
//            true sum is a whole number, and not negative where that was asked for, so that cutting
//            the interval to such numbers loses nothing).
// Assumes:   true sums are additive up the tree (rows, sums; not distinct units), and noise is
//            independent.
// Cost:      O(nodes log fan-out) time, O(nodes) memory. Immutable, thread-safe.
// Source:    Hay, Rastogi, Miklau, Suciu, VLDB 2010, section 4, for equal fan-outs; for others the
//            same two passes are Rauch, Tung, Striebel, "Maximum likelihood estimates of linear
//            dynamic systems", AIAA Journal 3(8), 1965, on a tree.
class TreeConsistency {
 public:
  struct Options {
    int grid_bits;      // one count is 2^grid_bits steps of the measurements: 0 to 32
    bool non_negative;  // true sums are known not to be negative; intervals have no negative ends
    bool keep_negative = false;  // yet values may be; else they are fitted without negative ones
  };

  // Errors: INVALID_ARGUMENT unless there is one noise a level, none negative, and the leaves are
  //         measured.
  static StatusOr<TreeConsistency> Create(LevelTree tree, std::span<const LevelNoise> noises,
                                          Options options);

  const LevelTree& tree() const { return tree_; }

  // Standard deviation of the unrounded estimate, in counts: exact, whatever the fan-outs, for
  // variances that are those of the noise (the parameter of a discrete Gaussian: at most too
  // large).
  double StandardError(size_t level, size_t node) const;

  // `measured[l]`: MeasureLevel's result, or nothing for an absent level.
  // Errors: INVALID_ARGUMENT for another number of levels or values.
  StatusOr<ConsistentTree> Estimate(const ByLevel<int128>& measured) const;

 private:
  TreeConsistency(LevelTree tree, std::vector<double> variances, Options options);
  void ComputeVariances();
  ByLevel<double> Corrections(const ByLevel<double>& residuals) const;
  ConsistentTree WithIntervals(const ByLevel<int128>& bases,
                               const ByLevel<double>& corrections) const;
  ByLevel<int128> Rounded(const ByLevel<internal::SplitReal>& estimates) const;
  struct Interval {
    int128 low;
    int128 high;
  };
  Interval IntervalOf(const internal::SplitReal& estimate, double deviation, int128 value) const;

  LevelTree tree_;
  std::vector<double> variances_;  // by level
  Options options_;
  double coverage_factor_;
  ByLevel<double> own_weights_;  // of a node's measurement against its children's sum
  ByLevel<double> shares_;       // of its parent's adjustment that a node takes
  ByLevel<double> final_variances_;
};

}  // namespace weir::dp

#endif  // WEIR_DP_TREE_CONSISTENCY_H_
