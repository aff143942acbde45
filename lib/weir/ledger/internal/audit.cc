// SPDX-License-Identifier: Apache-2.0
#include "weir/ledger/internal/audit.h"

#include <utility>
#include <variant>

#include "weir/dp/event_proto.h"
#include "weir/ledger/internal/commitments.h"
#include "weir/ledger/internal/requests.h"
#include "weir/ledger/unit_proto.h"

namespace weir::ledger::internal {
namespace {

Status Mismatch(uint64_t sequence, const char* what) {
  return DataLoss("ledger entry %llu: %s", static_cast<unsigned long long>(sequence), what);
}

// One pass over the entries, in order.
class Auditor {
 public:
  explicit Auditor(Tables& tables) : tables_(tables) {}

  Status Load();
  Status Visit(const StoredEntry& entry);
  Status Finish() const;
  LedgerState TakeState() { return std::move(state_); }

 private:
  Status Check(const v1::GrantEntry& entry);
  Status Check(const v1::DebitEntry& entry);
  Status Check(const v1::CompleteEntry& entry);
  Status Check(const v1::FailEntry& entry);
  Status Check(const v1::MovedEntry& entry);
  StatusOr<ChargeRow> FinalRowOf(uint64_t sequence, const std::string& charge, ChargeState state);
  Status CountFinal(const ChargeRow& row);
  Status CountDebit(const ChargeRow& row, const DebitTerms& terms);

