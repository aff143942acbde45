// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/provider_desk.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/base/identifiers.h"
#include "weir/doc/yaml_reader.h"
#include "weir/member/internal/agreement_desk.h"
#include "weir/member/internal/request_intake.h"
#include "weir/member/internal/request_view.h"
#include "weir/member/internal/ticks.h"
#include "weir/member/ledger_view.h"
#include "weir/release/explain.h"

namespace weir::member::internal {
namespace {

constexpr std::chrono::minutes kPreviewLifetime{1};

release::Payer PayerOf(const coalition::Agreement& agreement) {
  return {.share = ShareOf(agreement),
          .share_budget =
              ledger::Budget{.epsilon = agreement.epsilon_share, .delta = agreement.delta_share}};
}

// The reason that a ledger's refusal stands for, if it is one.
std::optional<v1::RefusalReason> BudgetReason(const Status& status) {
  const std::optional<std::string> word = PolicyRefusalReason(status);
  for (const auto reason :
       {v1::REFUSAL_REASON_AGREEMENT_BUDGET, v1::REFUSAL_REASON_DATASET_BUDGET}) {
    if (word.has_value() && *word == coalition::ReasonWord(reason)) return reason;
  }
  return std::nullopt;
}

v1::RequestRecord Undecided(Time now) {
  v1::RequestRecord record;
  record.set_phase(v1::REQUEST_PHASE_DECIDING);
  record.set_decided(FormatTime(now));
  return record;
}

void Refuse(v1::RequestRecord& record, v1::RefusalReason reason) {
  record.set_phase(v1::REQUEST_PHASE_REFUSED);
  record.set_refusal(reason);
}

// Whether asking the ledger again cannot help: what is asked does not fit what stands there.
bool IsPermanent(const Status& fault) {
  return fault.code() == StatusCode::kInvalidArgument ||
         fault.code() == StatusCode::kFailedPrecondition || fault.code() == StatusCode::kOutOfRange;
}

coalition::Decision Invalid() {
  return {.verdict = coalition::Verdict::kRefuse,
          .reason = v1::REFUSAL_REASON_REQUEST_INVALID,
          .approvals_needed = 0};
}

ledger::DebitRequest DebitFor(const PlannedQuestion& question, const release::Payer& payer) {
  return {.account = question.dataset->description.budget().account,
          .unit = question.dataset->description.unit(),
          .plan = question.plan.text,
          .windows = question.plan.query.windows,
          .share = payer.share,
          .share_budget = payer.share_budget,
          .cost = question.plan.cost};
}

v1::SubmitRequestResponse Refusal(v1::RefusalReason reason) {
  v1::SubmitRequestResponse answer;
  answer.set_state(v1::REQUEST_STATE_REFUSED);
  answer.set_refusal(reason);
  return answer;
}

}  // namespace

StatusOr<v1::SubmitRequestResponse> ProviderDesk::Submit(const std::string& caller,
                                                         const v1::SubmitRequestRequest& request) {
  WEIR_ASSIGN_OR_RETURN(const CharterPtr charter, charters_.InForce());
  WEIR_ASSIGN_OR_RETURN(
      v1::Request asked,
      ReadRequest(request.note(), {.caller = caller, .self = context_.identity.member}, *charter));
  const std::string id = asked.request();
  const std::lock_guard lock(deciding_mutex_);
  if (outgoing_.Find(id).has_value()) {
    return AlreadyExists("request %s is one of %s", id.c_str(), context_.identity.member.c_str());
  }
  const std::optional<v1::RefusedRequest> refused = refused_.Find(id);
  std::optional<KeptRequest> kept = requests_.Find(id);
  if ((kept.has_value() && kept->note != request.note()) ||
      (refused.has_value() && refused->note_sha256() != Sha256Hex(request.note()))) {
    return AlreadyExists("request %s is here with another text", id.c_str());
  }
  if (refused.has_value()) return Refusal(refused->refusal());
  if (!kept.has_value()) {
    return TakeIn({.request = std::move(asked),
                   .note = request.note(),
                   .record = Undecided(context_.clock.Now())},
                  *charter);
  }
  if (kept->record.phase() == v1::REQUEST_PHASE_DECIDING) {
    WEIR_ASSIGN_OR_RETURN(kept, Settle(*kept));
  }
  return Answer(*kept);
}

StatusOr<v1::SubmitRequestResponse> ProviderDesk::TakeIn(const KeptRequest& kept,
                                                         const coalition::Charter& charter) {
  WEIR_ASSIGN_OR_RETURN(const Judgement judgement,
                        Judge({.request = kept.request, .record = kept.record}, charter));
  if (judgement.decision.verdict == coalition::Verdict::kRefuse) {
    const v1::RefusedRequest refused =
        Shorten(kept, judgement.decision.reason, judgement.plan_fault);
    WEIR_RETURN_IF_ERROR(refused_.Add(refused));
    return Refusal(refused.refusal());
  }
  WEIR_RETURN_IF_ERROR(MakeRoom(kept));
  WEIR_RETURN_IF_ERROR(requests_.Add(kept));
  WEIR_ASSIGN_OR_RETURN(const KeptRequest settled, Settle(kept));
  return Answer(settled);
}

Status ProviderDesk::MakeRoom(const KeptRequest& kept) {
  const std::string& requester = kept.request.requester();
  while (true) {
    const RequestBook::Share share = requests_.ShareOf(requester);
    if (share.requests < kMaxRequestsPerMember &&
        share.note_bytes + kept.note.size() <= kMaxNoteBytesPerMember) {
      return OkStatus();
    }
    WEIR_ASSIGN_OR_RETURN(const bool dropped,
                          requests_.DropOldest(requester, context_.clock.Now()));
    if (!dropped) {
      return ResourceExhausted("%s has sent as many requests as are kept", requester.c_str());
    }
  }
}

StatusOr<KeptRequest> ProviderDesk::Settle(const KeptRequest& kept) {
  WEIR_ASSIGN_OR_RETURN(const CharterPtr charter, charters_.InForce());
  WEIR_ASSIGN_OR_RETURN(const Judgement judgement,
                        Judge({.request = kept.request, .record = kept.record}, *charter));
  v1::RequestRecord record = kept.record;
  switch (judgement.decision.verdict) {
    case coalition::Verdict::kRefuse:
      Refuse(record, judgement.decision.reason);
      record.set_fault(judgement.plan_fault.ok() ? "" : FaultText(judgement.plan_fault));
      break;
    case coalition::Verdict::kNeedsApproval:
      record.set_phase(v1::REQUEST_PHASE_AWAITING_APPROVAL);
      break;
    case coalition::Verdict::kAllow: {
      WEIR_ASSIGN_OR_RETURN(record, Charge(judgement, std::move(record)));
      break;
    }
  }
  return requests_.Change(kept.request.request(),
                          [&record](v1::RequestRecord& stored) { stored = record; });
}

StatusOr<v1::RequestRecord> ProviderDesk::Charge(const Judgement& judgement,
                                                 v1::RequestRecord record) {
  const StatusOr<release::Door::Payment> payment =
      releases_.Pay(*judgement.question, PayerOf(*judgement.agreement));
  if (const auto reason = BudgetReason(payment.status())) {
    Refuse(record, *reason);
    return record;
  }
  if (!payment.ok() && IsPermanent(payment.status())) {
    Refuse(record, v1::REFUSAL_REASON_REQUEST_INVALID);
    record.set_fault(FaultText(payment.status()));
    return record;
  }
  if (!payment.ok()) return payment.status();
  record.set_phase(v1::REQUEST_PHASE_CHARGED);
  record.set_charge(payment->charge);
  record.set_answered_from_store(payment->already_released);
  record.set_package(MakeUuid(context_.clock, context_.random));
  const Time start = TickAfter(context_.clock.Now(), context_.tick);
  record.set_start_ms(static_cast<uint64_t>(ToMilliseconds(start)));
  return record;
}

StatusOr<ProviderDesk::Judgement> ProviderDesk::Judge(const Case& asked,
                                                      const coalition::Charter& charter) {
  const v1::Request& request = asked.request;
  const v1::RequestRecord& record = asked.record;
  Judgement judgement;
  WEIR_ASSIGN_OR_RETURN(judgement.agreement, FindAgreement(request, charter));
  WEIR_ASSIGN_OR_RETURN(const Time now, ParseTime(record.decided()));
  StatusOr<PlannedQuestion> question =
      releases_.Plan({.message = request.spec(), .locations = doc::Locations("request", {})});
  coalition::DecisionInput input{
      .agreement = judgement.agreement.has_value() ? &*judgement.agreement : nullptr,
      .request = &request,
      .caller = request.requester(),
      .self = context_.identity.member,
      .now = now,
      .dataset_known = question.status().code() != StatusCode::kNotFound,
      .agreement_budget_holds = true,
      .dataset_budget_holds = true,
      .approvals = {record.approvals().begin(), record.approvals().end()},
      .declined = record.declined()};
  // Documents first: whoever may not ask learns neither if the question fits nor what is left.
  judgement.decision = coalition::Decide(input);
  const bool only_declined = judgement.decision.reason == v1::REFUSAL_REASON_DECLINED;
  if (judgement.decision.verdict == coalition::Verdict::kRefuse && !only_declined) return judgement;
  if (!question.ok()) {
    judgement.plan_fault = question.status();
    judgement.decision = Invalid();
    return judgement;
  }
  judgement.question = *std::move(question);
  if (Status admitted = Admit(asked, judgement, input); !admitted.ok()) {
    if (!IsPermanent(admitted)) return admitted;
    judgement.plan_fault = std::move(admitted);
    judgement.decision = Invalid();
    return judgement;
  }
  judgement.decision = coalition::Decide(input);
  return judgement;
}

Status ProviderDesk::Admit(const Case& asked, Judgement& judgement,
                           coalition::DecisionInput& input) {
  WEIR_ASSIGN_OR_RETURN(judgement.preview,
                        releases_.Preview(*judgement.question, PayerOf(*judgement.agreement)));
  if (asked.purpose == Purpose::kPreview) {
    WEIR_RETURN_IF_ERROR(HideOthers(asked.request, judgement));
  }
  const Status& admitted = judgement.preview->admitted;
  if (admitted.ok()) return OkStatus();
  const std::optional<v1::RefusalReason> reason = BudgetReason(admitted);
  if (!reason.has_value()) return admitted;
  input.agreement_budget_holds = *reason != v1::REFUSAL_REASON_AGREEMENT_BUDGET;
  input.dataset_budget_holds = *reason != v1::REFUSAL_REASON_DATASET_BUDGET;
  return OkStatus();
}

Status ProviderDesk::HideOthers(const v1::Request& asked, Judgement& judgement) {
  const ledger::DebitRequest debit = DebitFor(*judgement.question, PayerOf(*judgement.agreement));
  WEIR_ASSIGN_OR_RETURN(const std::optional<ledger::ChargeRecord> charge,
                        ledger_.FindByPlan(debit.account, debit.plan));
  if (!charge.has_value()) return OkStatus();
  const RequestBook::Standing standing = requests_.StandingOf(asked, charge->id);
  // Who asked waits for the tick like anybody who asks.
  judgement.preview->already_released &= standing == RequestBook::Standing::kAnswered;
  if (standing == RequestBook::Standing::kNone) {
    judgement.preview->admitted = ledger_.CanDebit(debit);
  }
  return OkStatus();
}

StatusOr<std::optional<coalition::Agreement>> ProviderDesk::FindAgreement(
    const v1::Request& request, const coalition::Charter& charter) const {
  StatusOr<coalition::Agreement> found =
      agreements_.Find({.other_party = request.requester(), .id = request.agreement()}, charter);
  switch (found.status().code()) {
    case StatusCode::kOk:
      return std::optional<coalition::Agreement>(*std::move(found));
    case StatusCode::kUnavailable:
    case StatusCode::kResourceExhausted:
      return found.status();
    default:  // none of that name, or none that today's charter knows the signatures of
      return std::optional<coalition::Agreement>();
  }
}

StatusOr<v1::PreviewQuestionResponse> ProviderDesk::Preview(
    const std::string& caller, const v1::PreviewQuestionRequest& request) {
  WEIR_ASSIGN_OR_RETURN(const CharterPtr charter, charters_.InForce());
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::ReleaseSpec> spec,
                        doc::ParseYaml<v1::ReleaseSpec>(request.spec(), "release.yaml"));
  const Time now = context_.clock.Now();
  v1::Request asked;
  asked.set_requester(caller);
  asked.set_target(context_.identity.member);
  asked.set_agreement(request.agreement());
  asked.set_created(FormatTime(now));
  asked.set_expires(FormatTime(now + kPreviewLifetime));
  *asked.mutable_spec() = spec.message;
  const v1::RequestRecord record = Undecided(now);
  WEIR_ASSIGN_OR_RETURN(
      const Judgement judgement,
      Judge({.request = asked, .record = record, .purpose = Purpose::kPreview}, *charter));
  WEIR_RETURN_IF_ERROR(judgement.plan_fault);
  v1::PreviewQuestionResponse answer;
  WEIR_ASSIGN_OR_RETURN(*answer.mutable_preview(), Describe(judgement));
  return answer;
}

