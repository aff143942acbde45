// SPDX-License-Identifier: Apache-2.0
#include "weir/member/charge_records.h"

#include <optional>
#include <string>
#include <utility>

#include "weir/dp/event_proto.h"
#include "weir/ledger/unit_proto.h"

namespace weir::member {
namespace {

StatusOr<v1::ChargeRecord> ToProto(const ledger::ChargeRecord& record) {
  v1::ChargeRecord message;
  message.set_charge(record.id);
  message.set_account(record.account);
  *message.mutable_unit() = ledger::UnitToProto(record.unit);
  message.set_plan(record.plan);
  for (const std::string& window : record.windows) message.add_windows(window);
  message.set_share(record.share);
  if (record.share_budget.has_value()) {
    message.set_share_epsilon(record.share_budget->epsilon.ToString());
    message.set_share_delta(record.share_budget->delta.ToString());
  }
  WEIR_ASSIGN_OR_RETURN(*message.mutable_events(), dp::EventsToProto(record.cost));
  message.set_epsilon(record.cost.epsilon().ToString());
  message.set_delta(record.cost.delta().is_zero() ? "" : record.cost.delta().ToString());
  message.set_state(static_cast<v1::ChargeState>(record.state));
  message.set_payload_sha256(record.payload_sha256);
  message.set_manifest_sha256(record.manifest_sha256);
  message.set_time(record.time);
  return message;
}

StatusOr<ledger::ChargeState> StateOf(v1::ChargeState state) {
  switch (state) {
    case v1::CHARGE_STATE_DEBITED:
      return ledger::ChargeState::kDebited;
    case v1::CHARGE_STATE_COMPLETED:
      return ledger::ChargeState::kCompleted;
    case v1::CHARGE_STATE_FAILED:
      return ledger::ChargeState::kFailed;
    default:
      return InvalidArgument("state %d is none of a charge", static_cast<int>(state));
  }
}

StatusOr<std::optional<ledger::Budget>> ShareBudgetOf(const v1::ChargeRecord& message) {
  if (message.share().empty()) return std::optional<ledger::Budget>();
  WEIR_ASSIGN_OR_RETURN(const Epsilon epsilon, Epsilon::Parse(message.share_epsilon()));
  WEIR_ASSIGN_OR_RETURN(const Delta delta, Delta::Parse(message.share_delta()));
  return std::optional<ledger::Budget>({.epsilon = epsilon, .delta = delta});
}

StatusOr<ledger::ChargeRecord> FromProto(const v1::ChargeRecord& message) {
  WEIR_ASSIGN_OR_RETURN(PrivacyCost cost,
                        dp::CostFromProto(message.events(), message.epsilon(), message.delta()));
  WEIR_ASSIGN_OR_RETURN(const ledger::ChargeState state, StateOf(message.state()));
  WEIR_ASSIGN_OR_RETURN(const std::optional<ledger::Budget> share_budget, ShareBudgetOf(message));
  WEIR_ASSIGN_OR_RETURN(PrivacyUnit unit, ledger::UnitFromProto(message.unit()));
  return ledger::ChargeRecord{.id = message.charge(),
                              .account = message.account(),
                              .unit = std::move(unit),
                              .plan = message.plan(),
                              .windows = {message.windows().begin(), message.windows().end()},
                              .share = message.share(),
                              .cost = std::move(cost),
                              .state = state,
                              .payload_sha256 = message.payload_sha256(),
                              .manifest_sha256 = message.manifest_sha256(),
                              .time = message.time(),
                              .share_budget = share_budget};
}

}  // namespace

StatusOr<v1::ChargeRecordList> ChargeRecordsToProto(
    const std::vector<ledger::ChargeRecord>& records) {
  v1::ChargeRecordList list;
  for (const ledger::ChargeRecord& record : records) {
    WEIR_ASSIGN_OR_RETURN(*list.add_records(), ToProto(record));
  }
  return list;
}

StatusOr<std::vector<ledger::ChargeRecord>> ChargeRecordsFromProto(
    const v1::ChargeRecordList& list) {
  std::vector<ledger::ChargeRecord> records;
  for (const v1::ChargeRecord& message : list.records()) {
    StatusOr<ledger::ChargeRecord> record = FromProto(message);
    if (!record.ok()) {
      return Annotate(record.status(), "charge " + QuoteText(message.charge()));
    }
    records.push_back(*std::move(record));
  }
  return records;
}

}  // namespace weir::member
