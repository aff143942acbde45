// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/renyi.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "weir/dp/internal/loss_moments.h"

namespace weir::dp {
namespace {

// NOLINTBEGIN(bugprone-easily-swappable-parameters): formulas take doubles side by side

using internal::Direction;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Conversions are good to a few roundings of their largest term.
constexpr double kGuard = 0x1p-48;

std::vector<double> MakeOrders() {
  std::vector<double> orders;
  for (int tenths = 11; tenths <= 109; ++tenths) {
    orders.push_back(static_cast<double>(tenths) / 10);
  }
  for (int order = 11; order <= 64; ++order) orders.push_back(order);
  for (const double order : {128.0, 256.0, 512.0, 1024.0}) orders.push_back(order);
  return orders;
}

// What is left of delta once the mechanisms' own deltas, together 1 - e^log_kept, are paid. At most
// 0: nothing.
double DeltaLeft(double delta, double log_kept) {
  return (delta + std::expm1(log_kept) * (1 + 1e-14)) / std::exp(log_kept);
}

// And back: of all outcomes.
double DeltaOfAll(double delta, double log_kept) {
  const double own = -std::expm1(log_kept);
  return std::min(1.0, (own + (1 - own) * delta) * (1 + 1e-14));
}

double LogKept(const LossEvent& merged) {
  if (merged.kind != LossKind::kApproximate) return 0;
  return static_cast<double>(merged.count) * std::log1p(-merged.second);
}

double Rounded(double value, double magnitude) { return value + kGuard * magnitude; }

// Proposition 12 solved for epsilon, and for ln delta; `less_one` is order - 1.
double EpsilonAtOrder(double divergence, double log_delta, double less_one) {
  const double log_order = std::log1p(less_one);
  const double log_less = std::log(less_one);
  const double value = divergence - (log_order - log_less) - (log_delta + log_order) / less_one;
  return Rounded(value, std::abs(divergence) + std::abs(log_order) + std::abs(log_less) +
                            (std::abs(log_delta) + std::abs(log_order)) / less_one);
}

double LogDeltaAtOrder(double divergence, double epsilon, double less_one) {
  const double log_order = std::log1p(less_one);
  const double log_ratio = log_order - std::log(less_one);
  const double value = less_one * (divergence - epsilon - log_ratio) - log_order;
  return Rounded(value, less_one * (std::abs(divergence) + epsilon + std::abs(log_ratio)) +
                            std::abs(log_order));
}

// ln of the largest total variation that a Kullback-Leibler divergence allows.
double LogVariation(double divergence) { return 0.5 * std::log(-std::expm1(-divergence)) + kGuard; }

// Least over all orders: a coarse search of ln(order - 1), then a fine one.
template <class Function>
double LeastOverOrders(const Function& function) {
  constexpr double kLow = -40;
  constexpr double kStep = 0.25;
  constexpr int kSteps = 400;
  double best = kLow;
  double least = kInfinity;
  for (int i = 0; i <= kSteps; ++i) {
    const double at = kLow + kStep * i;
    const double value = function(std::exp(at));
    if (value < least) {
      best = at;
      least = value;
    }
  }
  const auto fine = internal::LeastOverScales([&](double at) { return function(std::exp(at)); },
                                              best - kStep, best + kStep, 1e-7);
  return std::min(least, fine.value);
}

double RhoOfLaplace(double epsilon) {
  if (epsilon > 1e-2) return epsilon + std::expm1(-epsilon);
  return epsilon * epsilon / 2 *
         (1 - epsilon / 3 * (1 - epsilon / 4 * (1 - epsilon / 5 * (1 - epsilon / 6))));
}

double RhoOfPure(double epsilon) { return epsilon * std::tanh(epsilon / 2); }

double RhoOf(const LossEvent& merged) {
  const double value = merged.parameter;
  const auto group = static_cast<double>(merged.group);
  switch (merged.kind) {
    case LossKind::kGaussian:
    case LossKind::kDiscreteGaussian:
    case LossKind::kSubsampledGaussian:
      return (group / value) * (group / value) / 2;
    case LossKind::kLaplace:
      return RhoOfLaplace(group / value);
    case LossKind::kDiscreteLaplace:
      return RhoOfPure(group / value);
    case LossKind::kPure:
    case LossKind::kApproximate:
      break;
  }
  return RhoOfPure(value);
}

StatusOr<LossEvent> Single(const LossEvent& event) {
  WEIR_RETURN_IF_ERROR(internal::CheckLossEvent(event));
  return internal::ForOneUnit(event);
}

// NOLINTEND(bugprone-easily-swappable-parameters)

}  // namespace

std::span<const double> RenyiOrders() {
  static const auto* const kOrders = new std::vector<double>(MakeOrders());
  return *kOrders;
}

StatusOr<double> RenyiDivergence(const LossEvent& event, double order) {
  if (!(order > 1 && order < kInfinity)) {
    return InvalidArgument("an order must be above 1, got %g", order);
  }
  WEIR_ASSIGN_OR_RETURN(const LossEvent single, Single(event));
  if (LogKept(single) == -kInfinity) return kInfinity;
  const double moment = internal::LogMoment(single, Direction::kRemove, order - 1);
  return (moment - LogKept(single) / static_cast<double>(single.count)) / (order - 1);
}

RenyiAccount::RenyiAccount() : divergences_(RenyiOrders().size()) {}

Status RenyiAccount::Add(const LossEvent& event) {
  WEIR_ASSIGN_OR_RETURN(const LossEvent single, Single(event));
  log_kept_ += LogKept(single);
  if (log_kept_ == -kInfinity) return OkStatus();
  const double own = LogKept(single) / static_cast<double>(single.count);
  for (size_t i = 0; i < divergences_.size(); ++i) {
    const double less_one = RenyiOrders()[i] - 1;
    const double moment = internal::LogMoment(single, Direction::kRemove, less_one) - own;
    divergences_[i] += static_cast<double>(single.count) * moment / less_one;
  }
  return OkStatus();
}

double RenyiAccount::EpsilonAt(Delta delta) const {
  const double left = DeltaLeft(delta.value(), log_kept_);
  if (!(left > 0)) return kInfinity;
  double least = kInfinity;
  for (size_t i = 0; i < divergences_.size(); ++i) {
    if (LogVariation(divergences_[i]) <= std::log(left)) return 0;
    least = std::min(least, EpsilonAtOrder(divergences_[i], std::log(left), RenyiOrders()[i] - 1));
  }
  return std::max(least, 0.0);
}

double RenyiAccount::DeltaAt(Epsilon epsilon) const {
  if (log_kept_ == -kInfinity) return 1;
  double least = 0;
  for (size_t i = 0; i < divergences_.size(); ++i) {
    least = std::min({least, LogVariation(divergences_[i]),
                      LogDeltaAtOrder(divergences_[i], epsilon.value(), RenyiOrders()[i] - 1)});
  }
  return DeltaOfAll(std::exp(least), log_kept_);
}

Status ZcdpAccount::Add(const LossEvent& event) {
  WEIR_ASSIGN_OR_RETURN(const LossEvent single, Single(event));
  log_kept_ += LogKept(single);
  rho_ += static_cast<double>(single.count) * RhoOf(single) * (1 + 1e-15);
  return OkStatus();
}

double ZcdpAccount::EpsilonAt(Delta delta) const {
  const double left = DeltaLeft(delta.value(), log_kept_);
  if (!(left > 0)) return kInfinity;
  const double least = LeastOverOrders([&](double less_one) {
    return EpsilonAtOrder(rho_ + less_one * rho_, std::log(left), less_one);
  });
  return std::max(least, 0.0);
}

double ZcdpAccount::DeltaAt(Epsilon epsilon) const {
  if (log_kept_ == -kInfinity) return 1;
  const double least = LeastOverOrders([&](double less_one) {
    return LogDeltaAtOrder(rho_ + less_one * rho_, epsilon.value(), less_one);
  });
  return DeltaOfAll(std::exp(std::min(least, 0.0)), log_kept_);
}

}  // namespace weir::dp
