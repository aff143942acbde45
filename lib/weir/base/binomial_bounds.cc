// SPDX-License-Identifier: Apache-2.0
#include "weir/base/binomial_bounds.h"

#include <cmath>

namespace weir {
namespace {

constexpr double kTiny = 1e-300;
constexpr double kRiskMargin = 1e-4;
constexpr uint64_t kMaxTerms = 10'000'000;

double LogGamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

// The parameters of a beta law: `a` successes against `b` failures.
struct Shape {
  double a;
  double b;
};

double AwayFromZero(double value) { return std::abs(value) < kTiny ? kTiny : value; }

// The continued fraction of I_x(a, b) by Lentz's method; converges fast for x < (a+1)/(a+b+2).
// Infinity, should it not converge: callers then keep the wider bound.
double BetaFraction(const Shape& shape, double x) {
  const auto& [a, b] = shape;
  double c = 1;
  double d = 1 / AwayFromZero(1 - (a + b) * x / (a + 1));
  double value = d;
  for (uint64_t term = 1; term < kMaxTerms; ++term) {
    const auto m = static_cast<double>(term);
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / AwayFromZero(1 + even * d);
    c = AwayFromZero(1 + even / c);
    value *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / AwayFromZero(1 + odd * d);
    c = AwayFromZero(1 + odd / c);
    value *= d * c;
    if (std::abs(d * c - 1) < 1e-14) return value;
  }
  return HUGE_VAL;
}

double LogFront(const Shape& shape, double x) {
  return shape.a * std::log(x) + shape.b * std::log1p(-x) + LogGamma(shape.a + shape.b) -
         LogGamma(shape.a) - LogGamma(shape.b);
}

// I_x(a, b) for x in (0, 1): the chance that a beta variable lies below x.
double BetaCdf(const Shape& shape, double x) {
  const auto& [a, b] = shape;
  if (x < (a + 1) / (a + b + 2)) {
    return std::exp(LogFront(shape, x)) * BetaFraction(shape, x) / a;
  }
  return 1 - std::exp(LogFront(shape, x)) * BetaFraction({b, a}, 1 - x) / b;
}

}  // namespace

double BinomialLowerBound(const Trials& trials, double risk) {
  if (trials.hits == 0) return 0;
  const auto hits = static_cast<double>(trials.hits);
  // P[Binomial(count, p) >= hits] = I_p(hits, count - hits + 1), which rises with p.
  const Shape shape{hits, static_cast<double>(trials.count - trials.hits) + 1};
  const double allowed = risk * (1 - kRiskMargin);
  double low = 0;
  double high = hits / static_cast<double>(trials.count);
  while (high - low > 1e-12 * high) {
    const double middle = low + (high - low) / 2;
    (BetaCdf(shape, middle) <= allowed ? low : high) = middle;
  }
  return low;
}

double BinomialUpperBound(const Trials& trials, double risk) {
  return 1 - BinomialLowerBound({trials.count - trials.hits, trials.count}, risk);
}

}  // namespace weir
