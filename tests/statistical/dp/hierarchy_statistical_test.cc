// SPDX-License-Identifier: Apache-2.0
// Consistent estimates have the stated errors and their intervals cover, with empty leaves and
// after rounding too; smaller noise and narrower intervals are caught.
#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "tests/statistical/dp/goodness_of_fit.h"
#include "tests/statistical/dp/variance_limits.h"
#include "tests/support/seeded_random.h"
#include "weir/dp/tree_consistency.h"

namespace weir::dp {
namespace {

using test::CoversAtLeast;
using test::LimitsOfMeanSquare;
using test::SeededRandom;

constexpr uint64_t kRuns = 40'000;

// Unequal fan-outs: two cities of 3 and 1 districts.
LevelTree Region() {
  return *LevelTree::Create(1, {{0, 0}, {0, 0, 0, 1}, {0, 0, 1, 2, 2, 2, 3, 3}});
}

struct Setting {
  const char* name;
  int grid_bits;
  uint128 variance;  // of every level, in squared grid steps
  bool non_negative;
  int128 scale;  // of the leaves' true counts; zero: all are empty
};

struct Outcome {
  ByLevel<uint64_t> hits;
  ByLevel<uint64_t> narrower_hits;  // of intervals a fifteenth narrower
  ByLevel<double> squares;          // of errors, in units of the standard error
};

bool IsBetween(int128 low, int128 value, int128 high) { return low <= value && value <= high; }

Outcome RunMany(const Setting& setting, uint128 actual_variance) {
  const LevelTree tree = Region();
  std::vector<int128> leaves(tree.leaves());
  for (size_t leaf = 0; leaf < leaves.size(); ++leaf) {
    leaves[leaf] = setting.scale * static_cast<int128>(leaf);
  }
  const ByLevel<int128> sums = tree.SumUp(leaves);
  const std::vector<LevelNoise> noises(4, {static_cast<double>(setting.variance)});
  const TreeConsistency consistency =
      *TreeConsistency::Create(tree, noises, {setting.grid_bits, setting.non_negative});
  SeededRandom random(31);
  Outcome outcome{tree.Zeros<uint64_t>(), tree.Zeros<uint64_t>(), tree.Zeros<double>()};
  for (uint64_t run = 0; run < kRuns; ++run) {
    ByLevel<int128> measured;
    for (const auto& level : sums) {
      measured.push_back(*MeasureLevel(level, {actual_variance, 1}, setting.grid_bits, random));
    }
    const ConsistentTree result = *consistency.Estimate(measured);
    for (size_t l = 0; l < 4; ++l) {
      for (size_t v = 0; v < tree.nodes(l); ++v) {
        const int128 low = result.low[l][v];
        const int128 high = result.high[l][v];
        const int128 cut = (high - low + 29) / 30;
        outcome.hits[l][v] += IsBetween(low, sums[l][v], high) ? 1 : 0;
        outcome.narrower_hits[l][v] += IsBetween(low + cut, sums[l][v], high - cut) ? 1 : 0;
        const auto error = static_cast<double>(result.values[l][v] - sums[l][v]);
        outcome.squares[l][v] += std::pow(error / consistency.StandardError(l, v), 2);
      }
    }
  }
  return outcome;
}

class HierarchyCoverageTest : public ::testing::TestWithParam<Setting> {};

TEST_P(HierarchyCoverageTest, IntervalsOfAllNodesCover) {
  const Outcome outcome = RunMany(GetParam(), GetParam().variance);
  for (size_t l = 0; l < outcome.hits.size(); ++l) {
    for (size_t v = 0; v < outcome.hits[l].size(); ++v) {
      EXPECT_TRUE(CoversAtLeast(0.95, outcome.hits[l][v], kRuns)) << l << " " << v;
    }
  }
}

TEST_P(HierarchyCoverageTest, NoiseTenPercentTooLargeIsRejected) {
  const Outcome outcome = RunMany(GetParam(), GetParam().variance / 100 * 121);
  EXPECT_FALSE(CoversAtLeast(0.95, outcome.hits[0][0], kRuns));
}

INSTANTIATE_TEST_SUITE_P(Settings, HierarchyCoverageTest,
                         ::testing::Values(Setting{"wide", 0, 90'000, false, 1000},
                                           Setting{"fine_grid", 10, 100 << 20, false, 3},
                                           Setting{"non_negative", 10, 100 << 20, true, 30},
                                           Setting{"empty_leaves", 10, 100 << 20, false, 0}),
                         [](const auto& test_case) { return test_case.param.name; });

TEST(HierarchyTest, IntervalsOfEmptyNonNegativeLeavesCover) {
  const Outcome outcome = RunMany({"", 10, 100 << 20, true, 0}, 100 << 20);
  for (const uint64_t hits : outcome.hits[3]) EXPECT_TRUE(CoversAtLeast(0.95, hits, kRuns));
}

TEST(HierarchyTest, SmallNoiseWithoutFinerGridCovers) {
  const Outcome outcome = RunMany({"", 0, 2, false, 5}, 2);
  for (const uint64_t hits : outcome.hits[3]) EXPECT_TRUE(CoversAtLeast(0.95, hits, kRuns));
}

TEST(HierarchyTest, DeviationsAreAsStated) {
  const Setting wide{"", 0, 90'000, false, 1000};
  const Outcome outcome = RunMany(wide, wide.variance);
  for (const auto& level : outcome.squares) {
    for (const double squares : level) {
      const double mean_square = squares / static_cast<double>(kRuns);
      EXPECT_TRUE(LimitsOfMeanSquare(kRuns).Hold(mean_square)) << mean_square;
    }
  }
}

TEST(HierarchyTest, NarrowerIntervalsAndSmallerNoiseAreRejected) {
  const Setting wide{"", 0, 90'000, false, 1000};
  const Outcome right = RunMany(wide, wide.variance);
  const Outcome wrong = RunMany(wide, 90'000 / 100 * 81);
  EXPECT_FALSE(CoversAtLeast(0.95, right.narrower_hits[0][0], kRuns));
  EXPECT_FALSE(CoversAtLeast(0.95, right.narrower_hits[3][0], kRuns));
  const double mean_square = wrong.squares[0][0] / static_cast<double>(kRuns);
  EXPECT_FALSE(LimitsOfMeanSquare(kRuns).Hold(mean_square));
}

}  // namespace
}  // namespace weir::dp
