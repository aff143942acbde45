// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_LEDGER_INTERNAL_METERS_H_
#define WEIR_LEDGER_INTERNAL_METERS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/dp/adaptive_filter.h"
#include "weir/dp/odometer.h"
#include "weir/ledger/ledger.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::ledger::internal {

// What was spent of one budget: dp's filter, and how many charges it has counted. A value type.
class Meter {
 public:
  explicit Meter(const Budget& budget);

  // OK if the charge fits. PolicyRefusal "dataset_budget" if not; INVALID_ARGUMENT if the cost
  // claims less than its events.
  Status Check(const PrivacyCost& cost) const { return filter_.CheckSpend(cost); }
  // Counts a charge that stands, whether it fits or not. INVALID_ARGUMENT as filters say.
  Status Count(const PrivacyCost& cost);
  // One of the counted charges is completed or failed. Nothing is given back.
  void Finish() { --unfinished_; }

  // Of the budget, rounded up to 10^-12. After charges from elsewhere that did not fit: their plain
  // sum.
  double SpentEpsilon() const;
  Balance ToBalance() const;
  Budget budget() const;
  friend bool operator==(const Meter& a, const Meter& b);

 private:
  dp::AdaptiveFilter filter_;
  dp::Odometer odometer_;
  uint128 epsilon_sum_ = 0;  // of the claims, in units of Epsilon
  uint64_t charges_ = 0;
  uint64_t unfinished_ = 0;
};

// The meters of one account, one for each window of the data that was ever named and one for the
// rest. A charge without windows counts in all of them; a window named for the first time starts
// with a copy of the rest, that is, with every charge so far that was for all windows.
class WindowMeters {
 public:
  explicit WindowMeters(const Budget& budget) : rest_(budget) {}

  // OK if the charge fits in every window that it counts in.
  Status Check(const std::vector<std::string>& windows, const PrivacyCost& cost) const;
  Status Count(const std::vector<std::string>& windows, const PrivacyCost& cost);
  void Finish(const std::vector<std::string>& windows);

  // Empty: most spent and least remaining over all windows. `charges` and `unfinished` are then
  // those of the whole account.
  Balance BalanceOf(const std::string& window) const;
  Budget budget() const { return rest_.budget(); }
  friend bool operator==(const WindowMeters&, const WindowMeters&) = default;

 private:
  const Meter& Find(const std::string& window) const;
  Meter& Touch(const std::string& window);

  Meter rest_;
  std::map<std::string, Meter> named_;
  uint64_t charges_ = 0;
  uint64_t unfinished_ = 0;
};

}  // namespace weir::ledger::internal

#endif  // WEIR_LEDGER_INTERNAL_METERS_H_
