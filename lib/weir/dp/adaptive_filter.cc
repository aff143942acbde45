// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/adaptive_filter.h"

#include <algorithm>
#include <limits>

#include "weir/dp/accountant.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

// Far above any budget, far below overflow.
constexpr uint128 kSaturated = uint128{1} << 100;

uint128 AddUnits(uint128 total, int64_t units) {
  return std::min(total + static_cast<uint128>(units), kSaturated);
}

// How delta is split: half for basic, a quarter for zCDP's conversion, a quarter for the own deltas
// of the events that zCDP adds up. What does not divide goes to the one named first.
struct Shares {
  Delta basic, conversion, own;
};
Shares Split(Delta delta) {
  const int64_t zcdp = delta.units() / 2;
  const int64_t own = zcdp / 2;
  return {.basic = *Delta::FromUnits(delta.units() - zcdp),
          .conversion = *Delta::FromUnits(zcdp - own),
          .own = *Delta::FromUnits(own)};
}

std::optional<Epsilon> EpsilonOrNone(uint128 units) {
  if (units == 0 || units >= kSaturated) return std::nullopt;
  const StatusOr<Epsilon> epsilon = Epsilon::FromUnits(static_cast<int64_t>(
      std::min(units, static_cast<uint128>(std::numeric_limits<int64_t>::max()))));
  return epsilon.ok() ? std::optional<Epsilon>(*epsilon) : std::nullopt;
}

}  // namespace

AdaptiveFilter AdaptiveFilter::Create(Epsilon epsilon, Delta delta) {
  return AdaptiveFilter(epsilon, delta);
}

AdaptiveFilter::AdaptiveFilter(Epsilon epsilon, Delta delta)
    : epsilon_(epsilon),
      delta_(delta),
      basic_delta_(Split(delta).basic),
      zcdp_delta_(Split(delta).conversion),
      zcdp_own_delta_(Split(delta).own),
      rho_limit_(LargestRho(epsilon, zcdp_delta_)) {}

bool AdaptiveFilter::basic_holds() const {
  return spent_epsilon_ <= static_cast<uint128>(epsilon_.units()) &&
         spent_delta_ <= static_cast<uint128>(basic_delta_.units());
}

bool AdaptiveFilter::zcdp_holds() const {
  return rho_limit_.units > 0 && spent_rho_ <= rho_limit_ &&
         spent_own_delta_ <= static_cast<uint128>(zcdp_own_delta_.units());
}

Status AdaptiveFilter::Add(const PrivacyCost& cost) {
  WEIR_ASSIGN_OR_RETURN(const ExactRho rho, EventsRho(cost.events(), cost.approximate()));
  WEIR_ASSIGN_OR_RETURN(const std::optional<Epsilon> pure,
                        EventsPureEpsilon(cost.events(), cost.approximate()));
  const bool is_pure = pure.has_value() && *pure <= cost.epsilon();
  spent_epsilon_ = AddUnits(spent_epsilon_, cost.epsilon().units());
  spent_delta_ = AddUnits(spent_delta_, is_pure ? 0 : cost.delta().units());
  spent_rho_ = spent_rho_.AddUp(rho);
  spent_own_delta_ = AddUnits(spent_own_delta_, OwnDeltaUnits(cost.approximate()));
  return OkStatus();
}

Status AdaptiveFilter::CheckSpend(const PrivacyCost& cost) const {
  WEIR_RETURN_IF_ERROR(CheckCost(cost));
  AdaptiveFilter after = *this;
  WEIR_RETURN_IF_ERROR(after.Add(cost));
  if (after.basic_holds() || after.zcdp_holds()) return OkStatus();
  return PolicyRefusal("dataset_budget", "the budget of epsilon " + epsilon_.ToString() +
                                             " and delta " + delta_.ToString() +
                                             " does not admit a further charge of epsilon " +
                                             cost.epsilon().ToString());
}

Status AdaptiveFilter::Spend(const PrivacyCost& cost) {
  WEIR_RETURN_IF_ERROR(CheckSpend(cost));
  return Add(cost);
}

Status AdaptiveFilter::Replay(const PrivacyCost& cost) { return Add(cost); }

std::optional<Epsilon> AdaptiveFilter::SpentEpsilon() const {
  std::optional<Epsilon> spent;
  if (basic_holds()) spent = EpsilonOrNone(spent_epsilon_);
  if (zcdp_holds() && spent_rho_.units > 0) {
    const StatusOr<Epsilon> by_zcdp = RhoToEpsilon(spent_rho_, zcdp_delta_);
    const bool is_smaller = by_zcdp.ok() && (!spent.has_value() || *by_zcdp < *spent);
    if (is_smaller) spent = std::min(*by_zcdp, epsilon_);
  }
  return spent;
}

std::optional<Epsilon> AdaptiveFilter::RemainingPureEpsilon() const {
  uint128 remaining = 0;
  if (basic_holds()) remaining = static_cast<uint128>(epsilon_.units()) - spent_epsilon_;
  if (zcdp_holds()) {
    // The largest u with ceil(u^2 / 2) within what is left.
    const uint128 left = rho_limit_.units - spent_rho_.units;
    remaining = std::max(remaining, IntegerSquareRoot(2 * left));
  }
  return EpsilonOrNone(std::min(remaining, static_cast<uint128>(1'000'000'000'000'000'000)));
}

}  // namespace weir::dp
