// SPDX-License-Identifier: Apache-2.0
#include "weir/member/ledger_view.h"

#include <cmath>
#include <utility>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/doc/signed_text.h"
#include "weir/v1/ledger.pb.h"

namespace weir::member {
namespace {

constexpr uint64_t kMaxEntries = 1000;
constexpr double kUnitsPerEpsilon = 1e12;

const char* StateWord(ledger::ChargeState state) {
  switch (state) {
    case ledger::ChargeState::kDebited:
      return "debited";
    case ledger::ChargeState::kCompleted:
      return "completed";
    case ledger::ChargeState::kFailed:
      return "failed";
  }
  return "unknown";
}

template <class Entry>
StatusOr<std::string> ChargeIn(const std::string& text) {
  WEIR_ASSIGN_OR_RETURN(const doc::Document<Entry> entry, doc::ParseSigned<Entry>(text, "entry"));
  return entry.message.charge();
}

// The charge that an entry speaks of; empty for entries about none.
StatusOr<std::string> ChargeOf(const ledger::StoredEntry& entry) {
  WEIR_ASSIGN_OR_RETURN(const std::string kind, doc::SignedKind(entry.bytes));
  if (kind == "debit") return ChargeIn<v1::DebitEntry>(entry.bytes);
  if (kind == "complete") return ChargeIn<v1::CompleteEntry>(entry.bytes);
  if (kind == "fail") return ChargeIn<v1::FailEntry>(entry.bytes);
  return std::string();
}

StatusOr<v1::LedgerLine> DescribeEntry(ledger::Ledger& ledger, const ledger::StoredEntry& entry) {
  v1::LedgerLine line;
  line.set_sequence(entry.sequence);
  line.set_entry(entry.bytes);
  line.set_sha256(entry.sha256);
  WEIR_ASSIGN_OR_RETURN(const std::string charge, ChargeOf(entry));
  if (charge.empty()) return line;
  WEIR_ASSIGN_OR_RETURN(const ledger::ChargeRecord record, ledger.Get(charge));
  line.set_account(record.account);
  line.set_state(StateWord(record.state));
  return line;
}

StatusOr<bool> HasEntry(ledger::Ledger& ledger, uint64_t sequence) {
  WEIR_ASSIGN_OR_RETURN(const std::vector<ledger::StoredEntry> found, ledger.Entries(sequence, 1));
  return !found.empty();
}

// Sequences have no gaps: doubling, then halving.
StatusOr<uint64_t> CountEntries(ledger::Ledger& ledger) {
  uint64_t beyond = 1;
  while (true) {
    WEIR_ASSIGN_OR_RETURN(const bool exists, HasEntry(ledger, beyond));
    if (!exists) break;
    beyond *= 2;
  }
  uint64_t last = beyond / 2;
  while (beyond - last > 1) {
    const uint64_t middle = last + (beyond - last) / 2;
    WEIR_ASSIGN_OR_RETURN(const bool exists, HasEntry(ledger, middle));
    (exists ? last : beyond) = middle;
  }
  return last;
}

struct LedgerHead {
  uint64_t size = 0;
  std::string sha256;
};

StatusOr<LedgerHead> FindHead(ledger::Ledger& ledger) {
  WEIR_ASSIGN_OR_RETURN(const uint64_t size, CountEntries(ledger));
  if (size == 0) return LedgerHead();
  WEIR_ASSIGN_OR_RETURN(const std::vector<ledger::StoredEntry> last, ledger.Entries(size, 1));
  return LedgerHead{.size = size, .sha256 = last.empty() ? "" : last.front().sha256};
}

}  // namespace

std::string FormatSpent(double epsilon) {
  return FormatDecimal(
      MakeDecimal(static_cast<int128>(std::nearbyint(epsilon * kUnitsPerEpsilon)), 12));
}

v1::AccountBalance DescribeBalance(const std::string& account, const ledger::Balance& balance,
                                   const std::string& window) {
  v1::AccountBalance described;
  described.set_account(account);
  described.set_budget_epsilon(balance.budget.epsilon.ToString());
  described.set_budget_delta(balance.budget.delta.ToString());
  described.set_spent_epsilon(FormatSpent(balance.spent_epsilon));
  described.set_remaining_epsilon(balance.remaining.has_value() ? balance.remaining->ToString()
                                                                : "0");
  if (balance.odometer.has_value()) described.set_odometer_epsilon(balance.odometer->ToString());
  described.set_charges(balance.charges);
  described.set_unfinished_charges(balance.unfinished);
  described.set_window(window);
  return described;
}

StatusOr<v1::GetLedgerResponse> ShowLedger(ledger::Ledger& ledger, uint64_t first_sequence) {
  v1::GetLedgerResponse answer;
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> accounts, ledger.Accounts());
  for (const std::string& account : accounts) {
    WEIR_ASSIGN_OR_RETURN(const ledger::Balance balance, ledger.GetBalance(account, ""));
    *answer.add_balances() = DescribeBalance(account, balance, "");
  }
  const uint64_t first = first_sequence == 0 ? 1 : first_sequence;
  WEIR_ASSIGN_OR_RETURN(const std::vector<ledger::StoredEntry> entries,
                        ledger.Entries(first, kMaxEntries));
  for (const ledger::StoredEntry& entry : entries) {
    WEIR_ASSIGN_OR_RETURN(*answer.add_entries(), DescribeEntry(ledger, entry));
  }
  WEIR_ASSIGN_OR_RETURN(const LedgerHead head, FindHead(ledger));
  answer.set_size(head.size);
  answer.set_head_sha256(head.sha256);
  return answer;
}

StatusOr<v1::VerifyLedgerResponse> VerifyLedger(ledger::Ledger& ledger) {
  v1::VerifyLedgerResponse answer;
  const Status verified = ledger.Verify();
  answer.set_intact(verified.ok());
  if (!verified.ok()) answer.set_fault(MessageOf(verified));
  WEIR_ASSIGN_OR_RETURN(const LedgerHead head, FindHead(ledger));
  answer.set_size(head.size);
  answer.set_head_sha256(head.sha256);
  return answer;
}

}  // namespace weir::member
