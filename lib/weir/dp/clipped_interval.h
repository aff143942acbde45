// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_CLIPPED_INTERVAL_H_
#define WEIR_DP_CLIPPED_INTERVAL_H_

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/dp/intervals.h"

namespace weir::dp {

// In grid steps; both ends included.
struct IntegerInterval {
  int128 low = 0;
  int128 high = 0;
  friend bool operator==(const IntegerInterval&, const IntegerInterval&) = default;
};

// The interval of HalfWidth around a noised value, cut to what is possible: a count is at least 0,
// a sum of at most n values of [a, b] lies in [n a, n b] for a public n.
//
// Guarantee: holds the true value, which lies in `possible`, with at least kCoverage: cutting loses
//            no possible value. Where nothing is left, it is the nearest end of `possible`.
// Errors:    INVALID_ARGUMENT for a law that no sampler takes, or possible.low > possible.high.
StatusOr<IntegerInterval> ClippedInterval(int128 noised, const NoiseLaw& law,
                                          const IntegerInterval& possible);

}  // namespace weir::dp

#endif  // WEIR_DP_CLIPPED_INTERVAL_H_
