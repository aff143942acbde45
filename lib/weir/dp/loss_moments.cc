// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/loss_moments.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <tuple>

namespace weir::dp::internal {
namespace {

// NOLINTBEGIN(bugprone-easily-swappable-parameters): formulas take doubles side by side

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// The formulas below are good to this, relative.
constexpr double kGuard = 1e-11;
constexpr double kProductGuard = 0x1p-50;  // that of the Gaussians

double LogCosh(double x) {
  const double size = std::abs(x);
  return size + std::log1p(std::exp(-2 * size)) - std::numbers::ln2;
}

// Randomised response: ln(cosh((slope + 1/2) epsilon) / cosh(epsilon / 2)).
double LogResponseMoment(double epsilon, double slope) {
  const double far = (std::abs(slope) + 1) * epsilon;
  if (far > 1) return LogCosh((slope + 0.5) * epsilon) - LogCosh(epsilon / 2);
  return std::log1p(2 * std::sinh((slope + 1) * epsilon / 2) * std::sinh(slope * epsilon / 2) /
                    std::cosh(epsilon / 2));
}

// Laplace noise whose largest loss is epsilon:
// ln(((t + 1) e^(t epsilon) + t e^(-(t + 1) epsilon)) / (2 t + 1)), the same at t and -1 - t.
double LogLaplaceMoment(double epsilon, double slope) {
  const double t = std::max({slope, -1 - slope, -0.5 + 1e-6});
  const double rising = t * epsilon;
  const double falling = (t + 1) * epsilon;
  if (falling < 0.05) {
    // Sum over n >= 2 of t (t + 1) (t^(n-1) + (-1)^n (t + 1)^(n-1)) / (2 t + 1) epsilon^n / n!.
    double sum = 0;
    double power = rising;
    double other = falling;
    double factorial = 1;
    for (int n = 2; n <= 9; ++n) {
      factorial *= n;
      sum += (power + (n % 2 == 0 ? other : -other)) / factorial;
      power *= rising;
      other *= falling;
    }
    return std::log1p(t * (t + 1) * epsilon / (2 * t + 1) * sum);
  }
  return rising + std::log(((t + 1) + t * std::exp(-(rising + falling))) / (2 * t + 1));
}

// Discrete Laplace noise, the other law `shift` steps of loss `step` away.
double LogDiscreteLaplaceMoment(double step, double shift, double slope) {
  const double t = std::max(slope, -1 - slope);
  const double most = shift * step;
  const double q = std::exp(-step);
  // Sum over x in [1, shift) of r^x, r = e^(-(1 + 2 t) step).
  const double bend = (1 + 2 * t) * step;
  const double between =
      bend * shift < 1e-9 ? shift - 1
                          : std::exp(-bend) * std::expm1(-bend * (shift - 1)) / std::expm1(-bend);
  const double sum = (1 - std::expm1(-step) * between + std::exp(-(1 + 2 * t) * most)) / (1 + q);
  return std::min(t * most + std::log(sum) + 1e-15, LogResponseMoment(most, t));
}

// ln E[(1 + u)^gamma] under the normal law, u = q (e^((2 x - 1) / (2 sigma^2)) - 1).
class MixtureMoment {
 public:
  MixtureMoment(double sigma, double rate) : sigma_(sigma), rate_(rate) {}

  double Log(double gamma) const {
    if (gamma == 0 || gamma == 1) return 0;
    if (gamma > 1 && gamma == std::floor(gamma) && gamma <= kMostTerms) return LogSum(gamma);
    const double step = std::min(sigma_ / 2.5, sigma_ * sigma_ / 8);
    const double points = (std::abs(gamma) + 24 * sigma_) / step;
    if (points <= kMostPoints) return gamma > 1 ? LogExcess(gamma, step) : LogIntegral(gamma, step);
    if (gamma < 0) return gamma * std::log1p(-rate_);
    if (gamma < 1) return 0;
    if (gamma <= kMostTerms - 1) return LogSum(std::ceil(gamma));  // it grows with gamma
    return gamma * (gamma - 1) / (2 * sigma_ * sigma_);            // rate 1
  }

 private:
  static constexpr double kMostTerms = 1025;
  static constexpr double kMostPoints = 4000;

  // ln(1 + u) at noise x.
  double Loss(double x) const {
    const double exponent = (2 * x - 1) / (2 * sigma_ * sigma_);
    if (exponent > 30) return exponent + std::log(rate_ + (1 - rate_) * std::exp(-exponent));
    return std::log1p(rate_ * std::expm1(exponent));
  }

