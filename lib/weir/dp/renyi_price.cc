// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/renyi_price.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "weir/dp/calibration.h"
#include "weir/dp/discrete_gaussian.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

constexpr double kGuard = 0x1p-44;
constexpr double kUnit = 1e-24;
constexpr double kEpsilonUnit = 1e-12;

// The ladder: order - 1 = mantissa * 2^exponent.
constexpr int kLowestExponent = -26;
constexpr int kHighestExponent = 38;
constexpr uint64_t kLowestMantissa = 64;
constexpr uint64_t kHighestMantissa = 127;

struct Step {
  uint64_t mantissa;
  int exponent;
};

RenyiOrder OrderAt(Step step) {
  if (step.exponent >= 0) {
    return {.numerator = 1 + (step.mantissa << step.exponent), .denominator = 1};
  }
  const uint64_t denominator = uint64_t{1} << -step.exponent;
  return {.numerator = denominator + step.mantissa, .denominator = denominator};
}

// A sum, and the sum of magnitudes that bounds its rounding error.
struct GuardedSum {
  double value = 0;
  double magnitude = 0;
  double down() const { return value - kGuard * magnitude; }
  double up() const { return value + kGuard * magnitude; }
};

GuardedSum Sum(std::initializer_list<double> terms) {
  GuardedSum sum;
  for (const double term : terms) {
    sum.value += term;
    sum.magnitude += std::abs(term);
  }
  return sum;
}

// epsilon = divergence + (ln(1/delta) - ln(a - 1)) / (a - 1) + ln(1 - 1/a) a / (a - 1).
double LargestDivergence(Epsilon epsilon, Delta delta, RenyiOrder order) {
  const double less_one = order.less_one();
  const double log_ratio = -std::log1p(1 / less_one);
  return Sum({epsilon.value(), std::log(delta.value()) / less_one, std::log(less_one) / less_one,
              -log_ratio, -log_ratio / less_one})
      .down();
}

ExactDivergence RoundUp(double value) {
  const double units = std::ceil(value / kUnit * (1 + kGuard));
  if (!(units < static_cast<double>(ExactDivergence::kLimit))) return {ExactDivergence::kLimit};
  return {static_cast<uint128>(units)};
}

// order * rho, exactly and rounded up.
ExactDivergence TimesOrder(ExactRho rho, RenyiOrder order) {
  const uint128 whole = rho.units / order.denominator;
  const uint128 rest = rho.units % order.denominator;
  if (whole > ExactDivergence::kLimit / order.numerator) return {ExactDivergence::kLimit};
  const uint128 units = whole * order.numerator +
                        (rest * order.numerator + order.denominator - 1) / order.denominator;
  return {std::min(units, ExactDivergence::kLimit)};
}

// Two discrete Laplace laws: one step of the shift, and the whole of it, in scales. Both rounded
// up, which makes the laws easier to tell apart.
struct LaplaceShift {
  double step;
  double whole;
};

// The Renyi divergence, rounded up. With p = e^-step and r = p^(2 order - 1) the moment is
//   A e^((order - 1) whole) + B e^(-order whole),
//   A = 1 / (1 + p) + c r / (1 - r), B = 1 / (1 + p) - c / (1 - r), c = (1 - p) / (1 + p), A + B
//   = 1.
double LaplaceDivergence(LaplaceShift shift, RenyiOrder order) {
  const double less_one = order.less_one();
  constexpr double kLargestExponent = 600;
  if (less_one * shift.whole > kLargestExponent) return shift.whole;
  const double twice = (2 * less_one + 1) * shift.step;
  const double head = 1 / (1 + std::exp(-shift.step));
  const double share = std::tanh(shift.step / 2) / -std::expm1(-twice);
  const double rise = std::expm1(less_one * shift.whole);
  const double fall = -std::expm1(-(less_one + 1) * shift.whole);
  const GuardedSum moment =
      Sum({head * rise, share * std::exp(-twice) * rise, -head * fall, share * fall});
  return std::log1p(moment.up()) / less_one * (1 + kGuard);
}

ExactDivergence LaplacePrice(LaplaceShift shift, Epsilon epsilon, RenyiOrder order) {
  const double divergence = std::min(LaplaceDivergence(shift, order), shift.whole);
  return std::min(RoundUp(divergence), TimesOrder(PureEpsilonRho(epsilon), order));
}

