// SPDX-License-Identifier: Apache-2.0
#include "weir/ledger/ledger.h"

#include <mutex>
#include <utility>

#include "weir/ledger/internal/store.h"

namespace weir::ledger {

Ledger::Ledger(std::unique_ptr<Store> store) : store_(std::move(store)) {}
Ledger::~Ledger() = default;

StatusOr<std::unique_ptr<Ledger>> Ledger::Open(const LedgerOptions& options, Clock& clock,
                                               RandomSource& random, Files& files) {
  WEIR_ASSIGN_OR_RETURN(std::unique_ptr<Store> store, Store::Open(options, clock, random, files));
  return std::unique_ptr<Ledger>(new Ledger(std::move(store)));
}

Status Ledger::Grant(const std::string& account, const Budget& budget, const PrivacyUnit& unit) {
  const std::lock_guard lock(store_->mutex());
  return store_->Grant(account, budget, unit);
}

StatusOr<Charge> Ledger::Debit(const DebitRequest& request) {
  const std::lock_guard lock(store_->mutex());
  WEIR_ASSIGN_OR_RETURN(std::string id, store_->Debit(request));
  return Charge(LedgerKey(), std::move(id), request.cost);
}

Status Ledger::CanDebit(const DebitRequest& request) {
  const std::lock_guard lock(store_->mutex());
  return store_->CheckDebit(request);
}

Status Ledger::CanWrite() {
  const std::lock_guard lock(store_->mutex());
  return store_->CheckWritable();
}

StatusOr<std::variant<Charge, ChargeRecord>> Ledger::DebitOnce(const DebitRequest& request) {
  using Result = std::variant<Charge, ChargeRecord>;
  const std::lock_guard lock(store_->mutex());
  WEIR_RETURN_IF_ERROR(store_->CheckTerms(request));
  WEIR_ASSIGN_OR_RETURN(auto existing, store_->FindByPlan(request.account, request.plan));
  if (existing.has_value()) return Result(*std::move(existing));
  WEIR_ASSIGN_OR_RETURN(std::string id, store_->Debit(request));
  return Result(Charge(LedgerKey(), std::move(id), request.cost));
}

StatusOr<std::optional<ChargeRecord>> Ledger::FindByPlan(const std::string& account,
                                                         const std::string& plan) {
  const std::lock_guard lock(store_->mutex());
  return store_->FindByPlan(account, plan);
}

StatusOr<ChargeRecord> Ledger::Get(const std::string& charge_id) {
  const std::lock_guard lock(store_->mutex());
  return store_->Get(charge_id);
}

StatusOr<Charge> Ledger::Resume(const std::string& charge_id) {
  const std::lock_guard lock(store_->mutex());
  WEIR_ASSIGN_OR_RETURN(ChargeRecord record, store_->Start(charge_id));
  return Charge(LedgerKey(), std::move(record.id), std::move(record.cost));
}

StatusOr<std::vector<ChargeRecord>> Ledger::Unfinished() {
  const std::lock_guard lock(store_->mutex());
  return store_->Records(/*unfinished_only=*/true);
}

Status Ledger::Complete(const std::string& charge_id, const std::string& payload_sha256,
                        const std::string& manifest_sha256) {
  const std::lock_guard lock(store_->mutex());
  return store_->Complete(charge_id, payload_sha256, manifest_sha256);
}

Status Ledger::Fail(const std::string& charge_id) {
  const std::lock_guard lock(store_->mutex());
  return store_->Fail(charge_id);
}

StatusOr<Balance> Ledger::GetBalance(const std::string& account, const std::string& window) {
  const std::lock_guard lock(store_->mutex());
  return store_->GetBalance(account, window);
}

StatusOr<double> Ledger::ShareSpent(const std::string& share) {
  const std::lock_guard lock(store_->mutex());
  return store_->ShareSpent(share);
}

StatusOr<std::vector<std::string>> Ledger::Accounts() {
  const std::lock_guard lock(store_->mutex());
  return store_->Accounts();
}

StatusOr<std::vector<StoredEntry>> Ledger::Entries(uint64_t first_sequence, uint64_t limit) {
  const std::lock_guard lock(store_->mutex());
  return store_->Entries(first_sequence, limit);
}

Status Ledger::Verify() {
  const std::lock_guard lock(store_->mutex());
  return store_->Verify();
}

StatusOr<std::vector<ChargeRecord>> Ledger::Export() {
  const std::lock_guard lock(store_->mutex());
  return store_->Records(/*unfinished_only=*/false);
}

Status Ledger::Import(const std::vector<ChargeRecord>& records) {
  const std::lock_guard lock(store_->mutex());
  return store_->Import(records);
}

Status Ledger::MarkMoved(const std::string& destination) {
  const std::lock_guard lock(store_->mutex());
  return store_->MarkMoved(destination);
}

std::optional<std::string> Ledger::MovedTo() {
  const std::lock_guard lock(store_->mutex());
  return store_->moved_to();
}

}  // namespace weir::ledger
