// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_DISCRETE_LAPLACE_H_
#define WEIR_DP_DISCRETE_LAPLACE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

// Exact sampler of the discrete Laplace law of scale b, P[x] proportional to exp(-|x|/b) on all
// integers. Added to an integer vector of L1 sensitivity L1 it is (L1/b)-differentially private.
//
// Guarantee: the law is exact: every decision compares uniform integers with integers, and no
//            floating-point operation takes part. The one departure is that |x| stays below 2^126:
//            larger values are drawn again, an event of probability below exp(-32000).
// Assumes:   the words of `random` are independent and uniform.
// Reveals:   the running time depends on the value drawn; release on a fixed schedule.
// Cost:      about 7 words of randomness a sample, 11 where the scale needs two. Immutable,
// thread-safe. Source:    Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential
// Privacy", 2020
//            (arXiv:2004.00010), algorithms 1 and 2.
class DiscreteLaplace {
 public:
  // The scale in lowest terms has a numerator below this and a denominator below 2^64. Holds every
  // scale L1/epsilon with L1 up to 2^62: its numerator is at most 2^62 * 10^12 < 2^102.
  static constexpr uint128 kNumeratorLimit = uint128{1} << 110;

  // Errors: INVALID_ARGUMENT if the scale is zero, not in lowest terms or out of range.
  static StatusOr<DiscreteLaplace> Create(Rational scale);

  int128 Sample(RandomSource& random) const;
  // `count` independent samples; draws its words in blocks, hence faster for many.
  std::vector<int128> SampleMany(size_t count, RandomSource& random) const;

  const Rational& scale() const { return scale_; }

 private:
  explicit DiscreteLaplace(Rational scale) : scale_(scale) {}
  template <class Words>
  int128 Draw(Words& words) const;

  Rational scale_;
};

}  // namespace weir::dp

#endif  // WEIR_DP_DISCRETE_LAPLACE_H_