StatusOr<v1::ReleasePreview> ProviderDesk::Describe(const Judgement& judgement) {
  v1::ReleasePreview described;
  described.set_refusal(judgement.decision.reason);
  described.set_needs_approval(judgement.decision.verdict == coalition::Verdict::kNeedsApproval);
  if (!judgement.question.has_value()) return described;
  const release::ReleasePlan& plan = judgement.question->plan;
  WEIR_RETURN_IF_ERROR(release::Explain(plan, described));
  described.set_already_released(judgement.preview->already_released);
  // The consumer sees what is left of its own share, not the owner's account.
  const coalition::Agreement& agreement = *judgement.agreement;
  WEIR_ASSIGN_OR_RETURN(const double spent, ledger_.ShareSpent(ShareOf(agreement)));
  v1::AccountBalance& balance = *described.mutable_balance();
  balance.set_account(agreement.terms.agreement());
  balance.set_budget_epsilon(agreement.epsilon_share.ToString());
  balance.set_budget_delta(agreement.delta_share.ToString());
  balance.set_spent_epsilon(FormatSpent(spent));
  return described;
}

StatusOr<v1::GetRequestStateResponse> ProviderDesk::State(
    const std::string& caller, const v1::GetRequestStateRequest& request) {
  WEIR_RETURN_IF_ERROR(charters_.InForce().status());
  v1::GetRequestStateResponse answer;
  const std::optional<v1::RefusedRequest> refused = refused_.Find(request.request());
  if (refused.has_value() && refused->requester() == caller) {
    answer.set_state(v1::REQUEST_STATE_REFUSED);
    answer.set_refusal(refused->refusal());
    return answer;
  }
  const std::optional<KeptRequest> kept = requests_.Find(request.request());
  if (!kept.has_value() || kept->request.requester() != caller) {
    return NotFound("there is no request %s of %s here", QuoteText(request.request()).c_str(),
                    caller.c_str());
  }
  const v1::SubmitRequestResponse state = Answer(*kept);
  answer.set_state(state.state());
  answer.set_refusal(state.refusal());
  if (state.state() == v1::REQUEST_STATE_DELIVERED) answer.set_package(kept->record.package());
  return answer;
}

