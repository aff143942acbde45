// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_AGREEMENT_BOOK_H_
#define WEIR_MEMBER_INTERNAL_AGREEMENT_BOOK_H_

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/status.h"
#include "weir/coalition/agreement.h"
#include "weir/coalition/charter.h"
#include "weir/member/internal/context.h"

namespace weir::member::internal {

// Names an agreement here: the other party and the id that both use.
struct AgreementKey {
  std::string other_party;
  std::string id;
};

// The agreements this region is a party of: agreements/<other>/<id>.note, and beside it <id>.offer
// as long as the other party has not got the note yet. Notes are verified under the charter of the
// moment whenever they are read. Thread-safe.
class AgreementBook {
 public:
  explicit AgreementBook(const Context& context) : context_(context) {}

  // Removes what a crash left behind.
  Status Sweep();

  // Keeps `agreement`, or merges its signatures with those of the same text.
  //
  // Guarantee: what is in force, or bears this region's signature, is never replaced by another
  //            text under the same id. An offer that nobody here has signed gives way after it has
  //            expired and not before: what a steward reads stays what it is.
  // Errors:    ALREADY_EXISTS      another text stands under this id: use a new id.
  //            RESOURCE_EXHAUSTED  too many agreements with this party.
  StatusOr<coalition::Agreement> Keep(const AgreementKey& key,
                                      const coalition::Agreement& agreement,
                                      const coalition::Charter& charter);
  // Adds this region's signature to the text with this digest, if it is not there.
  // Errors: NOT_FOUND; FAILED_PRECONDITION  another text stands under this id.
  StatusOr<coalition::Agreement> Sign(const AgreementKey& key, const std::string& text_sha256,
                                      const coalition::Charter& charter);

  // Errors: NOT_FOUND; those of ReadAgreement when the charter has changed since.
  StatusOr<coalition::Agreement> Find(const AgreementKey& key,
                                      const coalition::Charter& charter) const;
  // Those that verify under `charter`, by other party and id.
  StatusOr<std::vector<coalition::Agreement>> All(const coalition::Charter& charter) const;

  // Notes that the other party is still to be given. To be marked before the note is kept, so that
  // no crash forgets to offer it.
  Status MarkUnoffered(const AgreementKey& key);
  // The other party has `note`; if another one is kept by now, that is still to be given.
  Status MarkOffered(const AgreementKey& key, const std::string& note);
  StatusOr<std::vector<AgreementKey>> Unoffered() const;

 private:
  // Keys of the files with this ending.
  StatusOr<std::vector<AgreementKey>> ListKeys(const std::string& ending) const;
  // Two notes of one text.
  struct Notes {
    const coalition::Agreement& kept;
    const coalition::Agreement& offered;
  };
  StatusOr<coalition::Agreement> Merge(const Notes& notes, const coalition::Charter& charter) const;
  bool SignedHere(const coalition::Agreement& agreement) const;
  Status Write(const AgreementKey& key, const std::string& note);
  std::string PathOf(const AgreementKey& key, const char* ending) const;

  const Context& context_;
  mutable std::mutex mutex_;
};

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_AGREEMENT_BOOK_H_
