// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_ADAPTIVE_FILTER_H_
#define WEIR_DP_ADAPTIVE_FILTER_H_

#include <cstdint>
#include <optional>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/dp/calibration.h"
#include "weir/dp/renyi_price.h"
#include "weir/privacy/parameters.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

// Names the rules below; a ledger stores it with each grant. Stored on disk: a change of rules is
// a new number, and old grants keep their rules.
inline constexpr uint32_t kAccountantVersion = 3;

// Decides whether one account's budget (epsilon, delta) admits another charge, when each charge may
// be chosen after seeing all earlier answers.
//
// Two alternatives watch every charge, and delta is split between them beforehand:
//   basic  the epsilons add to at most epsilon, the deltas to at most ceil(delta / 2);
//   Renyi  at one order that is fixed by the budget, the divergences of the events add to at most
//          the one that converts to (epsilon, half of floor(delta / 2), rounded up), and the
//          events' own deltas to at most the other half; absent if floor(delta / 2) is zero.
// zCDP is no alternative of its own: at that order no event costs more than by its rho.
// A charge is admitted if at least one alternative still holds for everything spent including it.
// An alternative once exceeded stays exceeded.
//
// Guarantee: all admitted charges together are (epsilon, delta)-DP under the neighbouring relation
//            of the charges, for adaptively chosen charges (docs/explanation/adaptive-filter.md).
// Assumes:   each charged mechanism is, for every past, as private as its cost says (CheckCost);
//            the budget is fixed before the first charge.
// Cost:      constant; exact integers after Create. A value type: copy it to try. Not thread-safe.
// Source:    Rogers, Roth, Ullman, Vadhan, "Privacy Odometers and Filters", 2016; Feldman, Zrnic,
//            "Individual Privacy Accounting via a Renyi Filter", 2021; Whitehouse, Ramdas,
//            Rogers, Wu, "Fully-Adaptive Composition in Differential Privacy", 2023.
class AdaptiveFilter {
 public:
  // The budget of one account (of one window of the data, if it has windows).
  static AdaptiveFilter Create(Epsilon epsilon, Delta delta);

  // OK if the charge would be admitted now.
  // Errors: INVALID_ARGUMENT     the cost does not follow from its events (CheckCost).
  //         FAILED_PRECONDITION  the budget does not admit it (PolicyRefusal "dataset_budget").
  Status CheckSpend(const PrivacyCost& cost) const;
  bool CanSpend(const PrivacyCost& cost) const { return CheckSpend(cost).ok(); }
  // CheckSpend, then spends. A refused charge changes nothing.
  Status Spend(const PrivacyCost& cost);
  // Counts a charge that was admitted before (a ledger read again): never refused for the budget.
  // Errors: INVALID_ARGUMENT if its events cannot be accounted; then nothing is counted.
  Status Replay(const PrivacyCost& cost);

  // The smaller total of the alternatives that still hold, rounded up; nullopt before the first
  // charge, and after a replay that exceeds both. While the Renyi alternative holds its total may
  // be converted at any order. For display: the promise is the budget.
  std::optional<Epsilon> SpentEpsilon() const;
  // Largest pure epsilon that would be admitted now, rounded down; nullopt if none is.
  std::optional<Epsilon> RemainingPureEpsilon() const;

  Epsilon budget_epsilon() const { return epsilon_; }
  Delta budget_delta() const { return delta_; }
  // Which alternatives still hold.
  bool basic_holds() const;
  bool renyi_holds() const;

 private:
  AdaptiveFilter(Epsilon epsilon, Delta delta);
  Status Add(const PrivacyCost& cost);
  std::optional<Epsilon> RenyiEpsilon() const;
  uint128 RemainingRenyiUnits() const;

  Epsilon epsilon_;
  Delta delta_;
  Delta basic_delta_;
  Delta conversion_delta_;  // of the Renyi alternative
  Delta own_delta_;         // its room for the events' own deltas
  RenyiBudget renyi_;
  // Totals, in units; they only grow and saturate far above any budget.
  uint128 spent_epsilon_ = 0;
  uint128 spent_delta_ = 0;
  ExactDivergence spent_divergence_;
  ExactRho spent_rho_;  // for display
  uint128 spent_own_delta_ = 0;
};

}  // namespace weir::dp

#endif  // WEIR_DP_ADAPTIVE_FILTER_H_
