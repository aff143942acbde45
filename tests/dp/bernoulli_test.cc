// SPDX-License-Identifier: Apache-2.0
// The coins below the samplers, at every word where a decision turns.
#include "weir/dp/internal/bernoulli.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "weir/dp/internal/words.h"

namespace weir::dp::internal {
namespace {

using test::ScriptedRandom;

// Runs `draw` on exactly these words; all must be used.
template <class Draw>
auto OnWords(const std::vector<uint64_t>& words, const Draw& draw) {
  ScriptedRandom random = ScriptedRandom::OfWords(words);
  DirectWords source(random);
  const auto result = draw(source);
  EXPECT_EQ(random.bytes_left(), 0U);
  return result;
}

// The smallest word that Below(limit) maps to `outcome` and accepts; the one before it is either
// rejected or maps to outcome - 1.
uint64_t WordFor(uint64_t outcome, uint64_t limit) {
  const uint64_t rejected = (0 - limit) % limit;
  const uint128 start = (uint128{outcome} << 64) + rejected;
  return static_cast<uint64_t>((start + limit - 1) / limit);
}

TEST(BelowTest, EveryOutcomeHasEquallyManyWords) {
  for (const uint64_t limit : {3ULL, 10ULL, 1000003ULL, (1ULL << 63) + 1, ~0ULL}) {
    const uint64_t accepted_words = ~uint64_t{0} / limit;  // per outcome; limits are no powers of 2
    for (const uint64_t outcome : {uint64_t{0}, uint64_t{1}, limit / 2, limit - 1}) {
      const uint64_t first = WordFor(outcome, limit);
      const auto draw = [&](DirectWords& words) { return Below(limit, words); };
      EXPECT_EQ(OnWords({first}, draw), outcome);
      EXPECT_EQ(OnWords({first + (accepted_words - 1)}, draw), outcome);
    }
  }
}

TEST(BelowTest, RejectsTheWordsThatWouldBias) {
  // 2^64 = 3 * (2^64 / 3) + 1: one word is left over, and it is word 0.
  EXPECT_EQ(
      OnWords({0, WordFor(2, 3)}, [](DirectWords& words) { return Below(uint64_t{3}, words); }),
      2U);
}

TEST(BelowTest, WideLimitsRejectByComparison) {
  const uint128 limit = (uint128{1} << 64) + 1;  // 65 bits: half of the candidates are rejected
  const auto draw = [&](DirectWords& words) { return Below(limit, words); };
  EXPECT_TRUE(OnWords({0, 7}, draw) == 7);
  EXPECT_TRUE(OnWords({1, 0}, draw) == (uint128{1} << 64));
  EXPECT_TRUE(OnWords({1, 1, 0, 3}, draw) == 3);
  EXPECT_TRUE(OnWords({2, 5}, draw) == 5) << "bits above the limit's must be masked";
  const auto draw_wide = [&](DirectWords& words) { return Below(Wide(limit), words).Low128(); };
  EXPECT_TRUE(OnWords({7, 0}, draw_wide) == 7);
  EXPECT_TRUE(OnWords({0, 1}, draw_wide) == (uint128{1} << 64));
  EXPECT_TRUE(OnWords({1, 1, 3, 0}, draw_wide) == 3);
}

// exp(-a/b): the coin at step k succeeds for exactly a of the b k outcomes, and the answer is the
// parity of the first failing step. Both sides of every threshold, seven steps deep.
TEST(ExpCoinTest, FailsAtTheRightOutcomeAndAnswersTheParity) {
  constexpr uint64_t kNumerator = 3;
  constexpr uint64_t kDenominator = 5;
  std::vector<uint64_t> words;
  for (uint64_t k = 1; k <= 7; ++k) {
    std::vector<uint64_t> failing = words;
    failing.push_back(WordFor(kNumerator, kDenominator * k));
    EXPECT_EQ(OnWords(failing,
                      [&](DirectWords& source) {
                        return ExpCoin<uint64_t>({kNumerator, kDenominator}, source);
                      }),
              k % 2 == 1);
    words.push_back(WordFor(kNumerator - 1, kDenominator * k));  // succeeds
  }
}

TEST(ExpCoinTest, WideDenominatorsDrawTheTwoFactorsApart) {
  const uint128 denominator = uint128{1} << 100;
  const auto coin = [&](DirectWords& source) {
    return ExpCoin<uint128>({denominator / 2, denominator}, source);
  };
  const std::vector<uint64_t> low = {0, 0};
  const std::vector<uint64_t> high = {uint64_t{1} << 35, 0};
  EXPECT_TRUE(OnWords(high, coin));
  EXPECT_FALSE(OnWords({low[0], low[1], WordFor(1, 2)}, coin));
  EXPECT_FALSE(OnWords({low[0], low[1], WordFor(0, 2), high[0], high[1]}, coin));
  EXPECT_TRUE(OnWords({low[0], low[1], WordFor(0, 2), low[0], low[1], WordFor(1, 3)}, coin));
}

TEST(ExpCoinTest, ZeroIsCertain) {
  EXPECT_TRUE(OnWords({WordFor(0, 5)}, [](DirectWords& source) {
    return ExpCoin<uint64_t>({0, 5}, source);
  }));
}

// True on `cases` of 20! equal cases and open on one more: exp(-1) lies between the two.
TEST(InverseECoinTest, TheCasesEncloseTheProbability) {
  // 20! / e = 895014631192902120.95..., the subfactorial's defining property.
  EXPECT_EQ(CasesFailingAtOddStep(), 895'014'631'192'902'120U);
}

TEST(InverseECoinTest, TurnsAtItsThresholds) {
  constexpr uint64_t kCopies = 7;
  const auto coin = [](DirectWords& source) { return InverseECoin(source); };
  EXPECT_TRUE(OnWords({0}, coin));
  EXPECT_TRUE(OnWords({kCopies * CasesFailingAtOddStep() - 1}, coin));
  EXPECT_FALSE(OnWords({kCopies * CasesFailingAtOddStep()}, coin));
  EXPECT_FALSE(OnWords({kCopies * (kTwentyFactorial - 1) - 1}, coin));
  EXPECT_TRUE(OnWords({kCopies * (kTwentyFactorial - 1), WordFor(1, 21)}, coin));
  EXPECT_FALSE(OnWords({kCopies * (kTwentyFactorial - 1), WordFor(0, 21), WordFor(1, 22)}, coin));
  EXPECT_TRUE(OnWords({kCopies * kTwentyFactorial, 0}, coin)) << "left-over words are redrawn";
}

}  // namespace
}  // namespace weir::dp::internal
