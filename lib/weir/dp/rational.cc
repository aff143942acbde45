// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/rational.h"

#include <bit>
#include <cstdint>

namespace weir::dp {
namespace {

uint128 GreatestCommonDivisor(uint128 a, uint128 b) {
  while (b != 0) {
    const uint128 remainder = a % b;
    a = b;
    b = remainder;
  }
  return a;
}

int BitLength(uint128 value) {
  const auto high = static_cast<uint64_t>(value >> 64);
  return high != 0 ? 64 + static_cast<int>(std::bit_width(high))
                   : static_cast<int>(std::bit_width(static_cast<uint64_t>(value)));
}

}  // namespace

StatusOr<Rational> MakeRational(uint128 numerator, uint128 denominator) {
  if (numerator == 0 || denominator == 0) {
    return InvalidArgument("a noise parameter must be a fraction of positive integers");
  }
  const uint128 divisor = GreatestCommonDivisor(numerator, denominator);
  return Rational{numerator / divisor, denominator / divisor};
}

bool IsReduced(const Rational& value) {
  return value.numerator != 0 && value.denominator != 0 &&
         GreatestCommonDivisor(value.numerator, value.denominator) == 1;
}

uint128 Floor(const Rational& value) { return value.numerator / value.denominator; }

uint128 IntegerSquareRoot(uint128 value) {
  uint128 root = 0;
  for (int bit = (BitLength(value) + 1) / 2; bit-- > 0;) {
    const uint128 candidate = root | (uint128{1} << bit);
    if (candidate <= value / candidate) root = candidate;
  }
  return root;
}

}  // namespace weir::dp
