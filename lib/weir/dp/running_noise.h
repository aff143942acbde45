// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_RUNNING_NOISE_H_
#define WEIR_DP_RUNNING_NOISE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/dp/discrete_gaussian.h"
#include "weir/privacy/parameters.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

// Noise for running totals x_0, x_0 + x_1, ... of integers per period, by square-root factorization
// of the prefix-sum matrix A: the worst total of a year of hours has 4 times the error of a single
// count, where a binary tree has 14 times.
//
// The mechanism: B is the lower triangular Toeplitz matrix with first column b_k =
// round(2^kGridBits c_k), c_0 = 1, c_k = c_(k-1) (2k-1)/(2k) (so B B is about 4^kGridBits A). With
// z a vector of independent discrete Gaussians, what is released is a function F of the integer
// vector y = B x + z: every y is B q + r for just one integer q and r in [-2^(kGridBits-1),
// 2^(kGridBits-1)), and F(y) = A q + round(A B^-1 r), with the entries of A B^-1 in fixed point.
//
// Guarantee: S/(2 sigma^2)-zCDP with S of SquaredSensitivity(): the discrete Gaussian mechanism on
//            B x, then F. Since B (x + q) + r is the decomposition of y if that of z is B q + r,
//            F(y) = A x + F(z): so F(z) can be drawn without x. F is integers throughout.
//            F(y) - A x = A B^-1 z, rounded to an integer, up to 1e-6: totals are unbiased.
// Assumes:   a unit adds or removes at most linf in each of at most l0 periods, whatever signs.
// Reveals:   a running time that depends on the noise; release on a fixed schedule.
// Cost:      one sample a period and O(periods log^2 periods) word operations where sigma is below
//            about 2^45 grid steps (periods^2 above). Immutable, thread-safe.
// Source:    Fichtenberger, Henzinger, Upadhyay 2022 (arXiv:2202.11205), section 3; Canonne,
//            Kamath, Steinke 2020, Theorem 4. The integer form is derived above.
class RunningNoise {
 public:
  static constexpr int kGridBits = 16;
  static constexpr size_t kMaxPeriods = size_t{1} << 17;

  // b_0, b_1, ...: positive and not increasing. For auditors.
  static std::vector<int64_t> StrategyColumn(size_t periods);

  // Largest |B d|_2^2 over all d with at most l0 entries that are not zero, none beyond linf.
  // Errors: INVALID_ARGUMENT for no or too many periods or a result of 2^127 or more.
  static StatusOr<uint128> SquaredSensitivity(size_t periods, L0Sensitivity l0,
                                              LInfSensitivity linf);

  // `variance` is sigma^2 of the z: GaussianVariance(rho, SquaredSensitivity(...)).
  // Errors: INVALID_ARGUMENT as above, or for a variance that the sampler refuses.
  static StatusOr<RunningNoise> Create(size_t periods, Rational variance);

  size_t periods() const { return response_.size(); }
  const Rational& variance() const { return sampler_.variance(); }

  // F(z): one error for every prefix. Add each to its true total, once. Secret until then.
  std::vector<int128> Sample(RandomSource& random) const;

  // A x + F(z). Assumes: totals below 2^126 (they wrap; nothing is refused).
  // Errors: INVALID_ARGUMENT unless there is one value a period.
  StatusOr<std::vector<int128>> AddTo(std::span<const int128> values, RandomSource& random) const;

  // Standard deviation of the error of prefix `period` (0-based), rounding included; exact to 1e-9
  // from sigma = 4 on.
  double StandardError(size_t period) const;

  // Smallest integer w for which P[|error| <= w] >= kCoverage is proved by
  // internal/gaussian_combination.h, which is within 1e-4 of the Gaussian's from sigma = 2^16 on.
  int128 HalfWidth(size_t period) const;

 private:
  RunningNoise(const DiscreteGaussian& sampler, std::vector<int64_t> column);

  DiscreteGaussian sampler_;
  std::vector<int64_t> column_;    // b
  std::vector<int64_t> response_;  // first column of A B^-1, fixed point
  std::vector<double> row_norms_;  // of A B^-1
  double sigma_;                   // the parameter
  double deviation_;               // of one z
  double coverage_factor_;
};

}  // namespace weir::dp

#endif  // WEIR_DP_RUNNING_NOISE_H_
