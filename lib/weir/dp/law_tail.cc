// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/law_tail.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "weir/dp/discrete_gaussian.h"
#include "weir/dp/discrete_laplace.h"
#include "weir/dp/rational.h"

namespace weir::dp::internal {
namespace {

constexpr double kGuard = 1 + 1e-11;

double GaussianWeight(double sigma2, double x) { return std::exp(-x * x / (2 * sigma2)); }

// Terms beyond 12 sigma are below e^-72 of the first.
double Reach(double sigma2) { return std::floor(12 * std::sqrt(sigma2)) + 12; }

// Sum of the weights of all integers; Poisson summation puts it within e^-300 of the integral
// already at sigma 4.
double GaussianNormalizer(double sigma2) {
  if (sigma2 >= 16) return std::sqrt(2 * std::numbers::pi * sigma2);
  double sum = 0;
  for (double x = Reach(sigma2); x >= 1; --x) sum += 2 * GaussianWeight(sigma2, x);
  return sum + 1;
}

double LaplaceTail(double scale, double m) {
  return std::exp(-m / scale) / (1 + std::exp(-1 / scale)) * kGuard;
}

// Beyond this every weight is below e^-800, which is zero as a double.
double VanishingPoint(double sigma2) { return std::floor(40 * std::sqrt(sigma2)) + 40; }

double SummedGaussianTail(double sigma2, double m) {
  if (m > VanishingPoint(sigma2)) return std::numeric_limits<double>::min();
  double sum = 0;
  for (double x = m + Reach(sigma2); x >= m; --x) sum += GaussianWeight(sigma2, x);
  return sum / GaussianNormalizer(sigma2) * kGuard;
}

// The weight is convex beyond sigma, so that each term is at most its integral over one step
// around it (Hermite-Hadamard), and the normalizer is at least sqrt(2 pi) sigma. Below sigma the
// midpoint rule's error is at most the integral of |f''| / 24 < 0.041 / sigma^2 in all.
double IntegralGaussianTail(double sigma2, double m) {
  const double sigma = std::sqrt(sigma2);
  const double tail = std::erfc((m - 0.5) / (sigma * std::numbers::sqrt2)) / 2 * kGuard;
  return m - 0.5 >= sigma ? tail : tail + 0.041 / sigma2;
}

bool IsSummed(double sigma2) { return sigma2 <= kLargestSummedSigma * kLargestSummedSigma; }

// All tails in one pass from the far end.
std::vector<double> SummedGaussianTails(double sigma2, double first, double step, size_t count) {
  const double factor = kGuard / GaussianNormalizer(sigma2);
  std::vector<double> tails(count);
  const double last = first + step * static_cast<double>(count - 1);
  double x = std::min(last, VanishingPoint(sigma2)) + Reach(sigma2);
  double sum = 0;
  for (size_t k = count; k-- > 0;) {
    for (const double m = first + step * static_cast<double>(k); x >= m; --x) {
      sum += GaussianWeight(sigma2, x);
    }
    tails[k] = sum * factor;
  }
  return tails;
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
  const double parameter = ToDouble(law.parameter);
  if (law.kind == NoiseKind::kDiscreteLaplace) {
    return 1 / (std::numbers::sqrt2 * std::sinh(1 / (2 * parameter)));
  }
  if (parameter >= 16) return std::sqrt(parameter);
  double sum = 0;
  for (double x = Reach(parameter); x >= 1; --x) sum += 2 * x * x * GaussianWeight(parameter, x);
  return std::sqrt(sum / GaussianNormalizer(parameter));
}

double OneSidedTail(const NoiseLaw& law, double m) {
  const double parameter = ToDouble(law.parameter);
  if (law.kind == NoiseKind::kDiscreteLaplace) return LaplaceTail(parameter, m);
  return IsSummed(parameter) ? SummedGaussianTail(parameter, m)
                             : IntegralGaussianTail(parameter, m);
}

std::vector<double> OneSidedTails(const NoiseLaw& law, double first, double step, size_t count) {
  const double parameter = ToDouble(law.parameter);
  if (law.kind == NoiseKind::kDiscreteGaussian && IsSummed(parameter)) {
    return SummedGaussianTails(parameter, first, step, count);
  }
  std::vector<double> tails(count);
  for (size_t k = 0; k < count; ++k) {
    tails[k] = OneSidedTail(law, first + step * static_cast<double>(k));
  }
  return tails;
}

double TableError(const NoiseLaw& law) {
  const double parameter = ToDouble(law.parameter);
  const bool integrated = law.kind == NoiseKind::kDiscreteGaussian && !IsSummed(parameter);
  return 1e-10 + (integrated ? 0.082 / parameter : 0);
}

}  // namespace weir::dp::internal
