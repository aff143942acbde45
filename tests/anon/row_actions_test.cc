// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/row_actions.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace weir::anon {
namespace {

using test::SeededRandom;
using test::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kFalsePositiveRate = 1e-9;

// How far the share of n independent draws may be from its mean (Hoeffding, two sides).
double Slack(double draws) { return std::sqrt(std::log(2 / kFalsePositiveRate) / (2 * draws)); }

TEST(ReadShareTest, IsExact) {
  const RationalShare share = *ReadShare(*ParseDecimal("0.85"));
  EXPECT_EQ(share.numerator, 85u);
  EXPECT_EQ(share.denominator, 100u);
  EXPECT_EQ(ReadShare(*ParseDecimal("1"))->numerator, 1u);
  EXPECT_EQ(ReadShare(*ParseDecimal("0"))->numerator, 0u);
}

TEST(ReadShareTest, RefusesWhatIsNoProbability) {
  for (const char* text : {"-0.1", "1.1", "1e-19"}) {
    EXPECT_THAT(ReadShare(*ParseDecimal(text)),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("in [0, 1]")))
        << text;
  }
}

// Codes 0 (half of the rows), 1 and 2 (a quarter each), 3 (missing).
std::vector<uint32_t> Column(size_t rows) {
  std::vector<uint32_t> codes;
  for (size_t i = 0; i < rows; ++i)
    codes.push_back(i % 4 < 2 ? 0U : static_cast<uint32_t>(i % 4 - 1));
  for (size_t i = 0; i < rows / 10; ++i) codes.push_back(3);
  return codes;
}

// Share of rows of code `from` that become `to`.
double TransitionShare(uint32_t from, uint32_t to, RationalShare keep, size_t rows) {
  const std::vector<uint32_t> before = Column(rows);
  std::vector<uint32_t> after = before;
  SeededRandom random(3);
  PostRandomize(after, 3U, keep, random);
  size_t all = 0;
  size_t moved = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    if (before[i] != from) continue;
    ++all;
    moved += after[i] == to ? 1 : 0;
  }
  return static_cast<double>(moved) / static_cast<double>(all);
}

TEST(PostRandomizeTest, MovesValuesByTheTransitionStated) {
  constexpr size_t kRows = 400000;
  const RationalShare keep{.numerator = 3, .denominator = 5};
  const double slack = Slack(kRows / 4.0);
  EXPECT_NEAR(TransitionShare(1, 1, keep, kRows), 0.6 + 0.4 * 0.25, slack);
  EXPECT_NEAR(TransitionShare(1, 0, keep, kRows), 0.4 * 0.5, slack);
  EXPECT_NEAR(TransitionShare(0, 2, keep, kRows), 0.4 * 0.25, slack);
  EXPECT_EQ(TransitionShare(1, 3, keep, kRows), 0);
}

// The twin: a keep probability that is 10 % too small is seen.
TEST(PostRandomizeTest, IsSeenToKeepTooFew) {
  constexpr size_t kRows = 400000;
  const RationalShare less{.numerator = 27, .denominator = 50};
  EXPECT_GT(std::abs(TransitionShare(1, 1, less, kRows) - 0.7), Slack(kRows / 4.0));
}

TEST(PostRandomizeTest, KeepsMissingValuesAndEverythingAtOne) {
  std::vector<uint32_t> codes = Column(1000);
  const std::vector<uint32_t> before = codes;
  SeededRandom random(4);
  PostRandomize(codes, 3U, {.numerator = 0, .denominator = 1}, random);
  for (size_t i = 0; i < codes.size(); ++i) EXPECT_EQ(codes[i] == 3, before[i] == 3);
  EXPECT_NE(codes, before);
  codes = before;
  PostRandomize(codes, 3U, {.numerator = 1, .denominator = 1}, random);
  EXPECT_EQ(codes, before);
  std::vector<uint32_t> none = {3, 3};
  PostRandomize(none, 3U, {.numerator = 0, .denominator = 1}, random);
  EXPECT_THAT(none, ElementsAre(3, 3));
}

