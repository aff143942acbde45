// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_PROVIDER_DESK_H_
#define WEIR_MEMBER_INTERNAL_PROVIDER_DESK_H_

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "weir/base/status.h"
#include "weir/coalition/agreement.h"
#include "weir/coalition/decide.h"
#include "weir/ledger/ledger.h"
#include "weir/member/internal/agreement_book.h"
#include "weir/member/internal/charter_book.h"
#include "weir/member/internal/context.h"
#include "weir/member/internal/refused_book.h"
#include "weir/member/internal/release_desk.h"
#include "weir/member/internal/request_book.h"
#include "weir/v1/peer.pb.h"
#include "weir/v1/steward.pb.h"

namespace weir::member::internal {

// Takes other members' requests, decides on them and charges. What a requester learns here depends
// on public documents, stewards and the ledger; no data has been read when it returns.
//
// Guarantee: a request is decided once, and its record is durable before its charge: after a crash
//            in between it is decided again as of the same moment and finds the charge it made.
//            One that is refused when it comes leaves a short record, and is decided anew if it
//            comes again after a thousand others of that member (RefusedBook).
// Reveals:   that a question was asked before only to members that were sent its answer: to others
//            a preview is that of a new charge. Who does ask pays nothing then, and can see that.
// Thread-safe.
class ProviderDesk {
 public:
  // What of one member waits or is kept here; in memory too.
  static constexpr size_t kMaxRequestsPerMember = 100'000;
  static constexpr uint64_t kMaxNoteBytesPerMember = uint64_t{16} << 20;

  struct Books {
    RequestBook& incoming;
    RefusedBook& refused;
    const RequestBook& outgoing;
  };
  ProviderDesk(const Context& context, CharterBook& charters, AgreementBook& agreements,
               const Books& books, ReleaseDesk& releases, ledger::Ledger& ledger)
      : context_(context),
        charters_(charters),
        agreements_(agreements),
        requests_(books.incoming),
        refused_(books.refused),
        outgoing_(books.outgoing),
        releases_(releases),
        ledger_(ledger) {}

  // --- other members -----------------------------------------------------------------------------
  // Errors: FAILED_PRECONDITION no charter in force here; PERMISSION_DENIED not the caller's
  //         request to this member; INVALID_ARGUMENT no request, or longer than
  //         kMaxRequestNoteBytes; ALREADY_EXISTS another text, or a request of this member's own,
  //         under this id; RESOURCE_EXHAUSTED too many requests of this caller.
  StatusOr<v1::SubmitRequestResponse> Submit(const std::string& caller,
                                             const v1::SubmitRequestRequest& request);
  StatusOr<v1::PreviewQuestionResponse> Preview(const std::string& caller,
                                                const v1::PreviewQuestionRequest& request);
  // NOT_FOUND for requests of others.
  StatusOr<v1::GetRequestStateResponse> State(const std::string& caller,
                                              const v1::GetRequestStateRequest& request);

  // --- own stewards ------------------------------------------------------------------------------
  StatusOr<v1::ApproveRequestResponse> Approve(const std::string& steward,
                                               const v1::ApproveRequestRequest& request);

  // --- the worker --------------------------------------------------------------------------------
  // Decides again what a crash or a failed disk interrupted; refuses what could not be decided, or
  // nobody approved, in time.
  void Tidy();

 private:
  // A decision and, when it allows, what it allows.
  struct Judgement {
    coalition::Decision decision = {.verdict = coalition::Verdict::kRefuse,
                                    .reason = v1::REFUSAL_REASON_UNSPECIFIED,
                                    .approvals_needed = 0};
    std::optional<coalition::Agreement> agreement;
    std::optional<PlannedQuestion> question;
    std::optional<release::Preview> preview;
    Status plan_fault = OkStatus();  // why the question does not fit; speaks of documents only
  };
  // What a preview says must not depend on other members' questions; a decision may.
  enum class Purpose { kDecision, kPreview };
  struct Case {
    const v1::Request& request;
    const v1::RequestRecord& record;
    Purpose purpose = Purpose::kDecision;
  };
  // Errors: those that may pass. What cannot pass is a refusal.
  StatusOr<Judgement> Judge(const Case& asked, const coalition::Charter& charter);
  StatusOr<std::optional<coalition::Agreement>> FindAgreement(
      const v1::Request& request, const coalition::Charter& charter) const;
  Status Admit(const Case& asked, Judgement& judgement, coalition::DecisionInput& input);
  // Makes the preview that of a new charge, unless this requester was part of the one that is
  // there.
  Status HideOthers(const v1::Request& asked, Judgement& judgement);
  // Judges what has come; keeps it, if it is not refused at once.
  StatusOr<v1::SubmitRequestResponse> TakeIn(const KeptRequest& kept,
                                             const coalition::Charter& charter);
  // Forgets finished requests of the same requester that have expired, if there are too many.
  Status MakeRoom(const KeptRequest& kept);
  // Brings a request in phase DECIDING to the phase that its judgement says.
  StatusOr<KeptRequest> Settle(const KeptRequest& kept);
  StatusOr<v1::RequestRecord> Charge(const Judgement& judgement, v1::RequestRecord record);
  StatusOr<KeptRequest> Reopen(const std::string& id, const std::string& steward, bool decline);
  StatusOr<v1::ReleasePreview> Describe(const Judgement& judgement);
  v1::SubmitRequestResponse Answer(const KeptRequest& kept) const;

  const Context& context_;
  CharterBook& charters_;
  AgreementBook& agreements_;
  RequestBook& requests_;
  RefusedBook& refused_;
  const RequestBook& outgoing_;
  ReleaseDesk& releases_;
  ledger::Ledger& ledger_;
  std::mutex deciding_mutex_;
};

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_PROVIDER_DESK_H_
