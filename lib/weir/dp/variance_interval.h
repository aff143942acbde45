// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_VARIANCE_INTERVAL_H_
#define WEIR_DP_VARIANCE_INTERVAL_H_

#include "weir/base/status.h"
#include "weir/dp/ratio_interval.h"

namespace weir::dp {

// Independently noised count, sum and sum of squares of the same rows, of value - origin in grid
// steps. An origin in the middle of the range makes the noise of the squares four times smaller.
struct VarianceOptions {
  NoisedInteger count;
  NoisedInteger sum;
  NoisedInteger squares;
  double lowest = 0;  // public bounds of value - origin, finite
  double highest = 0;
};

// The population variance v = q/c - (s/c)^2 of the bounded rows, in squared grid steps; it lies in
// [0, (highest - lowest)^2 / 4].
//
// Interval: all v that some count c and mean m do not refute: C is near c, m is in a set M of means
//           (RatioSet), and T = Q - 2 m S + (m^2 - v) C, whose expectation is zero at the true m
//           and v, is not too large, nor T - p(U) too small. U = S - m C, and p grows to either
//           side of zero, so that means far off the sample's refute v more easily. How the 5 % are
//           split depends on c: 4.8 to 4.9 % for T, evenly, the rest for m and c; below 8 scales of
//           C's noise p is zero. Cut to (highest - m) (m - lowest). Noises of different kinds, or
//           of few steps on the sum or the squares: M with 0.2 %, T with 4.8 % at the largest
//           weights over M and the variances not yet refuted (WeightedSum). Where no v is left the
//           nearest possible one stands.
// Guarantee: holds v with at least 95 % by the union bound, for c > 0.
//            docs/explanation/intervals-of-variances.md has the proof, and how near to the smallest
//            the interval is.
// Value:    Q/C - (S/C)^2 moved into the interval; the middle of what is possible where C is not
//           positive.
// Standard error: the delta method at the estimates, at most half of what is possible.
// Errors:   INVALID_ARGUMENT  a law that no sampler takes, or bounds not finite or not ordered.
// Cost:     15 to 30 microseconds, at small counts up to 50; 35 to 90 for noises of different kinds
//           or of few steps.
StatusOr<DerivedEstimate> EstimateVariance(const VarianceOptions& options);

// Its square root, by the delta method; the interval is the roots of the variance's.
StatusOr<DerivedEstimate> EstimateStandardDeviation(const VarianceOptions& options);

}  // namespace weir::dp

#endif  // WEIR_DP_VARIANCE_INTERVAL_H_