  // The binomial sum less its terms 0 and 1, which add to one.
  double LogSum(double order) const {
    const double precision = 1 / (2 * sigma_ * sigma_);
    const double log_rate = std::log(rate_);
    const double log_rest = std::log1p(-rate_);
    double log_choose = std::log(order);  // of i = 1
    double top = -kInfinity;
    double sum = 0;                           // times e^top
    for (double i = 2; i <= order; i += 1) {  // NOLINT(cert-flp30-c): whole numbers
      log_choose += std::log((order - i + 1) / i);
      const double exponent = (i * i - i) * precision;
      const double grown = exponent > 30 ? exponent : std::log(std::expm1(exponent));
      const double term = log_choose + i * log_rate + (order - i) * log_rest + grown;
      Add(term, top, sum);
    }
    return LogOnePlus(top + std::log(sum));
  }

  // E[(1 + u)^gamma - 1 - gamma u], which is positive, for E[u] is zero. The trapezoidal rule's
  // error is below e^-100 of it: the integrand is analytic in a strip of width 2 pi sigma^2.
  double LogExcess(double gamma, double step) const {
    double top = -kInfinity;
    double sum = 0;
    Sweep(gamma, step, [&](double x, double log_density) {
      const double loss = Loss(x);
      const double u = std::expm1(loss);
      double log_excess = 0;
      if (std::abs(u) * (gamma + 1) < 1e-3) {
        const double series =
            1 + (gamma - 2) / 3 * u * (1 + (gamma - 3) / 4 * u * (1 + (gamma - 4) / 5 * u));
        log_excess = std::log(gamma * (gamma - 1) / 2 * u * u * series);
      } else if (gamma * loss > 40) {
        log_excess = gamma * loss + std::log1p((gamma - 1) * std::exp(-gamma * loss) -
                                               gamma * std::exp((1 - gamma) * loss));
      } else {
        log_excess = std::log(std::max(std::expm1(gamma * loss) - gamma * u, 0.0));
      }
      Add(log_excess + log_density, top, sum);
    });
    return LogOnePlus(top + std::log(sum * step));
  }

  double LogIntegral(double gamma, double step) const {
    double top = -kInfinity;
    double sum = 0;
    Sweep(gamma, step,
          [&](double x, double log_density) { Add(gamma * Loss(x) + log_density, top, sum); });
    return std::min(top + std::log(sum * step), gamma < 0 ? gamma * std::log1p(-rate_) : 0.0);
  }

  template <class Visit>
  void Sweep(double gamma, double step, const Visit& visit) const {
    const double log_scale = -std::log(sigma_ * std::sqrt(2 * std::numbers::pi));
    const double low = std::min(gamma, 0.0) - 12 * sigma_;
    const double high = std::max(gamma, 1.0) + 12 * sigma_;
    const auto points = static_cast<int64_t>((high - low) / step);
    for (int64_t i = 0; i <= points; ++i) {
      const double x = low + step * static_cast<double>(i);
      visit(x, log_scale - x * x / (2 * sigma_ * sigma_));
    }
  }

  static void Add(double term, double& top, double& sum) {
    if (term == -kInfinity) return;
    if (term > top) {
      sum *= std::exp(top - term);
      top = term;
    }
    sum += std::exp(term - top);
  }
  static double LogOnePlus(double log_value) {
    return log_value > 40 ? log_value : std::log1p(std::exp(log_value));
  }

