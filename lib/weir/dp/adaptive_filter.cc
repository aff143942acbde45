// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/adaptive_filter.h"

#include <algorithm>
#include <limits>

#include "weir/dp/accountant.h"

namespace weir::dp {
namespace {

// Far above any budget, far below overflow.
constexpr uint128 kSaturated = uint128{1} << 100;

uint128 AddUnits(uint128 total, int64_t units) {
  return std::min(total + static_cast<uint128>(units), kSaturated);
}

// How delta is split: half for basic, a quarter for the Renyi alternative's conversion, a quarter
// for the own deltas of its events. What does not divide goes to the one named first.
struct Shares {
  Delta basic, conversion, own;
};
Shares Split(Delta delta) {
  const int64_t renyi = delta.units() / 2;
  const int64_t own = renyi / 2;
  return {.basic = *Delta::FromUnits(delta.units() - renyi),
          .conversion = *Delta::FromUnits(renyi - own),
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
      conversion_delta_(Split(delta).conversion),
      own_delta_(Split(delta).own),
      renyi_(RenyiBudgetFor(epsilon, conversion_delta_)) {}

bool AdaptiveFilter::basic_holds() const {
  return spent_epsilon_ <= static_cast<uint128>(epsilon_.units()) &&
         spent_delta_ <= static_cast<uint128>(basic_delta_.units());
}

bool AdaptiveFilter::renyi_holds() const {
  return renyi_.limit.units > 0 && spent_divergence_ <= renyi_.limit &&
         spent_own_delta_ <= static_cast<uint128>(own_delta_.units());
}

Status AdaptiveFilter::Add(const PrivacyCost& cost) {
  WEIR_ASSIGN_OR_RETURN(const ExactRho rho, EventsRho(cost.events(), cost.approximate()));
  WEIR_ASSIGN_OR_RETURN(const std::optional<Epsilon> pure,
                        EventsPureEpsilon(cost.events(), cost.approximate()));
  WEIR_ASSIGN_OR_RETURN(const ExactDivergence divergence,
                        EventsDivergence(cost.events(), cost.approximate(), renyi_.order));
  const bool is_pure = pure.has_value() && *pure <= cost.epsilon();
  spent_epsilon_ = AddUnits(spent_epsilon_, cost.epsilon().units());
  spent_delta_ = AddUnits(spent_delta_, is_pure ? 0 : cost.delta().units());
  spent_divergence_ = spent_divergence_.AddUp(divergence);
  spent_rho_ = spent_rho_.AddUp(rho);
  spent_own_delta_ = AddUnits(spent_own_delta_, OwnDeltaUnits(cost.approximate()));
  return OkStatus();
}

Status AdaptiveFilter::CheckSpend(const PrivacyCost& cost) const {
  WEIR_RETURN_IF_ERROR(CheckCost(cost));
  AdaptiveFilter after = *this;
  WEIR_RETURN_IF_ERROR(after.Add(cost));
  if (after.basic_holds() || after.renyi_holds()) return OkStatus();
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
  if (renyi_holds() && spent_divergence_.units > 0) {
    const std::optional<Epsilon> by_renyi = RenyiEpsilon();
    const bool is_smaller = by_renyi.has_value() && (!spent.has_value() || *by_renyi < *spent);
    if (is_smaller) spent = std::min(*by_renyi, epsilon_);
  }
  return spent;
}

// The divergence at its order, or the rhos at their best order.
std::optional<Epsilon> AdaptiveFilter::RenyiEpsilon() const {
  const StatusOr<Epsilon> at_order =
      DivergenceToEpsilon(spent_divergence_, renyi_.order, conversion_delta_);
  const StatusOr<Epsilon> by_rho = RhoToEpsilon(spent_rho_, conversion_delta_);
  if (at_order.ok() && by_rho.ok()) return std::min(*at_order, *by_rho);
  if (at_order.ok()) return *at_order;
  return by_rho.ok() ? std::optional<Epsilon>(*by_rho) : std::nullopt;
}

// The largest units of epsilon whose divergence is within what is left.
uint128 AdaptiveFilter::RemainingRenyiUnits() const {
  const ExactDivergence left{renyi_.limit.units - spent_divergence_.units};
  int64_t fits = 0;
  int64_t beyond = 1'000'000'000'000'000'001;  // above the range of Epsilon
  while (beyond - fits > 1) {
    const int64_t middle = fits + (beyond - fits) / 2;
    const Epsilon epsilon = *Epsilon::FromUnits(middle);
    (PureDivergence(epsilon, renyi_.order) <= left ? fits : beyond) = middle;
  }
  return static_cast<uint128>(fits);
}

std::optional<Epsilon> AdaptiveFilter::RemainingPureEpsilon() const {
  uint128 remaining = 0;
  if (basic_holds()) remaining = static_cast<uint128>(epsilon_.units()) - spent_epsilon_;
  if (renyi_holds()) remaining = std::max(remaining, RemainingRenyiUnits());
  return EpsilonOrNone(std::min(remaining, static_cast<uint128>(1'000'000'000'000'000'000)));
}

}  // namespace weir::dp
