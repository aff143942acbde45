// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_LEDGER_VIEW_H_
#define WEIR_MEMBER_LEDGER_VIEW_H_

#include <cstdint>
#include <string>

#include "weir/base/status.h"
#include "weir/ledger/ledger.h"
#include "weir/v1/steward.pb.h"

namespace weir::member {

// How a balance is shown: what is spent rounded up, what remains rounded down, as the ledger
// derived them. `window` empty: of all.
v1::AccountBalance DescribeBalance(const std::string& account, const ledger::Balance& balance,
                                   const std::string& window);
// An amount of epsilon that the ledger rounded up to a multiple of 10^-12, as text.
std::string FormatSpent(double epsilon);

// Balances of all accounts and entries from `first_sequence` on, with the owner's names for what
// the entries commit to.
StatusOr<v1::GetLedgerResponse> ShowLedger(ledger::Ledger& ledger, uint64_t first_sequence);
StatusOr<v1::VerifyLedgerResponse> VerifyLedger(ledger::Ledger& ledger);

}  // namespace weir::member

#endif  // WEIR_MEMBER_LEDGER_VIEW_H_
