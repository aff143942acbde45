// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_WIDE_VARIANCE_SET_H_
#define WEIR_DP_INTERNAL_WIDE_VARIANCE_SET_H_

#include "weir/dp/internal/bent_sum.h"
#include "weir/dp/ratio_interval.h"
#include "weir/dp/variance_interval.h"

namespace weir::dp::internal {

struct Moments {
  double count;
  double sum;
  double squares;
};
Moments MomentsOf(const VarianceOptions& options);

enum class Side { kBelow = -1, kAbove = 1 };

// The sum of squares around `mean`, not above or not below its exact value: floating point errs by
// less than 2^-50 of the terms.
double SquaresAround(const Moments& moments, double mean, Side side);

// The variances of EstimateVariance's interval under wide noises of one kind; where all are refuted
// the nearest that is possible. docs/explanation/intervals-of-variances.md has the rule and its
// proof.
//
// Assumes: the noised count is above 0, bounds of different values.
// Cost:    some hundred tails.
RealInterval WideVarianceSet(const VarianceOptions& options, const BentSum& noises);

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_WIDE_VARIANCE_SET_H_
