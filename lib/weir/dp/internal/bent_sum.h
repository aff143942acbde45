// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_BENT_SUM_H_
#define WEIR_DP_INTERNAL_BENT_SUM_H_

#include <array>
#include <cstddef>
#include <optional>

#include "weir/dp/intervals.h"

namespace weir::dp::internal {

// Of noises X1 (of the sum of squares), X2 (of the sum) and X3 (of the count), for a mean m and a
// variance v:
//
//     T = X1 - 2 m X2 + (m^2 - v) X3,    U = X2 - m X3,    p(U) = max(outwards U, -inwards U).
//
// m is any in [least_mean, most_mean].
struct BentForm {
  double least_mean = 0;  // >= 0; a negative mean has the law of its opposite
  double most_mean = 0;
  double variance = 0;
  // Both >= 0, in units of the mean. Without slopes T's law is symmetric.
  double outwards = 0;
  double inwards = 0;
};

// Tails of T - p(U) for three independent noises of one kind.
//
// Guarantee: Tail is never below the true value. X1 and X2 can be drawn together with continuous Y
//            of the same scale so that |X - Y| <= an offset: for Laplace noise of scale b,
//            P[|X| >= k] = P[|Y| >= k - 1/2 + c] with c = b ln cosh(1/(2b)), so that it is 1/2 + c;
//            for Gaussians of sigma >= 8 the midpoint rule's error shifts a tail by less than 0.1
//            up to nine sigma, beyond which 10^-15 is added. So the weighted offsets are taken off
//            w.
//            Laplace noise: p is sublinear, so p(U) <= p(X2) + p(-m X3), which leaves a sum of
//            three independent terms, either of two multiples of an exponential (or of |X3|). The
//            law of the first two is a sum of exponentials (partial fractions); multiples that are
//            too near are drawn apart to the side that raises the tail. X3 is summed exactly, as a
//            geometric series.
//            Gaussian noise: Poisson's formula over X3 shows that the joint density of T and U is
//            at most 1 + 2.01 e^(-2 pi^2 t^2) times the normal one, where t^2 is the variance of
//            X3 given T and U. Where U > 0 the form is linear, B = T - outwards U, and given B = b
//            the chance of U > 0 is a normal one: B's tail is cut into pieces, each with the larger
//            chance of either end. U < 0 likewise.
// Cost:      about 20 exponentials (Laplace) or error functions (Gaussian).
// Source:    for the partial fractions Johnson, Kotz, Balakrishnan, "Continuous Univariate
//            Distributions" 2, chapter 24.
class BentSum {
 public:
  // `largest_square` bounds m^2 + v. nullopt: the laws are not of one kind, or offsets or the
  // factor would cost more than some percent of an interval.
  // Assumes: laws that a sampler takes.
  static std::optional<BentSum> Create(const std::array<NoiseLaw, 3>& laws, double largest_square);

  bool is_gaussian() const { return is_gaussian_; }
  double scale(size_t noise) const { return scales_[noise]; }  // b, or sigma

  // Upper bound on P[T - p(U) <= -w], whatever m in the range is.
  double Tail(const BentForm& form, double w) const;
  // Upper bound on P[X3 >= k], k >= 1 an integer.
  double CountTail(double k) const;

 private:
  bool is_gaussian_ = false;
  NoiseLaw count_law_;
  std::array<double, 3> scales_ = {};
  std::array<double, 2> offsets_ = {};
  double factor_ = 1;
};

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_BENT_SUM_H_
