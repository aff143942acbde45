// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_STATISTICAL_DP_VARIANCE_LIMITS_H_
#define WEIR_TESTS_STATISTICAL_DP_VARIANCE_LIMITS_H_

#include <cmath>

#include "tests/statistical/dp/goodness_of_fit.h"

namespace weir::test {

// The mean of `samples` squares of standard normal numbers leaves [low, high] with probability at
// most kFalsePositiveRate. Rounded normals, which have lighter tails, do so no more often.
// Source: Laurent, Massart, "Adaptive estimation of a quadratic functional by model selection",
//         Annals of Statistics 28(5), 2000, lemma 1.
struct VarianceLimits {
  double low;
  double high;
  bool Hold(double mean_square) const { return mean_square >= low && mean_square <= high; }
};

inline VarianceLimits LimitsOfMeanSquare(double samples) {
  const double x = std::log(2 / kFalsePositiveRate) / samples;
  return {1 - 2 * std::sqrt(x), 1 + 2 * std::sqrt(x) + 2 * x};
}

}  // namespace weir::test

#endif  // WEIR_TESTS_STATISTICAL_DP_VARIANCE_LIMITS_H_
