// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_CALIBRATION_H_
#define WEIR_DP_CALIBRATION_H_

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/privacy/parameters.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

// Rho of zCDP as a whole number of 10^-24, so that sums are exact and depend on no order. The unit
// is the square of Epsilon's: a pure epsilon of u units costs exactly u^2/2 of these.
struct ExactRho {
  static constexpr uint128 kLimit = uint128{1} << 122;  // about 5e12; sums saturate here
  uint128 units = 0;
  // The sum, at most kLimit (which no budget reaches).
  ExactRho AddUp(ExactRho other) const;
  friend auto operator<=>(const ExactRho&, const ExactRho&) = default;
};

// For reports and the double-based type: never below the exact value.
StatusOr<Rho> RoundUp(ExactRho rho);

// Shares of `total` in proportion to `weights`, in whole units of 10^-12 that add to the total
// exactly: rounded down, and the units left over go to the first shares.
// Errors: INVALID_ARGUMENT without weights, with a zero weight, weights that add to 2^32 or more,
//         or a share that would be zero.
StatusOr<std::vector<Epsilon>> SplitEpsilon(Epsilon total, std::span<const uint32_t> weights);
StatusOr<std::vector<Epsilon>> SplitEpsilonEvenly(Epsilon total, size_t shares);

// Scale b = L1/epsilon of discrete Laplace noise: exact, nothing is rounded.
// Errors: INVALID_ARGUMENT if the sensitivity is zero or the scale is out of the sampler's range.
StatusOr<Rational> LaplaceScale(Epsilon epsilon, uint128 l1_sensitivity);

// Smallest epsilon (up to 10^-12) that discrete Laplace noise of `scale` gives at L1 sensitivity
// `l1_sensitivity`: L1/b rounded up.
// Errors: INVALID_ARGUMENT if it lies outside the range of Epsilon.
StatusOr<Epsilon> LaplaceEpsilon(const Rational& scale, uint128 l1_sensitivity);

// Parameter sigma^2 = S/(2 rho) of discrete Gaussian noise for squared L2 sensitivity S, rounded
// up to 24 significant bits or to an integer, whichever is finer (at most 1.2e-7 too large).
// Errors: INVALID_ARGUMENT if rho or S is zero or the variance is out of the sampler's range.
StatusOr<Rational> GaussianVariance(ExactRho rho, uint128 squared_l2_sensitivity);

// rho = S/(2 sigma^2) rounded up; saturates at ExactRho::kLimit.
// Source: Canonne, Kamath, Steinke 2020, Theorem 4 and its multivariate form (any integer shift).
ExactRho GaussianRho(const Rational& variance, uint128 squared_l2_sensitivity);

// epsilon-DP implies epsilon^2/2-zCDP (Bun, Steinke 2016, Proposition 1.4); rounded up.
ExactRho PureEpsilonRho(Epsilon epsilon);

// Largest rho (rounded down) such that rho-zCDP implies (epsilon, delta)-DP by the conversion
//   delta = exp((a-1)(a rho - epsilon)) / (a-1) * (1 - 1/a)^a      for any order a > 1.
// Zero if there is none above 10^-24 or delta is zero.
//
// Rounding: every order a gives a valid rho in closed form, so a search that misses the best order
//           is safe. The closed form is evaluated in doubles, and 2^-44 of the sum of the
//           magnitudes of its terms (hundreds of times the error of the operations and of libm) is
//           taken off before the result is rounded down.
// Source:   Canonne, Kamath, Steinke 2020, Proposition 12 and Corollary 13.
ExactRho LargestRho(Epsilon epsilon, Delta delta);

// The inverse: smallest epsilon (rounded up, with the same guard) that rho-zCDP implies at delta.
// Errors: INVALID_ARGUMENT if delta is zero or the result is beyond the range of Epsilon.
StatusOr<Epsilon> RhoToEpsilon(ExactRho rho, Delta delta);

// Exact delta of one discrete Gaussian release whose shift is one coordinate by one, rounded up:
//   P[X > epsilon sigma^2 - 1/2] - e^epsilon P[X > epsilon sigma^2 + 1/2].
// Squared L2 sensitivity 1 on integers is just that shift, up to sign. For larger sensitivities
// the worst shift vector is not known in general, and zCDP is used. Returns 1 where the sum would
// be too long (variance above 2^24) or epsilon above 40.
// Source: Canonne, Kamath, Steinke 2020, Theorem 7.
double UnitShiftGaussianDelta(const Rational& variance, Epsilon epsilon);

// Parameter sigma^2 for one Gaussian release with (epsilon, delta), the smallest of three proofs:
// zCDP; the dominating normal law (DominatedDelta); where squared_l2_sensitivity is 1, the exact
// delta above. The latter two leave a millionth of delta (WithMargin).
// Errors: as GaussianVariance; INVALID_ARGUMENT if delta is zero.
StatusOr<Rational> SingleGaussianVariance(Epsilon epsilon, Delta delta,
                                          uint128 squared_l2_sensitivity);

}  // namespace weir::dp

#endif  // WEIR_DP_CALIBRATION_H_
