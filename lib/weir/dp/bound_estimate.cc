// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/bound_estimate.h"

#include <algorithm>
#include <array>
#include <vector>

#include "weir/dp/calibration.h"
#include "weir/dp/sparse_vector.h"

namespace weir::dp {
namespace {

StatusOr<uint64_t> CountUnits(std::span<const uint64_t> counts) {
  if (counts.empty() || counts.size() > kBoundBins) {
    return InvalidArgument("a bound is estimated from 1 to %zu bins", kBoundBins);
  }
  uint128 units = 0;
  for (const uint64_t count : counts) units += count;
  if (units >> 63 != 0) return InvalidArgument("a bound is estimated from less than 2^63 units");
  return static_cast<uint64_t>(units);
}

}  // namespace

size_t BoundBin(int128 value) {
  size_t bin = 0;
  while (bin + 1 < kBoundBins && value > BoundEdge(bin)) ++bin;
  return bin;
}

int128 BoundEdge(size_t bin) { return int128{1} << std::min(bin, kBoundBins - 1); }

StatusOr<size_t> EstimateUpperBound(std::span<const uint64_t> counts, BoundShare share,
                                    Epsilon epsilon, RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(const uint64_t units, CountUnits(counts));
  if (share.numerator == 0 || share.numerator > share.denominator) {
    return InvalidArgument("the share of units within a bound must be in (0, 1]");
  }
  WEIR_ASSIGN_OR_RETURN(const std::vector<Epsilon> shares,
                        SplitEpsilon(epsilon, std::array<uint32_t, 2>{1, 7}));
  WEIR_ASSIGN_OR_RETURN(const Rational scale, LaplaceScale(shares[0], 1));
  WEIR_ASSIGN_OR_RETURN(const DiscreteLaplace noise, DiscreteLaplace::Create(scale));
  const int128 noised = std::max(int128{0}, int128{units} + noise.Sample(random));
  const int128 may_exceed = noised * (share.denominator - share.numerator) / share.denominator;
  WEIR_ASSIGN_OR_RETURN(
      AboveThreshold asked,
      AboveThreshold::Create({.epsilon = shares[1], .sensitivity = 1, .is_monotonic = true},
                             -may_exceed, random));
  int128 above = units;
  for (size_t bin = 0; bin + 1 < counts.size(); ++bin) {
    above -= counts[bin];
    WEIR_ASSIGN_OR_RETURN(const bool is_enough, asked.Ask(-above, random));
    if (is_enough) return bin;
  }
  return counts.size() - 1;
}

}  // namespace weir::dp
