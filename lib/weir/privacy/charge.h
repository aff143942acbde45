// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_PRIVACY_CHARGE_H_
#define WEIR_PRIVACY_CHARGE_H_

#include <string>
#include <utility>

#include "weir/privacy/passkeys.h"
#include "weir/privacy/privacy_cost.h"

namespace weir {

// Proof that a cost was debited, durably, before any data is read. Made by the ledger alone, moved
// along with what it pays for, spent once. A moved-from charge is void.
class [[nodiscard]] Charge {
 public:
  Charge(LedgerKey, std::string id, PrivacyCost cost)
      : id_(std::move(id)), cost_(std::move(cost)) {}
  Charge(Charge&& other) noexcept
      : id_(std::exchange(other.id_, {})), cost_(std::move(other.cost_)) {}
  Charge& operator=(Charge&&) = delete;
  Charge(const Charge&) = delete;
  Charge& operator=(const Charge&) = delete;

  const std::string& id() const { return id_; }  // UUIDv7; empty when void
  const PrivacyCost& cost() const { return cost_; }

 private:
  std::string id_;
  PrivacyCost cost_;
};

}  // namespace weir

#endif  // WEIR_PRIVACY_CHARGE_H_
