// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/intervals.h"

#include <algorithm>

#include "weir/dp/internal/law_tail.h"

namespace weir::dp {

StatusOr<double> StandardError(const NoiseLaw& law) {
  WEIR_RETURN_IF_ERROR(internal::CheckLaw(law));
  return internal::StandardDeviation(law);
}

StatusOr<double> MeanAbsoluteError(const NoiseLaw& law) {
  WEIR_RETURN_IF_ERROR(internal::CheckLaw(law));
  return internal::MeanSize(law);
}

StatusOr<double> TwoSidedTail(const NoiseLaw& law, int128 w) {
  WEIR_RETURN_IF_ERROR(internal::CheckLaw(law));
  if (w < 0) return InvalidArgument("the half width of an interval must not be negative");
  return std::min(1.0, 2 * internal::OneSidedTail(law, static_cast<double>(w) + 1));
}

StatusOr<int128> HalfWidth(const NoiseLaw& law) {
  WEIR_RETURN_IF_ERROR(internal::CheckLaw(law));
  const auto covers = [&](int128 w) {
    return 2 * internal::OneSidedTail(law, static_cast<double>(w) + 1) <= 1 - kCoverage;
  };
  if (covers(0)) return int128{0};
  int128 too_small = 0;
  int128 enough = 1;
  while (!covers(enough)) {
    too_small = enough;
    enough *= 2;
  }
  while (enough - too_small > 1) {
    const int128 middle = too_small + (enough - too_small) / 2;
    (covers(middle) ? enough : too_small) = middle;
  }
  return enough;
}

}  // namespace weir::dp
