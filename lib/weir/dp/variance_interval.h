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
// Interval: a set M of means with 99.8 % (RatioSet), and with 95.2 % the test that
//           Q - 2 m S + m^2 C - v C, which has expectation zero at the true mean m and variance v,
//           lies within w of zero, w from the law of N_Q - 2 m N_S + (m^2 - v) N_C. All v that
//           some m in M does not refute: near the sample mean the statistic changes little with m,
//           so that the 0.2 % for M cost little. M is cut into 16 pieces, each with its own
//           weights at their largest, and v is tested with its own weight (WideSum). Noises of
//           different kinds or of few steps: w at the largest weights over M and the variances not
//           yet refuted (WeightedSum). Where no v is left the nearest possible one stands.
// Guarantee: holds v with at least 95 % by the union bound, for c > 0. The refuted v on either side
//            are an interval, because half widths are convex in the weights (see EstimateRatio).
// Value:    Q/C - (S/C)^2 cut to what is possible; the middle where C is not positive.
// Standard error: the delta method at the estimates, at most half of what is possible.
// Errors:   INVALID_ARGUMENT  a law that no sampler takes, or bounds not finite or not ordered.
// Cost:     10 to 20 microseconds; 40 to 90 for noises of different kinds or of few steps.
StatusOr<DerivedEstimate> EstimateVariance(const VarianceOptions& options);

// Its square root, by the delta method; the interval is the roots of the variance's.
StatusOr<DerivedEstimate> EstimateStandardDeviation(const VarianceOptions& options);

}  // namespace weir::dp

#endif  // WEIR_DP_VARIANCE_INTERVAL_H_