RC_GTEST_PROP(RankSwapProperty, KeepsTheValuesAndTheDistance, (uint32_t seed)) {
  const auto codes = *rc::gen::container<std::vector<uint32_t>>(rc::gen::inRange(0U, 20U));
  const auto window = *rc::gen::inRange<uint64_t>(1, 10);
  std::vector<uint32_t> ranks(20);
  std::iota(ranks.rbegin(), ranks.rend(), 0U);  // code 19 is the lowest
  std::vector<uint32_t> swapped = codes;
  SeededRandom random(seed);
  RankSwap(swapped, 7U, ranks, window, random);
  std::multiset<uint32_t> before(codes.begin(), codes.end());
  RC_ASSERT(std::multiset<uint32_t>(swapped.begin(), swapped.end()) == before);
  std::vector<uint32_t> sorted;
  for (const uint32_t code : codes) {
    if (code != 7) sorted.push_back(ranks[code]);
  }
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < codes.size(); ++i) {
    RC_ASSERT((codes[i] == 7) == (swapped[i] == 7));
    if (codes[i] == 7) continue;
    // Some place of the one value is at most `window` from some place of the other.
    const uint32_t low = std::min(ranks[codes[i]], ranks[swapped[i]]);
    const uint32_t high = std::max(ranks[codes[i]], ranks[swapped[i]]);
    const auto last_low = std::upper_bound(sorted.begin(), sorted.end(), low);
    const auto first_high = std::lower_bound(sorted.begin(), sorted.end(), high);
    RC_ASSERT(first_high - last_low + 1 <= static_cast<std::ptrdiff_t>(window));
  }
}

TEST(RankSwapTest, DrawsEveryPartnerOfTheWindowAlike) {
  constexpr int kRuns = 60000;
  std::vector<uint32_t> ranks(10);
  std::iota(ranks.begin(), ranks.end(), 0U);
  std::map<uint32_t, int> partner_of_first;
  SeededRandom random(5);
  for (int run = 0; run < kRuns; ++run) {
    std::vector<uint32_t> codes(10);
    std::iota(codes.begin(), codes.end(), 0U);
    RankSwap(codes, std::nullopt, ranks, 4, random);
    ++partner_of_first[codes[0]];
  }
  ASSERT_EQ(partner_of_first.size(), 4u);
  for (uint32_t partner = 1; partner <= 4; ++partner) {
    EXPECT_NEAR(partner_of_first[partner] / double{kRuns}, 0.25, Slack(kRuns)) << partner;
  }
}

TEST(DateShiftTest, IsKeyedUniformAndNeverZero) {
  const SecretBytes key(std::string(32, 'k'));
  constexpr int kUnits = 60000;
  constexpr uint32_t kDays = 3;
  std::map<int64_t, int> counts;
  for (int i = 0; i < kUnits; ++i) ++counts[DateShiftOf(key, std::to_string(i), kDays)];
  ASSERT_EQ(counts.size(), 6u);
  EXPECT_EQ(counts.count(0), 0u);
  for (const auto& [shift, count] : counts) {
    EXPECT_LE(std::abs(shift), int64_t{kDays});
    EXPECT_NEAR(count / double{kUnits}, 1 / 6.0, Slack(kUnits));
  }
}

TEST(DateShiftTest, FollowsFromKeyAndUnit) {
  const SecretBytes key(std::string(32, 'k'));
  const SecretBytes other(std::string(32, 'l'));
  EXPECT_EQ(DateShiftOf(key, "rider-1", 1000), DateShiftOf(key, "rider-1", 1000));
  int differing = 0;
  for (int i = 0; i < 100; ++i) {
    differing +=
        DateShiftOf(key, std::to_string(i), 1000) != DateShiftOf(other, std::to_string(i), 1000);
  }
  EXPECT_GT(differing, 90);
  SeededRandom random(6);
  for (int i = 0; i < 1000; ++i) EXPECT_NE(RandomDateShift(1, random), 0);
}

