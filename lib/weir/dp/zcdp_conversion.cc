// SPDX-License-Identifier: Apache-2.0
// The two places of calibration.h where doubles decide: the conversion between zCDP and
// (epsilon, delta), and the discrete Gaussian's own delta. Both are rounded to the safe side.
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

#include "weir/dp/calibration.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

constexpr double kGuard = 0x1p-44;
constexpr double kSeriesGuard = 1e-11;  // 10^5 terms, each to about 10^-13 at the worst
constexpr double kEpsilonUnit = 1e-12;
constexpr double kRhoUnit = 1e-24;

// A sum, and the sum of magnitudes that bounds its rounding error.
struct GuardedSum {
  double value;
  double magnitude;
  double down() const { return value - kGuard * magnitude; }
  double up() const { return value + kGuard * magnitude; }
};

GuardedSum Sum(std::initializer_list<double> terms) {
  GuardedSum sum{0, 0};
  for (const double term : terms) {
    sum.value += term;
    sum.magnitude += std::abs(term);
  }
  return sum;
}

// Orders are searched as x = log(a - 1). Any order is valid, so this need not find the best.
struct LogOrder {
  double x;
};
constexpr double kLowestLogOrder = -30;
constexpr double kHighestLogOrder = 45;

// log(1 - 1/a) for a = 1 + e^x, without cancellation.
double LogOneMinusInverse(LogOrder order) { return -std::log1p(std::exp(-order.x)); }

// epsilon = a rho + (log(1/delta) - log(a-1)) / (a-1) + log(1 - 1/a) * a/(a-1), rounded up.
double EpsilonAtOrder(double rho, Delta delta, LogOrder order) {
  const double less_one = std::exp(order.x);
  const double log_ratio = LogOneMinusInverse(order);
  return Sum({rho, less_one * rho, -std::log(delta.value()) / less_one, -order.x / less_one,
              log_ratio, log_ratio / less_one})
      .up();
}

// The same equation solved for rho, rounded down.
double RhoAtOrder(Epsilon epsilon, Delta delta, LogOrder order) {
  const double less_one = std::exp(order.x);
  const double log_ratio = LogOneMinusInverse(order);
  const double total = Sum({epsilon.value(), std::log(delta.value()) / less_one, order.x / less_one,
                            -log_ratio, -log_ratio / less_one})
                           .down();
  return total / (1 + less_one) * (1 - kGuard);
}

// Smallest value of `function` found: a grid of orders, then golden sections around the best.
template <class Function>
double SmallestOverOrders(const Function& function) {
  constexpr int kSteps = 300;
  constexpr double kWidth = (kHighestLogOrder - kLowestLogOrder) / kSteps;
  LogOrder best{kLowestLogOrder};
  double smallest = function(best);
  for (int i = 1; i <= kSteps; ++i) {
    const LogOrder order{kLowestLogOrder + kWidth * i};
    const double value = function(order);
    if (value < smallest) {
      best = order;
      smallest = value;
    }
  }
  const double ratio = (std::sqrt(5.0) - 1) / 2;
  double low = best.x - kWidth;
  double high = best.x + kWidth;
  while (high - low > 1e-8) {
    const double left = high - ratio * (high - low);
    const double right = low + ratio * (high - low);
    if (function(LogOrder{left}) < function(LogOrder{right})) {
      high = right;
    } else {
      low = left;
    }
  }
  return std::min(smallest, function(LogOrder{(low + high) / 2}));
}

}  // namespace

ExactRho LargestRho(Epsilon epsilon, Delta delta) {
  if (delta.is_zero()) return {};
  const double rho =
      -SmallestOverOrders([&](LogOrder order) { return -RhoAtOrder(epsilon, delta, order); });
  const double units = rho / kRhoUnit * (1 - kGuard);
  if (!(units >= 1)) return {};
  return {static_cast<uint128>(units)};
}

StatusOr<Epsilon> RhoToEpsilon(ExactRho rho, Delta delta) {
  if (delta.is_zero()) return InvalidArgument("zCDP gives no pure epsilon: delta must be > 0");
  const double value = static_cast<double>(rho.units) * kRhoUnit * (1 + kGuard);
  const double epsilon =
      SmallestOverOrders([&](LogOrder order) { return EpsilonAtOrder(value, delta, order); });
  const double units = std::ceil(std::max(epsilon, 0.0) / kEpsilonUnit * (1 + kGuard));
  if (!(units <= 1e18)) return InvalidArgument("the rho is too large for any epsilon");
  return Epsilon::FromUnits(std::max<int64_t>(1, static_cast<int64_t>(units)));
}

double UnitShiftGaussianDelta(const Rational& variance, Epsilon epsilon) {
  constexpr double kLargestVariance = 0x1p24;
  constexpr double kLargestEpsilon = 40;
  const double sigma2 = ToDouble(variance);
  if (!(sigma2 <= kLargestVariance) || epsilon.value() > kLargestEpsilon) return 1;
  const auto weight = [&](double x) { return std::exp(-x * x / (2 * sigma2)); };
  // Sums P[x] - e^epsilon P[x + 1] = P[x] (1 - e^-loss) where that is positive, largest x first.
  // What lies beyond `last` is below e^-72 of the first term; the loss is rounded up.
  const double first = std::max(0.0, std::floor(epsilon.value() * sigma2 - 0.5));
  const auto reach = static_cast<int64_t>(12 * std::sqrt(sigma2)) + 12;
  double positive = 0;
  double normalizer = 1;
  for (int64_t i = reach; i >= 0; --i) {
    const double x = first + static_cast<double>(i);
    const double loss = (2 * x + 1) / (2 * sigma2) * (1 + kGuard) - epsilon.value() * (1 - kGuard);
    if (loss > 0) positive += weight(x) * -std::expm1(-loss);
    if (i > 0) normalizer += 2 * weight(static_cast<double>(i));
  }
  return positive / normalizer * (1 + kSeriesGuard) + std::numeric_limits<double>::min();
}

}  // namespace weir::dp
