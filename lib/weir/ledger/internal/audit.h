// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_LEDGER_INTERNAL_AUDIT_H_
#define WEIR_LEDGER_INTERNAL_AUDIT_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/ledger/internal/entries.h"
#include "weir/ledger/internal/meters.h"
#include "weir/ledger/internal/tables.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::ledger::internal {

struct AccountState {
  std::string commitment;
  PrivacyUnit unit;
  WindowMeters meters;
  friend bool operator==(const AccountState&, const AccountState&) = default;
};

// What follows from a ledger's entries and opened commitments: all that decisions need.
struct LedgerState {
  Head head;
  std::map<std::string, AccountState> accounts;
  std::map<std::string, Meter> shares;
  std::optional<std::string> moved_to;
  friend bool operator==(const LedgerState&, const LedgerState&) = default;
};

// What a debit entry says of its charge.
struct DebitTerms {
  std::vector<std::string> windows;
  PrivacyCost cost;
};
StatusOr<DebitTerms> TermsOf(const v1::DebitEntry& entry);

// Derives the state from the stored bytes alone: follows the chain, opens every commitment with
// the private rows, and holds every private row against its entry.
//
// Guarantee: an OK result means that entries are dense, each names the hash of the one before it,
//            times do not go back, and rows and entries stand for each other one to one.
// Errors:    DATA_LOSS naming the first entry (by sequence) that does not fit.
// Cost:      one pass; per entry a hash, a parse and an indexed read.
StatusOr<LedgerState> Audit(Tables& tables);

}  // namespace weir::ledger::internal

#endif  // WEIR_LEDGER_INTERNAL_AUDIT_H_
