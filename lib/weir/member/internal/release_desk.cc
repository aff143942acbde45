// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/release_desk.h"

#include <utility>
#include <vector>

#include "weir/doc/signed_text.h"
#include "weir/member/internal/chunks.h"
#include "weir/member/internal/question.h"
#include "weir/member/ledger_view.h"
#include "weir/release/explain.h"

namespace weir::member::internal {
namespace {

const release::Payer kOwner = {};

}  // namespace

ReleaseDesk::ReleaseDesk(const Context& context, DatasetRegistry& datasets, ledger::Ledger& ledger,
                         data::Engine& engine)
    : context_(context),
      datasets_(datasets),
      ledger_(ledger),
      store_(context.paths.releases(), context.files),
      door_({.engine = engine,
             .ledger = ledger,
             .store = store_,
             .random = context.random,
             .signer = &context.identity.node_signer,
             .provider = context.identity.member}) {}

Status ReleaseDesk::Sweep() {
  WEIR_ASSIGN_OR_RETURN(const std::vector<ledger::ChargeRecord> records, ledger_.Export());
  std::vector<std::string> completed;
  for (const ledger::ChargeRecord& record : records) {
    if (record.state == ledger::ChargeState::kCompleted) completed.push_back(record.payload_sha256);
  }
  return store_.Sweep(completed).status();
}

StatusOr<PlannedQuestion> ReleaseDesk::Plan(const doc::Document<v1::ReleaseSpec>& spec) const {
  DatasetPtr dataset = datasets_.Find(spec.message.dataset());
  if (dataset == nullptr) {
    return NotFound("data set %s is not registered here",
                    QuoteText(spec.message.dataset()).c_str());
  }
  WEIR_ASSIGN_OR_RETURN(release::ReleasePlan plan, release::Plan(dataset->description, spec));
  return PlannedQuestion{.dataset = std::move(dataset), .plan = std::move(plan)};
}

StatusOr<release::Preview> ReleaseDesk::Preview(const PlannedQuestion& question,
                                                const release::Payer& payer) {
  return door_.PreviewPlan(question.dataset->description, question.plan, payer);
}

StatusOr<release::Door::Payment> ReleaseDesk::Pay(const PlannedQuestion& question,
                                                  const release::Payer& payer) {
  return door_.Pay(question.dataset->description, question.plan, payer);
}

StatusOr<release::StoredRelease> ReleaseDesk::Produce(const std::string& charge) {
  const std::lock_guard lock(run_mutex_);
  WEIR_ASSIGN_OR_RETURN(const ledger::ChargeRecord record, ledger_.Get(charge));
  switch (record.state) {
    case ledger::ChargeState::kCompleted:
      return door_.Fetch(charge);
    case ledger::ChargeState::kFailed:
      return FailedPrecondition("charge %s was given up", charge.c_str());
    case ledger::ChargeState::kDebited:
      break;
  }
  StatusOr<release::StoredRelease> made = Run(record);
  if (!made.ok() && !release::MayPass(made.status())) {
    // Refused when the bytes are durable after all; the next call then fetches them.
    WEIR_RETURN_IF_ERROR(ledger_.Fail(charge));
  }
  return made;
}

StatusOr<release::StoredRelease> ReleaseDesk::Run(const ledger::ChargeRecord& record) {
  WEIR_ASSIGN_OR_RETURN(const PlannedQuestion question, Replan(record));
  return door_.Run(question.dataset->description, question.plan, record.id);
}

bool ReleaseDesk::HasNoBytes(const std::string& charge) {
  const StatusOr<ledger::ChargeRecord> record = ledger_.Get(charge);
  return record.ok() && record->state != ledger::ChargeState::kCompleted && ledger_.CanWrite().ok();
}

StatusOr<PlannedQuestion> ReleaseDesk::Replan(const ledger::ChargeRecord& record) const {
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::ResolvedPlan> paid,
                        doc::ParseSigned<v1::ResolvedPlan>(record.plan, "plan"));
  StatusOr<PlannedQuestion> question =
      Plan({.message = QuestionOf(paid.message), .locations = doc::Locations("plan", {})});
  if (!question.ok() || question->plan.text != record.plan) {
    return FailedPrecondition(
        "the plan that charge %s paid for no longer fits the description of data set %s",
        record.id.c_str(), paid.message.dataset().c_str());
  }
  return question;
}

