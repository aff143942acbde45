// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_RATIO_H_
#define WEIR_ANON_INTERNAL_RATIO_H_

#include <cstdint>
#include <string_view>

#include "weir/base/decimal.h"
#include "weir/base/status.h"

namespace weir::anon::internal {

// A limit as an exact fraction in lowest terms, so that a class at the limit is decided by
// integers and not by how a decimal happens to round.
struct Ratio {
  uint64_t numerator = 0;
  uint64_t denominator = 1;  // at most 10^9
};

// Where a limit may lie.
struct LimitRange {
  std::string_view text;  // as in messages: "(0, 1]"
  Decimal lowest = {};
  bool is_lowest_allowed = false;
  Decimal highest = {};
};

// Errors: INVALID_ARGUMENT  outside the range, or more than nine decimals. `what` names the limit.
StatusOr<Ratio> CheckedRatio(std::string_view what, const Decimal& value, const LimitRange& range);

// (0, 1], [0, 1], (0, 10^6]
const LimitRange& PositiveShare();
const LimitRange& AnyShare();
const LimitRange& PositiveFactor();

// Whether a <= ratio * b. Exact for a, b < 2^64.
inline bool AtMost(uint64_t a, const Ratio& ratio, uint64_t b) {
  return static_cast<uint128>(a) * ratio.denominator <= static_cast<uint128>(b) * ratio.numerator;
}

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_RATIO_H_
