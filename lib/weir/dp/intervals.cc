// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/intervals.h"

#include <algorithm>

#include "weir/dp/internal/gallop.h"
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
  // 1.96 deviations of a wide Gaussian, 2.12 of a wide Laplace.
  const double deviations = law.kind == NoiseKind::kDiscreteGaussian ? 1.96 : 2.118;
  return internal::SmallestFrom(deviations * internal::StandardDeviation(law), covers);
}

}  // namespace weir::dp
