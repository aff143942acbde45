// SPDX-License-Identifier: Apache-2.0
#include "weir/ledger/internal/draft.h"

#include <algorithm>
#include <utility>

#include "weir/dp/event_proto.h"
#include "weir/ledger/internal/commitments.h"
#include "weir/ledger/unit_proto.h"

namespace weir::ledger::internal {
namespace {

std::string DeltaText(const Delta& delta) {
  return delta.is_zero() ? std::string() : delta.ToString();
}

StatusOr<v1::DebitEntry> EntryOf(const std::string& id, const std::string& account_commitment,
                                 const std::string& salt, const DebitRequest& request) {
  v1::DebitEntry entry;
  entry.set_account(account_commitment);
  entry.set_charge(id);
  entry.set_plan(CommitToPlan(salt, request.plan));
  std::vector<std::string> windows = request.windows;
  std::sort(windows.begin(), windows.end());
  entry.mutable_windows()->Assign(windows.begin(), windows.end());
  WEIR_ASSIGN_OR_RETURN(*entry.mutable_events(), dp::EventsToProto(request.cost));
  entry.set_epsilon(request.cost.epsilon().ToString());
  entry.set_delta(DeltaText(request.cost.delta()));
  entry.set_share(CommitToShare(salt, request.share, request.share_budget));
  return entry;
}

}  // namespace

StatusOr<uint64_t> Draft::Append(EntryBody body) {
  WEIR_ASSIGN_OR_RETURN(StoredEntry entry, AppendEntry(head_, now_, std::move(body)));
  batch_.entries.push_back(std::move(entry));
  return head_.sequence;
}

Status Draft::AddGrant(const std::string& account, const Budget& budget, const PrivacyUnit& unit) {
  AccountRow row{
      .name = account, .salt = MakeSalt(random_), .budget = budget, .unit = unit, .sequence = 0};
  v1::GrantEntry entry;
  entry.set_account(CommitToAccount(row.salt, account));
  entry.set_epsilon(budget.epsilon.ToString());
  entry.set_delta(DeltaText(budget.delta));
  entry.set_accountant(dp::kAccountantVersion);
  *entry.mutable_unit() = UnitToProto(unit);
  WEIR_ASSIGN_OR_RETURN(row.sequence, Append(std::move(entry)));
  batch_.accounts.push_back(std::move(row));
  return OkStatus();
}

StatusOr<OpenCharge> Draft::AddDebit(const std::string& charge_id, const DebitRequest& request) {
  const auto account = state_.accounts.find(request.account);
  if (account == state_.accounts.end()) {
    return NotFound("no account %s in this ledger", QuoteText(request.account).c_str());
  }
  OpenCharge charge{.id = charge_id,
                    .salt = MakeSalt(random_),
                    .account = request.account,
                    .share = request.share,
                    .windows = {}};
  WEIR_ASSIGN_OR_RETURN(v1::DebitEntry entry,
                        EntryOf(charge_id, account->second.commitment, charge.salt, request));
  charge.windows = {entry.windows().begin(), entry.windows().end()};
  WEIR_ASSIGN_OR_RETURN(const uint64_t sequence, Append(std::move(entry)));
  AddShare(request);
  batch_.charges.push_back({.id = charge_id,
                            .account = request.account,
                            .plan = request.plan,
                            .salt = charge.salt,
                            .share = request.share,
                            .state = ChargeState::kDebited,
                            .payload_sha256 = {},
                            .manifest_sha256 = {},
                            .debit_sequence = sequence,
                            .final_sequence = 0});
  debited_.push_back({.account = request.account,
                      .share = request.share,
                      .windows = charge.windows,
                      .cost = request.cost});
  return charge;
}

void Draft::AddShare(const DebitRequest& request) {
  if (request.share.empty() || state_.shares.contains(request.share)) return;
  const auto same = [&](const ShareRow& row) { return row.name == request.share; };
  if (std::any_of(batch_.shares.begin(), batch_.shares.end(), same)) return;
  batch_.shares.push_back({.name = request.share, .budget = *request.share_budget});
}

Status Draft::AddComplete(const OpenCharge& charge, const std::string& payload_sha256,
                          const std::string& manifest_sha256) {
  v1::CompleteEntry entry;
  entry.set_charge(charge.id);
  entry.set_payload(CommitToPayload(charge.salt, payload_sha256));
  entry.set_manifest(CommitToManifest(charge.salt, manifest_sha256));
  WEIR_ASSIGN_OR_RETURN(const uint64_t sequence, Append(std::move(entry)));
  batch_.finals.push_back({.charge_id = charge.id,
                           .state = ChargeState::kCompleted,
                           .payload_sha256 = payload_sha256,
                           .manifest_sha256 = manifest_sha256,
                           .final_sequence = sequence});
  finished_.push_back(charge);
  return OkStatus();
}

Status Draft::AddFail(const OpenCharge& charge) {
  v1::FailEntry entry;
  entry.set_charge(charge.id);
  WEIR_ASSIGN_OR_RETURN(const uint64_t sequence, Append(std::move(entry)));
  batch_.finals.push_back({.charge_id = charge.id,
                           .state = ChargeState::kFailed,
                           .payload_sha256 = {},
                           .manifest_sha256 = {},
                           .final_sequence = sequence});
  finished_.push_back(charge);
  return OkStatus();
}

Status Draft::AddMoved(const std::string& destination) {
  MovedRow row{.destination = destination, .salt = MakeSalt(random_), .sequence = 0};
  v1::MovedEntry entry;
  entry.set_destination(CommitToDestination(row.salt, destination));
  WEIR_ASSIGN_OR_RETURN(row.sequence, Append(std::move(entry)));
  batch_.moved = std::move(row);
  return OkStatus();
}

Status Draft::ApplyTo(LedgerState& state) const {
  for (size_t i = 0; i < batch_.accounts.size(); ++i) {
    const AccountRow& row = batch_.accounts[i];
    state.accounts.emplace(row.name, AccountState{.commitment = CommitToAccount(row.salt, row.name),
                                                  .unit = row.unit,
                                                  .meters = WindowMeters(row.budget)});
  }
  for (const ShareRow& row : batch_.shares) state.shares.emplace(row.name, Meter(row.budget));
  for (const Debited& debited : debited_) {
    WEIR_RETURN_IF_ERROR(
        state.accounts.at(debited.account).meters.Count(debited.windows, debited.cost));
    if (debited.share.empty()) continue;
    WEIR_RETURN_IF_ERROR(state.shares.at(debited.share).Count(debited.cost));
  }
  for (const OpenCharge& charge : finished_) {
    state.accounts.at(charge.account).meters.Finish(charge.windows);
    if (!charge.share.empty()) state.shares.at(charge.share).Finish();
  }
  if (batch_.moved.has_value()) state.moved_to = batch_.moved->destination;
  state.head = head_;
  return OkStatus();
}

}  // namespace weir::ledger::internal
