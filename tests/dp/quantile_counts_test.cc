// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/quantile_counts.h"

#include <algorithm>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace weir::dp {
namespace {

using weir::test::SeededRandom;
using weir::test::StatusIs;

constexpr NoiseKind kLaplace = NoiseKind::kDiscreteLaplace;
constexpr NoiseKind kGaussian = NoiseKind::kDiscreteGaussian;

QuantileShape Shape(int128 lowest, int128 highest, uint32_t most_leaves = 1U << 16,
                    std::optional<uint32_t> height = std::nullopt, NoiseKind kind = kLaplace) {
  return *QuantileShape::Create({lowest, highest, kind, most_leaves, height});
}

// --- shape ---

TEST(QuantileShapeTest, ChoosesHeightByDomainAndNoise) {
  const QuantileShape laplace = Shape(0, 200'000);
  EXPECT_TRUE(laplace.leaf_steps() == 4);
  EXPECT_EQ(laplace.leaves(), 50'001U);
  EXPECT_EQ(laplace.height(), 4U);
  EXPECT_LE(laplace.branching(), 17U);
  const QuantileShape gaussian = Shape(0, 200'000, 1U << 16, std::nullopt, kGaussian);
  EXPECT_EQ(gaussian.height(), 6U);
  EXPECT_EQ(gaussian.branching(), 7U);
  EXPECT_EQ(Shape(0, 120).height(), 2U);
  EXPECT_EQ(Shape(0, 5).height(), 1U);
}

TEST(QuantileShapeTest, WeighsTheNoiseOfARank) {
  EXPECT_EQ(Shape(0, 9, 1U << 16, 1).RankWeight(), 2.5);  // 10 nodes at the median: 10 * 1/4
  EXPECT_NEAR(Shape(0, 15, 1U << 16, 4).RankWeight(), 3 * 1.5 / 6 + 0.5, 1e-12);  // 2^4
}

TEST(QuantileShapeTest, LeavesPartitionTheRange) {
  const QuantileShape shape = Shape(-17, 83, 30);  // 101 values, 4 a leaf
  EXPECT_EQ(shape.leaves(), 26U);
  EXPECT_TRUE(shape.FirstOf(0) == -17);
  EXPECT_TRUE(shape.LastOf(25) == 83);
  for (int value = -17; value <= 83; ++value) {
    const uint32_t leaf = shape.LeafOf(value);
    EXPECT_TRUE(shape.FirstOf(leaf) <= value && value <= shape.LastOf(leaf));
  }
  EXPECT_EQ(shape.LeafOf(-1000), 0U);
  EXPECT_EQ(shape.LeafOf(1000), 25U);
}

TEST(QuantileShapeTest, TakesTheWidestRange) {
  const int128 highest = (int128{1} << 125) - 1;
  const QuantileShape shape = Shape(-(int128{1} << 125), highest);
  EXPECT_EQ(shape.LeafOf(highest), 65'535U);
  EXPECT_TRUE(shape.LastOf(65'535) == highest);
}

TEST(QuantileShapeTest, CountsNodesToTheEdge) {
  const QuantileShape shape = Shape(0, 10, 1U << 16, 3);  // 11 leaves, 3^3
  EXPECT_EQ(shape.branching(), 3U);
  EXPECT_EQ(shape.NodesAt(0), 1U);
  EXPECT_EQ(shape.NodesAt(1), 2U);
  EXPECT_EQ(shape.NodesAt(2), 4U);
  EXPECT_EQ(shape.NodesAt(3), 11U);
}

struct RefusedCase {
  const char* name;
  QuantileShapeOptions options;
};
class RefusedShapeTest : public ::testing::TestWithParam<RefusedCase> {};
TEST_P(RefusedShapeTest, IsInvalid) {
  EXPECT_THAT(QuantileShape::Create(GetParam().options), StatusIs(StatusCode::kInvalidArgument));
}
INSTANTIATE_TEST_SUITE_P(
    Boundaries, RefusedShapeTest,
    ::testing::Values(RefusedCase{"empty", {1, 0, kLaplace}},
                      RefusedCase{"too_wide", {0, int128{1} << 126, kLaplace}},
                      RefusedCase{"one_leaf", {0, 9, kLaplace, 1}},
                      RefusedCase{"too_many_leaves", {0, 9, kLaplace, (1U << 24) + 1}},
                      RefusedCase{"no_level", {0, 9, kLaplace, 16, 0}},
                      RefusedCase{"too_many_levels", {0, 9, kLaplace, 16, 25}},
                      RefusedCase{"unknown_noise", {0, 9, static_cast<NoiseKind>(9)}}),
    [](const auto& test_case) { return test_case.param.name; });

// --- sensitivity ---

struct Norms {
  uint64_t l1 = 0;
  uint64_t squared_l2 = 0;
};

// The node vector of one tree that holds only these rows.
Norms NormsOf(const QuantileShape& shape, const std::vector<uint32_t>& rows) {
  Norms norms;
  for (uint32_t level = 1; level <= shape.height(); ++level) {
    std::map<uint64_t, uint64_t> nodes;
    for (const uint32_t leaf : rows) ++nodes[leaf / shape.LeavesBelow(level)];
    for (const auto& [node, count] : nodes) {
      norms.l1 += count;
      norms.squared_l2 += count * count;
    }
  }
  return norms;
}

// The largest norms over all multisets of at most `linf` rows. Trees are changed independently, so
// l0 of them have l0 times the norms.
Norms Worst(const QuantileShape& shape, uint32_t linf) {
  Norms worst;
  std::vector<uint32_t> rows;
  const auto extend = [&](const auto& self, uint32_t first) -> void {
    const Norms norms = NormsOf(shape, rows);
    worst.l1 = std::max(worst.l1, norms.l1);
    worst.squared_l2 = std::max(worst.squared_l2, norms.squared_l2);
    if (rows.size() == linf) return;
    for (uint32_t leaf = first; leaf < shape.leaves(); ++leaf) {
      rows.push_back(leaf);
      self(self, leaf);
      rows.pop_back();
    }
  };
  extend(extend, 0);
  return worst;
}

TEST(QuantileSensitivityTest, IsTheWorstOfAllContributions) {
  for (const uint32_t height : {1U, 2U, 3U}) {
    const QuantileShape shape = Shape(0, 9, 1U << 16, height);
    for (const uint32_t linf : {1U, 2U, 4U}) {
      for (const uint32_t l0 : {1U, 3U}) {
        WEIR_ASSERT_OK_AND_ASSIGN(
            const auto claimed,
            shape.Sensitivity(*L0Sensitivity::Create(l0), *LInfSensitivity::Create(linf)));
        const Norms worst = Worst(shape, linf);
        EXPECT_TRUE(claimed.l1 == l0 * worst.l1);
        EXPECT_TRUE(claimed.squared_l2 == l0 * worst.squared_l2);
        // The twin: one level forgotten is less than the worst.
        EXPECT_TRUE(claimed.l1 - l0 * linf < l0 * worst.l1);
        EXPECT_TRUE(claimed.squared_l2 - l0 * linf * linf < l0 * worst.squared_l2);
      }
    }
  }
}

TEST(QuantileSensitivityTest, RefusesWhatDoesNotFit) {
  const QuantileShape shape = Shape(0, 9, 1U << 16, 3);
  EXPECT_THAT(shape.Sensitivity(*L0Sensitivity::Create((int64_t{1} << 31) - 1),
                                *LInfSensitivity::Create(int64_t{1} << 62)),
              StatusIs(StatusCode::kInvalidArgument));
}

// --- counts ---

TEST(QuantileCountsTest, PrefixesCountRowsBelow) {
  for (const uint32_t leaves : {12U, 4000U}) {  // flat, sparse
    QuantileCounts counts(Shape(0, leaves - 1));
    WEIR_ASSERT_OK(counts.Add(7, 3));
    WEIR_ASSERT_OK(counts.Add(2, 5));
    WEIR_ASSERT_OK(counts.Add(7, 1));
    WEIR_ASSERT_OK(counts.Add(11, 2));
    WEIR_ASSERT_OK(counts.Add(4, 1));
    WEIR_ASSERT_OK(counts.Add(3, 0));
    const QuantileCounts::Prefixes prefixes = counts.MakePrefixes();
    EXPECT_EQ(counts.total(), 12);
    EXPECT_EQ(prefixes.Before(0), 0);
    EXPECT_EQ(prefixes.Before(2), 0);
    EXPECT_EQ(prefixes.Before(3), 5);
    EXPECT_EQ(prefixes.Before(8), 10);
    EXPECT_EQ(prefixes.Before(leaves), 12);
    EXPECT_EQ(prefixes.Before(uint64_t{1} << 40), 12);
  }
}

TEST(QuantileCountsTest, RefusesWhatIsNoRow) {
  QuantileCounts counts(Shape(0, 9));
  EXPECT_THAT(counts.Add(10, 1), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(counts.Add(0, -1), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(counts.Add(0, int64_t{1} << 62), StatusIs(StatusCode::kOutOfRange));
  EXPECT_EQ(counts.total(), 0);
}

QuantileCounts RandomCounts(const QuantileShape& shape, int adds, SeededRandom& random) {
  QuantileCounts counts(shape);
  for (int i = 0; i < adds; ++i) {
    const auto leaf = static_cast<uint32_t>(random.Word() % shape.leaves());
    EXPECT_TRUE(counts.Add(leaf, static_cast<int64_t>(random.Word() % 100)).ok());
  }
  return counts;
}

TEST(QuantileCountsTest, MergesSparseAndFlatStatesInAnyOrder) {
  const QuantileShape shape = Shape(0, 999);
  SeededRandom random(5);
  for (const int first : {0, 10, 240, 2000}) {
    for (const int second : {0, 20, 200, 3000}) {
      const QuantileCounts a = RandomCounts(shape, first, random);
      const QuantileCounts b = RandomCounts(shape, second, random);
      QuantileCounts ab = a;
      QuantileCounts ba = b;
      WEIR_ASSERT_OK(ab.Merge(b));
      WEIR_ASSERT_OK(ba.Merge(a));
      EXPECT_TRUE(ab == ba);
      EXPECT_EQ(ab.total(), a.total() + b.total());
      const auto prefixes = ab.MakePrefixes();
      const auto of_a = a.MakePrefixes();
      const auto of_b = b.MakePrefixes();
      for (uint64_t leaf = 0; leaf <= 1000; ++leaf) {
        ASSERT_EQ(prefixes.Before(leaf), of_a.Before(leaf) + of_b.Before(leaf));
      }
    }
  }
}

TEST(QuantileCountsTest, RefusesOtherShapesAndTooManyRows) {
  QuantileCounts counts(Shape(0, 9));
  EXPECT_THAT(counts.Merge(QuantileCounts(Shape(0, 10))), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(counts.Merge(QuantileCounts(Shape(0, 9, 5))), StatusIs(StatusCode::kInvalidArgument));
  WEIR_ASSERT_OK(counts.Add(3, int64_t{1} << 61));
  const QuantileCounts same = counts;
  EXPECT_THAT(counts.Merge(same), StatusIs(StatusCode::kOutOfRange));
  EXPECT_TRUE(counts == same);
}

}  // namespace
}  // namespace weir::dp
