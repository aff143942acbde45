// SPDX-License-Identifier: Apache-2.0
// Coverage of intervals of quantiles where it is as small as it gets, with noise as drawn by the
// samplers; and of noise so much wider than the interval was told that the interval is 10 % too
// short.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/statistical/dp/goodness_of_fit.h"
#include "tests/support/seeded_random.h"
#include "weir/dp/internal/noised_nodes.h"
#include "weir/dp/intervals.h"
#include "weir/dp/noise_sampler.h"
#include "weir/dp/quantile_tree.h"

namespace weir::dp {
namespace {

using test::CoversAtLeast;
using test::SeededRandom;

constexpr NoiseKind kLaplace = NoiseKind::kDiscreteLaplace;
constexpr NoiseKind kGaussian = NoiseKind::kDiscreteGaussian;
constexpr uint32_t kMiddle = 13;  // of 27 leaves in three levels of three

struct SharpCase {
  const char* name;
  NoiseKind kind;
  uint32_t height;
  std::vector<int64_t> rows;  // one count a leaf
  uint32_t leaf;              // that holds the quantile
  double rank;                // from the start of the leaf
  bool is_sharp;              // covered in hardly more than 95 %
};

// Every leaf as many rows, the middle one `middle`.
std::vector<int64_t> Even(int64_t rows, int64_t middle) {
  std::vector<int64_t> leaves(27, rows);
  leaves[kMiddle] = middle;
  return leaves;
}

// Nothing but the ends and the middle: all levels test the same rank.
std::vector<int64_t> Gap() {
  std::vector<int64_t> leaves = Even(0, 1);
  leaves.front() = 3000;
  leaves.back() = 3000;
  return leaves;
}

// One row in the middle, the next ones as far as the claim "far" is made or not.
std::vector<int64_t> Halfway(int64_t beside) {
  std::vector<int64_t> leaves = Gap();
  leaves[kMiddle - 1] = beside;
  leaves[kMiddle + 1] = beside;
  return leaves;
}

// The quantile at the end of a wide leaf, after which nothing comes up to the end of the node above
// it, or of the two above: the tests of so many levels can fail, and share most of their noise.
std::vector<int64_t> NothingUpTo(uint32_t end) {
  std::vector<int64_t> leaves = Even(50'000, 50'000);
  std::fill(leaves.begin() + kMiddle + 1, leaves.begin() + end, 0);
  return leaves;
}

// Scale 50, or the sigma of the same deviation; or 1.11 times as wide, about 1 / 0.9.
enum class Drawn { kAsTold, kTooWide };
NoiseLaw LawOf(NoiseKind kind, Drawn drawn) {
  const bool is_told = drawn == Drawn::kAsTold;
  if (kind == kLaplace) return {kind, is_told ? Rational{50, 1} : Rational{111, 2}};
  return {kind, is_told ? Rational{5000, 1} : Rational{12'321, 2}};
}

class QuantileCoverageTest : public ::testing::TestWithParam<SharpCase> {
 protected:
  static uint64_t Hits(Drawn drawn, uint64_t runs) {
    const SharpCase& test = GetParam();
    const auto leaves = static_cast<uint32_t>(test.rows.size());
    const QuantileShape shape =
        *QuantileShape::Create({0, leaves - 1, test.kind, 1U << 16, test.height});
    QuantileCounts counts(shape);
    double sought = test.rank;
    for (uint32_t leaf = 0; leaf < leaves; ++leaf) {
      EXPECT_TRUE(counts.Add(leaf, test.rows[leaf]).ok());
      if (leaf < test.leaf) sought += static_cast<double>(test.rows[leaf]);
    }
    const std::array<double, 1> quantile = {sought / static_cast<double>(counts.total())};
    const NoiseSampler sampler =
        *NoiseSampler::Create({test.kind, LawOf(test.kind, drawn).parameter, 1});
    SeededRandom random(12);
    uint64_t hits = 0;
    for (uint64_t run = 0; run < runs; ++run) {
      internal::NoisedNodes nodes(counts, sampler, random);
      const QuantileEstimate estimate =
          internal::AnswerQuantiles(nodes, LawOf(test.kind, Drawn::kAsTold), quantile)[0];
      const bool holds = estimate.low <= test.leaf && test.leaf <= estimate.high;
      hits += holds ? 1U : 0U;
    }
    return hits;
  }
};

TEST_P(QuantileCoverageTest, IsNoLessThanPromisedAndHardlyMore) {
  const uint64_t runs = GetParam().is_sharp ? 24'000 : 4000;
  const uint64_t hits = Hits(Drawn::kAsTold, runs);
  RecordProperty("hits", static_cast<int>(hits));
  EXPECT_TRUE(CoversAtLeast(kCoverage, hits, runs)) << hits;
  if (GetParam().is_sharp) {
    EXPECT_FALSE(CoversAtLeast(kCoverage + 0.012, hits, runs)) << hits;
  }
}

// There is no quantile: then the interval is said to hold the whole range, and either end can fail.
struct EmptyShape {
  uint32_t leaves = 0;
  uint32_t height = 0;
};

class EmptyTableTest : public ::testing::TestWithParam<EmptyShape> {
 protected:
  static uint64_t Hits(NoiseKind kind, double quantile) {
    const auto [leaves, height] = GetParam();
    const QuantileShape shape = *QuantileShape::Create({0, leaves - 1, kind, 1U << 16, height});
    const QuantileCounts counts(shape);
    const NoiseLaw law = LawOf(kind, Drawn::kAsTold);
    const NoiseSampler sampler = *NoiseSampler::Create({kind, law.parameter, 1});
    SeededRandom random(13);
    uint64_t hits = 0;
    for (uint64_t run = 0; run < kRuns; ++run) {
      internal::NoisedNodes nodes(counts, sampler, random);
      const std::array<double, 1> sought = {quantile};
      const QuantileEstimate estimate = internal::AnswerQuantiles(nodes, law, sought)[0];
      hits += estimate.low == 0 && estimate.high == leaves - 1 ? 1U : 0U;
    }
    return hits;
  }
  static constexpr uint64_t kRuns = 4000;
};

TEST_P(EmptyTableTest, HoldsTheWholeRangeAsOftenAsPromised) {
  for (const NoiseKind kind : {kLaplace, kGaussian}) {
    for (const double quantile : {0.1, 0.5}) {
      const uint64_t hits = Hits(kind, quantile);
      EXPECT_TRUE(CoversAtLeast(kCoverage, hits, kRuns)) << hits << " at " << quantile;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, EmptyTableTest,
                         ::testing::Values(EmptyShape{2, 1}, EmptyShape{16, 2}, EmptyShape{27, 3}),
                         [](const auto& shape) {
                           return std::to_string(shape.param.leaves) + "_leaves";
                         });

// The cases that are covered in hardly more than promised.
class SharpQuantileTest : public QuantileCoverageTest {};

TEST_P(SharpQuantileTest, AnIntervalTenPercentTooShortIsFound) {
  constexpr uint64_t kRuns = 24'000;
  const uint64_t hits = Hits(Drawn::kTooWide, kRuns);
  EXPECT_FALSE(CoversAtLeast(kCoverage, hits, kRuns)) << hits;
}

std::vector<SharpCase> Cases() {
  std::vector<SharpCase> cases;
  for (const NoiseKind kind : {kLaplace, kGaussian}) {
    // The upper levels are far inside and give their risk back; at the lowest both sides' is there
    // for the one that can fail.
    cases.push_back({"end_of_a_wide_leaf", kind, 3, Even(50'000, 50'000), kMiddle, 50'000, true});
    cases.push_back({"start_of_a_wide_leaf", kind, 3, Even(50'000, 50'000), kMiddle, 0.5, true});
    cases.push_back({"end_of_the_first_leaf", kind, 1, {500, 500}, 0, 500, true});
    cases.push_back({"two_levels", kind, 3, NothingUpTo(15), kMiddle, 50'000, true});
    cases.push_back({"three_levels", kind, 3, NothingUpTo(18), kMiddle, 50'000, false});
    // Elsewhere the leaves beside the quantile's hold the interval too.
    cases.push_back({"one_row_in_one_level", kind, 1, {5000, 1, 5000}, 1, 0.5, false});
    cases.push_back({"one_row", kind, 3, Even(50'000, 1), kMiddle, 0.5, false});
    cases.push_back({"all_levels", kind, 3, Gap(), kMiddle, 0.5, false});
    for (const int64_t beside : {150, 300, 450, 600}) {
      cases.push_back({"claims_at_stake", kind, 3, Halfway(beside), kMiddle, 0.5, false});
    }
    for (const int64_t middle : {150, 300, 450, 600}) {
      cases.push_back({"nearly_wide", kind, 3, Even(50'000, middle), kMiddle, 1, false});
    }
  }
  return cases;
}

std::vector<SharpCase> SharpCases() {
  std::vector<SharpCase> cases = Cases();
  std::erase_if(cases, [](const SharpCase& test) { return !test.is_sharp; });
  return cases;
}

std::string NameOf(const ::testing::TestParamInfo<SharpCase>& test_case) {
  const SharpCase& test = test_case.param;
  return std::string(test.kind == kLaplace ? "laplace_" : "gaussian_") + test.name + "_" +
         std::to_string(test_case.index);
}

INSTANTIATE_TEST_SUITE_P(Cases, QuantileCoverageTest, ::testing::ValuesIn(Cases()), NameOf);
INSTANTIATE_TEST_SUITE_P(Cases, SharpQuantileTest, ::testing::ValuesIn(SharpCases()), NameOf);

}  // namespace
}  // namespace weir::dp