v1::SubmitRequestResponse ProviderDesk::Answer(const KeptRequest& kept) const {
  v1::SubmitRequestResponse answer;
  answer.set_state(StateFor(Viewer::kRequester, kept.record, context_.clock.Now()));
  answer.set_refusal(kept.record.refusal());
  return answer;
}

StatusOr<v1::ApproveRequestResponse> ProviderDesk::Approve(
    const std::string& steward, const v1::ApproveRequestRequest& request) {
  WEIR_RETURN_IF_ERROR(CheckIdentifier("steward", steward));
  const std::lock_guard lock(deciding_mutex_);
  WEIR_ASSIGN_OR_RETURN(const KeptRequest reopened,
                        Reopen(request.request(), steward, request.decline()));
  WEIR_ASSIGN_OR_RETURN(const KeptRequest settled, Settle(reopened));
  v1::ApproveRequestResponse answer;
  *answer.mutable_request() = Summarise(settled, context_.clock.Now());
  return answer;
}

StatusOr<KeptRequest> ProviderDesk::Reopen(const std::string& id, const std::string& steward,
                                           bool decline) {
  const std::optional<KeptRequest> kept = requests_.Find(id);
  if (!kept.has_value()) {
    return NotFound("there is no request %s from another member", QuoteText(id).c_str());
  }
  if (kept->record.phase() != v1::REQUEST_PHASE_AWAITING_APPROVAL) {
    return FailedPrecondition("request %s does not wait for approval", id.c_str());
  }
  WEIR_RETURN_IF_ERROR(charters_.InForce().status());
  return requests_.Change(id, [&](v1::RequestRecord& record) {
    const auto& given = record.approvals();
    const bool is_new = std::find(given.begin(), given.end(), steward) == given.end();
    if (decline) record.set_declined(true);
    if (!decline && is_new) record.add_approvals(steward);
    record.set_decided(FormatTime(context_.clock.Now()));
    record.set_phase(v1::REQUEST_PHASE_DECIDING);
  });
}

void ProviderDesk::Tidy() {
  const std::lock_guard lock(deciding_mutex_);
  const Time now = context_.clock.Now();
  for (const KeptRequest& kept : requests_.Active()) {
    v1::RequestPhase phase = kept.record.phase();
    if (phase == v1::REQUEST_PHASE_DECIDING) {
      const StatusOr<KeptRequest> settled = Settle(kept);
      if (settled.ok()) phase = settled->record.phase();
    }
    const bool decided = phase != v1::REQUEST_PHASE_DECIDING;
    if (decided && phase != v1::REQUEST_PHASE_AWAITING_APPROVAL) continue;
    const StatusOr<Time> expires = ParseTime(kept.request.expires());
    if (expires.ok() && now < *expires) continue;
    requests_
        .Change(
            kept.request.request(),
            [](v1::RequestRecord& record) { Refuse(record, v1::REFUSAL_REASON_REQUEST_EXPIRED); })
        .status()
        .IgnoreError();
  }
}

}  // namespace weir::member::internal
