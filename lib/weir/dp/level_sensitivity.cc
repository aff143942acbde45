// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/level_sensitivity.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace weir::dp {
namespace {

constexpr uint128 kLimit = uint128{1} << 127;
constexpr uint32_t kMultiplierLimit = 1 << 24;

// `squares` is at most 2^48 * 2^62 * levels where this is called, linf^2 at most 2^124.
StatusOr<uint128> TimesSquare(uint128 squares, LInfSensitivity linf) {
  const auto bound = static_cast<uint128>(linf.value());
  if (squares >= kLimit / (bound * bound)) {
    return InvalidArgument("the bounds of this hierarchy are too large for exact noise");
  }
  return squares * bound * bound;
}

ByLevel<uint64_t> LeafCounts(const LevelTree& tree) {
  auto counts = tree.Zeros<uint64_t>();
  std::fill(counts.back().begin(), counts.back().end(), 1);
  for (size_t level = tree.levels() - 1; level > 0; --level) {
    for (size_t node = 0; node < tree.nodes(level); ++node) {
      counts[level - 1][tree.parent(level, node)] += counts[level][node];
    }
  }
  return counts;
}

// Largest sum of squares of m_v <= counts_v with sum at most l0. It is convex and symmetric but for
// the caps: moving a unit from a smaller m_v to a larger one raises it, and a full node is best
// swapped for one with more room. So the nodes of most leaves are filled, the last one in part.
uint128 LargestSquares(std::vector<uint64_t> counts, uint64_t l0) {
  std::sort(counts.begin(), counts.end(), std::greater<>());
  uint128 squares = 0;
  for (const uint64_t count : counts) {
    const uint64_t taken = std::min(count, l0);
    squares += uint128{taken} * taken;
    l0 -= taken;
  }
  return squares;
}

// best[m]: the largest weighted sum of squares below and at a node, for m touched leaves there.
using Best = std::vector<uint128>;

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): symmetric
Best Combined(const Best& a, const Best& b, size_t most) {
  Best best(std::min(most, a.size() + b.size() - 2) + 1);
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < b.size() && i + j < best.size(); ++j) {
      best[i + j] = std::max(best[i + j], a[i] + b[j]);
    }
  }
  return best;
}

void AddOwnSquares(Best& best, uint32_t multiplier) {
  const uint128 weight = uint128{multiplier} * multiplier;
  for (size_t m = 0; m < best.size(); ++m) best[m] += weight * m * m;
}

// Levels from below; the tables of a level's children are merged into their parents and freed.
Best BestOfForest(const LevelTree& tree, size_t most, std::span<const uint32_t> multipliers) {
  std::vector<Best> below(tree.leaves(), Best(2));
  for (Best& leaf : below) AddOwnSquares(leaf, multipliers.back());
  for (size_t level = tree.levels() - 1; level-- > 0;) {
    std::vector<Best> merged(tree.nodes(level));
    for (size_t node = 0; node < merged.size(); ++node) {
      Best best(1);
      for (const uint32_t child : tree.children(level, node)) {
        best = Combined(best, std::exchange(below[child], {}), most);
      }
      AddOwnSquares(best, multipliers[level]);
      merged[node] = std::move(best);
    }
    below = std::move(merged);
  }
  Best all(1);
  for (const Best& root : below) all = Combined(all, root, most);
  return all;
}

}  // namespace

StatusOr<std::vector<uint128>> LevelSensitivities(const LevelTree& tree, L0Sensitivity l0,
                                                  LInfSensitivity linf) {
  std::vector<uint128> sensitivities;
  for (std::vector<uint64_t>& counts : LeafCounts(tree)) {
    const uint128 squares = LargestSquares(std::move(counts), static_cast<uint64_t>(l0.value()));
    WEIR_ASSIGN_OR_RETURN(const uint128 sensitivity, TimesSquare(squares, linf));
    sensitivities.push_back(sensitivity);
  }
  return sensitivities;
}

// The change of a node is a sum of changes of its leaves: all of one sign is worst, and by
// convexity each leaf is changed by linf or not at all. What is left is a choice of leaves, by
// dynamic programming over how many lie below each node.
StatusOr<uint128> StackSensitivity(const LevelTree& tree, L0Sensitivity l0, LInfSensitivity linf,
                                   std::span<const uint32_t> multipliers) {
  if (multipliers.size() != tree.levels()) {
    return InvalidArgument("a tree of %zu levels needs as many multipliers, got %zu", tree.levels(),
                           multipliers.size());
  }
  for (const uint32_t multiplier : multipliers) {
    if (multiplier >= kMultiplierLimit) return InvalidArgument("a multiplier must be below 2^24");
  }
  const size_t most = std::min(tree.leaves(), static_cast<size_t>(l0.value()));
  const Best best = BestOfForest(tree, most, multipliers);
  return TimesSquare(*std::max_element(best.begin(), best.end()), linf);
}

}  // namespace weir::dp
