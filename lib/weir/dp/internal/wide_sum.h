// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_WIDE_SUM_H_
#define WEIR_DP_INTERNAL_WIDE_SUM_H_

#include <array>
#include <optional>

#include "weir/dp/intervals.h"

namespace weir::dp::internal {

// Tails of w1 X1 + w2 X2 + w3 X3 for three independent noises of one kind and any real weights, by
// the continuous laws that they are within about half a step of.
//
// Guarantee: TwoSidedTail is never below the true value. Each discrete noise X can be drawn
// together
//            with a continuous Y of the same scale so that |X - Y| <= Offset: for Laplace noise of
//            scale b, P[|X| >= m] = P[|Y| >= m - 1/2 + c] with c = b ln cosh(1/(2b)), so that the
//            offset is 1/2 + c; for Gaussians of sigma >= 8 the midpoint rule's error shifts a
//            tail by less than 0.1 up to nine sigma, beyond which 10^-15 is added. So the sum lies
//            within the weighted offsets of the continuous one, whose tail is a sum of exponentials
//            (partial fractions of its characteristic function) or a normal tail. Laplace scales
//            nearer than 0.03 % are drawn apart upwards, which only widens the law.
// Cost:      three exponentials.
// Source:    for the partial fractions Johnson, Kotz, Balakrishnan, "Continuous Univariate
//            Distributions" 2, chapter 24; that wider symmetric unimodal terms widen a sum:
//            Birnbaum, "On random variables with comparable peakedness", 1948.
class WideSum {
 public:
  using Weights = std::array<double, 3>;

  // nullopt: the laws are not of one kind, or a Gaussian is narrower than sigma 8.
  // Assumes: laws that a sampler takes.
  static std::optional<WideSum> Create(const std::array<NoiseLaw, 3>& laws);

  double Deviation(const Weights& weights) const;
  // Most by which the sum and the continuous one differ.
  double Offset(const Weights& weights) const;
  // Upper bound on P[|sum| >= w].
  double TwoSidedTail(const Weights& weights, double w) const;

 private:
  bool is_gaussian_ = false;
  std::array<double, 3> scales_ = {};  // b, or sigma
  std::array<double, 3> offsets_ = {};
};

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_WIDE_SUM_H_
