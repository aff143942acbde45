// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_EXP_COIN_H_
#define WEIR_DP_INTERNAL_EXP_COIN_H_

#include <cstdint>

#include "weir/base/decimal.h"
#include "weir/dp/internal/bernoulli.h"

namespace weir::dp::internal {

// True with probability exp(-numerator/denominator) for any size of exponent: whole parts first,
// each a coin of exp(-1), so that the expected number of coins stays below 3.
template <class Words>
bool NegativeExpCoin(const Exponent<uint128>& exponent, Words& words) {
  uint128 whole = exponent.numerator / exponent.denominator;
  for (; whole > 0; --whole) {
    if (!InverseECoin(words)) return false;
  }
  const uint128 rest = exponent.numerator % exponent.denominator;
  if (rest == 0) return true;
  if (exponent.denominator >> 62 == 0) {
    return ExpCoin<uint64_t>(
        {static_cast<uint64_t>(rest), static_cast<uint64_t>(exponent.denominator)}, words);
  }
  return ExpCoin<uint128>({rest, exponent.denominator}, words);
}

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_EXP_COIN_H_