TEST(ShiftDateTest, MovesTheDayAndKeepsTheRest) {
  EXPECT_EQ(ShiftDate("2024-02-28", 2), "2024-03-01");
  EXPECT_EQ(ShiftDate("2025-01-01", -1), "2024-12-31");
  EXPECT_EQ(ShiftDate("2025-01-01T23:59:58.25+02:00", 1), "2025-01-02T23:59:58.25+02:00");
  EXPECT_EQ(ShiftDate("1969-12-31", 1), "1970-01-01");
  EXPECT_EQ(ShiftDate("1970-01-01 10:00", -1), "1969-12-31 10:00");
}

TEST(ShiftDateTest, RefusesWhatIsNoDate) {
  for (const char* text : {"", "2025-02-30", "2025-1-1", "2025-01-01x", "today", "9999-12-31"}) {
    EXPECT_FALSE(ShiftDate(text, 1).has_value()) << text;
  }
}

// By hand: the mean is 5.625, 20 is farthest from it, 0 from 20; of what is left, 2 is farthest.
TEST(MdavTest, CutsFromTheEnds) {
  EXPECT_THAT(MdavGroups(std::vector<int128>{0, 1, 2, 4, 5, 6, 7, 20}, 2),
              ElementsAre(1, 1, 2, 2, 3, 3, 0, 0));
  EXPECT_THAT(MdavGroups(std::vector<int128>{5, 1}, 3), ElementsAre(0, 0));
  EXPECT_TRUE(MdavGroups({}, 3).empty());
}

RC_GTEST_PROP(MdavProperty, MakesGroupsOfKToTwoK, (std::vector<int16_t> numbers)) {
  const auto k = *rc::gen::inRange<size_t>(1, 7);
  const std::vector<int128> values(numbers.begin(), numbers.end());
  const std::vector<uint32_t> groups = MdavGroups(values, k);
  std::map<uint32_t, std::vector<int128>> members;
  for (size_t i = 0; i < values.size(); ++i) members[groups[i]].push_back(values[i]);
  for (const auto& [group, list] : members) {
    const bool enough = list.size() >= k || members.size() == 1;
    RC_ASSERT(enough);
    RC_ASSERT(list.size() < 2 * k);
    RC_ASSERT(group < members.size());
  }
}

TEST(AggregateTest, GivesEachFunctionByHand) {
  const std::vector<int128> values = {100, 300, 300, 550};                 // 1, 3, 3 and 5.5
  EXPECT_EQ(AggregateOf(v1::AGGREGATE_FUNCTION_MEAN, values, 2), "3.12");  // 3.125, to even
  EXPECT_EQ(AggregateOf(v1::AGGREGATE_FUNCTION_UNSPECIFIED, values, 2), "3.12");
  EXPECT_EQ(AggregateOf(v1::AGGREGATE_FUNCTION_MEAN, {-3, -4}, 0), "-4");  // -3.5, to even
  EXPECT_EQ(AggregateOf(v1::AGGREGATE_FUNCTION_MEDIAN, values, 2), "3");
  EXPECT_EQ(AggregateOf(v1::AGGREGATE_FUNCTION_MEDIAN, {9, 1, 5, 7}, 0), "5");
  EXPECT_EQ(AggregateOf(v1::AGGREGATE_FUNCTION_MODE, {9, 1, 5, 5, 1}, 0), "1");
  EXPECT_EQ(AggregateOf(v1::AGGREGATE_FUNCTION_RANGE, values, 2), "[1, 5.5]");
  EXPECT_EQ(AggregateOf(v1::AGGREGATE_FUNCTION_RANGE, {4, 4}, 0), "4");
}

}  // namespace
}  // namespace weir::anon
