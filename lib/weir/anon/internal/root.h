// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_ROOT_H_
#define WEIR_ANON_INTERNAL_ROOT_H_

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

namespace weir::anon::internal {

struct Bracket {
  double low = 0;
  double high = 0;
};

// A root of a continuous function between two places where its signs differ, to the last few
// digits; none if the signs agree or a value is not a number. Inverse quadratic interpolation where
// that is safe and bisection elsewhere: at most 200 evaluations.
// Source: Chandrupatla, "A new hybrid quadratic/bisection algorithm for finding the zero of a
//         nonlinear function without using derivatives", Adv. Eng. Software 28, 1997.
template <class Function>
std::optional<double> FindRoot(const Function& function, Bracket bracket) {
  constexpr int kMostEvaluations = 200;
  double a = bracket.high;  // the newest point
  double b = bracket.low;   // the other side of the root
  double fa = function(a);
  double fb = function(b);
  if (!(fa * fb <= 0)) return std::nullopt;
  double c = b;  // the point before
  double fc = fb;
  double t = 0.5;
  for (int i = 0; i < kMostEvaluations; ++i) {
    const double x = a + t * (b - a);
    const double fx = function(x);
    if (std::isnan(fx)) return std::nullopt;
    if ((fx > 0) == (fa > 0)) {
      c = a;
      fc = fa;
    } else {
      c = b;
      fc = fb;
      b = a;
      fb = fa;
    }
    a = x;
    fa = fx;
    const double best = std::abs(fa) < std::abs(fb) ? a : b;
    const double tolerance = 2 * std::numeric_limits<double>::epsilon() * std::abs(best) +
                             std::numeric_limits<double>::min();
    const double least = tolerance / std::abs(b - a);
    if (least > 0.5 || fa == 0) return best;
    const double xi = (a - b) / (c - b);
    const double phi = (fa - fb) / (fc - fb);
    const bool is_safe = phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi;
    t = is_safe
            ? fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
            : 0.5;
    t = std::clamp(t, least, 1 - least);
  }
  return a;
}

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_ROOT_H_
