// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/clipped_interval.h"

#include <algorithm>

namespace weir::dp {

StatusOr<IntegerInterval> ClippedInterval(int128 noised, const NoiseLaw& law,
                                          const IntegerInterval& possible) {
  if (possible.low > possible.high) {
    return InvalidArgument("the lowest possible value must not be above the highest");
  }
  WEIR_ASSIGN_OR_RETURN(const int128 width, HalfWidth(law));
  int128 low = 0;
  int128 high = 0;
  if (__builtin_sub_overflow(noised, width, &low)) low = possible.low;
  if (__builtin_add_overflow(noised, width, &high)) high = possible.high;
  return IntegerInterval{std::clamp(low, possible.low, possible.high),
                         std::clamp(high, possible.low, possible.high)};
}

}  // namespace weir::dp
