// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_GAUSSIAN_COMBINATION_H_
#define WEIR_DP_INTERNAL_GAUSSIAN_COMBINATION_H_

#include <cstddef>

namespace weir::dp::internal {

// Intervals of w = sum of a_j z_j, real a_j, independent discrete Gaussians z_j of parameters
// s_j^2, in terms of the bound s(w)^2 = sum of a_j^2 s_j^2 on its variance.
struct CombinedNoise {
  double smallest_sigma;  // min s_j over the z_j with a_j not zero
  size_t terms;           // how many, or an upper bound
};

// A factor c with P[|w| > c s(w)] <= 1 - kCoverage: at most 1.96 (1 + 3 / smallest_sigma) from a
// smallest_sigma of 16 on, and never above 2.717.
//
// Guarantee: proved, as follows, and rounded up by 1e-12.
//  1. Put t = 2, h_j^2 = t s_j^2 / (s_j^2 - t), and let V_j be independent N(0, h_j^2). In
//     x^2/s^2 + (y-x)^2/h^2 = y^2/(s^2+h^2) + (x-c)^2/t the density of z_j + V_j is a Gaussian of
//     variance s_j^2 + h_j^2 = s_j^4 / (s_j^2 - t) times a sum of exp(-(x-c)^2/(2t)) over
//     integers x, which by Poisson's formula is at most sqrt(2 pi t) (1 + e) with
//     e = 2 sum over k >= 1 of exp(-2 pi^2 t k^2) < 1.5e-17; and the normalizer of z_j is at least
//     sqrt(2 pi) s_j. So that density is at most 1 + e times the density of N(0, s_j^2 + h_j^2).
//  2. With v = sum of a_j V_j, therefore, P[|w + v| > y] is at most (1 + e)^terms times the same
//     for a Gaussian of variance at most s(w)^2 m/(m - t), m = smallest_sigma^2.
//  3. v is independent of w, symmetric, and its deviation is at most s(w) sqrt(t/(m - t)). Where
//     |w| > y + u sd(v), w + v stays beyond y with probability at least Phi(u). So
//     P[|w| > y + u sd(v)] <= P[|w + v| > y] / Phi(u). Every u >= 0 is valid; the best of a few is
//     taken, or Chernoff's sqrt(2 log 40) (z_j is s_j^2-subgaussian: Canonne, Kamath, Steinke
//     2020, section 2.3) where that is smaller.
double CoverageFactor(const CombinedNoise& noise);

// Standard deviation of round(g) for g Gaussian of deviation `sigma`.
double RoundedDeviation(double sigma);

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_GAUSSIAN_COMBINATION_H_