  double sigma_;
  double rate_;
};

double LogSubsampledMoment(const LossEvent& event, Direction direction, double slope) {
  const MixtureMoment moment(event.parameter, event.second);
  // Removing: the mixture over the normal law, under the mixture; adding: its inverse.
  const double gamma = direction == Direction::kRemove ? slope + 1 : -slope;
  return moment.Log(gamma);
}

double FormulaFor(const LossEvent& event, Direction direction, double slope) {
  const double value = event.parameter;
  const auto group = static_cast<double>(event.group);
  switch (event.kind) {
    case LossKind::kGaussian:
    case LossKind::kDiscreteGaussian:
      return slope * (slope + 1) / 2 * (group / value) * (group / value);
    case LossKind::kLaplace:
      return LogLaplaceMoment(group / value, slope);
    case LossKind::kDiscreteLaplace:
      if (event.group > 1) return LogDiscreteLaplaceMoment(1 / value, group, slope);
      return LogResponseMoment(1 / value, slope);
    case LossKind::kPure:
    case LossKind::kApproximate:
      return LogResponseMoment(value, slope);
    case LossKind::kSubsampledGaussian:
      break;
  }
  return LogSubsampledMoment(event, direction, slope);
}

Status CheckRange(const char* what, double value, double least, double most) {
  if (value >= least && value <= most) return OkStatus();
  return InvalidArgument("%s must be in [%g, %g], got %g", what, least, most, value);
}

// NOLINTEND(bugprone-easily-swappable-parameters)

// Less noise than there is, never more.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a / b
double PartDown(double whole, double parts) {
  const double part = whole / parts;
  return std::fma(part, parts, -whole) > 0 ? std::nextafter(part, 0.0) : part;
}

}  // namespace

Status CheckLossEvent(const LossEvent& event) {
  if (event.count == 0 || event.count > 1'000'000'000'000) {
    return InvalidArgument("count must be in [1, 10^12]");
  }
  if (event.group == 0 || event.group > 10'000) {
    return InvalidArgument("group must be in [1, 10000]");
  }
  switch (event.kind) {
    case LossKind::kGaussian:
      return CheckRange("sigma", event.parameter, 0.05, 1e6);
    case LossKind::kDiscreteGaussian:
      return CheckRange("sigma", event.parameter, 0.05, 1e5);
    case LossKind::kLaplace:
    case LossKind::kDiscreteLaplace:
      return CheckRange("scale", event.parameter, 0.02, 1e6);
    case LossKind::kPure:
      return CheckRange("epsilon", event.parameter, 1e-6, 50);
    case LossKind::kApproximate:
      WEIR_RETURN_IF_ERROR(CheckRange("delta", event.second, 0, 0.999999));
      return CheckRange("epsilon", event.parameter, 1e-6, 50);
    case LossKind::kSubsampledGaussian:
      WEIR_RETURN_IF_ERROR(CheckRange("q", event.second, 1e-6, 1));
      return CheckRange("sigma", event.parameter, 0.05, 1e6);
  }
  return InvalidArgument("an event of unknown kind");
}

// (epsilon, delta) for one unit gives (k epsilon, delta (1 + e^epsilon + ...)) for k.
LossEvent ForOneUnit(LossEvent event) {
  const auto group = static_cast<double>(event.group);
  switch (event.kind) {
    case LossKind::kApproximate:
      // One unit's delta stays as it is written.
      if (event.second > 0 && event.group > 1) {
        event.second = std::min(1.0, event.second * std::expm1(group * event.parameter) /
                                         std::expm1(event.parameter) * (1 + 1e-14));
      }
      [[fallthrough]];
    case LossKind::kPure:
      event.parameter *= group;
      if (event.second == 0) event.kind = LossKind::kPure;
      break;
    case LossKind::kGaussian:
    case LossKind::kLaplace:
      event.parameter = PartDown(event.parameter, group);
      break;
    case LossKind::kSubsampledGaussian:
      // Whoever of the group is in the sample: as if all of it were.
      event.parameter /= group;
      event.second = -std::expm1(group * std::log1p(-event.second)) * (1 + 1e-15);
      if (event.second >= 1 || event.parameter < 0.05) event.kind = LossKind::kGaussian;
      break;
    case LossKind::kDiscreteGaussian:
    case LossKind::kDiscreteLaplace:
      return event;
  }
  event.group = 1;
  return event;
}

std::vector<LossEvent> CountedEvents(std::span<const LossEvent> events) {
  const auto key = [](const LossEvent& event) {
    return std::tuple(event.kind, event.group, event.parameter, event.second);
  };
  std::vector<LossEvent> sorted;
  sorted.reserve(events.size());
  for (const LossEvent& event : events) sorted.push_back(ForOneUnit(event));
  std::sort(sorted.begin(), sorted.end(),
            [&](const LossEvent& a, const LossEvent& b) { return key(a) < key(b); });
  std::vector<LossEvent> counted;
  for (const LossEvent& event : sorted) {
    if (!counted.empty() && key(counted.back()) == key(event)) {
      counted.back().count += event.count;
    } else {
      counted.push_back(event);
    }
  }
  return counted;
}

std::vector<LossEvent> MergedEvents(std::span<const LossEvent> events) {
  std::vector<LossEvent> merged = CountedEvents(events);
  // kGaussian comes first.
  const auto others = std::find_if(merged.begin(), merged.end(), [](const LossEvent& event) {
    return event.kind != LossKind::kGaussian;
  });
  const auto gaussians = others - merged.begin();
  if (gaussians == 0 || (gaussians == 1 && merged.front().count == 1)) return merged;
  double precision = 0;
  for (auto event = merged.begin(); event != others; ++event) {
    precision += static_cast<double>(event->count) / event->parameter / event->parameter;
  }
  precision *= 1 + static_cast<double>(gaussians + 4) * 0x1p-53;
  merged.erase(merged.begin() + 1, others);
  merged.front() = {LossKind::kGaussian, 1 / std::sqrt(precision)};
  return merged;
}

double LogMoment(const LossEvent& event, Direction direction, double slope) {
  double moment = FormulaFor(event, direction, slope);
  if (event.kind == LossKind::kApproximate) {
    if (event.second >= 1) return -kInfinity;
    moment += std::log1p(-event.second);
  }
  const bool product =
      event.kind == LossKind::kGaussian || event.kind == LossKind::kDiscreteGaussian;
  return moment + (product ? kProductGuard : kGuard) * std::abs(moment);
}

}  // namespace weir::dp::internal
