// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERVALS_H_
#define WEIR_DP_INTERVALS_H_

#include <span>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

// How often an interval must hold the bounded quantity. Every interval here covers at least so.
inline constexpr double kCoverage = 0.95;

// The law of one noise value, in grid steps.
struct NoiseLaw {
  NoiseKind kind{};    // none until named: no sampler takes it
  Rational parameter;  // Laplace: scale b; Gaussian: sigma^2
  friend bool operator==(const NoiseLaw&, const NoiseLaw&) = default;
};
inline NoiseLaw LawOf(const NoiseEvent& event) { return {event.kind, event.parameter}; }

// Standard deviation of the noise, to about 1e-14.
// Errors: INVALID_ARGUMENT for a parameter that no sampler takes (here and below).
StatusOr<double> StandardError(const NoiseLaw& law);

// Mean of |noise|, to about 1e-6. At one standard error it is 0.71 of it for wide Laplace noise and
// 0.80 for Gaussian noise: kinds that are compared by their standard errors are not ordered so.
StatusOr<double> MeanAbsoluteError(const NoiseLaw& law);

// Upper bound on P[|noise| > w], w >= 0: exact up to rounding (upwards) for Laplace and for
// Gaussian up to sigma 4096; above that, the Gaussian's integral bound, less than 1e-7 too large.
StatusOr<double> TwoSidedTail(const NoiseLaw& law, int128 w);

// Smallest integer w with P[|noise| <= w] >= kCoverage, by TwoSidedTail: where doubles cannot tell
// (scales above 2^40, or a tail within 1e-11 of 5 %) the larger candidate.
StatusOr<int128> HalfWidth(const NoiseLaw& law);

// A w with P[|sum of the noises| <= w] >= kCoverage, for independent noises: the figure of a total
// over regions.
//
// Guarantee: coverage holds always; smallest w while the sum's standard error is at most 1024.
// Above,
//            the noises are rounded to a coarser grid and the rounding is added to w (at most 1 %
//            too wide). For more than 64 noises a Chernoff bound stands (about 39 % too wide).
// Cost:      one FFT of at most 2^20 points a distinct law.
// Source:    the Laplace moment generating function in closed form; the discrete Gaussian is
//            sigma^2-subgaussian (Canonne, Kamath, Steinke 2020, section 2.3).
StatusOr<int128> SumHalfWidth(std::span<const NoiseLaw> laws);

// Standard deviation of the sum.
StatusOr<double> SumStandardError(std::span<const NoiseLaw> laws);

}  // namespace weir::dp

#endif  // WEIR_DP_INTERVALS_H_
