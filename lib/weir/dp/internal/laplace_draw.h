// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_LAPLACE_DRAW_H_
#define WEIR_DP_INTERNAL_LAPLACE_DRAW_H_

#include <cstdint>

#include "weir/base/decimal.h"
#include "weir/dp/internal/bernoulli.h"
#include "weir/privacy/privacy_cost.h"

// The magnitude of discrete Laplace noise, before the sign.
// Source: Canonne, Kamath, Steinke 2020, algorithm 2.
namespace weir::dp::internal {

// Magnitudes of this many scales or more are drawn again: probability below exp(-32000).
inline constexpr uint64_t kStepsLimit = uint64_t{1} << 15;

// U in [0, numerator) with probability proportional to exp(-U/numerator).
template <class Int, class Words>
Int DrawRemainder(Int numerator, Words& words) {
  while (true) {
    const Int candidate = Below(numerator, words);
    if (ExpCoin<Int>({candidate, numerator}, words)) return candidate;
  }
}

template <class Words>
uint64_t DrawSteps(Words& words) {
  while (true) {
    uint64_t steps = 0;
    while (InverseECoin(words)) ++steps;
    if (steps < kStepsLimit) return steps;
  }
}

// Y >= 0 with probability proportional to exp(-Y denominator/numerator). The numerator is below
// 2^110, so nothing overflows.
template <class Words>
uint128 DrawMagnitude(const Rational& scale, Words& words) {
  if (scale.numerator >> 48 == 0) {
    const auto numerator = static_cast<uint64_t>(scale.numerator);
    const uint64_t remainder = numerator == 1 ? 0 : DrawRemainder(numerator, words);
    const uint64_t scaled = remainder + numerator * DrawSteps(words);
    return scale.denominator == 1 ? scaled : scaled / static_cast<uint64_t>(scale.denominator);
  }
  const uint128 remainder = DrawRemainder(scale.numerator, words);
  return (remainder + scale.numerator * DrawSteps(words)) / scale.denominator;
}

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_LAPLACE_DRAW_H_
