// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_ANALYTIC_GAUSSIAN_H_
#define WEIR_DP_ANALYTIC_GAUSSIAN_H_

#include "weir/base/status.h"
#include "weir/privacy/parameters.h"

namespace weir::dp {

// Smallest standard deviation of continuous Gaussian noise that gives (epsilon, delta) at L2
// sensitivity `l2_sensitivity`: the root of
//   Phi(D/(2s) - epsilon s/D) - e^epsilon Phi(-D/(2s) - epsilon s/D) = delta.
//
// For planning and for comparison: Weir's noise is discrete, and its own delta is larger at small
// scales (SingleGaussianVariance).
//
// Rounding: evaluated through Mills ratios, so that nothing cancels, with at least 64 bits; the
//           result is rounded up by 2^-42 (2.3e-13), more than all errors together.
// Errors:   INVALID_ARGUMENT if delta is zero or the sensitivity is not finite and positive.
// Cost:     below a millisecond.
// Source:   Balle, Wang, "Improving the Gaussian Mechanism for Differential Privacy", 2018,
//           theorem 8.
StatusOr<double> AnalyticGaussianSigma(Epsilon epsilon, Delta delta, double l2_sensitivity);

}  // namespace weir::dp

#endif  // WEIR_DP_ANALYTIC_GAUSSIAN_H_
