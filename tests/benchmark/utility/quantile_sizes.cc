// SPDX-License-Identifier: Apache-2.0
// How many rows lie in the intervals of six quantiles, and in the smallest sets that there can be:
// lognormal(3, 1) rows in [0, 200] in steps of 0.001, epsilon 1, Gaussian noise at delta 10^-6. The
// baseline of a mean size is what leaves would give that are each tested for themselves by the
// whole tree; docs/explanation/intervals-of-quantiles.md says what is proved of it.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "tests/benchmark/measure/cost.h"
#include "tests/benchmark/measure/quantile_rows.h"
#include "tests/benchmark/utility/topics.h"
#include "tests/statistical/dp/quantile_bound.h"
#include "weir/base/random.h"
#include "weir/dp/quantile_tree.h"

namespace weir::bench {
namespace {

constexpr std::array<int64_t, 6> kTwentieths = {2, 5, 10, 15, 18, 19};
constexpr uint64_t kSeed = 20'260'101;
constexpr int kRuns = 200;
constexpr double kStepsOfEqualEnds = 1.959964;  // of the normal law at 2.5 %

// The smallest variance of an unbiased linear estimate of R(boundary) - q n from all nodes, in
// units of one noise's: the recursion of QuantilePath with siblings combined with all below them
// and the weights of the path solved from its end. Nodes at the tree's edge count as full ones.
class WholeTreeVariance {
 public:
  explicit WholeTreeVariance(const dp::QuantileShape& shape) : shape_(shape) {
    variances_.assign(shape.height() + 1, 1);
    for (uint32_t level = shape.height() - 1; level >= 1; --level) {
      const double below = shape.branching() * variances_[level + 1];
      variances_[level] = below / (1 + below);
    }
  }

  // `leaf` lies just before the boundary.
  double At(uint32_t leaf, double q) const {
    const uint32_t height = shape_.height();
    std::vector<Family> families(height + 1);
    uint32_t node = leaf;
    for (uint32_t level = height; level >= 1; --level, node /= shape_.branching()) {
      const uint32_t first = node / shape_.branching() * shape_.branching();
      const uint32_t count = std::min(shape_.branching(), shape_.NodesAt(level) - first);
      const bool is_leaf = level == height;
      families[level].before = variances_[level] * (node - first + (is_leaf ? 1 : 0));
      families[level].after = variances_[level] * (count - 1 - (node - first));
    }
    families[1].fixed = q;
    for (uint32_t level = 2; level <= height; ++level) {
      Family& family = families[level];
      const double own = level == height ? 1 : 2;
      const double divisor = family.before + family.after + own - families[level - 1].slope;
      family.fixed = (family.before + families[level - 1].fixed) / divisor;
      family.slope = level == height ? 0 : 1 / divisor;
    }
    double variance = 0;
    double below = 0;
    for (uint32_t level = height; level >= 1; --level) {
      const Family& family = families[level];
      const double t = family.fixed + family.slope * below;
      variance += family.before * (1 - t) * (1 - t) + family.after * t * t;
      if (level < height) variance += (below - t) * (below - t);
      below = t;
    }
    return variance;
  }

 private:
  struct Family {
    double before = 0;
    double after = 0;
    double fixed = 0;
    double slope = 0;
  };
  const dp::QuantileShape& shape_;
  std::vector<double> variances_;
};

// Every leaf is kept with the chance that the best unbiased linear test of 2.5 % keeps it.
double SizeLeafByLeaf(const test::QuantileCase& data, double deviation) {
  const WholeTreeVariance variance(data.shape);
  const uint32_t own = test::LeafOfQuantile(data);
  const double q = static_cast<double>(data.twentieths) / 20;
  double total = 0;
  for (const int64_t rows : data.rows) total += static_cast<double>(rows);
  double size = dp::kCoverage * static_cast<double>(data.rows[own]);
  double before = 0;
  for (uint32_t leaf = 0; leaf < data.rows.size(); ++leaf) {
    const auto rows = static_cast<double>(data.rows[leaf]);
    const double distance = leaf < own ? q * total - before - rows : before - q * total;
    before += rows;
    if (leaf == own || rows == 0) continue;
    const double steps =
        distance / (deviation * std::sqrt(variance.At(leaf < own ? leaf : leaf - 1, q)));
    size += rows * std::erfc((steps - kStepsOfEqualEnds) / std::numbers::sqrt2) / 2;
  }
  return size;
}

struct Sizes {
  double sum = 0;
  double squares = 0;
  double covered = 0;
  double runs = 0;

