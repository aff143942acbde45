// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/quantile_tree.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "weir/dp/internal/law_tail.h"
#include "weir/dp/internal/noised_nodes.h"
#include "weir/dp/internal/weighted_sum.h"
#include "weir/dp/intervals.h"
#include "weir/dp/noise_sampler.h"

namespace weir::dp {
namespace {

using internal::NoisedNodes;
using internal::TreeNode;
using internal::WeightedNoise;
using internal::WeightedSum;

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

int128 EstimateOf(NoisedNodes& nodes, const NoiseLaw& law, double q) {
  const double deviation = internal::StandardDeviation(law);
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

// --- intervals ---

// How many deviations a normal value exceeds with chance `tail`.
double NormalQuantile(double tail) {
  double low = 0;
  double high = 20;
  for (int step = 0; step < 40; ++step) {
    const double middle = (low + high) / 2;
    (std::erfc(middle / std::numbers::sqrt2) / 2 > tail ? low : high) = middle;
  }
  return high;
}

// Own counts of one family around the path: before the path's child, that child, after it.
struct FamilySums {
  double before = 0;
  double middle = 0;
  double after = 0;
  uint32_t count_before = 0;
  uint32_t count = 0;
};

// The statistic R(v) - q n at a boundary and what its noise is made of.
struct RankTest {
  double value = 0;
  double squared_weights = 0;
  double magnitude = 0;  // of the terms: bounds what rounding may have done
  std::vector<WeightedNoise> noises;
};

// The sum of so many noised counts.
struct NodeSum {
  double sum;
  uint32_t count;
};

struct LevelRisk {
  double tail;              // chance of a wrong proof at the true quantile's node of this level
  double least_deviations;  // that a proof needs
};

class IntervalSearch {
 public:
  IntervalSearch(NoisedNodes& nodes, const NoiseLaw& law, double q)
      : nodes_(nodes),
        law_(law),
        deviation_(internal::StandardDeviation(law)),
        q_(q),
        risks_(SplitRisk(nodes.shape().height())) {}

  // `coarse`: a normal approximation with one deviation, for display; else proved 97.5 %.
  int128 Low(bool coarse) {
    return nodes_.shape().FirstOf(Descend(coarse, [&](size_t children, const auto& test) {
      size_t child = 0;
      while (child + 1 < children && test(child + 1, -1)) ++child;
      return child;
    }));
  }
  int128 High(bool coarse) {
    return nodes_.shape().LastOf(Descend(coarse, [&](size_t children, const auto& test) {
      size_t child = children - 1;
      while (child > 0 && test(child, 1)) --child;
      return child;
    }));
  }

 private:
  template <class Choose>
  uint32_t Descend(bool coarse, const Choose& choose) {
    path_.clear();
    TreeNode node;
    while (node.level < nodes_.shape().height()) {
      const std::span<const double> children = nodes_.Own(node);
      const size_t child = choose(children.size(), [&](size_t boundary, int sign) {
        return IsProved(TestAt(children, boundary), sign, coarse);
      });
      path_.push_back(SumsAround(children, child));
      node = {node.level + 1,
              node.index * nodes_.shape().branching() + static_cast<uint32_t>(child)};
    }
    return node.index;
  }

  static FamilySums SumsAround(std::span<const double> children, size_t child) {
    FamilySums sums;
    for (size_t i = 0; i < child; ++i) sums.before += children[i];
    for (size_t i = child + 1; i < children.size(); ++i) sums.after += children[i];
    sums.middle = children[child];
    sums.count_before = static_cast<uint32_t>(child);
    sums.count = static_cast<uint32_t>(children.size());
    return sums;
  }

  void AddTerm(RankTest& test, double weight, NodeSum nodes) const {
    const auto [sum, count] = nodes;
    test.value += weight * sum;
    test.magnitude += std::abs(weight * sum);
    test.squared_weights += weight * weight * count;
    test.noises.push_back({law_, weight, count});
  }

  // Before child `boundary` of the family that ends the path. For a node on the path let t be the
  // share of its leaves before the boundary (q at the root): children before the path's weigh 1 -
  // t, those after it -t, the path's own t' - t with its own share t'. On exact counts, where
  // children add to their parent, this is R - q n for any t; these t make the noise small.
  RankTest TestAt(std::span<const double> children, size_t boundary) const {
    RankTest test;
    const FamilySums last = SumsAround(children, boundary);
    const double share = static_cast<double>(boundary) / static_cast<double>(children.size());
    const double outer = path_.empty() ? q_ : share;
    AddTerm(test, 1 - outer, {last.before, last.count_before});
    AddTerm(test, -outer, {last.middle + last.after, last.count - last.count_before});
    double below = share;
    for (size_t level = path_.size(); level-- > 0;) {
      const FamilySums& family = path_[level];
      const double here = level == 0 ? q_ : (family.count_before + below) / family.count;
      AddTerm(test, 1 - here, {family.before, family.count_before});
      AddTerm(test, below - here, {family.middle, 1});
      AddTerm(test, -here, {family.after, family.count - family.count_before - 1});
      below = here;
    }
    return test;
  }

  // Of 2.5 %: the levels' shares double from one to the next.
  static std::vector<LevelRisk> SplitRisk(uint32_t height) {
    std::vector<LevelRisk> risks;
    double tail = (1 - kCoverage) / 2 / (std::ldexp(1.0, static_cast<int>(height)) - 1);
    for (uint32_t level = 0; level < height; ++level) {
      risks.push_back({tail, 0.98 * NormalQuantile(tail)});
      tail *= 2;
    }
    return risks;
  }

  // Whether R(v) - q n has the sign, except with the level's share of the risk. Nearer than a
  // normal law would allow no proof is tried: none would be found, and claiming less is safe.
  bool IsProved(const RankTest& test, int sign, bool coarse) const {
    const double beyond = test.value * sign - 1e-12 * test.magnitude;
    const double deviation = deviation_ * std::sqrt(test.squared_weights);
    if (coarse) return beyond > 0 && beyond >= deviation;
    const LevelRisk& risk = risks_[path_.size()];
    if (beyond <= 0 || beyond < risk.least_deviations * deviation) return false;
    const WeightedSum sum(test.noises);
    return sum.CoarseTail(beyond) / 2 <= risk.tail || sum.TwoSidedTail(beyond) / 2 <= risk.tail;
  }

  NoisedNodes& nodes_;
  NoiseLaw law_;
  double deviation_;
  double q_;
  std::vector<LevelRisk> risks_;
  std::vector<FamilySums> path_;
};

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
  std::vector<QuantileEstimate> estimates;
  for (const double q : quantiles) {
    IntervalSearch search(nodes, law, q);
    QuantileEstimate estimate;
    estimate.value = EstimateOf(nodes, law, q);
    estimate.low = std::min(search.Low(false), estimate.value);
    estimate.high = std::max(search.High(false), estimate.value);
    const int128 width = std::max(int128{0}, search.High(true) - search.Low(true));
    estimate.standard_error = static_cast<double>(width) / 2;
    estimates.push_back(estimate);
  }
  return estimates;
}

StatusOr<std::vector<QuantileEstimate>> NoiseQuantiles(const QuantileCounts& counts,
                                                       std::span<const double> quantiles,
                                                       const NoiseEvent& event,
                                                       RandomSource& random,
                                                       QuantileEffort effort) {
  WEIR_RETURN_IF_ERROR(CheckRequest(counts, quantiles, event));
  WEIR_ASSIGN_OR_RETURN(const NoiseSampler sampler, NoiseSampler::Create(event));
  NoisedNodes nodes(counts, sampler, random);
  if (effort == QuantileEffort::kWholeTree) nodes.MaterialiseAll();
  return internal::AnswerQuantiles(nodes, LawOf(event), quantiles);
}

QuantileEffort ChooseEffort(const QuantileShape& shape, uint64_t cells) {
  constexpr uint64_t kMostNoises = 10'000'000;  // about a second
  const uint64_t noises = uint64_t{shape.leaves()} + shape.leaves() / (shape.branching() - 1) + 1;
  return cells <= kMostNoises / noises ? QuantileEffort::kWholeTree : QuantileEffort::kPaths;
}

}  // namespace weir::dp
