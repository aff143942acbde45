// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/quantile_tree.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/internal/noised_nodes.h"

namespace weir::dp {
namespace {

using weir::test::SeededRandom;
using weir::test::StatusIs;

constexpr NoiseKind kLaplace = NoiseKind::kDiscreteLaplace;
constexpr NoiseEvent kNoNoise = {kLaplace, {1, 1'000'000'000}, 24};
constexpr std::array<QuantileEffort, 2> kEfforts = {QuantileEffort::kPaths,
                                                    QuantileEffort::kWholeTree};

QuantileCounts CountsOf(const QuantileShape& shape, const std::vector<int>& values) {
  QuantileCounts counts(shape);
  for (const int value : values) EXPECT_TRUE(counts.Add(shape.LeafOf(value), 1).ok());
  return counts;
}

// The definition: the smallest value that at least q * n rows do not exceed.
int ExactQuantile(std::vector<int> values, double q) {
  std::sort(values.begin(), values.end());
  const double rank = std::ceil(q * static_cast<double>(values.size()) - 1e-9);
  return values[static_cast<size_t>(std::max(1.0, rank)) - 1];
}

TEST(QuantileTreeTest, WithoutNoiseIsTheDefinition) {
  SeededRandom random(1);
  // None is a multiple of 1/n: at a tie doubles cannot tell.
  const std::vector<double> quantiles = {0.0013, 0.1037, 0.2511, 0.5003, 0.7507, 0.9011, 0.9987};
  for (const uint32_t height : {1U, 2U, 3U, 5U}) {
    const QuantileShape shape = *QuantileShape::Create({-30, 200, kLaplace, 1U << 16, height});
    for (const size_t rows : {1U, 2U, 3U, 10U, 500U}) {
      std::vector<int> values(rows);
      for (int& value : values) value = static_cast<int>(random.Word() % 231) - 30;
      for (const QuantileEffort effort : kEfforts) {
        WEIR_ASSERT_OK_AND_ASSIGN(
            const auto estimates,
            NoiseQuantiles(CountsOf(shape, values), quantiles, kNoNoise, random, effort));
        for (size_t i = 0; i < quantiles.size(); ++i) {
          const int exact = ExactQuantile(values, quantiles[i]);
          EXPECT_TRUE(estimates[i].value == exact) << height << " " << rows << " " << quantiles[i];
          EXPECT_TRUE(estimates[i].low == exact && estimates[i].high == exact);
          EXPECT_EQ(estimates[i].standard_error, 0);
        }
      }
    }
  }
}

TEST(QuantileTreeTest, SpreadsRowsEvenlyInsideALeaf) {
  const QuantileShape shape = *QuantileShape::Create({0, 99, kLaplace, 10});  // 10 steps a leaf
  QuantileCounts counts(shape);
  WEIR_ASSERT_OK(counts.Add(3, 100));
  SeededRandom random(2);
  const std::vector<double> quantiles = {0.005, 0.1, 0.11, 0.5, 0.995};
  WEIR_ASSERT_OK_AND_ASSIGN(const auto estimates, NoiseQuantiles(counts, quantiles, kNoNoise,
                                                                 random, QuantileEffort::kPaths));
  EXPECT_TRUE(estimates[0].value == 30);
  EXPECT_TRUE(estimates[1].value == 30);
  EXPECT_TRUE(estimates[2].value == 31);
  EXPECT_TRUE(estimates[3].value == 34);
  EXPECT_TRUE(estimates[4].value == 39);
  for (const QuantileEstimate& estimate : estimates) {
    EXPECT_TRUE(estimate.low == 30 && estimate.high == 39);
  }
}

TEST(QuantileTreeTest, WithoutRowsTheIntervalIsTheWholeRange) {
  const QuantileShape shape = *QuantileShape::Create({0, 999, kLaplace});
  SeededRandom random(3);
  const std::vector<double> quantiles = {0.5};
  for (const QuantileEffort effort : kEfforts) {
    WEIR_ASSERT_OK_AND_ASSIGN(
        const auto estimates,
        NoiseQuantiles(QuantileCounts(shape), quantiles, {kLaplace, {3, 1}, 3}, random, effort));
    EXPECT_TRUE(estimates[0].low == 0);
    EXPECT_TRUE(estimates[0].high == 999);
  }
}

TEST(QuantileTreeTest, TheSameNodeHasTheSameNoise) {
  const QuantileShape shape = *QuantileShape::Create({0, 9999, kLaplace});
  SeededRandom random(4);
  QuantileCounts counts(shape);
  for (uint32_t leaf = 0; leaf < shape.leaves(); ++leaf) WEIR_ASSERT_OK(counts.Add(leaf, 2));
  const std::vector<double> quantiles = {0.3, 0.7, 0.3};
  for (const QuantileEffort effort : kEfforts) {
    WEIR_ASSERT_OK_AND_ASSIGN(
        const auto estimates,
        NoiseQuantiles(counts, quantiles, {kLaplace, {30, 1}, 3}, random, effort));
    EXPECT_TRUE(estimates[0].value == estimates[2].value);
    EXPECT_TRUE(estimates[0].low == estimates[2].low);
    EXPECT_TRUE(estimates[0].high == estimates[2].high);
  }
}

TEST(QuantileTreeTest, RefusesWhatHasNoMeaning) {
  const QuantileShape shape = *QuantileShape::Create({0, 999, kLaplace, 1U << 16, 3});
  const QuantileCounts counts(shape);
  SeededRandom random(5);
  const NoiseEvent noise = {kLaplace, {3, 1}, 3};
  for (const double q :
       {0.0, 1.0, -0.1, 1.1, std::nan(""), std::numeric_limits<double>::infinity()}) {
    const std::vector<double> quantiles = {0.5, q};
    EXPECT_THAT(NoiseQuantiles(counts, quantiles, noise, random, QuantileEffort::kPaths),
                StatusIs(StatusCode::kInvalidArgument));
  }
  const std::vector<double> median = {0.5};
  const NoiseEvent a_level_short = {kLaplace, {3, 1}, 2};
  EXPECT_THAT(NoiseQuantiles(counts, median, a_level_short, random, QuantileEffort::kPaths),
              StatusIs(StatusCode::kInvalidArgument, ::testing::HasSubstr("height")));
  const NoiseEvent no_scale = {kLaplace, {0, 1}, 3};
  EXPECT_THAT(NoiseQuantiles(counts, median, no_scale, random, QuantileEffort::kPaths),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST(QuantileTreeTest, TreesTogetherHaveTheAnswersOfEach) {
  const QuantileShape shape = *QuantileShape::Create({0, 9999, kLaplace});
  const NoiseEvent noise = {kLaplace, {5, 1}, 3};
  const std::vector<double> quantiles = {0.25, 0.5, 0.9};
  std::vector<QuantileCounts> trees;
  for (const int step : {1, 3, 40, 500}) {
    std::vector<int> values;
    for (int value = 0; value < 9999; value += step) values.push_back(value);
    trees.push_back(CountsOf(shape, values));
  }
  for (const QuantileEffort effort : kEfforts) {
    SeededRandom random(7);
    WEIR_ASSERT_OK_AND_ASSIGN(const auto together,
                              NoiseQuantilesOfTrees(trees, quantiles, noise, random, effort));
    SeededRandom again(7);
    ASSERT_EQ(together.size(), trees.size());
    for (size_t tree = 0; tree < trees.size(); ++tree) {
      WEIR_ASSERT_OK_AND_ASSIGN(const auto alone,
                                NoiseQuantiles(trees[tree], quantiles, noise, again, effort));
      for (size_t i = 0; i < quantiles.size(); ++i) {
        EXPECT_TRUE(together[tree][i].value == alone[i].value) << tree;
        EXPECT_TRUE(together[tree][i].low == alone[i].low) << tree;
        EXPECT_TRUE(together[tree][i].high == alone[i].high) << tree;
      }
    }
  }
}

TEST(QuantileTreeTest, TreesTogetherHaveOneShape) {
  const std::vector<QuantileCounts> trees = {
      QuantileCounts(*QuantileShape::Create({0, 999, kLaplace, 1U << 16, 3})),
      QuantileCounts(*QuantileShape::Create({0, 998, kLaplace, 1U << 16, 3}))};
  SeededRandom random(8);
  const NoiseEvent noise = {kLaplace, {3, 1}, 3};
  const std::vector<double> median = {0.5};
  EXPECT_THAT(NoiseQuantilesOfTrees(trees, median, noise, random, QuantileEffort::kPaths),
              StatusIs(StatusCode::kInvalidArgument, ::testing::HasSubstr("shapes")));
  WEIR_ASSERT_OK_AND_ASSIGN(
      const auto none, NoiseQuantilesOfTrees({}, median, noise, random, QuantileEffort::kPaths));
  EXPECT_TRUE(none.empty());
}

TEST(QuantileTreeTest, ManyCellsGetPathsOnly) {
  const QuantileShape shape = *QuantileShape::Create({0, 200'000, kLaplace});
  EXPECT_EQ(ChooseEffort(shape, 1), QuantileEffort::kWholeTree);
  EXPECT_EQ(ChooseEffort(shape, 1000), QuantileEffort::kPaths);
}

// --- least squares ---

// Solves the normal equations by elimination: sum over nodes of (own count - sum of its leaves)^2.
std::vector<double> LeastSquares(const QuantileShape& shape, internal::NoisedNodes& nodes) {
  const size_t size = shape.leaves();
  std::vector<std::vector<double>> rows(size, std::vector<double>(size + 1));
  for (uint32_t level = 0; level < shape.height(); ++level) {
    for (uint32_t parent = 0; parent < shape.NodesAt(level); ++parent) {
      const std::span<const double> children = nodes.Own({level, parent});
      for (size_t i = 0; i < children.size(); ++i) {
        const uint64_t below = shape.LeavesBelow(level + 1);
        const uint64_t first = (uint64_t{parent} * shape.branching() + i) * below;
        const uint64_t end = std::min<uint64_t>(first + below, size);
        for (uint64_t a = first; a < end; ++a) {
          for (uint64_t b = first; b < end; ++b) rows[a][b] += 1;
          rows[a][size] += children[i];
        }
      }
    }
  }
  for (size_t pivot = 0; pivot < size; ++pivot) {
    for (size_t row = 0; row < size; ++row) {
      if (row == pivot) continue;
      const double factor = rows[row][pivot] / rows[pivot][pivot];
      for (size_t column = 0; column <= size; ++column) {
        rows[row][column] -= factor * rows[pivot][column];
      }
    }
  }
  std::vector<double> leaves(size);
  for (size_t i = 0; i < size; ++i) leaves[i] = rows[i][size] / rows[i][i];
  return leaves;
}

// The combined count of a child of the root is the least-squares estimate from its own subtree, so
// that their sum is the least-squares total; also with missing leaves at the right edge.
TEST(NoisedNodesTest, TheTotalIsTheLeastSquaresTotal) {
  SeededRandom random(6);
  for (const int highest : {26, 22, 18, 9}) {
    const QuantileShape shape = *QuantileShape::Create({0, highest, kLaplace, 1U << 16, 3});
    QuantileCounts counts(shape);
    WEIR_ASSERT_OK(counts.Add(5, 100));
    WEIR_ASSERT_OK_AND_ASSIGN(const NoiseSampler sampler,
                              NoiseSampler::Create({kLaplace, {20, 1}, 3}));
    internal::NoisedNodes nodes(counts, sampler, random);
    nodes.MaterialiseAll();
    double total = 0;
    for (const double leaf : LeastSquares(shape, nodes)) total += leaf;
    double combined = 0;
    for (const double child : nodes.Combined({0, 0})) combined += child;
    EXPECT_NEAR(combined, total, 1e-9) << highest;
  }
}

}  // namespace
}  // namespace weir::dp