StatusOr<PlannedQuestion> ReleaseDesk::PlanText(const std::string& spec) const {
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::ReleaseSpec> document,
                        doc::ParseYaml<v1::ReleaseSpec>(spec, "release.yaml"));
  return Plan(document);
}

StatusOr<v1::ReleasePreview> ReleaseDesk::Describe(const PlannedQuestion& question) {
  WEIR_ASSIGN_OR_RETURN(const release::Preview preview, Preview(question, kOwner));
  v1::ReleasePreview described;
  WEIR_RETURN_IF_ERROR(release::Explain(question.plan, described));
  described.set_already_released(preview.already_released);
  *described.mutable_balance() = DescribeBalance(
      question.dataset->description.budget().account, preview.balance,
      question.plan.query.windows.empty() ? "" : question.plan.query.windows.front());
  if (!preview.admitted.ok()) {
    if (!PolicyRefusalReason(preview.admitted).has_value()) return preview.admitted;
    described.set_refusal(v1::REFUSAL_REASON_DATASET_BUDGET);
  }
  return described;
}

StatusOr<v1::PreviewReleaseResponse> ReleaseDesk::PreviewRelease(
    const v1::PreviewReleaseRequest& request) {
  WEIR_ASSIGN_OR_RETURN(const PlannedQuestion question, PlanText(request.spec()));
  v1::PreviewReleaseResponse answer;
  WEIR_ASSIGN_OR_RETURN(*answer.mutable_preview(), Describe(question));
  return answer;
}

StatusOr<v1::RunReleaseResponse> ReleaseDesk::RunRelease(const v1::RunReleaseRequest& request) {
  WEIR_ASSIGN_OR_RETURN(const PlannedQuestion question, PlanText(request.spec()));
  WEIR_ASSIGN_OR_RETURN(const release::Door::Payment payment, Pay(question, kOwner));
  WEIR_ASSIGN_OR_RETURN(const release::StoredRelease stored, Produce(payment.charge));
  v1::RunReleaseResponse answer;
  WEIR_ASSIGN_OR_RETURN(*answer.mutable_preview(), Describe(question));
  answer.set_charge(payment.charge);
  answer.set_payload_sha256(stored.payload_sha256);
  answer.set_answered_from_store(payment.already_released);
  return answer;
}

StatusOr<v1::GetReleaseChunkResponse> ReleaseDesk::GetReleaseChunk(
    const v1::GetReleaseChunkRequest& request) {
  const std::lock_guard lock(shown_mutex_);
  if (!shown_.has_value() || shown_->payload_sha256 != request.payload_sha256()) {
    WEIR_ASSIGN_OR_RETURN(shown_, FindStored(request.payload_sha256()));
  }
  const std::string& bytes = request.manifest() ? shown_->manifest : shown_->payload;
  v1::GetReleaseChunkResponse answer;
  answer.set_data(ChunkOf(bytes, request.offset()));
  answer.set_total_bytes(bytes.size());
  if (request.offset() + kChunkBytes >= bytes.size() && !request.manifest()) shown_.reset();
  return answer;
}

StatusOr<release::StoredRelease> ReleaseDesk::FindStored(const std::string& payload_sha256) {
  WEIR_ASSIGN_OR_RETURN(const std::vector<ledger::ChargeRecord> records, ledger_.Export());
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    if (record->state == ledger::ChargeState::kCompleted &&
        record->payload_sha256 == payload_sha256) {
      return door_.Fetch(record->id);
    }
  }
  return NotFound("there is no release with payload %s", QuoteText(payload_sha256).c_str());
}

}  // namespace weir::member::internal
