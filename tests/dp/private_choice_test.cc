// SPDX-License-Identifier: Apache-2.0
// Private choices among candidates, sparse vector and estimated bounds: what they accept and
// refuse. Their laws are tested in tests/statistical/dp.
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/bound_estimate.h"
#include "weir/dp/selection_mechanisms.h"
#include "weir/dp/sparse_vector.h"

namespace weir::dp {
namespace {

using test::SeededRandom;
using test::StatusIs;
using ::testing::HasSubstr;

constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();

Epsilon Eps(const std::string& text) { return Epsilon::Parse(text).value(); }

TEST(SelectionMechanismsTest, TakeTheWidestScoresAndSmallestEpsilon) {
  SeededRandom random(1);
  const std::vector<int64_t> extremes = {kLowest, kHighest, 0};
  for (int round = 0; round < 200; ++round) {
    EXPECT_EQ(PermuteAndFlip(extremes, {Eps("1"), 1}, random).value(), 1U);
    EXPECT_EQ(ExponentialMechanism(extremes, {Eps("1000000"), 1}, random).value(), 1U);
    EXPECT_LT(PermuteAndFlip(extremes, {Eps("0.000000000001"), uint64_t{1} << 62}, random).value(),
              3U);
  }
}

TEST(SelectionMechanismsTest, OneCandidateIsChosen) {
  SeededRandom random(1);
  const std::vector<int64_t> only = {-7};
  EXPECT_EQ(PermuteAndFlip(only, {Eps("1"), 1}, random).value(), 0U);
  EXPECT_EQ(ExponentialMechanism(only, {Eps("1"), 1}, random).value(), 0U);
}

TEST(SelectionMechanismsTest, RefuseWhatHasNoChoice) {
  SeededRandom random(1);
  const std::vector<int64_t> none;
  const std::vector<int64_t> two = {1, 2};
  EXPECT_THAT(PermuteAndFlip(none, {Eps("1"), 1}, random), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(ExponentialMechanism(none, {Eps("1"), 1}, random),
              StatusIs(StatusCode::kInvalidArgument));
  for (const uint64_t bad : {uint64_t{0}, (uint64_t{1} << 62) + 1}) {
    EXPECT_THAT(PermuteAndFlip(two, {Eps("1"), bad}, random),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("sensitivity")));
    EXPECT_THAT(ExponentialMechanism(two, {Eps("1"), bad}, random),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("sensitivity")));
  }
  EXPECT_THAT(PeeledTopK(two, 3, {Eps("1"), 1}, random),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("3 of 2")));
}

