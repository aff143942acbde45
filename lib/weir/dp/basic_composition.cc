// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/basic_composition.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "weir/dp/internal/loss_moments.h"
#include "weir/dp/internal/normal_law.h"

namespace weir::dp {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kUnitRoundoff = 0x1p-53;
constexpr double kUp = 1 + 0x1p-50;

// Never below the sum of the epsilons, and exact where that is a double.
double LaplaceEpsilons(const LossEvent& event) {
  double runs = static_cast<double>(event.count) * static_cast<double>(event.group);
  if (runs >= 0x1p53) runs *= kUp;
  const double quotient = runs / event.parameter;
  const bool is_below = std::fma(quotient, event.parameter, -runs) < 0;
  return is_below ? std::nextafter(quotient, kInfinity) : quotient;
}

// The whole number of 10^-digits that `value` is the double of; nullopt: of none.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a number and its scale
std::optional<uint128> UnitsOf(double value, long double units_of_one) {
  const long double scaled = static_cast<long double>(value) * units_of_one;
  const long double nearest = std::nearbyint(scaled);
  if (std::fabs(scaled - nearest) > scaled * 0x1p-52L) return std::nullopt;
  return static_cast<uint128>(nearest);
}

}  // namespace

void BasicAccount::DecimalSum::Add(double value, uint64_t count) {
  if (const std::optional<uint128> units = UnitsOf(value, units_of_one)) {
    whole += *units * count;
  } else {
    AddRest(value * static_cast<double>(count) * kUp);
  }
}

void BasicAccount::DecimalSum::AddRest(double value) {
  rest = rest == 0 ? value : (rest + value) * kUp;
}

double BasicAccount::DecimalSum::value() const {
  const auto exact = static_cast<double>(static_cast<long double>(whole) / units_of_one);
  if (whole == 0) return rest;
  return rest == 0 ? exact : (exact + rest) * kUp;
}

bool BasicAccount::DecimalSum::IsAtMost(int64_t units) const {
  const auto limit = static_cast<uint128>(units);
  if (whole > limit) return false;
  return static_cast<long double>(rest) * units_of_one <= static_cast<long double>(limit - whole);
}

double GaussianEpsilon(GaussianNoise noise) {
  if (!(noise.delta > 0)) return kInfinity;
  const double shift = 1 / noise.sigma;
  if (internal::GaussianDeltaUp(shift, 0) <= noise.delta) return 0;
  // Chernoff's bound, and room for the guard.
  double low = 0;
  double high = shift * (shift / 2 + std::sqrt(2 * std::max(-std::log(noise.delta), 0.0)) + 1);
  while (internal::GaussianDeltaUp(shift, high) > noise.delta) {
    high *= 2;
    if (high > 1e300) return kInfinity;
  }
  constexpr int kHalvings = 70;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = low + (high - low) / 2;
    (internal::GaussianDeltaUp(shift, middle) <= noise.delta ? high : low) = middle;
  }
  return high;
}

double AmplifiedEpsilon(SampledMechanism mechanism) {
  const double grown = mechanism.rate * std::expm1(mechanism.epsilon);
  if (grown < 1e300) return std::log1p(grown) * kUp;
  return mechanism.epsilon;
}

double AdvancedEpsilon(PureRuns runs, Delta delta) {
  if (delta.is_zero()) return kInfinity;
  const auto count = static_cast<double>(runs.count);
  return (runs.epsilon * std::sqrt(2 * count * -std::log(delta.value())) +
          count * runs.epsilon * std::expm1(runs.epsilon)) *
         kUp;
}

double KairouzOhViswanathEpsilon(PureRuns runs, Delta delta) {
  const auto count = static_cast<double>(runs.count);
  const double epsilon = runs.epsilon;
  const double basic = count * epsilon * kUp;
  if (delta.is_zero()) return basic;
  const double mean = count * epsilon * std::tanh(epsilon / 2);
  const double ratio = std::sqrt(count) * epsilon / delta.value();
  const double log_term = std::min(std::log(std::numbers::e + ratio), -std::log(delta.value()));
  return std::min(basic, (mean + epsilon * std::sqrt(2 * count * log_term)) * kUp);
}

StatusOr<BasicAccount> BasicAccount::Create(std::span<const LossEvent> events) {
  BasicAccount account;
  for (const LossEvent& event : events) WEIR_RETURN_IF_ERROR(internal::CheckLossEvent(event));
  for (const LossEvent& single : internal::CountedEvents(events)) {
    const auto count = static_cast<double>(single.count);
    switch (single.kind) {
      case LossKind::kGaussian:
      case LossKind::kSubsampledGaussian:
        account.gaussians_.push_back({single, std::nullopt});
        account.runs_ += count;
        break;
      case LossKind::kDiscreteGaussian: {
        LossEvent once = single;
        once.count = 1;
        WEIR_ASSIGN_OR_RETURN(PrivacyLoss loss, PrivacyLoss::Compose(std::span(&once, 1)));
        account.gaussians_.push_back({single, std::move(loss)});
        account.runs_ += count;
        break;
      }
      case LossKind::kLaplace:
      case LossKind::kDiscreteLaplace:
        account.pure_.AddRest(LaplaceEpsilons(single));
        break;
      case LossKind::kPure:
      case LossKind::kApproximate:
        account.pure_.Add(single.parameter, single.count);
        account.delta_.Add(single.second, single.count);
        break;
    }
  }
  return account;
}

double BasicAccount::EpsilonOf(const Gaussian& gaussian, double delta) {
  const LossEvent& event = gaussian.event;
  if (gaussian.discrete.has_value()) return gaussian.discrete->Epsilon(delta);
  const double whole = GaussianEpsilon({.sigma = event.parameter, .delta = delta});
  if (event.kind == LossKind::kGaussian) return whole;
  const double rate = event.second;
  if (delta >= rate) return 0;
  const double sampled =
      GaussianEpsilon({.sigma = event.parameter, .delta = delta / rate * (1 - 0x1p-50)});
  return std::min(whole, AmplifiedEpsilon({.epsilon = sampled, .rate = rate}));
}

double BasicAccount::EpsilonFor(double delta_of_gaussians) const {
  if (!(delta_of_gaussians > 0)) return kInfinity;
  double sum = pure_.value();
  for (const Gaussian& gaussian : gaussians_) {
    sum +=
        static_cast<double>(gaussian.event.count) * EpsilonOf(gaussian, delta_of_gaussians / runs_);
  }
  return sum * (1 + static_cast<double>(gaussians_.size() + 4) * kUnitRoundoff);
}

double BasicAccount::EpsilonAt(Delta delta) const {
  if (!delta_.IsAtMost(delta.units())) return kInfinity;
  if (gaussians_.empty()) return pure_.value();
  return EpsilonFor((delta.value() - delta_.value()) * (1 - 0x1p-50));
}

double BasicAccount::DeltaAt(Epsilon epsilon) const {
  const double own = std::min(delta_.value(), 1.0);
  if (gaussians_.empty()) return pure_.IsAtMost(epsilon.units()) ? own : 1;
  // What the Gaussians may take, by its logarithm.
  double low = -100;
  double high = 0;
  if (EpsilonFor(1) > epsilon.value()) return 1;
  constexpr int kHalvings = 40;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (EpsilonFor(std::exp(middle)) <= epsilon.value() ? high : low) = middle;
  }
  return std::min(1.0, own + std::exp(high));
}

}  // namespace weir::dp
