// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_STATISTICAL_DP_VARIANCE_BOUND_H_
#define WEIR_TESTS_STATISTICAL_DP_VARIANCE_BOUND_H_

#include <array>
#include <cstdint>

#include "weir/dp/intervals.h"

namespace weir::test {

// Exact count, sum and sum of squares of some rows in [-bound, bound], and the noise of each, all
// of one kind.
struct MomentCase {
  std::array<int64_t, 3> moments;
  std::array<dp::NoiseLaw, 3> laws;
  double bound;

  double variance() const;
};

// The chance that the most powerful test of size `alpha` of other moments against these, which sees
// all three noised, keeps the others although these are true; `shifts` are others less these.
//
// Laplace noise: a lower bound, at most some percent too low: logarithms of likelihood ratios are
// rounded up to steps of 0.02, and the power is at most t alpha + E[(1 - t / ratio)+] for every t.
// Gaussian noise: that of the normal law, which wide noise is within 1 % of.
// Source: Neyman, Pearson, "On the problem of the most efficient tests of statistical hypotheses",
//         Philosophical Transactions A 231, 1933.
double KeptMoments(const std::array<int64_t, 3>& shifts, const std::array<dp::NoiseLaw, 3>& laws,
                   double alpha);

struct LeastWidth {
  double of_any;
  // Of an interval of which either end misses with at most 2.5 %, from the variance to both ends.
  double of_equal_ends;
};

// The least mean width, on these moments, of an interval that holds the variance with at least 95 %
// for all counts from 1 on, sums and sums of squares that values in the bounds can have.
//
// Bound:  let v_1 < v_2 < ... be variances, D_k moments with variance v_k. An interval's width is
// at
//         least the sum of v_(k+1) - v_k over the v_k in it, less the largest of them. "The
//         interval does not hold v_k" is a test of D_k of size 5 % (2.5 %), so that it holds v_k
//         with at least the chance that the most powerful one keeps D_k. Any D_k are allowed: here
//         those nearest to the true ones in one of three norms.
// Source: Pratt, "Length of confidence intervals", JASA 56, 1961.
LeastWidth LeastWidthOf(const MomentCase& data);

// Moments with nearly this variance, near the given ones by the norm of this power; the count is at
// least 1, sum and squares are possible.
std::array<int64_t, 3> NearestMoments(const MomentCase& data, double variance, double power);

double VarianceOf(const std::array<int64_t, 3>& moments);

}  // namespace weir::test

#endif  // WEIR_TESTS_STATISTICAL_DP_VARIANCE_BOUND_H_
