// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_GALLOP_H_
#define WEIR_DP_INTERNAL_GALLOP_H_

#include <algorithm>

#include "weir/base/decimal.h"

namespace weir::dp::internal {

// Smallest m >= 1 with suffices(m), which holds from some m on. Steps that double lead away from
// `guess`, so that a near one takes a few calls.
template <class Suffices>
int128 SmallestFrom(double guess, const Suffices& suffices) {
  const auto start = static_cast<int128>(std::clamp(guess, 1.0, 0x1p100));
  int128 too_small = 0;
  int128 enough = start;
  int128 step = 1;
  if (suffices(start)) {
    while (enough - step > 0 && suffices(enough - step)) {
      enough -= step;
      step *= 2;
    }
    too_small = std::max(int128{0}, enough - step);
  } else {
    too_small = start;
    while (!suffices(too_small + step)) {
      too_small += step;
      step *= 2;
    }
    enough = too_small + step;
  }
  while (enough - too_small > 1) {
    const int128 middle = too_small + (enough - too_small) / 2;
    (suffices(middle) ? enough : too_small) = middle;
  }
  return enough;
}

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_GALLOP_H_