TEST(PeeledTopKTest, GivesDifferentIndicesAndTheTruthAtLargeEpsilon) {
  SeededRandom random(2);
  const std::vector<int64_t> scores = {5, 100, -3, 80, 40, 80};
  WEIR_ASSERT_OK_AND_ASSIGN(std::vector<size_t> best,
                            PeeledTopK(scores, 3, {Eps("100"), 1}, random));
  EXPECT_EQ(best.front(), 1U);
  std::sort(best.begin(), best.end());
  EXPECT_EQ(best, (std::vector<size_t>{1, 3, 5}));
  WEIR_ASSERT_OK_AND_ASSIGN(std::vector<size_t> all,
                            PeeledTopK(scores, 6, {Eps("0.001"), 1}, random));
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (std::vector<size_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_TRUE(PeeledTopK(scores, 0, {Eps("1"), 1}, random)->empty());
}

TEST(AboveThresholdTest, AnswersYesOnce) {
  SeededRandom random(3);
  WEIR_ASSERT_OK_AND_ASSIGN(auto asked, AboveThreshold::Create({Eps("10"), 1}, 1000, random));
  for (int question = 0; question < 100; ++question) {
    WEIR_ASSERT_OK_AND_ASSIGN(const bool is_above, asked.Ask(10, random));
    ASSERT_FALSE(is_above);
  }
  WEIR_ASSERT_OK_AND_ASSIGN(const bool is_above, asked.Ask(2000, random));
  EXPECT_TRUE(is_above);
  EXPECT_THAT(asked.Ask(10, random), StatusIs(StatusCode::kFailedPrecondition));
}

TEST(AboveThresholdTest, RefusesBadOptions) {
  SeededRandom random(3);
  for (const uint64_t bad : {uint64_t{0}, (uint64_t{1} << 62) + 1}) {
    EXPECT_THAT(AboveThreshold::Create({Eps("1"), bad}, 0, random),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("sensitivity")));
  }
  EXPECT_THAT(AboveThreshold::Create({Eps("1"), 1}, int128{1} << 121, random),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(AboveThreshold::Create({Eps("0.000000000001"), 1}, 0, random),
              StatusIs(StatusCode::kInvalidArgument));
  WEIR_ASSERT_OK_AND_ASSIGN(
      auto widest, AboveThreshold::Create({Eps("0.00000000001"), uint64_t{1} << 62}, 0, random));
  EXPECT_TRUE(widest.Ask(5, random).ok());
  EXPECT_THAT(widest.Ask(int128{1} << 121, random), StatusIs(StatusCode::kInvalidArgument));
}

TEST(BoundBinTest, EdgesBelongToTheirBin) {
  EXPECT_EQ(BoundBin(-5), 0U);
  EXPECT_EQ(BoundBin(1), 0U);
  EXPECT_EQ(BoundBin(2), 1U);
  EXPECT_EQ(BoundBin(3), 2U);
  EXPECT_EQ(BoundBin(1024), 10U);
  EXPECT_EQ(BoundBin(1025), 11U);
  EXPECT_EQ(BoundBin(int128{1} << 100), kBoundBins - 1);
  for (size_t bin = 0; bin < kBoundBins; ++bin) EXPECT_EQ(BoundBin(BoundEdge(bin)), bin);
}

TEST(EstimateUpperBoundTest, FindsTheShareOfManyUnits) {
  std::vector<uint64_t> counts(kBoundBins, 0);
  counts[3] = 50'000;
  counts[7] = 49'500;
  counts[12] = 500;  // half a per cent
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SeededRandom random(seed);
    EXPECT_EQ(EstimateUpperBound(counts, {99, 100}, Eps("1"), random).value(), 7U);
    EXPECT_EQ(EstimateUpperBound(counts, {1, 4}, Eps("1"), random).value(), 3U);
    EXPECT_EQ(EstimateUpperBound(counts, {999, 1000}, Eps("1"), random).value(), 12U);
  }
}

TEST(EstimateUpperBoundTest, AlwaysReturnsABin) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SeededRandom random(seed);
    const std::vector<uint64_t> empty(kBoundBins, 0);
    EXPECT_LT(EstimateUpperBound(empty, {99, 100}, Eps("0.1"), random).value(), kBoundBins);
    const std::vector<uint64_t> single = {5};
    EXPECT_EQ(EstimateUpperBound(single, {1, 1}, Eps("0.1"), random).value(), 0U);
    std::vector<uint64_t> last(kBoundBins, 0);
    last.back() = 1'000'000;
    EXPECT_EQ(EstimateUpperBound(last, {99, 100}, Eps("1"), random).value(), kBoundBins - 1);
  }
}

TEST(EstimateUpperBoundTest, RefusesBadInput) {
  SeededRandom random(1);
  const std::vector<uint64_t> none;
  const std::vector<uint64_t> some(4, 5);
  const std::vector<uint64_t> too_long(kBoundBins + 1, 5);
  const std::vector<uint64_t> too_many(2, uint64_t{1} << 62);
  for (const auto& bad : {none, too_long, too_many}) {
    EXPECT_THAT(EstimateUpperBound(bad, {1, 2}, Eps("1"), random),
                StatusIs(StatusCode::kInvalidArgument));
  }
  for (const BoundShare bad : {BoundShare{0, 1}, BoundShare{2, 1}, BoundShare{0, 0}}) {
    EXPECT_THAT(EstimateUpperBound(some, bad, Eps("1"), random),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("share")));
  }
  EXPECT_THAT(EstimateUpperBound(some, {1, 2}, Eps("0.000000000001"), random),
              StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace weir::dp