  double mean() const { return sum / runs; }
  double spread() const { return std::sqrt(squares / runs - mean() * mean()); }
};

Sizes MeasureSizes(const dp::QuantileShape& shape, const std::vector<int64_t>& rows,
                   const NoiseEvent& event) {
  dp::QuantileCounts counts(shape);
  std::vector<double> before = {0};
  before.reserve(rows.size() + 1);
  for (uint32_t leaf = 0; leaf < rows.size(); ++leaf) {
    OrFail(counts.Add(leaf, rows[leaf]));
    before.push_back(before.back() + static_cast<double>(rows[leaf]));
  }
  std::vector<double> quantiles;
  for (const int64_t twentieths : kTwentieths) {
    quantiles.push_back(static_cast<double>(twentieths) / 20);
  }
  Sizes sizes;
  for (int run = 0; run < kRuns; ++run) {
    const std::vector<dp::QuantileEstimate> estimates = OrFail(
        dp::NoiseQuantiles(counts, quantiles, event, SystemRandom(), dp::QuantileEffort::kPaths));
    for (size_t i = 0; i < estimates.size(); ++i) {
      const uint32_t own = test::LeafOfQuantile({shape, rows, kTwentieths[i]});
      const uint32_t first = shape.LeafOf(estimates[i].low);
      const uint32_t last = shape.LeafOf(estimates[i].high);
      const double size = before[last + 1] - before[first];
      sizes.sum += size;
      sizes.squares += size * size;
      sizes.covered += first <= own && own <= last ? 1 : 0;
      ++sizes.runs;
    }
  }
  return sizes;
}

std::string NameOf(size_t rows) {
  if (rows >= 1'000'000) return "1M";
  return rows >= 1000 ? std::to_string(rows / 1000) + "k" : std::to_string(rows);
}

void AddCase(size_t rows, NoiseKind kind, Figures& figures) {
  const dp::QuantileShape shape = OrFail(dp::QuantileShape::Create({0, kHighestStep, kind}));
  const NoiseEvent event = QuantileNoise(shape, kind, "1");
  const std::vector<int64_t> leaves = LeavesOf(shape, LognormalSteps(rows, kSeed));
  const Sizes sizes = MeasureSizes(shape, leaves, event);
  const double deviation = OrFail(dp::StandardError(dp::LawOf(event)));
  double leaf_by_leaf = 0;
  test::LeastSize least = {0, 0};
  for (const int64_t twentieths : kTwentieths) {
    const test::QuantileCase data = {shape, leaves, twentieths};
    leaf_by_leaf += SizeLeafByLeaf(data, deviation) / kTwentieths.size();
    const test::LeastSize one = test::LeastSizeOf(data, dp::LawOf(event));
    least.of_any += one.of_any / kTwentieths.size();
    least.of_equal_ends += one.of_equal_ends / kTwentieths.size();
  }
  const std::string name =
      "quantile intervals, " + NameOf(rows) + " rows, " +
      (kind == NoiseKind::kDiscreteLaplace ? "Laplace noise, " : "Gaussian noise, ");
  figures.push_back({name + "mean size, against leaf by leaf", sizes.mean(), "rows", leaf_by_leaf,
                     std::nullopt, Better::kLess, sizes.spread()});
  figures.push_back({name + "covered", 100 * sizes.covered / sizes.runs, "%", std::nullopt,
                     LeastCoveredPercent(sizes.runs), Better::kMore});
  figures.push_back({name + "least size of a set with equal ends", least.of_equal_ends, "rows"});
  figures.push_back({name + "least size of any set", least.of_any, "rows"});
}

}  // namespace

void AddQuantileSizes(Figures& figures) {
  for (const NoiseKind kind : {NoiseKind::kDiscreteLaplace, NoiseKind::kDiscreteGaussian}) {
    for (const size_t rows : {300U, 3'000U, 30'000U, 300'000U, 1'000'000U}) {
      AddCase(rows, kind, figures);
    }
  }
}

}  // namespace weir::bench
