// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_BERNOULLI_H_
#define WEIR_DP_INTERNAL_BERNOULLI_H_

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>

#include "weir/base/decimal.h"
#include "weir/dp/internal/wide.h"

// Exact coins from uniform 64-bit words (`Words` has Next()). Integers only.
// Source: Canonne, Kamath, Steinke 2020, algorithm 1; Lemire, "Fast random integer generation in
// an interval", 2019, algorithm 5.
namespace weir::dp::internal {

// Uniform in [0, limit), limit > 0, without bias.
template <class Words>
uint64_t Below(uint64_t limit, Words& words) {
  uint128 product = uint128{words.Next()} * limit;
  if (static_cast<uint64_t>(product) < limit) {
    const uint64_t threshold = (0 - limit) % limit;
    while (static_cast<uint64_t>(product) < threshold) product = uint128{words.Next()} * limit;
  }
  return static_cast<uint64_t>(product >> 64);
}

template <class Words>
uint128 Below(uint128 limit, Words& words) {
  if (limit >> 64 == 0) return Below(static_cast<uint64_t>(limit), words);
  const int bits = 64 + static_cast<int>(std::bit_width(static_cast<uint64_t>((limit - 1) >> 64)));
  const uint128 mask = bits == 128 ? ~uint128{0} : (uint128{1} << bits) - 1;
  while (true) {
    const uint64_t high = words.Next();
    const uint128 candidate = ((uint128{high} << 64) | words.Next()) & mask;
    if (candidate < limit) return candidate;
  }
}

template <class Words>
Wide Below(const Wide& limit, Words& words) {
  const unsigned bits = static_cast<unsigned>((limit - Wide(1)).BitLength());
  while (true) {
    std::array<uint64_t, Wide::kLimbs> limbs{};
    for (unsigned i = 0; 64 * i < bits; ++i) limbs[i] = words.Next();
    if (bits % 64 != 0) limbs[bits / 64] &= (uint64_t{1} << (bits % 64)) - 1;
    const Wide candidate = Wide::FromLimbs(limbs);
    if (candidate < limit) return candidate;
  }
}

template <class Words>
bool FairCoin(Words& words) {
  return (words.Next() >> 63) != 0;
}

template <class Int>
struct Exponent {
  Int numerator;
  Int denominator;
};

// True with probability exp(-numerator/denominator), 0 <= numerator <= denominator.
// Draws coins of probability numerator/(denominator * k), k = 1, 2, ..., until one fails; the
// answer is whether the failing k is odd. Denominators with room for k in a word need one word a
// coin; the others draw numerator/denominator and 1/k apart, which is the same law.
template <class Int, class Words>
bool ExpCoin(const Exponent<Int>& exponent, Words& words) {
  const auto& [numerator, denominator] = exponent;
  uint64_t k = 1;
  if (!(Below(denominator, words) < numerator)) return true;
  if constexpr (std::same_as<Int, uint64_t>) {
    for (const uint64_t last = ~uint64_t{0} / denominator; k < last;) {
      ++k;
      if (!(Below(denominator * k, words) < numerator)) return k % 2 == 1;
    }
  }
  do {
    ++k;
  } while (Below(k, words) == 0 && Below(denominator, words) < numerator);
  return k % 2 == 1;
}

// A fraction in [0, 1) of large integers, with what the first 64 digits of a uniform number say
// about it: floor(2^64 numerator/denominator) lies in [low, low + kSlack).
struct WideFraction {
  static constexpr uint64_t kSlack = 6;
  Wide numerator;
  Wide denominator;
  uint64_t low = 0;
};

// From the leading digits n of the numerator and d >= 2^63 of the denominator, cut at the same
// place: the fraction lies in (n/(d+1), (n+1)/d), less than 2/d <= 2^-62 apart.
// Assumes: numerator < denominator, 2^64 <= denominator < 2^300.
inline WideFraction MakeWideFraction(const Exponent<Wide>& fraction) {
  const int cut = fraction.denominator.BitLength() - 64;
  const uint128 n = fraction.numerator.DigitsFrom(cut);
  const uint128 d = fraction.denominator.DigitsFrom(cut);
  return {fraction.numerator, fraction.denominator, static_cast<uint64_t>((n << 64) / (d + 1))};
}

// True with probability numerator/(denominator k), k in [1, 2^16). The first word w decides unless
// it is one of at most 7 of 2^64; then the digits after it do: the fraction times 2^64, less w.
template <class Words>
bool WideCoin(const WideFraction& fraction, uint64_t k, Words& words) {
  const uint64_t word = words.Next();
  const uint64_t low = fraction.low / k;
  if (word < low) return true;
  if (word - low > WideFraction::kSlack) return false;
  const Wide denominator = fraction.denominator * Wide(k);
  const Wide shifted = fraction.numerator * Wide(uint128{1} << 64);
  const Wide passed = denominator * Wide(word);
  if (!(passed < shifted)) return false;
  const Wide rest = shifted - passed;
  return !(rest < denominator) || Below(denominator, words) < rest;
}

// ExpCoin for numerator < denominator, one word a coin.
template <class Words>
bool WideExpCoin(const Exponent<Wide>& exponent, Words& words) {
  const WideFraction fraction = MakeWideFraction(exponent);
  constexpr uint64_t kLargest = (uint64_t{1} << 16) - 1;
  uint64_t k = 1;
  for (; k <= kLargest; ++k) {
    if (!WideCoin(fraction, k, words)) return k % 2 == 1;
  }
  while (Below(k, words) == 0 && WideCoin(fraction, 1, words)) ++k;
  return k % 2 == 1;
}

// exp(-1): the coins 1/1, 1/2, ..., 1/20 of the same algorithm all at once. They are a uniform
// draw from 20! equal cases, of which those that fail first at an odd k come first and the one
// case that passes all twenty comes last.
inline constexpr uint64_t kTwentyFactorial = 2'432'902'008'176'640'000;
constexpr uint64_t CasesFailingAtOddStep() {
  uint64_t passing_before = kTwentyFactorial;  // 20! / (k-1)!
  uint64_t cases = 0;
  for (uint64_t k = 1; k <= 20; ++k) {
    const uint64_t passing = passing_before / k;
    if (k % 2 == 1) cases += passing_before - passing;
    passing_before = passing;
  }
  return cases;
}

// True with probability exp(-1): one word, nearly always.
template <class Words>
bool InverseECoin(Words& words) {
  constexpr uint64_t kCopies = ~uint64_t{0} / kTwentyFactorial;  // as many as fit in a word
  uint64_t word = words.Next();
  while (word >= kCopies * kTwentyFactorial) word = words.Next();
  if (word < kCopies * CasesFailingAtOddStep()) return true;
  if (word < kCopies * (kTwentyFactorial - 1)) return false;
  uint64_t k = 20;
  do {
    ++k;
  } while (Below(k, words) == 0);
  return k % 2 == 1;
}

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_BERNOULLI_H_
