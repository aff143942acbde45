// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/agreement_desk.h"

#include <utility>
#include <vector>

#include "weir/crypto/signed_note.h"
#include "weir/doc/yaml_reader.h"
#include "weir/member/ledger_view.h"

namespace weir::member::internal {

std::string ShareOf(const coalition::Agreement& agreement) {
  return agreement.terms.consumer() + "/" + agreement.terms.agreement();
}

StatusOr<v1::ProposeAgreementResponse> AgreementDesk::Propose(
    const v1::ProposeAgreementRequest& request) {
  WEIR_ASSIGN_OR_RETURN(const CharterPtr charter, charters_.InForce());
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::Agreement> document,
                        doc::ParseYaml<v1::Agreement>(request.document(), "agreement.yaml"));
  WEIR_ASSIGN_OR_RETURN(const std::string text,
                        coalition::DraftAgreement(document.message, *charter));
  WEIR_ASSIGN_OR_RETURN(const std::string note,
                        crypto::SignNote(text, context_.identity.charter_signer));
  const std::string& self = context_.identity.member;
  if (document.message.provider() != self && document.message.consumer() != self) {
    return InvalidArgument("%s is neither provider nor consumer of this agreement", self.c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const coalition::Agreement signed_here,
                        coalition::ReadAgreement(note, *charter));
  WEIR_ASSIGN_OR_RETURN(const coalition::Agreement kept, KeepAndOffer(signed_here, *charter));
  v1::ProposeAgreementResponse answer;
  answer.set_agreement(kept.terms.agreement());
  answer.set_note(kept.note);
  return answer;
}

StatusOr<v1::SignAgreementResponse> AgreementDesk::Sign(const v1::SignAgreementRequest& request) {
  WEIR_ASSIGN_OR_RETURN(const CharterPtr charter, charters_.InForce());
  const AgreementKey key{.other_party = request.other_party(), .id = request.agreement()};
  if (request.text_sha256().empty()) {
    return InvalidArgument("a signature needs the sha256 of the text that was read");
  }
  WEIR_ASSIGN_OR_RETURN(const coalition::Agreement signed_here,
                        book_.Sign(key, request.text_sha256(), *charter));
  WEIR_ASSIGN_OR_RETURN(const coalition::Agreement kept, KeepAndOffer(signed_here, *charter));
  v1::SignAgreementResponse answer;
  answer.set_note(kept.note);
  return answer;
}

StatusOr<coalition::Agreement> AgreementDesk::KeepAndOffer(const coalition::Agreement& agreement,
                                                           const coalition::Charter& charter) {
  WEIR_ASSIGN_OR_RETURN(const AgreementKey key, KeyOf(agreement));
  WEIR_RETURN_IF_ERROR(book_.MarkUnoffered(key));
  WEIR_ASSIGN_OR_RETURN(coalition::Agreement kept, book_.Keep(key, agreement, charter));
  // Not reached or not taken now: Work goes on trying.
  Offer(key, kept.note).IgnoreError();
  return kept;
}

Status AgreementDesk::Offer(const AgreementKey& key, const std::string& note) {
  v1::OfferAgreementRequest offer;
  offer.set_note(note);
  WEIR_RETURN_IF_ERROR(Ask<v1::OfferAgreementResponse>(context_, key.other_party,
                                                       "PeerService/OfferAgreement", offer)
                           .status());
  return book_.MarkOffered(key, note);
}

void AgreementDesk::OfferDue() {
  const StatusOr<CharterPtr> charter = charters_.InForce();
  const StatusOr<std::vector<AgreementKey>> keys = book_.Unoffered();
  if (!charter.ok() || !keys.ok()) return;
  const Time now = context_.clock.Now();
  for (const AgreementKey& key : *keys) {
    const std::string what = key.other_party + "/" + key.id;
    if (!backoff_.IsDue(what, now)) continue;
    const StatusOr<coalition::Agreement> agreement = book_.Find(key, **charter);
    // Marked for a note that was never kept.
    const bool moot =
        agreement.status().code() == StatusCode::kNotFound && book_.MarkOffered(key, "").ok();
    if (moot || (agreement.ok() && Offer(key, agreement->note).ok())) {
      backoff_.Forget(what);
    } else {
      backoff_.Failed(what, now);
    }
  }
}

StatusOr<v1::OfferAgreementResponse> AgreementDesk::Take(const std::string& caller,
                                                         const v1::OfferAgreementRequest& request) {
  WEIR_ASSIGN_OR_RETURN(const CharterPtr charter, charters_.InForce());
  WEIR_ASSIGN_OR_RETURN(const coalition::Agreement offered,
                        coalition::ReadAgreement(request.note(), *charter));
  WEIR_ASSIGN_OR_RETURN(const AgreementKey key, KeyOf(offered));
  if (key.other_party != caller) {
    return PermissionDenied("%s offers an agreement of %s", caller.c_str(),
                            key.other_party.c_str());
  }
  const bool signed_by_caller =
      offered.terms.provider() == caller ? offered.signed_by_provider : offered.signed_by_consumer;
  if (!signed_by_caller) {
    return PermissionDenied("%s offers an agreement that it has not signed", caller.c_str());
  }
  WEIR_RETURN_IF_ERROR(book_.Keep(key, offered, *charter).status());
  return v1::OfferAgreementResponse();
}

StatusOr<AgreementKey> AgreementDesk::KeyOf(const coalition::Agreement& agreement) const {
  const std::string& self = context_.identity.member;
  const v1::Agreement& terms = agreement.terms;
  if (terms.provider() == self) {
    return AgreementKey{.other_party = terms.consumer(), .id = terms.agreement()};
  }
  if (terms.consumer() == self) {
    return AgreementKey{.other_party = terms.provider(), .id = terms.agreement()};
  }
  return PermissionDenied("%s is no party of agreement %s", self.c_str(),
                          terms.agreement().c_str());
}

StatusOr<v1::ListAgreementsResponse> AgreementDesk::List() {
  v1::ListAgreementsResponse answer;
  const CharterPtr charter = charters_.current();
  if (charter == nullptr) return answer;
  WEIR_ASSIGN_OR_RETURN(const std::vector<coalition::Agreement> agreements, book_.All(*charter));
  for (const coalition::Agreement& agreement : agreements) {
    WEIR_ASSIGN_OR_RETURN(*answer.add_agreements(), Describe(agreement));
  }
  return answer;
}

StatusOr<v1::AgreementSummary> AgreementDesk::Describe(const coalition::Agreement& agreement) {
  const v1::Agreement& terms = agreement.terms;
  v1::AgreementSummary summary;
  summary.set_agreement(terms.agreement());
  summary.set_provider(terms.provider());
  summary.set_consumer(terms.consumer());
  summary.set_dataset(terms.dataset());
  summary.set_purpose(terms.purpose());
  summary.set_expires(terms.expires());
  if (agreement.signed_by_provider) summary.add_signed_by(terms.provider());
  if (agreement.signed_by_consumer) summary.add_signed_by(terms.consumer());
  const Time now = context_.clock.Now();
  summary.set_in_force(agreement.signed_by_both() && agreement.not_before <= now &&
                       now < agreement.expires);
  summary.set_epsilon_share(agreement.epsilon_share.ToString());
  // Only the provider's ledger knows what was spent.
  if (terms.provider() == context_.identity.member) {
    WEIR_ASSIGN_OR_RETURN(const double spent, ledger_.ShareSpent(ShareOf(agreement)));
    summary.set_epsilon_spent(FormatSpent(spent));
  }
  summary.set_note(agreement.note);
  summary.set_text_sha256(agreement.sha256);
  return summary;
}

}  // namespace weir::member::internal
