// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_NOISED_NODES_H_
#define WEIR_DP_INTERNAL_NOISED_NODES_H_

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "weir/base/random.h"
#include "weir/dp/intervals.h"
#include "weir/dp/noise_sampler.h"
#include "weir/dp/quantile_counts.h"
#include "weir/dp/quantile_tree.h"

namespace weir::dp::internal {

// A node of a quantile tree; level 0 is the root.
struct TreeNode {
  uint32_t level = 0;
  uint32_t index = 0;
  friend bool operator==(const TreeNode&, const TreeNode&) = default;
};

// What is known of a node but from those below its children.
struct NodeCounts {
  double own = 0;         // its noised count
  double refined = 0;     // combined with its children's by inverse variance; a leaf's own
  uint32_t children = 0;  // how many; of a leaf none
};
// Of the refined count, in units of one noise's: of its own count's weight, and its variance.
inline double RefinedVariance(uint32_t children) {
  return children == 0 ? 1 : children / (children + 1.0);
}

// The noised counts of all nodes but the root. Every node's noise is drawn once: all at once, or
// when its family is first asked for. Not thread-safe.
class NoisedNodes {
 public:
  // Keeps references to all three.
  NoisedNodes(const QuantileCounts& counts, const NoiseSampler& sampler, RandomSource& random);

  const QuantileShape& shape() const { return shape_; }
  uint32_t ChildrenOf(TreeNode parent) const;

  // Draws every node and combines each with its children by inverse variance.
  void MaterialiseAll();

  // The children's own noised counts; valid until the next call.
  std::span<const double> Own(TreeNode parent);
  // The children with their own counts and those refined by the next level's.
  std::vector<NodeCounts> Refined(TreeNode parent);
  // The children's counts combined with all that lies below them (their own without
  // MaterialiseAll), and the variances of these in units of one noise's.
  std::span<const double> Combined(TreeNode parent);
  double CombinedVariance(TreeNode child) const;

 private:
  std::vector<double> Draw(TreeNode parent);
  void CombineLevel(uint32_t level);

  const QuantileShape& shape_;
  QuantileCounts::Prefixes prefixes_;
  const NoiseSampler& sampler_;
  RandomSource& random_;
  std::unordered_map<uint64_t, std::vector<double>> families_;
  std::vector<std::vector<double>> own_;       // by level, all nodes
  std::vector<std::vector<double>> combined_;  // by level, all nodes
  std::vector<double> variance_;               // by level: of a combined node
  std::vector<double> edge_variance_;          // the same of the level's last node
};

class QuantileLaws;

// The answers of NoiseQuantiles from nodes whose noise has this law.
// Assumes: quantiles in (0, 1), a law that a sampler takes.
std::vector<QuantileEstimate> AnswerQuantiles(NoisedNodes& nodes, const NoiseLaw& law,
                                              std::span<const double> quantiles);
// With laws that were made for other nodes of the same shape and noise.
std::vector<QuantileEstimate> AnswerQuantiles(NoisedNodes& nodes, QuantileLaws& laws,
                                              std::span<const double> quantiles);

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_NOISED_NODES_H_
