// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/law_tail.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include "weir/dp/discrete_gaussian.h"
#include "weir/dp/discrete_laplace.h"
#include "weir/dp/rational.h"

namespace weir::dp::internal {
namespace {

constexpr double kGuard = 1 + 1e-11;

// The discrete Gaussian of parameter sigma^2 in doubles.
class GaussianSeries {
 public:
  explicit GaussianSeries(const NoiseLaw& law) : sigma2_(ToDouble(law.parameter)) {}

  double sigma2() const { return sigma2_; }
  bool is_summed() const { return sigma2_ <= kLargestSummedSigma * kLargestSummedSigma; }

  double Deviation() const {
    if (sigma2_ >= 16) return std::sqrt(sigma2_);
    double sum = 0;
    for (int64_t i = Reach(); i >= 1; --i) {
      const auto x = static_cast<double>(i);
      sum += 2 * x * x * Weight(x);
    }
    return std::sqrt(sum / Normalizer());
  }

  // Above sigma 4 by Euler and Maclaurin; the next term is below 10^-6 of the result.
  double MeanSize() const {
    if (sigma2_ >= 16) {
      const double half = sigma2_ - 1.0 / 12 - 1 / (240 * sigma2_);
      return 2 * half / Normalizer();
    }
    double sum = 0;
    for (int64_t i = Reach(); i >= 1; --i) {
      const auto x = static_cast<double>(i);
      sum += 2 * x * Weight(x);
    }
    return sum / Normalizer();
  }

  double SummedTail(double m) const {
    if (m > static_cast<double>(VanishingPoint())) return std::numeric_limits<double>::min();
    double sum = 0;
    for (int64_t i = Reach(); i >= 0; --i) sum += Weight(m + static_cast<double>(i));
    return sum / Normalizer() * kGuard;
  }

  // The weight is convex beyond sigma, so that each term is at most its integral over one step
  // around it (Hermite-Hadamard), and the normalizer is at least sqrt(2 pi) sigma. Below sigma the
  // midpoint rule's error is at most the integral of |f''| / 24 < 0.041 / sigma^2 in all.
  double IntegralTail(double m) const {
    const double sigma = std::sqrt(sigma2_);
    const double tail = std::erfc((m - 0.5) / (sigma * std::numbers::sqrt2)) / 2 * kGuard;
    return m - 0.5 >= sigma ? tail : tail + 0.041 / sigma2_;
  }

  // All tails in one pass from the far end.
  std::vector<double> SummedTails(const TailPoints& points) const {
    const double factor = kGuard / Normalizer();
    std::vector<double> tails(points.count);
    const double last = points.at(points.count - 1);
    int64_t x =
        Reach() + static_cast<int64_t>(std::min(last, static_cast<double>(VanishingPoint())));
    double sum = 0;
    for (size_t k = points.count; k-- > 0;) {
      for (; static_cast<double>(x) >= points.at(k); --x) sum += Weight(static_cast<double>(x));
      tails[k] = sum * factor;
    }
    return tails;
  }

 private:
  double Weight(double x) const { return std::exp(-x * x / (2 * sigma2_)); }
  // Terms beyond 12 sigma are below e^-72 of the first.
  int64_t Reach() const { return static_cast<int64_t>(12 * std::sqrt(sigma2_)) + 12; }
  // Beyond this every weight is below e^-800, which is zero as a double.
  int64_t VanishingPoint() const { return static_cast<int64_t>(40 * std::sqrt(sigma2_)) + 40; }
  // Sum of the weights of all integers; Poisson summation puts it within e^-300 of the integral
  // already at sigma 4.
  double Normalizer() const {
    if (sigma2_ >= 16) return std::sqrt(2 * std::numbers::pi * sigma2_);
    double sum = 0;
    for (int64_t i = Reach(); i >= 1; --i) sum += 2 * Weight(static_cast<double>(i));
    return sum + 1;
  }

  double sigma2_;
};

double LaplaceTail(const NoiseLaw& law, double m) {
  const double scale = ToDouble(law.parameter);
  return std::exp(-m / scale) / (1 + std::exp(-1 / scale)) * kGuard;
}

}  // namespace

Status CheckLaw(const NoiseLaw& law) {
  switch (law.kind) {
    case NoiseKind::kDiscreteLaplace:
      return DiscreteLaplace::Create(law.parameter).status();
    case NoiseKind::kDiscreteGaussian:
      return DiscreteGaussian::Create(law.parameter).status();
  }
  return InvalidArgument("unknown noise kind %d", static_cast<int>(law.kind));
}

double StandardDeviation(const NoiseLaw& law) {
  if (law.kind == NoiseKind::kDiscreteGaussian) return GaussianSeries(law).Deviation();
  return 1 / (std::numbers::sqrt2 * std::sinh(1 / (2 * ToDouble(law.parameter))));
}

double MeanSize(const NoiseLaw& law) {
  if (law.kind == NoiseKind::kDiscreteGaussian) return GaussianSeries(law).MeanSize();
  return 1 / std::sinh(1 / ToDouble(law.parameter));
}

double OneSidedTail(const NoiseLaw& law, double m) {
  if (law.kind == NoiseKind::kDiscreteLaplace) return LaplaceTail(law, m);
  const GaussianSeries gaussian(law);
  return gaussian.is_summed() ? gaussian.SummedTail(m) : gaussian.IntegralTail(m);
}

std::vector<double> OneSidedTails(const NoiseLaw& law, const TailPoints& points) {
  const bool is_gaussian = law.kind == NoiseKind::kDiscreteGaussian;
  if (is_gaussian && GaussianSeries(law).is_summed()) {
    return GaussianSeries(law).SummedTails(points);
  }
  std::vector<double> tails(points.count);
  for (size_t k = 0; k < points.count; ++k) tails[k] = OneSidedTail(law, points.at(k));
  return tails;
}

double TableError(const NoiseLaw& law) {
  const bool is_gaussian = law.kind == NoiseKind::kDiscreteGaussian;
  const bool is_integral = is_gaussian && !GaussianSeries(law).is_summed();
  return 1e-10 + (is_integral ? 0.082 / GaussianSeries(law).sigma2() : 0);
}

}  // namespace weir::dp::internal
