// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_DISCRETE_GAUSSIAN_H_
#define WEIR_DP_DISCRETE_GAUSSIAN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

// Exact sampler of the discrete Gaussian law with parameter sigma^2, P[x] proportional to
// exp(-x^2 / (2 sigma^2)) on all integers. (Its variance is at most sigma^2.) Added to an integer
// vector of squared L2 sensitivity S it is S/(2 sigma^2)-zCDP.
//
// Guarantee: the law is exact: integers of up to 384 bits and no floating point. The one departure
//            is that the Laplace proposal stays below 2^15 of its scales: larger ones are drawn
//            again, an event of probability below exp(-32000).
// Assumes:   the words of `random` are independent and uniform.
// Reveals:   the running time depends on the value drawn; release on a fixed schedule.
// Cost:      11 to 15 words of randomness a sample. 64-bit arithmetic while
//            2 * numerator * denominator * (floor(sigma) + 1)^2 < 2^58 (variance 2^28 if an
//            integer), 128-bit up to about 2^58, 384-bit above. Immutable, thread-safe.
// Source:    Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy", 2020
//            (arXiv:2004.00010), algorithms 1, 2 and 3.
class DiscreteGaussian {
 public:
  // The variance in lowest terms has a numerator and a denominator below these.
  static constexpr uint128 kNumeratorLimit = uint128{1} << 120;
  static constexpr uint128 kDenominatorLimit = uint128{1} << 32;

  // Errors: INVALID_ARGUMENT if the variance is zero, not in lowest terms or out of range.
  static StatusOr<DiscreteGaussian> Create(Rational variance);

  int128 Sample(RandomSource& random) const;
  // `count` independent samples; draws its words in blocks, hence faster for many.
  std::vector<int128> SampleMany(size_t count, RandomSource& random) const;

  // The parameter sigma^2.
  const Rational& variance() const { return variance_; }

 private:
  explicit DiscreteGaussian(Rational variance);
  template <class Words>
  int128 Draw(Words& words) const;
  template <class Words>
  bool Accept(uint128 magnitude, Words& words) const;
  template <class Words>
  bool AcceptWide(uint128 magnitude, Words& words) const;

  Rational variance_;
  Rational proposal_scale_;     // t = floor(sigma) + 1, an integer
  uint128 step_;                // denominator * t
  uint128 narrow_denominator_;  // 2 numerator denominator t^2; zero if it needs over 122 bits
  std::array<uint64_t, 6> wide_denominator_;  // the same, little-endian
};

}  // namespace weir::dp

#endif  // WEIR_DP_DISCRETE_GAUSSIAN_H_
