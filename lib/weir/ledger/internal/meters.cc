// SPDX-License-Identifier: Apache-2.0
#include "weir/ledger/internal/meters.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace weir::ledger::internal {
namespace {

// For sums that may be beyond the range of Epsilon.
double RoundedUp(uint128 epsilon_units) {
  const double units = static_cast<double>(epsilon_units);
  return std::nextafter(units * 1e-12, std::numeric_limits<double>::infinity());
}

// Nothing spent needs no figure.
bool HasFigure(const Balance& balance) {
  return balance.charges == 0 || balance.odometer.has_value();
}

}  // namespace

Meter::Meter(const Budget& budget)
    : filter_(dp::AdaptiveFilter::Create(budget.epsilon, budget.delta)),
      odometer_(dp::Odometer::Create(budget.delta)) {}

Status Meter::Count(const PrivacyCost& cost) {
  WEIR_RETURN_IF_ERROR(filter_.Replay(cost));
  WEIR_RETURN_IF_ERROR(odometer_.Add(cost));
  epsilon_sum_ += static_cast<uint128>(cost.epsilon().units());
  ++charges_;
  ++unfinished_;
  return OkStatus();
}

double Meter::SpentEpsilon() const {
  if (charges_ == 0) return 0;
  const std::optional<Epsilon> spent = filter_.SpentEpsilon();
  return spent.has_value() ? spent->value() : RoundedUp(epsilon_sum_);
}

Budget Meter::budget() const {
  return {.epsilon = filter_.budget_epsilon(), .delta = filter_.budget_delta()};
}

Balance Meter::ToBalance() const {
  return {.budget = budget(),
          .spent_epsilon = SpentEpsilon(),
          .remaining = filter_.RemainingPureEpsilon(),
          .odometer = odometer_.Spent(),
          .charges = charges_,
          .unfinished = unfinished_};
}

bool operator==(const Meter& a, const Meter& b) {
  return a.budget() == b.budget() && a.filter_.SpentEpsilon() == b.filter_.SpentEpsilon() &&
         a.filter_.RemainingPureEpsilon() == b.filter_.RemainingPureEpsilon() &&
         a.epsilon_sum_ == b.epsilon_sum_ && a.charges_ == b.charges_ &&
         a.unfinished_ == b.unfinished_;
}

Status WindowMeters::Check(const std::vector<std::string>& windows, const PrivacyCost& cost) const {
  if (!windows.empty()) {
    for (const std::string& window : windows) {
      WEIR_RETURN_IF_ERROR(Annotate(Find(window).Check(cost), "window " + window));
    }
    return OkStatus();
  }
  WEIR_RETURN_IF_ERROR(rest_.Check(cost));
  for (const auto& [window, meter] : named_) {
    WEIR_RETURN_IF_ERROR(Annotate(meter.Check(cost), "window " + window));
  }
  return OkStatus();
}

Status WindowMeters::Count(const std::vector<std::string>& windows, const PrivacyCost& cost) {
  ++charges_;
  ++unfinished_;
  for (const std::string& window : windows) {
    WEIR_RETURN_IF_ERROR(Touch(window).Count(cost));
  }
  if (!windows.empty()) return OkStatus();
  for (auto& [window, meter] : named_) {
    WEIR_RETURN_IF_ERROR(meter.Count(cost));
  }
  return rest_.Count(cost);
}

void WindowMeters::Finish(const std::vector<std::string>& windows) {
  --unfinished_;
  for (const std::string& window : windows) Touch(window).Finish();
  if (!windows.empty()) return;
  for (auto& [window, meter] : named_) meter.Finish();
  rest_.Finish();
}

Balance WindowMeters::BalanceOf(const std::string& window) const {
  if (!window.empty()) return Find(window).ToBalance();
  Balance tightest = rest_.ToBalance();
  bool all_have_figures = HasFigure(tightest);
  for (const auto& [name, meter] : named_) {
    const Balance balance = meter.ToBalance();
    tightest.spent_epsilon = std::max(tightest.spent_epsilon, balance.spent_epsilon);
    // An absent remainder is the smallest optional.
    tightest.remaining = std::min(tightest.remaining, balance.remaining);
    all_have_figures = all_have_figures && HasFigure(balance);
    tightest.odometer = std::max(tightest.odometer, balance.odometer);
  }
  if (!all_have_figures) tightest.odometer = std::nullopt;
  tightest.charges = charges_;
  tightest.unfinished = unfinished_;
  return tightest;
}

const Meter& WindowMeters::Find(const std::string& window) const {
  const auto found = named_.find(window);
  return found == named_.end() ? rest_ : found->second;
}

Meter& WindowMeters::Touch(const std::string& window) {
  return named_.try_emplace(window, rest_).first->second;
}

}  // namespace weir::ledger::internal
