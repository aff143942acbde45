// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_BOUND_ESTIMATE_H_
#define WEIR_DP_BOUND_ESTIMATE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "weir/base/decimal.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/privacy/parameters.h"

namespace weir::dp {

// Bins of values in grid steps: bin 0 holds values up to 1, bin i those in (2^(i-1), 2^i], the last
// one everything above.
inline constexpr size_t kBoundBins = 63;
size_t BoundBin(int128 value);
// Upper edge of a bin, 2^bin: the bound that is proposed.
int128 BoundEdge(size_t bin);

struct BoundShare {
  uint32_t numerator;    // the share of units that should lie within the bound, e.g. 99/100;
  uint32_t denominator;  // 0 < numerator <= denominator
};

// An upper bound for values (a unit's largest value, or its sum), estimated privately.
//
// `counts[i]` is the number of units in bin i, each unit in one bin. Returns a bin such that about
// the wanted share of units lies at or below its edge; the last one if none does. An eighth of
// epsilon counts the units, the rest pays for AboveThreshold, asked from the lowest bin upwards
// whether no more units lie above than the share allows (monotonic, sensitivity 1).
//
// Guarantee: epsilon-DP, whatever the data: one pure event of `epsilon`.
// Assumes:   adding or removing one privacy unit changes one count by one.
// Errors:    INVALID_ARGUMENT if there are no bins or more than kBoundBins, the counts add to
//            2^63 or more, the share is not in (0, 1], or epsilon is too small for the samplers.
StatusOr<size_t> EstimateUpperBound(std::span<const uint64_t> counts, BoundShare share,
                                    Epsilon epsilon, RandomSource& random);

}  // namespace weir::dp

#endif  // WEIR_DP_BOUND_ESTIMATE_H_
