// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_RATIO_INTERVAL_H_
#define WEIR_DP_RATIO_INTERVAL_H_

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/dp/intervals.h"

namespace weir::dp {

// An integer with noise of a known law.
struct NoisedInteger {
  int128 value = 0;
  NoiseLaw law;
};

// What is derived from noised integers, for display and with its interval.
struct DerivedEstimate {
  double value = 0;
  double standard_error = 0;
  double low = 0;  // [low, high] holds the quantity of the bounded rows with at least 95 %
  double high = 0;
};

struct RatioOptions {
  NoisedInteger numerator;
  NoisedInteger denominator;
  // Public bounds of the true ratio; infinite if there are none. Of a mean of values around an
  // origin, value - origin lies in them and so does the mean: the caller adds the origin.
  double lowest = 0;
  double highest = 0;
};

// The ratio s/c of two integers from S = s + N1, C = c + N2 with independent noises.
//
// Interval: all r for which |S - r C| is not in the 5 % tail of |N1 - r N2| (Fieller's test with
//           the law of the discrete noises), cut to [lowest, highest]. The set's hull: a few noised
//           rows can leave the whole range. An empty set (chance at most 5 %) gives the whole
//           range.
// Guarantee: holds s/c with at least 95 % for every s, c with c != 0.
// Value:    S/C cut to the range; its middle where C is zero.
// Standard error: the delta method, sqrt(var N1 + (S/C)^2 var N2) / |C|, at most half the range.
// Errors:   INVALID_ARGUMENT  a law that no sampler takes, or lowest > highest or not a number.
// Cost:     3 microseconds; up to 100 for noises of different kinds or of a few steps; milliseconds
//           for noises of different kinds of which one has thousands of steps.
// Source:   Fieller, "Some problems in interval estimation", JRSS B 16(2), 1954. That the set ends
//           once on either side of S/C: quantiles of |N1 - r N2| are convex in r for symmetric
//           log-concave densities (Bobkov, "Convex bodies and norms associated to convex measures",
//           2010); for lattices that holds up to a step, and coverage is enumerated in the tests.
StatusOr<DerivedEstimate> EstimateRatio(const RatioOptions& options);

namespace internal {

struct RealInterval {
  double low = 0;
  double high = 0;
};

// The interval above with another tail than 5 %. Assumes: options that EstimateRatio takes.
RealInterval RatioSet(const RatioOptions& options, double tail);

}  // namespace internal
}  // namespace weir::dp

#endif  // WEIR_DP_RATIO_INTERVAL_H_
