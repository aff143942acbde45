// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_INTEGER_FIT_H_
#define WEIR_DP_INTERNAL_INTEGER_FIT_H_

#include <span>
#include <vector>

#include "weir/base/decimal.h"

namespace weir::dp::internal {

// whole + fraction, fraction in [0, 1): a real number whose integer part never rounds.
struct SplitReal {
  int128 whole = 0;
  double fraction = 0;
};

// whole + offset. Assumes: |offset| below 2^62.
SplitReal Shifted(int128 whole, double offset);

// The nearest integer, halves up.
int128 Nearest(const SplitReal& value);

enum class Signs { kAny, kNotNegative };

// Integers that add up to `total` and lie near `targets`: these are projected (in L2) onto the
// vectors with that sum, without negative entries if asked, then each is rounded down or up, up
// for the largest fractions. For kAny each result is within |total - sum of targets| / count + 1 of
// its target.
// Assumes: at least one target; total >= 0 if entries must not be negative.
// Cost:    O(count log count).
std::vector<int128> FitToTotal(int128 total, std::span<const SplitReal> targets, Signs signs);

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_INTEGER_FIT_H_
