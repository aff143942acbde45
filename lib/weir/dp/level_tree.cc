// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/level_tree.h"

#include <numeric>
#include <utility>

namespace weir::dp {
namespace {

constexpr size_t kMostNodes = size_t{1} << 31;

Status CheckParents(size_t level, size_t above, std::span<const uint32_t> parents) {
  std::vector<bool> has_child(above);
  for (const uint32_t parent : parents) {
    if (parent >= above) {
      return InvalidArgument("a node of level %zu names parent %u of %zu", level, parent, above);
    }
    has_child[parent] = true;
  }
  for (const bool found : has_child) {
    if (!found) return InvalidArgument("a node of level %zu has no children", level - 1);
  }
  return OkStatus();
}

}  // namespace

StatusOr<LevelTree> LevelTree::Create(size_t roots, std::vector<std::vector<uint32_t>> parents) {
  if (roots == 0 || roots > kMostNodes) return InvalidArgument("a tree needs 1 to 2^31 roots");
  LevelTree tree;
  tree.sizes_.push_back(roots);
  for (const std::vector<uint32_t>& level : parents) {
    if (level.size() > kMostNodes) return InvalidArgument("a tree has at most 2^31 leaves");
    WEIR_RETURN_IF_ERROR(CheckParents(tree.levels(), tree.sizes_.back(), level));
    tree.sizes_.push_back(level.size());
  }
  tree.parents_ = std::move(parents);
  tree.ListChildren();
  return tree;
}

StatusOr<LevelTree> LevelTree::Balanced(std::span<const uint32_t> fan_outs) {
  std::vector<std::vector<uint32_t>> parents;
  size_t above = 1;
  for (const uint32_t fan_out : fan_outs) {
    if (fan_out == 0 || above > kMostNodes / fan_out) {
      return InvalidArgument("a balanced tree needs fan-outs from 1 and at most 2^31 leaves");
    }
    std::vector<uint32_t> level(above * fan_out);
    for (size_t node = 0; node < level.size(); ++node) {
      level[node] = static_cast<uint32_t>(node / fan_out);
    }
    above = level.size();
    parents.push_back(std::move(level));
  }
  return Create(1, std::move(parents));
}

void LevelTree::ListChildren() {
  for (size_t level = 0; level + 1 < levels(); ++level) {
    const std::vector<uint32_t>& parents = parents_[level];
    std::vector<uint32_t> starts(nodes(level) + 1);
    for (const uint32_t parent : parents) ++starts[parent + 1];
    std::partial_sum(starts.begin(), starts.end(), starts.begin());
    std::vector<uint32_t> next(starts.begin(), starts.end() - 1);
    std::vector<uint32_t> children(parents.size());
    for (size_t node = 0; node < parents.size(); ++node) {
      children[next[parents[node]]++] = static_cast<uint32_t>(node);
    }
    starts_.push_back(std::move(starts));
    children_.push_back(std::move(children));
  }
}

size_t LevelTree::all_nodes() const {
  return std::accumulate(sizes_.begin(), sizes_.end(), size_t{0});
}

ByLevel<int128> LevelTree::SumUp(std::span<const int128> leaf_values) const {
  auto sums = Zeros<int128>();
  sums.back().assign(leaf_values.begin(), leaf_values.end());
  for (size_t level = levels() - 1; level > 0; --level) {
    for (size_t node = 0; node < nodes(level); ++node) {
      int128& sum = sums[level - 1][parent(level, node)];
      sum =
          static_cast<int128>(static_cast<uint128>(sum) + static_cast<uint128>(sums[level][node]));
    }
  }
  return sums;
}

}  // namespace weir::dp
