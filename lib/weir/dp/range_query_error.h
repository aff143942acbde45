// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_RANGE_QUERY_ERROR_H_
#define WEIR_DP_RANGE_QUERY_ERROR_H_

#include <cstdint>

#include "weir/base/status.h"

namespace weir::dp {

// Root of the mean square error over all sums of adjacent leaves, where one unit changes one leaf
// by one.
struct RangeQueryError {
  int levels;               // of measurements: 1 without a tree
  double per_noise;         // in units of the deviation of one measurement's noise
  double laplace_epsilon1;  // Laplace noise of scale `levels`: epsilon 1 in all
  double gaussian;  // in units of the sigma of one measurement alone: per_noise sqrt(levels)
};

// Complete tree of `branching`^depth leaves, all its levels measured with the same noise, combined
// by weighted least squares. depth 0 is a single leaf.
// Errors: INVALID_ARGUMENT for branching below 2 or more than 2^24 leaves.
// Cost:   O(leaves * depth), exact up to rounding (1e-11).
// Source: Hay, Rastogi, Miklau, Suciu, "Boosting the accuracy of differentially private histograms
//         through consistency", VLDB 2010, sections 4 and 5.
StatusOr<RangeQueryError> TreeRangeError(uint32_t branching, uint32_t depth);

// The leaves alone, each measured. Errors: INVALID_ARGUMENT for zero.
StatusOr<RangeQueryError> LeavesRangeError(uint64_t leaves);

}  // namespace weir::dp

#endif  // WEIR_DP_RANGE_QUERY_ERROR_H_
