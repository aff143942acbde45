// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/noised_nodes.h"

#include <algorithm>
#include <numeric>

namespace weir::dp::internal {

NoisedNodes::NoisedNodes(const QuantileCounts& counts, const NoiseSampler& sampler,
                         RandomSource& random)
    : shape_(counts.shape()),
      prefixes_(counts.MakePrefixes()),
      sampler_(sampler),
      random_(random) {}

uint32_t NoisedNodes::ChildrenOf(TreeNode parent) const {
  const uint64_t first = uint64_t{parent.index} * shape_.branching();
  const uint64_t end =
      std::min<uint64_t>(first + shape_.branching(), shape_.NodesAt(parent.level + 1));
  return static_cast<uint32_t>(end - first);
}

std::vector<double> NoisedNodes::Draw(TreeNode parent) {
  const uint64_t below = shape_.LeavesBelow(parent.level + 1);
  const uint64_t first = uint64_t{parent.index} * shape_.branching();
  const std::vector<int128> noise = sampler_.SampleMany(ChildrenOf(parent), random_);
  std::vector<double> family(noise.size());
  int64_t before = prefixes_.Before(first * below);
  for (size_t i = 0; i < family.size(); ++i) {
    const int64_t after = prefixes_.Before((first + i + 1) * below);
    family[i] = static_cast<double>(noise[i] + (after - before));
    before = after;
  }
  return family;
}

void NoisedNodes::MaterialiseAll() {
  const uint32_t height = shape_.height();
  own_.resize(height + 1);
  for (uint32_t level = 1; level <= height; ++level) {
    own_[level].reserve(shape_.NodesAt(level));
    for (uint32_t parent = 0; parent < shape_.NodesAt(level - 1); ++parent) {
      const std::vector<double> family = Draw({level - 1, parent});
      own_[level].insert(own_[level].end(), family.begin(), family.end());
    }
  }
  combined_ = own_;
  variance_.assign(height + 1, 1);
  edge_variance_.assign(height + 1, 1);
  for (uint32_t level = height - 1; level >= 1; --level) CombineLevel(level);
}

// A node's own count has variance 1, the sum of its combined children theirs together.
void NoisedNodes::CombineLevel(uint32_t level) {
  const uint32_t nodes = shape_.NodesAt(level);
  for (uint32_t node = 0; node < nodes; ++node) {
    const std::span<const double> children = Combined({level, node});
    double sum = 0;
    for (const double child : children) sum += child;
    const bool is_edge = node + 1 == nodes;
    const double of_sum =
        static_cast<double>(children.size() - (is_edge ? 1 : 0)) * variance_[level + 1] +
        (is_edge ? edge_variance_[level + 1] : 0);
    double& value = combined_[level][node];
    value = (value * of_sum + sum) / (1 + of_sum);
    (is_edge ? edge_variance_ : variance_)[level] = of_sum / (1 + of_sum);
  }
}

std::span<const double> NoisedNodes::Own(TreeNode parent) {
  if (!own_.empty()) {
    return std::span(own_[parent.level + 1])
        .subspan(size_t{parent.index} * shape_.branching(), ChildrenOf(parent));
  }
  const uint64_t key = (uint64_t{parent.level} << 32) | parent.index;
  const auto known = families_.find(key);
  if (known != families_.end()) return known->second;
  return families_.emplace(key, Draw(parent)).first->second;
}

std::vector<NodeCounts> NoisedNodes::Refined(TreeNode parent) {
  const std::span<const double> own = Own(parent);
  std::vector<NodeCounts> family(own.size());
  for (size_t i = 0; i < own.size(); ++i) family[i] = {own[i], own[i], 0};
  if (parent.level + 1 == shape_.height()) return family;
  const uint32_t first = parent.index * shape_.branching();
  for (uint32_t i = 0; i < family.size(); ++i) {
    const std::span<const double> children = Own({parent.level + 1, first + i});
    const double sum = std::accumulate(children.begin(), children.end(), 0.0);
    NodeCounts& node = family[i];
    node.children = static_cast<uint32_t>(children.size());
    node.refined += (sum - node.own) / (node.children + 1.0);
  }
  return family;
}

std::span<const double> NoisedNodes::Combined(TreeNode parent) {
  if (combined_.empty()) return Own(parent);
  return std::span(combined_[parent.level + 1])
      .subspan(size_t{parent.index} * shape_.branching(), ChildrenOf(parent));
}

double NoisedNodes::CombinedVariance(TreeNode child) const {
  if (combined_.empty()) return 1;
  const bool is_edge = child.index + 1 == shape_.NodesAt(child.level);
  return (is_edge ? edge_variance_ : variance_)[child.level];
}

}  // namespace weir::dp::internal
