// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_BASE_DECIMAL_H_
#define WEIR_BASE_DECIMAL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/status.h"

namespace weir {

__extension__ using int128 = __int128;
__extension__ using uint128 = unsigned __int128;

// A decimal number as people write it, exact: coefficient * 10^exponent.
// Shapes: |coefficient| < 10^36, exponent in [-60, 60]; trailing zeros are removed (canonical), so
//         equality of values is equality of members.
struct Decimal {
  int128 coefficient = 0;
  int exponent = 0;
  friend bool operator==(const Decimal&, const Decimal&) = default;
};

// -?digits[.digits][(e|E)[+-]digits]; no leading zeros ("08", "00"), no bare dot, no plus sign, no
// NaN or infinity. INVALID_ARGUMENT otherwise or out of the shape above.
StatusOr<Decimal> ParseDecimal(std::string_view text);
// Plain notation without exponent where it has at most 40 characters: 0.000001, 12.5, -3.
std::string FormatDecimal(const Decimal& value);

enum class Rounding { kExact, kDown, kUp, kNearest };  // kDown: towards minus infinity
// value * 10^digits as an integer: kExact gives INVALID_ARGUMENT when a fraction is left;
// OUT_OF_RANGE when it does not fit. kNearest rounds halves away from zero.
StatusOr<int128> ScaleDecimal(const Decimal& value, int digits, Rounding rounding);
// The decimal coefficient * 10^-digits.
Decimal MakeDecimal(int128 coefficient, int digits);
double ToDouble(const Decimal& value);
int Compare(const Decimal& a, const Decimal& b);

std::string FormatInt128(int128 value);
// INVALID_ARGUMENT unless -?digits without leading zeros; OUT_OF_RANGE beyond 128 bits.
StatusOr<int128> ParseInt128(std::string_view text);

}  // namespace weir

#endif  // WEIR_BASE_DECIMAL_H_
