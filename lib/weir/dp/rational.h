// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_RATIONAL_H_
#define WEIR_DP_RATIONAL_H_

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

// numerator/denominator in lowest terms, so that equality of values is equality of members.
// Errors: INVALID_ARGUMENT if either is zero.
StatusOr<Rational> MakeRational(uint128 numerator, uint128 denominator);

// Whether both are positive and share no factor.
bool IsReduced(const Rational& value);

// The value to within two units in the last place: for reports, never for sampling.
inline double ToDouble(const Rational& value) {
  return static_cast<double>(value.numerator) / static_cast<double>(value.denominator);
}

// Largest integer not above the value.
uint128 Floor(const Rational& value);

// Largest integer whose square is not above `value`.
uint128 IntegerSquareRoot(uint128 value);

}  // namespace weir::dp

#endif  // WEIR_DP_RATIONAL_H_
