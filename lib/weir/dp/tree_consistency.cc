// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/tree_consistency.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "weir/dp/discrete_gaussian.h"
#include "weir/dp/internal/gaussian_combination.h"
#include "weir/dp/internal/integer_fit.h"

namespace weir::dp {
namespace {

using internal::SplitReal;

constexpr int kMostGridBits = 32;
// Rounding errors of the passes, which sum numbers of the size of the noise.
constexpr double kWidthGuard = 1 + 1e-9;
constexpr double kRoundingGuard = 1e-9;

Status CheckGridBits(int grid_bits) {
  if (grid_bits < 0 || grid_bits > kMostGridBits) {
    return InvalidArgument("grid bits must be in [0, 32], got %d", grid_bits);
  }
  return OkStatus();
}

int128 WrappedProduct(int128 value, int bits) {
  return static_cast<int128>(static_cast<uint128>(value) << bits);
}

bool IsAbsent(double variance) { return variance == LevelNoise::kAbsent; }

double SmallestSigma(std::span<const double> variances) {
  double smallest = LevelNoise::kAbsent;
  for (const double variance : variances) {
    if (variance > 0) smallest = std::min(smallest, variance);
  }
  return std::sqrt(smallest);
}

// (base + correction) / 2^bits.
SplitReal InCounts(int128 base, double correction, int bits) {
  const SplitReal steps = internal::Shifted(base, correction);
  const int128 whole = steps.whole >> bits;
  const auto rest = static_cast<double>(steps.whole - (whole << bits));
  return {whole, (rest + steps.fraction) / static_cast<double>(int64_t{1} << bits)};
}

double Distance(const SplitReal& value, int128 rounded) {
  return std::abs(static_cast<double>(value.whole - rounded) + value.fraction);
}

}  // namespace

StatusOr<std::vector<int128>> MeasureLevel(std::span<const int128> sums, Rational variance,
                                           int grid_bits, RandomSource& random) {
  WEIR_RETURN_IF_ERROR(CheckGridBits(grid_bits));
  WEIR_ASSIGN_OR_RETURN(const DiscreteGaussian sampler, DiscreteGaussian::Create(variance));
  std::vector<int128> measured = sampler.SampleMany(sums.size(), random);
  for (size_t node = 0; node < sums.size(); ++node) {
    measured[node] += WrappedProduct(sums[node], grid_bits);
  }
  return measured;
}

StatusOr<TreeConsistency> TreeConsistency::Create(LevelTree tree,
                                                  std::span<const LevelNoise> noises,
                                                  Options options) {
  WEIR_RETURN_IF_ERROR(CheckGridBits(options.grid_bits));
  if (noises.size() != tree.levels()) {
    return InvalidArgument("a tree of %zu levels needs as many variances, got %zu", tree.levels(),
                           noises.size());
  }
  std::vector<double> variances;
  for (const LevelNoise& noise : noises) {
    if (!(noise.variance >= 0)) {
      return InvalidArgument("a variance must not be negative, got %g", noise.variance);
    }
    variances.push_back(noise.variance);
  }
  if (IsAbsent(variances.back())) return InvalidArgument("the leaves must be measured");
  return TreeConsistency(std::move(tree), std::move(variances), options);
}

TreeConsistency::TreeConsistency(LevelTree tree, std::vector<double> variances, Options options)
    : tree_(std::move(tree)),
      variances_(std::move(variances)),
      options_(options),
      coverage_factor_(internal::CoverageFactor({SmallestSigma(variances_), tree_.all_nodes()})),
      own_weights_(tree_.Zeros<double>()),
      shares_(tree_.Zeros<double>()),
      final_variances_(tree_.Zeros<double>()) {
  ComputeVariances();
}

// Up: a node's estimate from its subtree alone is the mean of its measurement, variance v, and its
// children's sum, variance c, weighted by 1/v and 1/c. Down: a child of such variance u takes the
// share u/c of what its parent's final estimate differs from the children's sum; then
// Var(final) = u - u^2/c + (u/c)^2 Var(final of the parent).
void TreeConsistency::ComputeVariances() {
  ByLevel<double> up = tree_.Zeros<double>();
  std::fill(up.back().begin(), up.back().end(), variances_.back());
  std::fill(own_weights_.back().begin(), own_weights_.back().end(), 1);
  for (size_t level = tree_.levels() - 1; level-- > 0;) {
    const double own = variances_[level];
    for (size_t node = 0; node < tree_.nodes(level); ++node) {
      double below = 0;
      for (const uint32_t child : tree_.children(level, node)) below += up[level + 1][child];
      for (const uint32_t child : tree_.children(level, node)) {
        shares_[level + 1][child] = below > 0 ? up[level + 1][child] / below : 0;
      }
      const double weight = IsAbsent(own) || below == 0 ? 0 : below / (own + below);
      own_weights_[level][node] = weight;
      up[level][node] = below * (1 - weight);
    }
  }
  final_variances_[0] = up[0];
  for (size_t level = 1; level < tree_.levels(); ++level) {
    for (size_t node = 0; node < tree_.nodes(level); ++node) {
      const double share = shares_[level][node];
      final_variances_[level][node] =
          up[level][node] * (1 - share) +
          share * share * final_variances_[level - 1][tree_.parent(level, node)];
    }
  }
}

double TreeConsistency::StandardError(size_t level, size_t node) const {
  return std::ldexp(std::sqrt(final_variances_[level][node]), -options_.grid_bits);
}

// The two passes on what measurements differ from the sums of the measured leaves: numbers of the
// size of the noise, however large the counts.
ByLevel<double> TreeConsistency::Corrections(const ByLevel<double>& residuals) const {
  ByLevel<double> up = tree_.Zeros<double>();
  ByLevel<double> below = tree_.Zeros<double>();
  for (size_t level = tree_.levels() - 1; level-- > 0;) {
    for (size_t node = 0; node < tree_.nodes(level); ++node) {
      double sum = 0;
      for (const uint32_t child : tree_.children(level, node)) sum += up[level + 1][child];
      below[level][node] = sum;
      const double weight = own_weights_[level][node];
      up[level][node] = weight > 0 ? sum + weight * (residuals[level][node] - sum) : sum;
    }
  }
  for (size_t level = 1; level < tree_.levels(); ++level) {
    for (size_t node = 0; node < tree_.nodes(level); ++node) {
      const uint32_t parent = tree_.parent(level, node);
      up[level][node] += shares_[level][node] * (up[level - 1][parent] - below[level - 1][parent]);
    }
  }
  return up;
}

StatusOr<ConsistentTree> TreeConsistency::Estimate(const ByLevel<int128>& measured) const {
  if (measured.size() != tree_.levels()) {
    return InvalidArgument("a tree of %zu levels needs as many measured levels, got %zu",
                           tree_.levels(), measured.size());
  }
  for (size_t level = 0; level < measured.size(); ++level) {
    const size_t expected = IsAbsent(variances_[level]) ? 0 : tree_.nodes(level);
    if (measured[level].size() != expected) {
      return InvalidArgument("level %zu needs %zu measurements, got %zu", level, expected,
                             measured[level].size());
    }
  }
  const ByLevel<int128> bases = tree_.SumUp(measured.back());
  ByLevel<double> residuals = tree_.Zeros<double>();
  for (size_t level = 0; level + 1 < measured.size(); ++level) {
    for (size_t node = 0; node < measured[level].size(); ++node) {
      residuals[level][node] = static_cast<double>(measured[level][node] - bases[level][node]);
    }
  }
  return WithIntervals(bases, Corrections(residuals));
}

ConsistentTree TreeConsistency::WithIntervals(const ByLevel<int128>& bases,
                                              const ByLevel<double>& corrections) const {
  auto estimates = tree_.Zeros<SplitReal>();
  for (size_t level = 0; level < tree_.levels(); ++level) {
    for (size_t node = 0; node < tree_.nodes(level); ++node) {
      estimates[level][node] =
          InCounts(bases[level][node], corrections[level][node], options_.grid_bits);
    }
  }
  ConsistentTree result{Rounded(estimates), tree_.Zeros<int128>(), tree_.Zeros<int128>(),
                        tree_.Zeros<double>()};
  for (size_t level = 0; level < tree_.levels(); ++level) {
    for (size_t node = 0; node < tree_.nodes(level); ++node) {
      const SplitReal& estimate = estimates[level][node];
      const int128 value = result.values[level][node];
      const Interval interval = IntervalOf(estimate, StandardError(level, node), value);
      result.low[level][node] = interval.low;
      result.high[level][node] = interval.high;
      result.distance[level][node] = Distance(estimate, value);
    }
  }
  return result;
}

// Top down: the children of a rounded node are fitted to it.
ByLevel<int128> TreeConsistency::Rounded(const ByLevel<SplitReal>& estimates) const {
  const bool cuts = options_.non_negative && !options_.keep_negative;
  const auto signs = cuts ? internal::Signs::kNotNegative : internal::Signs::kAny;
  auto values = tree_.Zeros<int128>();
  for (size_t root = 0; root < tree_.nodes(0); ++root) {
    const int128 nearest = internal::Nearest(estimates[0][root]);
    values[0][root] = cuts ? std::max(nearest, int128{0}) : nearest;
  }
  std::vector<SplitReal> targets;
  for (size_t level = 0; level + 1 < tree_.levels(); ++level) {
    for (size_t node = 0; node < tree_.nodes(level); ++node) {
      const std::span<const uint32_t> children = tree_.children(level, node);
      targets.clear();
      for (const uint32_t child : children) targets.push_back(estimates[level + 1][child]);
      const std::vector<int128> fitted = internal::FitToTotal(values[level][node], targets, signs);
      for (size_t i = 0; i < fitted.size(); ++i) values[level + 1][children[i]] = fitted[i];
    }
  }
  return values;
}

// The whole numbers of [estimate - width, estimate + width] that are possible, and the value, or
// the possible one nearest to it, if it is not among them.
TreeConsistency::Interval TreeConsistency::IntervalOf(const SplitReal& estimate, double deviation,
                                                      int128 value) const {
  const double width = coverage_factor_ * deviation * kWidthGuard + kRoundingGuard;
  const SplitReal left = internal::Shifted(estimate.whole, estimate.fraction - width);
  const SplitReal right = internal::Shifted(estimate.whole, estimate.fraction + width);
  int128 low = left.whole + (left.fraction > 0 ? 1 : 0);
  if (options_.non_negative) {
    low = std::max(low, int128{0});
    value = std::max(value, int128{0});
  }
  return {std::min(low, value), std::max(right.whole, value)};
}

}  // namespace weir::dp
