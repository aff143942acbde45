// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/request_intake.h"

#include <span>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/base/identifiers.h"
#include "weir/crypto/signed_note.h"
#include "weir/doc/signed_text.h"
#include "weir/member/internal/context.h"

namespace weir::member::internal {
namespace {

constexpr size_t kMaxEpsilonBytes = 40;  // of what is kept for display

}  // namespace

StatusOr<v1::Request> ReadRequest(const std::string& note, const RequestParties& parties,
                                  const coalition::Charter& charter) {
  const auto& [caller, self] = parties;
  if (note.size() > kMaxRequestNoteBytes) {
    return InvalidArgument("a request has at most %zu bytes, got %zu", kMaxRequestNoteBytes,
                           note.size());
  }
  const coalition::Member* sender = charter.FindMember(caller);
  if (sender == nullptr) {
    return PermissionDenied("%s is not a member of %s", caller.c_str(),
                            charter.coalition().c_str());
  }
  const StatusOr<crypto::VerifiedNote> verified =
      crypto::VerifyNote(note, std::span<const crypto::NoteVerifier>(&sender->node_key, 1));
  if (!verified.ok()) {
    return PermissionDenied("the request is not signed by the node of %s: %s", caller.c_str(),
                            MessageOf(verified.status()).c_str());
  }
  WEIR_ASSIGN_OR_RETURN(doc::Document<v1::Request> document,
                        doc::ParseSigned<v1::Request>(verified->text(), "request"));
  v1::Request& request = document.message;
  if (request.requester() != caller) {
    return PermissionDenied("%s cannot ask in the name of %s", caller.c_str(),
                            request.requester().c_str());
  }
  if (request.target() != self) {
    return PermissionDenied("the request is for %s, this is %s", request.target().c_str(),
                            self.c_str());
  }
  return std::move(request);
}

v1::RefusedRequest Shorten(const KeptRequest& kept, v1::RefusalReason reason, const Status& fault) {
  const v1::Request& request = kept.request;
  v1::RefusedRequest refused;
  refused.set_request(request.request());
  refused.set_requester(request.requester());
  refused.set_agreement(request.agreement());
  if (IsIdentifier(request.spec().dataset())) refused.set_dataset(request.spec().dataset());
  refused.set_epsilon(request.spec().privacy().epsilon().substr(0, kMaxEpsilonBytes));
  refused.set_created(request.created());
  refused.set_note_sha256(Sha256Hex(kept.note));
  refused.set_refusal(reason);
  refused.set_decided(kept.record.decided());
  if (!fault.ok()) refused.set_fault(FaultText(fault));
  return refused;
}

}  // namespace weir::member::internal
