// SPDX-License-Identifier: Apache-2.0
// The least size of a set that covers: its two parts against laws known otherwise, and the
// intervals of the release against it.
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "tests/statistical/dp/goodness_of_fit.h"
#include "tests/statistical/dp/quantile_bound.h"
#include "tests/support/seeded_random.h"
#include "weir/dp/quantile_tree.h"

namespace weir::test {
namespace {

constexpr dp::NoiseLaw kGaussian = {NoiseKind::kDiscreteGaussian, {100, 1}};
constexpr dp::NoiseLaw kLaplace = {NoiseKind::kDiscreteLaplace, {4, 1}};

double NormalTail(double x) { return std::erfc(x / std::numbers::sqrt2) / 2; }

TEST(KeptChanceTest, OfGaussianNoiseIsTheNormalLawsOfTheDistance) {
  constexpr double kStepsAt5Percent = 1.6448536;
  for (const NodeShifts& shifts : {NodeShifts{{15, 1}}, NodeShifts{{-3, 4}, {5, 3}, {0, 7}}}) {
    double squares = 0;
    for (const auto& [shift, nodes] : shifts) squares += static_cast<double>(shift * shift) * nodes;
    const double power = NormalTail(kStepsAt5Percent - std::sqrt(squares) / 10);
    EXPECT_NEAR(KeptChance(shifts, kGaussian, 0.05), 1 - power, 1e-4);
  }
}

// The most powerful test of one node's shift d, by the ratio of two Laplace laws: with p = e^(-1/4)
// and a size below the chance of a noise beyond d, the power is the size times e^(d/4).
TEST(KeptChanceTest, OfOneLaplaceNodeIsTheRatio) {
  EXPECT_NEAR(KeptChance({{3, 1}}, kLaplace, 0.05), 1 - 0.05 * std::exp(0.75), 1e-9);
  EXPECT_NEAR(KeptChance({{-3, 1}}, kLaplace, 0.05), 1 - 0.05 * std::exp(0.75), 1e-9);
}

TEST(KeptChanceTest, OfNoShiftIsThatOfATestThatDoesNotLook) {
  EXPECT_EQ(KeptChance({{0, 3}}, kLaplace, 0.05), 0.95);
}

TEST(KeptChanceTest, FallsWithTheShift) {
  for (const dp::NoiseLaw& law : {kLaplace, kGaussian}) {
    EXPECT_GT(KeptChance({{2, 4}}, law, 0.05), KeptChance({{3, 4}}, law, 0.05) + 1e-3);
    EXPECT_GT(KeptChance({{2, 4}}, law, 0.025), KeptChance({{2, 4}}, law, 0.05) + 1e-3);
  }
}

dp::QuantileShape ShapeOf(NoiseKind kind) {
  return *dp::QuantileShape::Create({0, 80, kind, 1U << 16, 2});
}

// 81 leaves of 0 to 4 rows.
std::vector<int64_t> SparseRows() {
  std::vector<int64_t> rows(81);
  for (size_t leaf = 0; leaf < rows.size(); ++leaf) {
    rows[leaf] = static_cast<int64_t>(leaf * leaf % 5);
  }
  return rows;
}

TEST(NearestRowsTest, HaveTheQuantileInTheLeaf) {
  const dp::QuantileShape shape = ShapeOf(NoiseKind::kDiscreteLaplace);
  for (const int64_t twentieths : {1, 7, 10, 19}) {
    const QuantileCase data = {shape, SparseRows(), twentieths};
    for (uint32_t leaf = 0; leaf < 81; ++leaf) {
      if (data.rows[leaf] == 0) continue;
      const QuantileCase nearest = {shape, NearestRows(data, leaf), twentieths};
      EXPECT_EQ(LeafOfQuantile(nearest), leaf) << twentieths;
      for (const int64_t rows : nearest.rows) EXPECT_GE(rows, 0);
    }
  }
}

enum class Answer { kInterval, kEstimateAlone };

double RowsBetween(const QuantileCase& data, int128 low, int128 high) {
  double rows = 0;
  const uint32_t last = data.shape.LeafOf(high);
  for (uint32_t leaf = data.shape.LeafOf(low); leaf <= last; ++leaf) {
    rows += static_cast<double>(data.rows[leaf]);
  }
  return rows;
}

// With what Hoeffding's bound allows a mean of sizes up to `most` to lie too low by.
double MeanSizeUp(const QuantileCase& data, const NoiseEvent& event, Answer answer, double most) {
  constexpr int kRuns = 1500;
  dp::QuantileCounts counts(data.shape);
  for (uint32_t leaf = 0; leaf < data.rows.size(); ++leaf) {
    EXPECT_TRUE(counts.Add(leaf, data.rows[leaf]).ok());
  }
  const std::vector<double> quantile = {static_cast<double>(data.twentieths) / 20};
  SeededRandom random(5);
  double sum = 0;
  for (int run = 0; run < kRuns; ++run) {
    const dp::QuantileEstimate estimate =
        (*dp::NoiseQuantiles(counts, quantile, event, random, dp::QuantileEffort::kPaths))[0];
    const bool is_alone = answer == Answer::kEstimateAlone;
    sum += RowsBetween(data, is_alone ? estimate.value : estimate.low,
                       is_alone ? estimate.value : estimate.high);
  }
  return sum / kRuns + most * std::sqrt(std::log(1 / kFalsePositiveRate) / (2.0 * kRuns));
}

// The intervals cover 95 % on all data, so that on this one they cannot be smaller. The estimate's
// leaf alone is smaller, and does not cover.
TEST(LeastSizeTest, IsNotAboveThatOfIntervalsThatCover) {
  for (const NoiseKind kind : {NoiseKind::kDiscreteLaplace, NoiseKind::kDiscreteGaussian}) {
    const dp::QuantileShape shape = ShapeOf(kind);
    const NoiseEvent event = {kind, {kind == NoiseKind::kDiscreteLaplace ? 2U : 9U, 1}, 2};
    const QuantileCase data = {shape, SparseRows(), 10};
    const LeastSize least = LeastSizeOf(data, dp::LawOf(event));
    EXPECT_GE(MeanSizeUp(data, event, Answer::kInterval, 160), least.of_any);
    EXPECT_LT(MeanSizeUp(data, event, Answer::kEstimateAlone, 4), least.of_any);
    EXPECT_GT(least.of_equal_ends, least.of_any);
  }
}

}  // namespace
}  // namespace weir::test