StatusOr<ExactDivergence> PriceOf(const NoiseEvent& event, RenyiOrder order) {
  if (event.sensitivity == 0) return InvalidArgument("a noise event has sensitivity zero");
  if (event.kind == NoiseKind::kDiscreteGaussian) {
    WEIR_RETURN_IF_ERROR(DiscreteGaussian::Create(event.parameter).status());
    return TimesOrder(GaussianRho(event.parameter, event.sensitivity), order);
  }
  if (event.kind != NoiseKind::kDiscreteLaplace) {
    return InvalidArgument("unknown noise kind %d", static_cast<int>(event.kind));
  }
  WEIR_ASSIGN_OR_RETURN(const Epsilon epsilon, LaplaceEpsilon(event.parameter, event.sensitivity));
  if (event.sensitivity == 1) return PureDivergence(epsilon, order);
  return LaplacePrice({.step = 1 / ToDouble(event.parameter) * (1 + kGuard),
                       .whole = epsilon.value() * (1 + kGuard)},
                      epsilon, order);
}

}  // namespace

double RenyiOrder::value() const {
  return static_cast<double>(numerator) / static_cast<double>(denominator);
}

double RenyiOrder::less_one() const {
  return static_cast<double>(numerator - denominator) / static_cast<double>(denominator);
}

ExactDivergence ExactDivergence::AddUp(ExactDivergence other) const {
  return {std::min(units + other.units, kLimit)};
}

RenyiBudget RenyiBudgetFor(Epsilon epsilon, Delta delta) {
  if (delta.is_zero()) return {};
  // Any order is valid: the search need not find the best.
  const auto worth = [&](Step step) {
    const RenyiOrder order = OrderAt(step);
    return LargestDivergence(epsilon, delta, order) / order.value();
  };
  Step best{.mantissa = kLowestMantissa, .exponent = kLowestExponent};
  for (int exponent = kLowestExponent; exponent <= kHighestExponent; ++exponent) {
    const Step step{.mantissa = kLowestMantissa, .exponent = exponent};
    if (worth(step) > worth(best)) best = step;
  }
  const int coarse = best.exponent;
  for (int exponent = std::max(coarse - 1, kLowestExponent); exponent <= coarse; ++exponent) {
    for (uint64_t mantissa = kLowestMantissa; mantissa <= kHighestMantissa; ++mantissa) {
      const Step step{.mantissa = mantissa, .exponent = exponent};
      if (worth(step) > worth(best)) best = step;
    }
  }
  const double units = LargestDivergence(epsilon, delta, OrderAt(best)) / kUnit * (1 - kGuard);
  return {.order = OrderAt(best), .limit = {static_cast<uint128>(std::max(units, 0.0))}};
}

StatusOr<Epsilon> DivergenceToEpsilon(ExactDivergence divergence, RenyiOrder order, Delta delta) {
  if (delta.is_zero()) return InvalidArgument("a divergence gives no pure epsilon");
  const double less_one = order.less_one();
  const double log_ratio = -std::log1p(1 / less_one);
  const double epsilon =
      Sum({static_cast<double>(divergence.units) * kUnit, -std::log(delta.value()) / less_one,
           -std::log(less_one) / less_one, log_ratio, log_ratio / less_one})
          .up();
  const double units = std::ceil(std::max(epsilon, 0.0) / kEpsilonUnit * (1 + kGuard));
  if (!(units <= 1e18)) return InvalidArgument("the divergence is too large for any epsilon");
  return Epsilon::FromUnits(std::max<int64_t>(1, static_cast<int64_t>(units)));
}

ExactDivergence PureDivergence(Epsilon epsilon, RenyiOrder order) {
  const double loss = epsilon.value() * (1 + kGuard);
  return LaplacePrice({.step = loss, .whole = loss}, epsilon, order);
}

StatusOr<ExactDivergence> EventsDivergence(std::span<const NoiseEvent> events,
                                           std::span<const ApproximateEvent> approximate,
                                           RenyiOrder order) {
  ExactDivergence sum;
  for (const NoiseEvent& event : events) {
    WEIR_ASSIGN_OR_RETURN(const ExactDivergence price, PriceOf(event, order));
    sum = sum.AddUp(price);
  }
  for (const ApproximateEvent& event : approximate) {
    if (event.epsilon.has_value()) sum = sum.AddUp(PureDivergence(*event.epsilon, order));
  }
  return sum;
}

}  // namespace weir::dp
