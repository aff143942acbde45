// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/tree_consistency.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/dp/dense_least_squares.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/internal/integer_fit.h"

namespace weir::dp {
namespace {

using internal::FitToTotal;
using internal::Signs;
using internal::SplitReal;
using test::Matrix;
using test::SeededRandom;
using test::StatusIs;
using ::testing::HasSubstr;

constexpr double kAbsent = LevelNoise::kAbsent;

// --- fitting integers ---

TEST(FitToTotalTest, KeepsWholeNumbersThatAddUp) {
  const std::vector<SplitReal> targets = {{3, 0}, {-5, 0}, {9, 0}};
  EXPECT_TRUE((FitToTotal(7, targets, Signs::kAny) == std::vector<int128>{3, -5, 9}));
}

TEST(FitToTotalTest, RaisesTheLargestFractions) {
  const std::vector<SplitReal> targets = {{0, 0.2}, {0, 0.7}, {0, 0.6}, {0, 0.5}};
  EXPECT_TRUE((FitToTotal(2, targets, Signs::kAny) == std::vector<int128>{0, 1, 1, 0}));
}

TEST(FitToTotalTest, SpreadsWhatIsMissing) {
  const std::vector<SplitReal> targets = {{10, 0}, {20, 0}};
  EXPECT_TRUE((FitToTotal(36, targets, Signs::kAny) == std::vector<int128>{13, 23}));
}

// Projection of (-4, 1, 7) + 2 onto the simplex of sum 10: (0, 2, 8).
TEST(FitToTotalTest, ProjectsOntoTheSimplex) {
  const std::vector<SplitReal> targets = {{-4, 0}, {1, 0}, {7, 0}};
  EXPECT_TRUE((FitToTotal(10, targets, Signs::kNotNegative) == std::vector<int128>{0, 2, 8}));
  EXPECT_TRUE((FitToTotal(0, targets, Signs::kNotNegative) == std::vector<int128>{0, 0, 0}));
}

TEST(FitToTotalTest, StaysExactBeyondDoubles) {
  const int128 huge = int128{1} << 90;
  const std::vector<SplitReal> targets = {{huge + 1, 0.25}, {-3, 0.25}, {5, 0.75}};
  const std::vector<int128> any = FitToTotal(huge + 4, targets, Signs::kAny);
  EXPECT_TRUE((any == std::vector<int128>{huge + 1, -3, 6}));
  const std::vector<int128> positive = FitToTotal(huge + 4, targets, Signs::kNotNegative);
  EXPECT_TRUE(positive[0] + positive[1] + positive[2] == huge + 4);
  EXPECT_TRUE(positive[1] == 0);
}

// The projection's conditions: what stays positive was lowered by one amount, the rest lay below
// it.
TEST(FitToTotalTest, RandomCasesAddUpAndStayNear) {
  SeededRandom random(3);
  for (int run = 0; run < 500; ++run) {
    std::vector<SplitReal> targets(1 + random.Word() % 9);
    double sum = 0;
    for (SplitReal& target : targets) {
      target = {static_cast<int128>(random.Word() % 41) - 20,
                static_cast<double>(random.Word() % 1000) / 1000};
      sum += static_cast<double>(target.whole) + target.fraction;
    }
    const auto count = static_cast<double>(targets.size());
    const auto total = static_cast<int128>(random.Word() % 60);
    const std::vector<int128> any = FitToTotal(total, targets, Signs::kAny);
    const std::vector<int128> positive = FitToTotal(total, targets, Signs::kNotNegative);
    int128 any_sum = 0;
    int128 positive_sum = 0;
    double lowered_least = 1e9;
    double lowered_most = -1e9;
    for (size_t i = 0; i < targets.size(); ++i) {
      any_sum += any[i];
      positive_sum += positive[i];
      ASSERT_TRUE(positive[i] >= 0);
      const double target = static_cast<double>(targets[i].whole) + targets[i].fraction;
      const double slack = std::abs(static_cast<double>(total) - sum) / count + 1;
      ASSERT_LE(std::abs(static_cast<double>(any[i]) - target), slack);
      const double lowered = target - static_cast<double>(positive[i]);
      lowered_most = std::max(lowered_most, lowered);
      if (positive[i] > 0) lowered_least = std::min(lowered_least, lowered);
    }
    ASSERT_LE(lowered_most, lowered_least + 2);
    ASSERT_TRUE(any_sum == total);
    ASSERT_TRUE(positive_sum == total);
  }
}

// --- against dense least squares ---

LevelTree RandomTree(size_t levels, SeededRandom& random) {
  std::vector<std::vector<uint32_t>> parents;
  const size_t roots = 1 + random.Word() % 2;
  size_t above = roots;
  for (size_t level = 1; level < levels; ++level) {
    std::vector<uint32_t> nodes;
    for (uint32_t parent = 0; parent < above; ++parent) {
      nodes.insert(nodes.end(), 1 + random.Word() % 3, parent);
    }
    std::swap(nodes.front(), nodes.back());
    above = nodes.size();
    parents.push_back(std::move(nodes));
  }
  return *LevelTree::Create(roots, std::move(parents));
}

// Row of each node: ones at the leaves below it.
std::vector<Matrix> RowsOf(const LevelTree& tree) {
  std::vector<Matrix> rows(tree.levels());
  for (size_t level = 0; level < tree.levels(); ++level) {
    rows[level].assign(tree.nodes(level), std::vector<double>(tree.leaves()));
  }
  for (size_t leaf = 0; leaf < tree.leaves(); ++leaf) {
    size_t node = leaf;
    for (size_t level = tree.levels(); level-- > 0;) {
      rows[level][node][leaf] = 1;
      if (level > 0) node = tree.parent(level, node);
    }
  }
  return rows;
}

struct Dense {
  std::vector<Matrix> rows;
  Matrix covariance;             // of the leaves
  std::vector<double> estimate;  // of the leaves
};

Dense SolveDense(const LevelTree& tree, const std::vector<LevelNoise>& noises,
                 const ByLevel<int128>& measured) {
  Dense dense{RowsOf(tree), {}, {}};
  Matrix all;
  std::vector<double> precisions;
  std::vector<double> weighted(tree.leaves());
  for (size_t level = 0; level < tree.levels(); ++level) {
    for (size_t node = 0; node < measured[level].size(); ++node) {
      all.push_back(dense.rows[level][node]);
      precisions.push_back(1 / noises[level].variance);
      const double value = static_cast<double>(measured[level][node]) * precisions.back();
      for (size_t leaf = 0; leaf < tree.leaves(); ++leaf)
        weighted[leaf] += all.back()[leaf] * value;
    }
  }
  dense.covariance = test::Covariance(all, precisions);
  dense.estimate = test::Product(dense.covariance, weighted);
  return dense;
}

ByLevel<int128> RandomMeasurements(const LevelTree& tree, const std::vector<LevelNoise>& noises,
                                   SeededRandom& random) {
  auto measured = tree.Zeros<int128>();
  for (size_t level = 0; level < tree.levels(); ++level) {
    if (noises[level].variance == kAbsent) measured[level].clear();
    for (int128& value : measured[level]) value = static_cast<int128>(random.Word() % 1000);
  }
  return measured;
}

class DenseTest : public ::testing::TestWithParam<std::vector<double>> {};

TEST_P(DenseTest, TwoPassesAgree) {
  SeededRandom random(4);
  std::vector<LevelNoise> noises;
  for (const double variance : GetParam()) noises.push_back({variance});
  for (int run = 0; run < 20; ++run) {
    const LevelTree tree = RandomTree(noises.size(), random);
    const ByLevel<int128> measured = RandomMeasurements(tree, noises, random);
    const Dense dense = SolveDense(tree, noises, measured);
    WEIR_ASSERT_OK_AND_ASSIGN(const TreeConsistency consistency,
                              TreeConsistency::Create(tree, noises, {0, false}));
    WEIR_ASSERT_OK_AND_ASSIGN(const ConsistentTree result, consistency.Estimate(measured));
    for (size_t level = 0; level < tree.levels(); ++level) {
      for (size_t node = 0; node < tree.nodes(level); ++node) {
        const std::vector<double>& row = dense.rows[level][node];
        const double variance = test::Product(row, test::Product(dense.covariance, row));
        ASSERT_NEAR(consistency.StandardError(level, node) / std::sqrt(variance), 1, 1e-10);
        const double expected = test::Product(row, dense.estimate);
        const auto value = static_cast<double>(result.values[level][node]);
        ASSERT_NEAR(std::abs(expected - value), result.distance[level][node], 1e-6);
        ASSERT_LE(result.distance[level][node], 2);
      }
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Variances, DenseTest,
                         ::testing::Values(std::vector<double>{3}, std::vector<double>{2, 5},
                                           std::vector<double>{1, 1, 1},
                                           std::vector<double>{kAbsent, 9, 4, 0.25},
                                           std::vector<double>{0.5, kAbsent, kAbsent, 7},
                                           std::vector<double>{100, 1e-3, 10, 1, 30}));

// --- what a release promises ---

void ExpectConsistent(const LevelTree& tree, const ConsistentTree& result) {
  EXPECT_TRUE(tree.SumUp(result.values.back()) == result.values);
  for (size_t level = 0; level < tree.levels(); ++level) {
    for (size_t node = 0; node < tree.nodes(level); ++node) {
      EXPECT_TRUE(result.low[level][node] <= result.values[level][node]);
      EXPECT_TRUE(result.values[level][node] <= result.high[level][node]);
    }
  }
}

// Unbalanced: 3 cities of 4, 2 and 1 districts.
LevelTree Cities() {
  return *LevelTree::Create(
      1, {{0, 0, 0}, {0, 0, 0, 0, 1, 1, 2}, {0, 0, 1, 1, 1, 2, 3, 3, 4, 5, 5, 5, 5, 6, 6}});
}

std::vector<int128> LeafCounts(const LevelTree& tree, int128 scale) {
  std::vector<int128> counts(tree.leaves());
  for (size_t leaf = 0; leaf < counts.size(); ++leaf) {
    counts[leaf] = scale * static_cast<int128>(leaf % 3);
  }
  return counts;
}

ByLevel<int128> Measured(const ByLevel<int128>& sums, uint128 variance, int grid_bits,
                         SeededRandom& random) {
  ByLevel<int128> measured;
  for (const std::vector<int128>& level : sums) {
    measured.push_back(*MeasureLevel(level, {variance, 1}, grid_bits, random));
  }
  return measured;
}

TEST(TreeConsistencyTest, ChildrenAddUpAndNoneIsNegativeIfAsked) {
  const LevelTree tree = Cities();
  const ByLevel<int128> sums = tree.SumUp(LeafCounts(tree, 2));
  const std::vector<LevelNoise> noises(4, LevelNoise{0x1p24});
  WEIR_ASSERT_OK_AND_ASSIGN(const TreeConsistency any,
                            TreeConsistency::Create(tree, noises, {10, false}));
  WEIR_ASSERT_OK_AND_ASSIGN(const TreeConsistency positive,
                            TreeConsistency::Create(tree, noises, {10, true}));
  SeededRandom random(5);
  bool saw_negative = false;
  for (int run = 0; run < 50; ++run) {
    const ByLevel<int128> measured = Measured(sums, uint128{1} << 24, 10, random);
    const ConsistentTree plain = *any.Estimate(measured);
    const ConsistentTree cut = *positive.Estimate(measured);
    ExpectConsistent(tree, plain);
    ExpectConsistent(tree, cut);
    for (const std::vector<int128>& level : cut.values) {
      EXPECT_TRUE(*std::min_element(level.begin(), level.end()) >= 0);
    }
    const std::vector<int128>& leaves = plain.values.back();
    saw_negative |= *std::min_element(leaves.begin(), leaves.end()) < 0;
  }
  EXPECT_TRUE(saw_negative) << "the twin: without the option some are negative";
}

TEST(TreeConsistencyTest, ExactLevelIsKept) {
  const LevelTree tree = Cities();
  const ByLevel<int128> sums = tree.SumUp(LeafCounts(tree, 100));
  const std::vector<LevelNoise> noises = {{kAbsent}, {0}, {4096}, {4096}};
  WEIR_ASSERT_OK_AND_ASSIGN(const TreeConsistency consistency,
                            TreeConsistency::Create(tree, noises, {0, true}));
  SeededRandom random(6);
  ByLevel<int128> measured = Measured(sums, 4096, 0, random);
  measured[0].clear();
  measured[1] = sums[1];
  WEIR_ASSERT_OK_AND_ASSIGN(const ConsistentTree result, consistency.Estimate(measured));
  EXPECT_TRUE(result.values[0] == sums[0]);
  EXPECT_TRUE(result.values[1] == sums[1]);
  EXPECT_TRUE(result.low[1] == sums[1]);
  EXPECT_TRUE(result.high[1] == sums[1]);
  EXPECT_EQ(consistency.StandardError(0, 0), 0);
  ExpectConsistent(tree, result);
}

TEST(TreeConsistencyTest, ExactLeavesNeedNothing) {
  const LevelTree tree = Cities();
  const ByLevel<int128> sums = tree.SumUp(LeafCounts(tree, int128{1} << 90));
  const std::vector<LevelNoise> noises = {{kAbsent}, {9}, {kAbsent}, {0}};
  WEIR_ASSERT_OK_AND_ASSIGN(const TreeConsistency consistency,
                            TreeConsistency::Create(tree, noises, {0, false}));
  WEIR_ASSERT_OK_AND_ASSIGN(const ConsistentTree result,
                            consistency.Estimate({{}, sums[1], {}, sums[3]}));
  EXPECT_TRUE(result.values == sums);
}

TEST(TreeConsistencyTest, LargeCountsLoseNothing) {
  const LevelTree tree = Cities();
  const int128 huge = int128{1} << 80;
  const std::vector<LevelNoise> noises(4, LevelNoise{0x1p20});
  WEIR_ASSERT_OK_AND_ASSIGN(const TreeConsistency consistency,
                            TreeConsistency::Create(tree, noises, {4, false}));
  const ByLevel<int128> small_sums = tree.SumUp(LeafCounts(tree, 1));
  const ByLevel<int128> huge_sums = tree.SumUp(LeafCounts(tree, huge));
  SeededRandom random(7);
  const ConsistentTree small =
      *consistency.Estimate(Measured(small_sums, uint128{1} << 20, 4, random));
  SeededRandom same(7);
  const ConsistentTree large =
      *consistency.Estimate(Measured(huge_sums, uint128{1} << 20, 4, same));
  for (size_t leaf = 0; leaf < tree.leaves(); ++leaf) {
    EXPECT_TRUE(small.values[3][leaf] - small_sums[3][leaf] ==
                large.values[3][leaf] - huge_sums[3][leaf]);
  }
}

TEST(TreeConsistencyTest, RefusesWhatDoesNotFit) {
  const LevelTree tree = Cities();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto create = [&](const std::vector<LevelNoise>& noises, int grid_bits) {
    return TreeConsistency::Create(tree, noises, {grid_bits, false});
  };
  const auto refused = StatusIs(StatusCode::kInvalidArgument);
  EXPECT_THAT(create({{1}, {1}, {1}}, 0), refused);
  EXPECT_THAT(create({{1}, {1}, {1}, {kAbsent}}, 0),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("leaves")));
  EXPECT_THAT(create({{1}, {-1}, {1}, {1}}, 0), refused);
  EXPECT_THAT(create({{1}, {nan}, {1}, {1}}, 0), refused);
  EXPECT_THAT(create({{1}, {1}, {1}, {1}}, 33), refused);
  EXPECT_THAT(create({{1}, {1}, {1}, {1}}, -1), refused);
  const TreeConsistency consistency = *create({{1}, {kAbsent}, {1}, {1}}, 0);
  EXPECT_THAT(consistency.Estimate({}), refused);
  EXPECT_THAT(consistency.Estimate(tree.Zeros<int128>()), refused);
  SeededRandom random(8);
  EXPECT_THAT(MeasureLevel({}, {2, 2}, 0, random), refused);
  EXPECT_THAT(MeasureLevel({}, {2, 1}, 40, random), refused);
}

}  // namespace
}  // namespace weir::dp
