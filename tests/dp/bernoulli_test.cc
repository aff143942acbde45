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

// What words decide at once, by integers: true if (word + 1) d k <= 2^64 n, false if
// word d k >= 2^64 n. Between the two, zeros from there on are below the fraction's digits.
void ExpectTurnsAtTheFraction(const Wide& numerator, const Wide& denominator, uint64_t k) {
  const WideFraction fraction = MakeWideFraction({numerator, denominator});
  const Wide shifted = numerator * Wide(uint128{1} << 64);
  const uint64_t near = fraction.low / k;
  const auto coin = [&](DirectWords& source) { return WideCoin(fraction, k, source); };
  for (uint64_t word = near < 9 ? 0 : near - 9; word < near + 9; ++word) {
    const Wide passed = denominator * Wide(k) * Wide(word);
    const bool is_below = !(shifted < passed + denominator * Wide(k));
    std::vector<uint64_t> script = {word};
    if (!is_below && passed < shifted) {
      script.resize(1 +
                    static_cast<size_t>((denominator * Wide(k) - Wide(1)).BitLength() + 63) / 64);
    }
    EXPECT_EQ(OnWords(script, coin), passed < shifted);
  }
}

TEST(WideCoinTest, TurnsAtTheFraction) {
  const Wide large(uint128{1} << 120);
  const Wide odd = Wide((uint128{1} << 127) - 1) * Wide((uint128{1} << 101) - 69);
  for (const uint64_t k : {uint64_t{1}, uint64_t{2}, uint64_t{3}, uint64_t{7}, uint64_t{65535}}) {
    ExpectTurnsAtTheFraction(large * Wide(3), large * Wide(5), k);
    ExpectTurnsAtTheFraction(odd - Wide(1), odd, k);
    ExpectTurnsAtTheFraction(Wide(1), odd, k);
    ExpectTurnsAtTheFraction(Wide(12345) * large * large, odd * Wide(987654321), k);
    ExpectTurnsAtTheFraction(Wide((uint128{1} << 63) + 1), Wide(uint128{1} << 64), k);
  }
}

TEST(WideCoinTest, DigitsBehindTheFirstWordDecideWhereItCannot) {
  // 2^64 * 3/5 = 11068046444225730969 + 3/5.
  const Wide large(uint128{1} << 62);
  const WideFraction fraction = MakeWideFraction({Wide(3) * large, Wide(5) * large});
  const auto coin = [&](DirectWords& words) { return WideCoin(fraction, 1, words); };
  constexpr uint64_t kFirst = 11'068'046'444'225'730'969U;
  constexpr uint64_t kTurn = uint64_t{3}
                             << 62;  // of the low word; the high one is 0 below 5 * 2^62
  EXPECT_TRUE(OnWords({kFirst, kTurn - 1, 0}, coin));
  EXPECT_FALSE(OnWords({kFirst, kTurn, 0}, coin));
  EXPECT_TRUE(OnWords({kFirst - 1}, coin));
  EXPECT_FALSE(OnWords({kFirst + 1}, coin));
}

TEST(WideExpCoinTest, AnswersTheParityOfTheFirstFailure) {
  const Wide large(uint128{1} << 120);
  const auto coin = [&](DirectWords& words) {
    return WideExpCoin({Wide(3) * large, Wide(5) * large}, words);
  };
  std::vector<uint64_t> words;
  for (uint64_t k = 1; k <= 7; ++k) {
    std::vector<uint64_t> failing = words;
    failing.push_back(WordFor(3, 5 * k) + 1);
    EXPECT_EQ(OnWords(failing, coin), k % 2 == 1);
    words.push_back(WordFor(3, 5 * k) - 3);  // succeeds
  }
  const auto zero = [&](DirectWords& source) { return WideExpCoin({Wide(), large}, source); };
  EXPECT_TRUE(OnWords({0}, zero));
}

TEST(WideTest, DigitsFromAnyPlace) {
  const Wide value = Wide::FromLimbs({1, 2, 3, 4, 5, 6});
  EXPECT_TRUE(value.DigitsFrom(64) == ((uint128{3} << 64) | 2));
  EXPECT_TRUE(value.DigitsFrom(320) == 6);
  EXPECT_TRUE(value.DigitsFrom(383) == 0);
  for (const int first : {1, 63, 65, 127, 200, 321}) {
    Wide power(1);
    for (int i = 0; i < first; ++i) power = power + power;
    EXPECT_TRUE(value.DigitsFrom(first) == value.DividedBy(power).quotient.Low128()) << first;
  }
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