  Tables& tables_;
  std::map<uint64_t, AccountRow> accounts_;
  std::map<std::string, Budget> shares_;
  std::optional<MovedRow> moved_;
  LedgerState state_;
  uint64_t debits_ = 0;
  uint64_t finals_ = 0;
};

Status Auditor::Load() {
  WEIR_ASSIGN_OR_RETURN(std::vector<AccountRow> accounts, tables_.Accounts());
  for (AccountRow& row : accounts) accounts_.emplace(row.sequence, std::move(row));
  WEIR_ASSIGN_OR_RETURN(const std::vector<ShareRow> shares, tables_.Shares());
  for (const ShareRow& row : shares) shares_.emplace(row.name, row.budget);
  WEIR_ASSIGN_OR_RETURN(moved_, tables_.Moved());
  return OkStatus();
}

Status Auditor::Visit(const StoredEntry& entry) {
  WEIR_ASSIGN_OR_RETURN(const EntryBody body, FollowChain(state_.head, entry));
  if (state_.moved_to.has_value()) return Mismatch(entry.sequence, "it follows a moved entry");
  return std::visit([&](const auto& read) { return Check(read); }, body);
}

Status Auditor::Check(const v1::GrantEntry& entry) {
  if (entry.accountant() != dp::kAccountantVersion) {
    return FailedPrecondition(
        "ledger entry %llu: accountant %u is not known; use the weir that wrote it or a newer one",
        static_cast<unsigned long long>(entry.sequence()), entry.accountant());
  }
  const auto found = accounts_.find(entry.sequence());
  if (found == accounts_.end()) return Mismatch(entry.sequence(), "its account is missing");
  const AccountRow& row = found->second;
  if (CommitToAccount(row.salt, row.name) != entry.account()) {
    return Mismatch(entry.sequence(), "its account is another one");
  }
  const auto epsilon = Epsilon::Parse(entry.epsilon());
  const auto delta = Delta::Parse(entry.delta());
  if (!epsilon.ok() || !delta.ok() || row.budget != Budget{.epsilon = *epsilon, .delta = *delta}) {
    return Mismatch(entry.sequence(), "its account has another budget");
  }
  const auto unit = UnitFromProto(entry.unit());
  if (!unit.ok() || row.unit != *unit) {
    return Mismatch(entry.sequence(), "its account has another privacy unit");
  }
  state_.accounts.emplace(row.name, AccountState{.commitment = entry.account(),
                                                 .unit = row.unit,
                                                 .meters = WindowMeters(row.budget)});
  return OkStatus();
}

Status Auditor::Check(const v1::DebitEntry& entry) {
  const uint64_t sequence = entry.sequence();
  WEIR_ASSIGN_OR_RETURN(const auto row, tables_.ChargeByDebit(sequence));
  if (!row.has_value()) return Mismatch(sequence, "its charge is missing");
  if (row->id != entry.charge()) return Mismatch(sequence, "its charge is another one");
  const auto account = state_.accounts.find(row->account);
  if (account == state_.accounts.end() || account->second.commitment != entry.account()) {
    return Mismatch(sequence, "its charge counts in another account");
  }
  if (CommitToPlan(row->salt, row->plan) != entry.plan()) {
    return Mismatch(sequence, "its charge has another plan");
  }
  std::optional<Budget> share_budget;
  if (!row->share.empty()) {
    const auto share = shares_.find(row->share);
    if (share == shares_.end()) return Mismatch(sequence, "its share is missing");
    share_budget = share->second;
  }
  if (CommitToShare(row->salt, row->share, share_budget) != entry.share()) {
    return Mismatch(sequence, "its charge counts against another share");
  }
  const StatusOr<DebitTerms> terms = TermsOf(entry);
  if (!terms.ok()) return Mismatch(sequence, MessageOf(terms.status()).c_str());
  if (const Status fits = CheckWindows(terms->windows, account->second.unit); !fits.ok()) {
    return Mismatch(sequence, MessageOf(fits).c_str());
  }
  ++debits_;
  return CountDebit(*row, *terms);
}

Status Auditor::CountDebit(const ChargeRow& row, const DebitTerms& terms) {
  WindowMeters& meters = state_.accounts.at(row.account).meters;
  Status counted = meters.Count(terms.windows, terms.cost);
  if (counted.ok() && !row.share.empty()) {
    Meter& share = state_.shares.try_emplace(row.share, shares_.at(row.share)).first->second;
    counted = share.Count(terms.cost);
  }
  return counted.ok() ? counted : Mismatch(row.debit_sequence, MessageOf(counted).c_str());
}

Status Auditor::Check(const v1::CompleteEntry& entry) {
  WEIR_ASSIGN_OR_RETURN(const ChargeRow row,
                        FinalRowOf(entry.sequence(), entry.charge(), ChargeState::kCompleted));
  if (CommitToPayload(row.salt, row.payload_sha256) != entry.payload() ||
      CommitToManifest(row.salt, row.manifest_sha256) != entry.manifest()) {
    return Mismatch(entry.sequence(), "its charge has other digests");
  }
  return CountFinal(row);
}

Status Auditor::Check(const v1::FailEntry& entry) {
  WEIR_ASSIGN_OR_RETURN(const ChargeRow row,
                        FinalRowOf(entry.sequence(), entry.charge(), ChargeState::kFailed));
  return CountFinal(row);
}

Status Auditor::Check(const v1::MovedEntry& entry) {
  if (!moved_.has_value() || moved_->sequence != entry.sequence() ||
      CommitToDestination(moved_->salt, moved_->destination) != entry.destination()) {
    return Mismatch(entry.sequence(), "its destination is missing or another one");
  }
  state_.moved_to = moved_->destination;
  return OkStatus();
}

StatusOr<ChargeRow> Auditor::FinalRowOf(uint64_t sequence, const std::string& charge,
                                        ChargeState state) {
  WEIR_ASSIGN_OR_RETURN(const auto row, tables_.ChargeByFinal(sequence));
  if (!row.has_value() || row->id != charge) return Mismatch(sequence, "its charge is missing");
  if (row->state != state) return Mismatch(sequence, "its charge is in another state");
  if (row->debit_sequence >= sequence) return Mismatch(sequence, "it precedes its debit");
  return *row;
}

Status Auditor::CountFinal(const ChargeRow& row) {
  ++finals_;
  WEIR_ASSIGN_OR_RETURN(const std::string bytes, tables_.EntryBytes(row.debit_sequence));
  const StatusOr<EntryBody> body = ParseEntry(bytes);
  if (!body.ok() || !std::holds_alternative<v1::DebitEntry>(*body)) {
    return Mismatch(row.debit_sequence, "it is not the debit of its charge");
  }
  WEIR_ASSIGN_OR_RETURN(const DebitTerms terms, TermsOf(std::get<v1::DebitEntry>(*body)));
  state_.accounts.at(row.account).meters.Finish(terms.windows);
  if (!row.share.empty()) state_.shares.at(row.share).Finish();
  return OkStatus();
}

Status Auditor::Finish() const {
  const uint64_t next = state_.head.sequence + 1;
  WEIR_ASSIGN_OR_RETURN(const uint64_t charges, tables_.CountCharges());
  WEIR_ASSIGN_OR_RETURN(const uint64_t finals, tables_.CountFinals());
  if (accounts_.size() != state_.accounts.size() || charges != debits_ || finals != finals_ ||
      shares_.size() != state_.shares.size() || moved_.has_value() != state_.moved_to.has_value()) {
    return Mismatch(next, "it is missing; private rows name it or a later one");
  }
  return OkStatus();
}

}  // namespace

StatusOr<DebitTerms> TermsOf(const v1::DebitEntry& entry) {
  WEIR_ASSIGN_OR_RETURN(PrivacyCost cost,
                        dp::CostFromProto(entry.events(), entry.epsilon(), entry.delta()));
  return DebitTerms{.windows = {entry.windows().begin(), entry.windows().end()},
                    .cost = std::move(cost)};
}

StatusOr<LedgerState> Audit(Tables& tables) {
  Auditor auditor(tables);
  WEIR_RETURN_IF_ERROR(auditor.Load());
  constexpr uint64_t kAll = ~uint64_t{0};
  WEIR_RETURN_IF_ERROR(
      tables.VisitEntries(1, kAll, [&](const StoredEntry& entry) { return auditor.Visit(entry); }));
  WEIR_RETURN_IF_ERROR(auditor.Finish());
  return auditor.TakeState();
}

}  // namespace weir::ledger::internal
