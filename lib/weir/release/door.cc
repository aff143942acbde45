// SPDX-License-Identifier: Apache-2.0
#include "weir/release/door.h"

#include <utility>
#include <variant>

#include "weir/base/bytes.h"
#include "weir/base/catch_memory.h"
#include "weir/data/parquet_writer.h"
#include "weir/doc/signed_text.h"
#include "weir/release/internal/answer.h"
#include "weir/release/payload.h"
#include "weir/v1/package.pb.h"

namespace weir::release {
namespace {

ledger::DebitRequest MakeDebit(const data::DatasetDescription& dataset, const ReleasePlan& plan,
                               const Payer& payer) {
  return {.account = dataset.budget().account,
          .unit = dataset.unit(),
          .plan = plan.text,
          .windows = plan.query.windows,
          .share = payer.share,
          .share_budget = payer.share_budget,
          .cost = plan.cost};
}

}  // namespace

bool MayPass(const Status& error) {
  switch (error.code()) {
    case StatusCode::kCancelled:
    case StatusCode::kDeadlineExceeded:
    case StatusCode::kPermissionDenied:
    case StatusCode::kResourceExhausted:
    case StatusCode::kUnauthenticated:
    case StatusCode::kUnavailable:
      return true;
    default:
      return false;
  }
}

StatusOr<Preview> Door::PreviewPlan(const data::DatasetDescription& dataset,
                                    const ReleasePlan& plan, const Payer& payer) {
  const std::string& account = dataset.budget().account;
  const std::string window = plan.query.windows.empty() ? "" : plan.query.windows.front();
  WEIR_ASSIGN_OR_RETURN(const ledger::Balance balance, parts_.ledger.GetBalance(account, window));
  WEIR_ASSIGN_OR_RETURN(const std::optional<ledger::ChargeRecord> record,
                        parts_.ledger.FindByPlan(account, plan.text));
  Preview preview{
      .already_released = record.has_value() && record->state == ledger::ChargeState::kCompleted,
      .balance = balance,
      .admitted = OkStatus()};
  if (!record.has_value()) {
    preview.admitted = parts_.ledger.CanDebit(MakeDebit(dataset, plan, payer));
  }
  return preview;
}

StatusOr<Door::Payment> Door::Pay(const data::DatasetDescription& dataset, const ReleasePlan& plan,
                                  const Payer& payer) {
  using Outcome = std::variant<Charge, ledger::ChargeRecord>;
  WEIR_ASSIGN_OR_RETURN(const Outcome outcome,
                        parts_.ledger.DebitOnce(MakeDebit(dataset, plan, payer)));
  if (const auto* charge = std::get_if<Charge>(&outcome)) {
    return Payment{.charge = charge->id(), .already_released = false, .new_charge = true};
  }
  const auto& record = std::get<ledger::ChargeRecord>(outcome);
  return Payment{.charge = record.id,
                 .already_released = record.state == ledger::ChargeState::kCompleted,
                 .new_charge = false};
}

StatusOr<StoredRelease> Door::Run(const data::DatasetDescription& dataset, const ReleasePlan& plan,
                                  const std::string& charge_id) {
  WEIR_ASSIGN_OR_RETURN(const ledger::ChargeRecord record, parts_.ledger.Get(charge_id));
  if (record.plan != plan.text) {
    return FailedPrecondition("charge %s paid for another plan", charge_id.c_str());
  }
  WEIR_RETURN_IF_ERROR(parts_.engine.CanStart());
  WEIR_ASSIGN_OR_RETURN(Charge charge, parts_.ledger.Resume(charge_id));
  StatusOr<StoredRelease> stored =
      CatchMemory([&] { return Make(dataset, plan, record, std::move(charge)); });
  if (!stored.ok()) {
    if (!MayPass(stored.status())) WEIR_RETURN_IF_ERROR(parts_.ledger.Fail(charge_id));
    return stored;
  }
  WEIR_RETURN_IF_ERROR(
      parts_.ledger.Complete(charge_id, stored->payload_sha256, stored->manifest_sha256));
  return stored;
}

StatusOr<StoredRelease> Door::Make(const data::DatasetDescription& dataset, const ReleasePlan& plan,
                                   const ledger::ChargeRecord& record, Charge charge) {
  WEIR_ASSIGN_OR_RETURN(
      const Released<ReleaseTable> released,
      internal::Answer(parts_.engine, dataset, plan, std::move(charge), parts_.random));
  WEIR_ASSIGN_OR_RETURN(const data::PlainTable plain, ToPlainTable(released));
  WEIR_ASSIGN_OR_RETURN(std::string payload, data::WriteParquet(plain));
  WEIR_ASSIGN_OR_RETURN(std::string manifest, MakeManifest(plan, record, payload));
  return parts_.store.Put(std::move(payload), std::move(manifest));
}

StatusOr<StoredRelease> Door::Fetch(const std::string& charge_id) {
  WEIR_ASSIGN_OR_RETURN(const ledger::ChargeRecord record, parts_.ledger.Get(charge_id));
  if (record.state != ledger::ChargeState::kCompleted) {
    return FailedPrecondition("charge %s has no stored release", charge_id.c_str());
  }
  return parts_.store.Get(record.payload_sha256, record.manifest_sha256);
}

StatusOr<std::string> Door::MakeManifest(const ReleasePlan& plan,
                                         const ledger::ChargeRecord& charge,
                                         const std::string& payload) const {
  v1::Manifest manifest;
  manifest.set_provider(parts_.provider);
  manifest.set_charge(charge.id);
  // Whoever reads the manifest must not learn how long the work took: it depends on the data.
  manifest.set_created(charge.time);
  *manifest.mutable_plan() = plan.resolved;
  manifest.set_privacy_unit(plan.privacy_unit);
  manifest.set_neighbours(kNeighbours);
  manifest.set_payload_sha256(Sha256Hex(payload));
  manifest.set_payload_bytes(payload.size());
  WEIR_ASSIGN_OR_RETURN(std::string text, doc::FormatSigned(manifest));
  if (parts_.signer == nullptr) return text;
  return crypto::SignNote(text, *parts_.signer);
}

}  // namespace weir::release
