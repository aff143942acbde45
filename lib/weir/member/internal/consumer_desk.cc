// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/consumer_desk.h"

#include <optional>
#include <set>
#include <utility>

#include "weir/base/identifiers.h"
#include "weir/crypto/signed_note.h"
#include "weir/doc/signed_text.h"
#include "weir/doc/yaml_reader.h"
#include "weir/member/internal/request_view.h"

namespace weir::member::internal {
namespace {

// Nothing for states that no target sends. What the target has handed over is delivered here only
// when the package has come and verified.
std::optional<v1::RequestPhase> PhaseOf(v1::RequestState state) {
  switch (state) {
    case v1::REQUEST_STATE_AWAITING_APPROVAL:
      return v1::REQUEST_PHASE_AWAITING_APPROVAL;
    case v1::REQUEST_STATE_CHARGED:
      return v1::REQUEST_PHASE_CHARGED;
    case v1::REQUEST_STATE_DELIVERED:
      return v1::REQUEST_PHASE_SEALED;
    case v1::REQUEST_STATE_REFUSED:
      return v1::REQUEST_PHASE_REFUSED;
    case v1::REQUEST_STATE_FAILED:
      return v1::REQUEST_PHASE_FAILED;
    default:
      return std::nullopt;
  }
}

}  // namespace

StatusOr<v1::ReleaseSpec> ConsumerDesk::ReadSpec(const std::string& text) const {
  WEIR_ASSIGN_OR_RETURN(doc::Document<v1::ReleaseSpec> document,
                        doc::ParseYaml<v1::ReleaseSpec>(text, "release.yaml"));
  const std::string& dataset = document.message.dataset();
  if (!IsIdentifier(dataset)) {
    return document.locations.At(
        "dataset", InvalidArgument("a request names the target's data set by its id, got %s",
                                   QuoteText(dataset).c_str()));
  }
  return std::move(document.message);
}

Status ConsumerDesk::CheckTarget(const std::string& target,
                                 const coalition::Charter& charter) const {
  if (charter.FindMember(target) == nullptr) {
    return InvalidArgument("%s is not a member of %s", QuoteText(target).c_str(),
                           charter.coalition().c_str());
  }
  if (target == context_.identity.member) {
    return InvalidArgument("%s asks itself; use a release instead", target.c_str());
  }
  return OkStatus();
}

StatusOr<v1::PreviewRequestResponse> ConsumerDesk::Preview(
    const v1::PreviewRequestRequest& request) {
  WEIR_ASSIGN_OR_RETURN(const CharterPtr charter, charters_.InForce());
  WEIR_RETURN_IF_ERROR(CheckTarget(request.target(), *charter));
  WEIR_RETURN_IF_ERROR(ReadSpec(request.spec()).status());
  v1::PreviewQuestionRequest question;
  question.set_agreement(request.agreement());
  question.set_spec(request.spec());
  WEIR_ASSIGN_OR_RETURN(v1::PreviewQuestionResponse answered,
                        Ask<v1::PreviewQuestionResponse>(context_, request.target(),
                                                         "PeerService/PreviewQuestion", question));
  v1::PreviewRequestResponse answer;
  *answer.mutable_preview() = std::move(*answered.mutable_preview());
  return answer;
}

StatusOr<v1::SendRequestResponse> ConsumerDesk::Send(const v1::SendRequestRequest& request) {
  WEIR_ASSIGN_OR_RETURN(const CharterPtr charter, charters_.InForce());
  WEIR_RETURN_IF_ERROR(CheckTarget(request.target(), *charter));
  WEIR_RETURN_IF_ERROR(CheckIdentifier("agreement", request.agreement()));
  const Time now = context_.clock.Now();
  KeptRequest kept;
  WEIR_ASSIGN_OR_RETURN(*kept.request.mutable_spec(), ReadSpec(request.spec()));
  kept.request.set_request(MakeUuid(context_.clock, context_.random));
  kept.request.set_requester(context_.identity.member);
  kept.request.set_target(request.target());
  kept.request.set_agreement(request.agreement());
  kept.request.set_created(FormatTime(now));
  kept.request.set_expires(FormatTime(now + kRequestLifetime));
  kept.record.set_phase(v1::REQUEST_PHASE_QUEUED);
  WEIR_ASSIGN_OR_RETURN(const std::string text, doc::FormatSigned(kept.request));
  WEIR_ASSIGN_OR_RETURN(kept.note, crypto::SignNote(text, context_.identity.node_signer));
  if (kept.note.size() > kMaxRequestNoteBytes) {
    return InvalidArgument("a request has at most %zu bytes, this one %zu: name fewer windows",
                           kMaxRequestNoteBytes, kept.note.size());
  }
  WEIR_RETURN_IF_ERROR(requests_.Add(kept));
  StatusOr<KeptRequest> sent = Submit(kept);
  if (!sent.ok()) sent = requests_.Find(kept.request.request()).value_or(kept);
  v1::SendRequestResponse answer;
  *answer.mutable_request() = Summarise(*sent, context_.clock.Now());
  return answer;
}

StatusOr<KeptRequest> ConsumerDesk::Submit(const KeptRequest& kept) {
  v1::SubmitRequestRequest submit;
  submit.set_note(kept.note);
  const StatusOr<v1::SubmitRequestResponse> answer = Ask<v1::SubmitRequestResponse>(
      context_, kept.request.target(), "PeerService/SubmitRequest", submit);
  if (!answer.ok()) {
    WEIR_RETURN_IF_ERROR(requests_
                             .Change(kept.request.request(),
                                     [&answer](v1::RequestRecord& record) {
                                       record.set_fault(FaultText(answer.status()));
                                     })
                             .status());
    return answer.status();
  }
  return Record(kept.request.request(), answer->state(), answer->refusal());
}

StatusOr<KeptRequest> ConsumerDesk::AskState(const KeptRequest& kept) {
  v1::GetRequestStateRequest ask;
  ask.set_request(kept.request.request());
  const StatusOr<v1::GetRequestStateResponse> answer = Ask<v1::GetRequestStateResponse>(
      context_, kept.request.target(), "PeerService/GetRequestState", ask);
  // A target that was restored from a backup may have forgotten it.
  if (answer.status().code() == StatusCode::kNotFound) return Submit(kept);
  if (!answer.ok()) return answer.status();
  WEIR_ASSIGN_OR_RETURN(const KeptRequest after,
                        Record(kept.request.request(), answer->state(), answer->refusal()));
  return GiveUpIfSetAside(after, answer->package());
}

StatusOr<KeptRequest> ConsumerDesk::GiveUpIfSetAside(const KeptRequest& kept,
                                                     const std::string& package) {
  const std::optional<v1::InboxRecord> held = inbox_.Find(package);
  if (!held.has_value() || held->fault().empty()) return kept;
  return requests_.Change(kept.request.request(), [&](v1::RequestRecord& record) {
    if (!IsActive(record.phase())) return;
    record.set_phase(v1::REQUEST_PHASE_FAILED);
    record.set_fault("package " + package + " was set aside: " + held->fault());
  });
}

StatusOr<KeptRequest> ConsumerDesk::Record(const std::string& id, v1::RequestState state,
                                           v1::RefusalReason refusal) {
  return requests_.Change(id, [state, refusal](v1::RequestRecord& record) {
    const std::optional<v1::RequestPhase> phase = PhaseOf(state);
    // The package may have come first; what has arrived stays arrived.
    if (!phase.has_value() || !IsActive(record.phase())) return;
    record.set_phase(*phase);
    record.set_refusal(refusal);
    record.clear_fault();
  });
}

void ConsumerDesk::Follow() {
  if (context_.messenger == nullptr || !charters_.InForce().ok()) return;
  const Time now = context_.clock.Now();
  std::set<std::string> unreachable;
  for (const KeptRequest& kept : requests_.Active()) {
    const std::string& id = kept.request.request();
    const std::string& target = kept.request.target();
    if (!backoff_.IsDue(id, now) || unreachable.contains(target)) continue;
    const StatusOr<KeptRequest> after =
        kept.record.phase() == v1::REQUEST_PHASE_QUEUED ? Submit(kept) : AskState(kept);
    if (after.status().code() == StatusCode::kUnavailable) unreachable.insert(target);
    if (after.ok() && after->record.phase() != kept.record.phase()) {
      backoff_.Forget(id);
    } else {
      backoff_.Failed(id, now);
    }
  }
}

}  // namespace weir::member::internal
