// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_AGREEMENT_DESK_H_
#define WEIR_MEMBER_INTERNAL_AGREEMENT_DESK_H_

#include <string>

#include "weir/base/status.h"
#include "weir/ledger/ledger.h"
#include "weir/member/internal/agreement_book.h"
#include "weir/member/internal/charter_book.h"
#include "weir/member/internal/context.h"
#include "weir/member/internal/ticks.h"
#include "weir/v1/peer.pb.h"
#include "weir/v1/steward.pb.h"

namespace weir::member::internal {

// How an agreement's budget is named in the provider's ledger.
std::string ShareOf(const coalition::Agreement& agreement);

// Makes agreements with other members: proposes, offers, takes offers, signs. A signature of this
// region is only ever put by one of its stewards. Thread-safe, but for OfferDue.
class AgreementDesk {
 public:
  AgreementDesk(const Context& context, CharterBook& charters, AgreementBook& book,
                ledger::Ledger& ledger)
      : context_(context),
        charters_(charters),
        book_(book),
        ledger_(ledger),
        backoff_(context.tick) {}

  StatusOr<v1::ProposeAgreementResponse> Propose(const v1::ProposeAgreementRequest& request);
  // Signs the text that the request names by its digest, and no other.
  // Errors: INVALID_ARGUMENT  no digest; FAILED_PRECONDITION  another text stands here.
  StatusOr<v1::SignAgreementResponse> Sign(const v1::SignAgreementRequest& request);
  StatusOr<v1::ListAgreementsResponse> List();
  // Errors: PERMISSION_DENIED  the caller is no party of it, or has not signed it.
  StatusOr<v1::OfferAgreementResponse> Take(const std::string& caller,
                                            const v1::OfferAgreementRequest& request);

  // Tries again what another party could not be given. For the one worker.
  void OfferDue();

 private:
  // The other party, given that this region is one.
  StatusOr<AgreementKey> KeyOf(const coalition::Agreement& agreement) const;
  // Keeps it as something that the other party must get; offers at once if it can be reached.
  StatusOr<coalition::Agreement> KeepAndOffer(const coalition::Agreement& agreement,
                                              const coalition::Charter& charter);
  Status Offer(const AgreementKey& key, const std::string& note);
  StatusOr<v1::AgreementSummary> Describe(const coalition::Agreement& agreement);

  const Context& context_;
  CharterBook& charters_;
  AgreementBook& book_;
  ledger::Ledger& ledger_;
  Backoff backoff_;
};

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_AGREEMENT_DESK_H_
