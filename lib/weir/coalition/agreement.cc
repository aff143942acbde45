// SPDX-License-Identifier: Apache-2.0
#include "weir/coalition/agreement.h"

#include <utility>

#include "weir/base/bytes.h"
#include "weir/crypto/signed_note.h"
#include "weir/doc/signed_text.h"

namespace weir::coalition {
namespace {

// Content and parties checked; signatures are not looked at.
StatusOr<Agreement> ReadTerms(const doc::Document<v1::Agreement>& document,
                              const Charter& charter) {
  const v1::Agreement& terms = document.message;
  const auto fault = [&document](std::string_view path, const Status& status) {
    return document.locations.At(path, status);
  };
  if (terms.coalition() != charter.coalition()) {
    return fault("coalition",
                 InvalidArgument("agreement of coalition %s, this is %s", terms.coalition().c_str(),
                                 charter.coalition().c_str()));
  }
  for (const auto& [path, party] :
       {std::pair{"provider", terms.provider()}, std::pair{"consumer", terms.consumer()}}) {
    if (charter.FindMember(party) == nullptr) {
      return fault(path, InvalidArgument("%s is not a member of %s", party.c_str(),
                                         charter.coalition().c_str()));
    }
  }
  if (terms.provider() == terms.consumer()) {
    return fault("consumer", InvalidArgument("provider and consumer must be two members, got %s",
                                             terms.provider().c_str()));
  }
  WEIR_ASSIGN_OR_RETURN(const Time not_before, ParseTime(terms.not_before()));
  WEIR_ASSIGN_OR_RETURN(const Time expires, ParseTime(terms.expires()));
  if (expires <= not_before) {
    return fault("expires", InvalidArgument("expires must be later than not_before"));
  }
  const StatusOr<Epsilon> epsilon = Epsilon::Parse(terms.budget_share().epsilon());
  if (!epsilon.ok()) return fault("budget_share.epsilon", epsilon.status());
  const StatusOr<Delta> delta = Delta::Parse(terms.budget_share().delta());
  if (!delta.ok()) return fault("budget_share.delta", delta.status());
  return Agreement{.terms = terms,
                   .not_before = not_before,
                   .expires = expires,
                   .epsilon_share = *epsilon,
                   .delta_share = *delta};
}

}  // namespace

StatusOr<Agreement> ReadAgreement(std::string_view note, const Charter& charter) {
  WEIR_ASSIGN_OR_RETURN(const crypto::UnverifiedNote unverified, crypto::ParseNote(note));
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::Agreement> document,
                        doc::ParseSigned<v1::Agreement>(unverified.text, "agreement"));
  WEIR_ASSIGN_OR_RETURN(Agreement agreement, ReadTerms(document, charter));
  const crypto::NoteVerifier& provider =
      charter.FindMember(agreement.terms.provider())->charter_key;
  const crypto::NoteVerifier& consumer =
      charter.FindMember(agreement.terms.consumer())->charter_key;
  const std::vector<crypto::NoteVerifier> parties = {provider, consumer};
  const StatusOr<crypto::VerifiedNote> verified = crypto::VerifyNote(note, parties);
  if (!verified.ok()) {
    return PermissionDenied("agreement %s: %s", agreement.terms.agreement().c_str(),
                            MessageOf(verified.status()).c_str());
  }
  agreement.note = std::string(note);
  agreement.sha256 = Sha256Hex(unverified.text);
  agreement.signed_by_provider = verified->IsSignedBy(provider);
  agreement.signed_by_consumer = verified->IsSignedBy(consumer);
  return agreement;
}

StatusOr<std::string> DraftAgreement(const v1::Agreement& terms, const Charter& charter) {
  WEIR_ASSIGN_OR_RETURN(std::string text, doc::FormatSigned(terms));
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::Agreement> document,
                        doc::ParseSigned<v1::Agreement>(text, "agreement"));
  WEIR_RETURN_IF_ERROR(ReadTerms(document, charter).status());
  return text;
}

}  // namespace weir::coalition
