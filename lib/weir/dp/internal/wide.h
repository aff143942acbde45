// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_WIDE_H_
#define WEIR_DP_INTERNAL_WIDE_H_

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "weir/base/decimal.h"

namespace weir::dp::internal {

// Unsigned integer of 384 bits for exact scales and acceptance tests. Results that would not fit
// wrap; callers bound their operands so that none does (the bounds stand where Wide is used).
class Wide {
 public:
  static constexpr size_t kLimbs = 6;

  constexpr Wide() = default;
  constexpr Wide(uint128 value)  // NOLINT(google-explicit-constructor): a widening
      : limbs_{static_cast<uint64_t>(value), static_cast<uint64_t>(value >> 64)} {}
  static constexpr Wide FromLimbs(const std::array<uint64_t, kLimbs>& limbs) {
    Wide result;
    result.limbs_ = limbs;
    return result;
  }

  constexpr int BitLength() const {
    for (size_t i = kLimbs; i-- > 0;) {
      const int bits = static_cast<int>(std::bit_width(limbs_[i]));
      if (bits != 0) return static_cast<int>(64 * i) + bits;
    }
    return 0;
  }
  constexpr uint128 Low128() const { return (uint128{limbs_[1]} << 64) | limbs_[0]; }
  // Binary digits first, first + 1, ..., first + 127. Assumes: first >= 0.
  constexpr uint128 DigitsFrom(int first) const {
    const auto skipped = static_cast<size_t>(first) / 64;
    const auto shift = static_cast<unsigned>(first) % 64;
    const auto at = [this](size_t i) { return i < kLimbs ? limbs_[i] : uint64_t{0}; };
    const uint128 digits = (uint128{at(skipped + 1)} << 64) | at(skipped);
    if (shift == 0) return digits;
    return (digits >> shift) | (uint128{at(skipped + 2)} << (128 - shift));
  }
  constexpr uint64_t limb(size_t index) const { return limbs_[index]; }

  friend constexpr bool operator==(const Wide&, const Wide&) = default;
  friend constexpr std::strong_ordering operator<=>(const Wide& a, const Wide& b) {
    for (size_t i = kLimbs; i-- > 0;) {
      if (a.limbs_[i] != b.limbs_[i]) return a.limbs_[i] <=> b.limbs_[i];
    }
    return std::strong_ordering::equal;
  }

  friend constexpr Wide operator+(const Wide& a, const Wide& b) {
    Wide sum;
    uint128 carry = 0;
    for (size_t i = 0; i < kLimbs; ++i) {
      carry += uint128{a.limbs_[i]} + b.limbs_[i];
      sum.limbs_[i] = static_cast<uint64_t>(carry);
      carry >>= 64;
    }
    return sum;
  }
  friend constexpr Wide operator-(const Wide& a, const Wide& b) {
    Wide difference;
    uint64_t borrow = 0;
    for (size_t i = 0; i < kLimbs; ++i) {
      const uint128 lowered = uint128{a.limbs_[i]} - b.limbs_[i] - borrow;
      difference.limbs_[i] = static_cast<uint64_t>(lowered);
      borrow = static_cast<uint64_t>(lowered >> 64) != 0 ? 1 : 0;
    }
    return difference;
  }
  friend constexpr Wide operator*(const Wide& a, const Wide& b) {
    Wide product;
    for (size_t i = 0; i < kLimbs; ++i) {
      uint128 carry = 0;
      for (size_t j = 0; i + j < kLimbs; ++j) {
        carry += uint128{a.limbs_[i]} * b.limbs_[j] + product.limbs_[i + j];
        product.limbs_[i + j] = static_cast<uint64_t>(carry);
        carry >>= 64;
      }
    }
    return product;
  }

  struct Division;
  constexpr Division DividedBy(const Wide& divisor) const;
  // Smallest integer not below *this / divisor.
  constexpr Wide CeilingOfDivisionBy(const Wide& divisor) const;

 private:
  constexpr bool bit(int index) const {
    return (limbs_[static_cast<size_t>(index) / 64] >> (static_cast<unsigned>(index) % 64) & 1) !=
           0;
  }
  constexpr void set_bit(int index) {
    limbs_[static_cast<size_t>(index) / 64] |= uint64_t{1} << (static_cast<unsigned>(index) % 64);
  }

  std::array<uint64_t, kLimbs> limbs_{};
};

struct Wide::Division {
  Wide quotient;
  Wide remainder;
};

// Shift and subtract: for planning, not for sampling. The divisor is positive and below 2^383.
constexpr Wide::Division Wide::DividedBy(const Wide& divisor) const {
  Division result;
  for (int i = BitLength(); i-- > 0;) {
    result.remainder = result.remainder + result.remainder;
    if (bit(i)) result.remainder.set_bit(0);
    if (result.remainder >= divisor) {
      result.remainder = result.remainder - divisor;
      result.quotient.set_bit(i);
    }
  }
  return result;
}

constexpr Wide Wide::CeilingOfDivisionBy(const Wide& divisor) const {
  const Division division = DividedBy(divisor);
  return division.remainder == Wide() ? division.quotient : division.quotient + Wide(1);
}

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_WIDE_H_
