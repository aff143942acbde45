// SPDX-License-Identifier: Apache-2.0
#include "weir/ledger/internal/store.h"

#include <set>
#include <tuple>
#include <utility>
#include <variant>

#include "weir/base/files.h"
#include "weir/base/identifiers.h"
#include "weir/ledger/internal/requests.h"
#include "weir/ledger/internal/schema.h"

namespace weir::ledger {

using internal::ChargeRow;
using internal::Draft;
using internal::OpenCharge;

namespace {

// Not being allowed to write says nothing of who the caller of this library is.
Status NotWritable(const Status& status) {
  if (status.code() != StatusCode::kPermissionDenied) return status;
  return FailedPrecondition("ledger is not writable: %s", MessageOf(status).c_str());
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): equality is symmetric
Status CheckUnit(const std::string& account, const PrivacyUnit& granted, const PrivacyUnit& unit) {
  if (granted == unit) return OkStatus();
  return FailedPrecondition(
      "account %s protects %s for good, not %s: what was spent on one would not count for the "
      "other; use another account",
      account.c_str(), granted.ToString().c_str(), unit.ToString().c_str());
}

// What two records of one charge must agree in.
auto ContentOf(const ChargeRecord& record) {
  return std::make_tuple(record.account, record.plan, record.share, record.share_budget,
                         record.cost, std::set(record.windows.begin(), record.windows.end()));
}

auto EndOf(const ChargeRecord& record) {
  return std::tie(record.state, record.payload_sha256, record.manifest_sha256);
}

}  // namespace

StatusOr<std::unique_ptr<Ledger::Store>> Ledger::Store::Open(const LedgerOptions& options,
                                                             Clock& clock, RandomSource& random,
                                                             Files& files) {
  auto lock = files.Lock(options.path + ".lock");
  if (!lock.ok()) return NotWritable(Annotate(lock.status(), "ledger " + options.path));
  auto database = internal::Database::Open({.path = options.path, .vfs = options.vfs}, files);
  if (!database.ok()) return NotWritable(database.status());
  std::unique_ptr<Store> store(new Store(*std::move(lock), *std::move(database), clock, random));
  WEIR_RETURN_IF_ERROR(internal::Migrate(*store->database_));
  WEIR_RETURN_IF_ERROR(store->database_->CheckIntegrity());
  WEIR_ASSIGN_OR_RETURN(store->state_, internal::Audit(store->tables_));
  // Writes all pages of an earlier log into the file again: some may never have reached the disk
  // if a sync failed before this start. Then the names of file and log are made durable.
  WEIR_RETURN_IF_ERROR(store->database_->Checkpoint());
  WEIR_RETURN_IF_ERROR(files.SyncFolder(FolderOf(options.path)));
  return store;
}

Status Ledger::Store::CheckWritable() const {
  if (state_.moved_to.has_value()) {
    return PolicyRefusal("ledger_moved",
                         "the data set of this ledger is charged by the member of " +
                             *state_.moved_to + ": name that folder with --state");
  }
  return database_->Writable();
}

Status Ledger::Store::Write(const Draft& draft) {
  WEIR_RETURN_IF_ERROR(tables_.Insert(draft.batch()));
  return draft.ApplyTo(state_);
}

Status Ledger::Store::Grant(const std::string& account, const Budget& budget,
                            const PrivacyUnit& unit) {
  WEIR_RETURN_IF_ERROR(CheckWritable());
  WEIR_RETURN_IF_ERROR(CheckIdentifier("account", account));
  const auto found = state_.accounts.find(account);
  if (found != state_.accounts.end()) {
    const Budget granted = found->second.meters.budget();
    if (granted == budget) return CheckUnit(account, found->second.unit, unit);
    return FailedPrecondition("account %s has the budget (%s, %s) for good, not (%s, %s)",
                              account.c_str(), granted.epsilon.ToString().c_str(),
                              granted.delta.ToString().c_str(), budget.epsilon.ToString().c_str(),
                              budget.delta.ToString().c_str());
  }
  Draft draft = MakeDraft();
  WEIR_RETURN_IF_ERROR(draft.AddGrant(account, budget, unit));
  return Write(draft);
}

Status Ledger::Store::CheckShareBudget(const DebitRequest& request) const {
  const auto share = state_.shares.find(request.share);
  if (share == state_.shares.end() || share->second.budget() == request.share_budget) {
    return OkStatus();
  }
  return FailedPrecondition("share %s was charged before with another budget",
                            request.share.c_str());
}

Status Ledger::Store::CheckTerms(const DebitRequest& request) const {
  WEIR_RETURN_IF_ERROR(internal::CheckRequest(request));
  const auto account = state_.accounts.find(request.account);
  if (account == state_.accounts.end()) {
    return NotFound("no account %s in this ledger", request.account.c_str());
  }
  WEIR_RETURN_IF_ERROR(CheckUnit(request.account, account->second.unit, request.unit));
  return CheckShareBudget(request);
}

Status Ledger::Store::CheckDebit(const DebitRequest& request) const {
  WEIR_RETURN_IF_ERROR(CheckWritable());
  WEIR_RETURN_IF_ERROR(CheckTerms(request));
  if (request.share_budget.has_value()) {
    const auto found = state_.shares.find(request.share);
    const Status fits = found == state_.shares.end()
                            ? internal::Meter(*request.share_budget).Check(request.cost)
                            : found->second.Check(request.cost);
    if (PolicyRefusalReason(fits).has_value()) {
      return PolicyRefusal("agreement_budget", MessageOf(fits));
    }
    WEIR_RETURN_IF_ERROR(fits);
  }
  return state_.accounts.at(request.account).meters.Check(request.windows, request.cost);
}

StatusOr<std::string> Ledger::Store::FreshId() {
  for (;;) {
    std::string id = MakeUuid(clock_, random_);
    WEIR_ASSIGN_OR_RETURN(const auto taken, tables_.ChargeById(id));
    if (!taken.has_value()) return id;
  }
}

StatusOr<std::string> Ledger::Store::Debit(const DebitRequest& request) {
  WEIR_RETURN_IF_ERROR(CheckDebit(request));
  WEIR_ASSIGN_OR_RETURN(std::string id, FreshId());
  Draft draft = MakeDraft();
  WEIR_RETURN_IF_ERROR(draft.AddDebit(id, request).status());
  WEIR_RETURN_IF_ERROR(Write(draft));
  return id;
}

StatusOr<ChargeRow> Ledger::Store::Row(const std::string& charge_id) {
  WEIR_ASSIGN_OR_RETURN(auto row, tables_.ChargeById(charge_id));
  if (!row.has_value()) {
    return NotFound("no charge %s in this ledger", QuoteText(charge_id).c_str());
  }
  return *std::move(row);
}

StatusOr<ChargeRecord> Ledger::Store::RecordOf(const ChargeRow& row) {
  WEIR_ASSIGN_OR_RETURN(const std::string bytes, tables_.EntryBytes(row.debit_sequence));
  WEIR_ASSIGN_OR_RETURN(const internal::EntryBody body, internal::ParseEntry(bytes));
  const auto* entry = std::get_if<v1::DebitEntry>(&body);
  if (entry == nullptr) return DataLoss("charge %s has no debit entry", row.id.c_str());
  WEIR_ASSIGN_OR_RETURN(internal::DebitTerms terms, internal::TermsOf(*entry));
  std::optional<Budget> share_budget;
  if (!row.share.empty()) share_budget = state_.shares.at(row.share).budget();
  return ChargeRecord{.id = row.id,
                      .account = row.account,
                      .unit = state_.accounts.at(row.account).unit,
                      .plan = row.plan,
                      .windows = std::move(terms.windows),
                      .share = row.share,
                      .cost = std::move(terms.cost),
                      .state = row.state,
                      .payload_sha256 = row.payload_sha256,
                      .manifest_sha256 = row.manifest_sha256,
                      .time = entry->time(),
                      .share_budget = share_budget};
}

StatusOr<OpenCharge> Ledger::Store::OpenChargeOf(const ChargeRow& row) {
  WEIR_ASSIGN_OR_RETURN(ChargeRecord record, RecordOf(row));
  return OpenCharge{.id = row.id,
                    .salt = row.salt,
                    .account = row.account,
                    .share = row.share,
                    .windows = std::move(record.windows)};
}

StatusOr<std::optional<ChargeRecord>> Ledger::Store::FindByPlan(const std::string& account,
                                                                const std::string& plan) {
  WEIR_ASSIGN_OR_RETURN(const auto row, tables_.ChargeByPlan(account, plan));
  if (!row.has_value()) return std::optional<ChargeRecord>();
  WEIR_ASSIGN_OR_RETURN(ChargeRecord record, RecordOf(*row));
  return std::optional(std::move(record));
}

StatusOr<ChargeRecord> Ledger::Store::Get(const std::string& charge_id) {
  WEIR_ASSIGN_OR_RETURN(const ChargeRow row, Row(charge_id));
  return RecordOf(row);
}

StatusOr<ChargeRecord> Ledger::Store::Start(const std::string& charge_id) {
  WEIR_RETURN_IF_ERROR(CheckWritable());
  WEIR_ASSIGN_OR_RETURN(const ChargeRow row, Row(charge_id));
  if (row.state != ChargeState::kDebited) {
    return FailedPrecondition("charge %s is %s already", charge_id.c_str(),
                              row.state == ChargeState::kCompleted ? "completed" : "failed");
  }
  if (row.starts >= kMaxStarts) {
    WEIR_RETURN_IF_ERROR(Fail(charge_id));
    return FailedPrecondition("charge %s was started %d times and never ended; it is given up",
                              charge_id.c_str(), kMaxStarts);
  }
  WEIR_ASSIGN_OR_RETURN(ChargeRecord record, RecordOf(row));
  WEIR_RETURN_IF_ERROR(tables_.CountStart(charge_id));
  return record;
}

StatusOr<std::vector<ChargeRecord>> Ledger::Store::Records(bool unfinished_only) {
  WEIR_ASSIGN_OR_RETURN(const std::vector<ChargeRow> rows,
                        unfinished_only ? tables_.UnfinishedCharges() : tables_.Charges());
  std::vector<ChargeRecord> records;
  records.reserve(rows.size());
  for (const ChargeRow& row : rows) {
    WEIR_ASSIGN_OR_RETURN(ChargeRecord record, RecordOf(row));
    records.push_back(std::move(record));
  }
  return records;
}

Status Ledger::Store::Complete(const std::string& charge_id, const std::string& payload_sha256,
                               const std::string& manifest_sha256) {
  WEIR_RETURN_IF_ERROR(CheckWritable());
  WEIR_RETURN_IF_ERROR(internal::CheckSha256("payload_sha256", payload_sha256));
  WEIR_RETURN_IF_ERROR(internal::CheckSha256("manifest_sha256", manifest_sha256));
  WEIR_ASSIGN_OR_RETURN(const ChargeRow row, Row(charge_id));
  if (row.state == ChargeState::kFailed) {
    return FailedPrecondition("charge %s failed and cannot be completed", charge_id.c_str());
  }
  if (row.state == ChargeState::kCompleted) {
    return row.payload_sha256 == payload_sha256 && row.manifest_sha256 == manifest_sha256
               ? OkStatus()
               : FailedPrecondition("charge %s is completed with other digests", charge_id.c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const OpenCharge charge, OpenChargeOf(row));
  Draft draft = MakeDraft();
  WEIR_RETURN_IF_ERROR(draft.AddComplete(charge, payload_sha256, manifest_sha256));
  return Write(draft);
}

Status Ledger::Store::Fail(const std::string& charge_id) {
  WEIR_RETURN_IF_ERROR(CheckWritable());
  WEIR_ASSIGN_OR_RETURN(const ChargeRow row, Row(charge_id));
  if (row.state == ChargeState::kFailed) return OkStatus();
  if (row.state == ChargeState::kCompleted) {
    return FailedPrecondition("charge %s is completed and cannot fail", charge_id.c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const OpenCharge charge, OpenChargeOf(row));
  Draft draft = MakeDraft();
  WEIR_RETURN_IF_ERROR(draft.AddFail(charge));
  return Write(draft);
}

StatusOr<Balance> Ledger::Store::GetBalance(const std::string& account,
                                            const std::string& window) const {
  const auto found = state_.accounts.find(account);
  if (found == state_.accounts.end()) {
    return NotFound("no account %s in this ledger", QuoteText(account).c_str());
  }
  if (!window.empty()) {
    WEIR_RETURN_IF_ERROR(internal::CheckWindows({window}, found->second.unit));
  }
  return found->second.meters.BalanceOf(window);
}

double Ledger::Store::ShareSpent(const std::string& share) const {
  const auto found = state_.shares.find(share);
  return found == state_.shares.end() ? 0 : found->second.SpentEpsilon();
}

std::vector<std::string> Ledger::Store::Accounts() const {
  std::vector<std::string> names;
  names.reserve(state_.accounts.size());
  for (const auto& [name, account] : state_.accounts) names.push_back(name);
  return names;
}

StatusOr<std::vector<StoredEntry>> Ledger::Store::Entries(uint64_t first_sequence, uint64_t limit) {
  std::vector<StoredEntry> entries;
  WEIR_RETURN_IF_ERROR(tables_.VisitEntries(first_sequence, limit, [&](const StoredEntry& entry) {
    entries.push_back(entry);
    return OkStatus();
  }));
  return entries;
}

Status Ledger::Store::Verify() {
  WEIR_RETURN_IF_ERROR(database_->CheckIntegrity());
  WEIR_ASSIGN_OR_RETURN(const internal::LedgerState derived, internal::Audit(tables_));
  if (derived == state_) return OkStatus();
  return DataLoss("ledger entry %llu: the entries are not those that this process wrote",
                  static_cast<unsigned long long>(derived.head.sequence));
}

Status Ledger::Store::DraftFinal(Draft& draft, const OpenCharge& charge,
                                 const ChargeRecord& record) {
  switch (record.state) {
    case ChargeState::kDebited:
      return OkStatus();
    case ChargeState::kCompleted:
      return draft.AddComplete(charge, record.payload_sha256, record.manifest_sha256);
    case ChargeState::kFailed:
      return draft.AddFail(charge);
  }
  return Internal("charge %s has no state", charge.id.c_str());
}

Status Ledger::Store::DraftImport(Draft& draft, const ChargeRecord& record) {
  WEIR_ASSIGN_OR_RETURN(const auto row, tables_.ChargeById(record.id));
  if (!row.has_value()) {
    WEIR_ASSIGN_OR_RETURN(const OpenCharge charge,
                          draft.AddDebit(record.id, internal::RequestOf(record)));
    return DraftFinal(draft, charge, record);
  }
  WEIR_ASSIGN_OR_RETURN(const ChargeRecord here, RecordOf(*row));
  if (ContentOf(here) != ContentOf(record)) {
    return FailedPrecondition("charge %s is here with another content", record.id.c_str());
  }
  if (EndOf(here) == EndOf(record) || record.state == ChargeState::kDebited) return OkStatus();
  if (here.state != ChargeState::kDebited) {
    return FailedPrecondition("charge %s has ended otherwise here", record.id.c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const OpenCharge charge, OpenChargeOf(*row));
  return DraftFinal(draft, charge, record);
}

Status Ledger::Store::Import(const std::vector<ChargeRecord>& records) {
  WEIR_RETURN_IF_ERROR(CheckWritable());
  Draft draft = MakeDraft();
  std::set<std::string> ids;
  std::map<std::string, Budget> shares;
  for (const ChargeRecord& record : records) {
    WEIR_RETURN_IF_ERROR(internal::CheckRecord(record));
    WEIR_RETURN_IF_ERROR(CheckTerms(internal::RequestOf(record)));
    if (!ids.insert(record.id).second) {
      return InvalidArgument("charge %s is there twice", record.id.c_str());
    }
    if (record.share_budget.has_value() &&
        shares.emplace(record.share, *record.share_budget).first->second != record.share_budget) {
      return InvalidArgument("share %s has two budgets", record.share.c_str());
    }
    WEIR_RETURN_IF_ERROR(DraftImport(draft, record));
  }
  return draft.empty() ? OkStatus() : Write(draft);
}

Status Ledger::Store::MarkMoved(const std::string& destination) {
  if (destination.empty()) return InvalidArgument("destination must not be empty");
  if (state_.moved_to == destination) return OkStatus();
  WEIR_RETURN_IF_ERROR(CheckWritable());
  Draft draft = MakeDraft();
  WEIR_RETURN_IF_ERROR(draft.AddMoved(destination));
  return Write(draft);
}

}  // namespace weir::ledger
