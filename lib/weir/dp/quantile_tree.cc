// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/quantile_tree.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "weir/dp/internal/noised_nodes.h"
#include "weir/dp/internal/quantile_interval.h"
#include "weir/dp/internal/quantile_laws.h"
#include "weir/dp/intervals.h"
#include "weir/dp/noise_sampler.h"

namespace weir::dp {
namespace {

using internal::NoisedNodes;
using internal::TreeNode;
using Side = internal::QuantileInterval::Side;

// --- estimate ---

// Children that add to their parent's estimate: the residual is shared by variance.
std::vector<double> Corrected(NoisedNodes& nodes, TreeNode parent, double parent_count) {
  const std::span<const double> children = nodes.Combined(parent);
  const uint32_t first = parent.index * nodes.shape().branching();
  std::vector<double> shares(children.size());
  double residual = parent_count;
  double total = 0;
  for (size_t i = 0; i < children.size(); ++i) {
    shares[i] = nodes.CombinedVariance({parent.level + 1, first + static_cast<uint32_t>(i)});
    total += shares[i];
    residual -= children[i];
  }
  for (size_t i = 0; i < children.size(); ++i) {
    shares[i] = children[i] + residual * shares[i] / total;
  }
  return shares;
}

// Moves the children towards an even spread over their leaves, as far as their differences look
// like noise of this variance (positive-part James-Stein; the sum stays).
void Shrink(const QuantileShape& shape, TreeNode parent, double noise_variance,
            std::vector<double>& children) {
  if (children.size() < 4) return;
  const uint64_t below = shape.LeavesBelow(parent.level + 1);
  const uint64_t first = uint64_t{parent.index} * shape.branching() * below;
  const uint64_t end = std::min<uint64_t>(first + children.size() * below, shape.leaves());
  const double sum = std::accumulate(children.begin(), children.end(), 0.0);
  const double per_leaf = sum / static_cast<double>(end - first);
  const auto even = [&](size_t child) {
    const uint64_t start = first + child * below;
    return per_leaf * static_cast<double>(std::min(start + below, end) - start);
  };
  double distance = 0;
  for (size_t i = 0; i < children.size(); ++i) {
    distance += (children[i] - even(i)) * (children[i] - even(i));
  }
  const double excess = static_cast<double>(children.size() - 3) * noise_variance;
  const double kept = distance > excess ? 1 - excess / distance : 0;
  for (size_t i = 0; i < children.size(); ++i) {
    children[i] = even(i) + kept * (children[i] - even(i));
  }
}

// Where the isotonic fit of the ranks at the inner boundaries crosses `rank`: the least of the
// running sums of (rank at the boundary - rank).
size_t Crossing(const std::vector<double>& children, double rank) {
  double sum = 0;
  double least = 0;
  double before = 0;
  size_t best = 0;
  for (size_t i = 1; i < children.size(); ++i) {
    before += children[i - 1];
    sum += before - rank;
    if (sum < least) {
      least = sum;
      best = i;
    }
  }
  return best;
}

int128 InsideLeaf(const QuantileShape& shape, uint32_t leaf, double share) {
  const int128 first = shape.FirstOf(leaf);
  const int128 last = shape.LastOf(leaf);
  const auto steps = static_cast<double>(last - first + 1);
  const auto offset = static_cast<int128>(std::ceil(std::clamp(share, 0.0, 1.0) * steps)) - 1;
  return std::clamp(first + offset, first, last);
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): of one node's noise, and a rank's share
int128 EstimateOf(NoisedNodes& nodes, double deviation, double q) {
  const double noise_variance = deviation * deviation;
  double count = 0;
  for (const double child : nodes.Combined({0, 0})) count += child;
  double rank = q * count;  // sought, counted from the start of the node
  TreeNode node;
  while (node.level < nodes.shape().height()) {
    std::vector<double> children = Corrected(nodes, node, count);
    const TreeNode one_child = {node.level + 1, node.index * nodes.shape().branching()};
    Shrink(nodes.shape(), node, noise_variance * nodes.CombinedVariance(one_child), children);
    const size_t child = Crossing(children, rank);
    for (size_t i = 0; i < child; ++i) rank -= children[i];
    count = children[child];
    node = {node.level + 1, node.index * nodes.shape().branching() + static_cast<uint32_t>(child)};
  }
  return InsideLeaf(nodes.shape(), node.index, count > 0 ? rank / count : 0.5);
}

Status CheckRequest(const QuantileCounts& counts, std::span<const double> quantiles,
                    const NoiseEvent& event) {
  for (const double q : quantiles) {
    if (!(q > 0 && q < 1)) return InvalidArgument("a quantile must be in (0, 1), got %g", q);
  }
  if (event.sensitivity < counts.shape().height()) {
    return InvalidArgument("the sensitivity of a quantile tree is at least its height, %d",
                           static_cast<int>(counts.shape().height()));
  }
  return OkStatus();
}

}  // namespace

std::vector<QuantileEstimate> internal::AnswerQuantiles(NoisedNodes& nodes, const NoiseLaw& law,
                                                        std::span<const double> quantiles) {
  QuantileLaws laws(nodes.shape(), law);
  return AnswerQuantiles(nodes, laws, quantiles);
}

std::vector<QuantileEstimate> internal::AnswerQuantiles(NoisedNodes& nodes, QuantileLaws& laws,
                                                        std::span<const double> quantiles) {
  std::vector<QuantileEstimate> estimates;
  estimates.reserve(quantiles.size());
  for (const double q : quantiles) {
    internal::QuantileInterval interval(nodes, laws, q);
    const QuantileShape& shape = nodes.shape();
    // Where the two ends contradict each other both leaves are in.
    const auto [first, last] = std::minmax({interval.Leaf(Side::kLow), interval.Leaf(Side::kHigh)});
    QuantileEstimate estimate;
    estimate.low = shape.FirstOf(first);
    estimate.high = shape.LastOf(last);
    estimate.value =
        std::clamp(EstimateOf(nodes, laws.form().deviation, q), estimate.low, estimate.high);
    const int128 width = shape.LastOf(interval.CoarseLeaf(Side::kHigh)) -
                         shape.FirstOf(interval.CoarseLeaf(Side::kLow));
    estimate.standard_error = static_cast<double>(std::max(int128{0}, width)) / 2;
    estimates.push_back(estimate);
  }
  return estimates;
}

StatusOr<std::vector<std::vector<QuantileEstimate>>> NoiseQuantilesOfTrees(
    std::span<const QuantileCounts> trees, std::span<const double> quantiles,
    const NoiseEvent& event, RandomSource& random, QuantileEffort effort) {
  std::vector<std::vector<QuantileEstimate>> answers;
  if (trees.empty()) return answers;
  for (const QuantileCounts& counts : trees) {
    if (counts.shape() != trees.front().shape()) {
      return InvalidArgument("quantile trees of different shapes cannot be answered together");
    }
  }
  WEIR_RETURN_IF_ERROR(CheckRequest(trees.front(), quantiles, event));
  WEIR_ASSIGN_OR_RETURN(const NoiseSampler sampler, NoiseSampler::Create(event));
  internal::QuantileLaws laws(trees.front().shape(), LawOf(event));
  answers.reserve(trees.size());
  for (const QuantileCounts& counts : trees) {
    NoisedNodes nodes(counts, sampler, random);
    if (effort == QuantileEffort::kWholeTree) nodes.MaterialiseAll();
    answers.push_back(internal::AnswerQuantiles(nodes, laws, quantiles));
  }
  return answers;
}

StatusOr<std::vector<QuantileEstimate>> NoiseQuantiles(const QuantileCounts& counts,
                                                       std::span<const double> quantiles,
                                                       const NoiseEvent& event,
                                                       RandomSource& random,
                                                       QuantileEffort effort) {
  WEIR_ASSIGN_OR_RETURN(std::vector<std::vector<QuantileEstimate>> answers,
                        NoiseQuantilesOfTrees({&counts, 1}, quantiles, event, random, effort));
  return std::move(answers.front());
}

QuantileEffort ChooseEffort(const QuantileShape& shape, uint64_t cells) {
  constexpr uint64_t kMostNoises = 10'000'000;  // about a second
  const uint64_t noises = uint64_t{shape.leaves()} + shape.leaves() / (shape.branching() - 1) + 1;
  return cells <= kMostNoises / noises ? QuantileEffort::kWholeTree : QuantileEffort::kPaths;
}

}  // namespace weir::dp
