// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/charter_book.h"

#include <utility>

#include "weir/base/bytes.h"
#include "weir/crypto/signed_note.h"

namespace weir::member::internal {
namespace {

Status CheckNotExpired(const coalition::Charter& charter, Time now) {
  if (now < charter.expires()) return OkStatus();
  return FailedPrecondition("charter version %llu expired at %s; its members must sign a new one",
                            static_cast<unsigned long long>(charter.version()),
                            FormatTime(charter.expires()).c_str());
}

}  // namespace

StatusOr<std::unique_ptr<CharterBook>> CharterBook::Load(const Context& context) {
  std::unique_ptr<CharterBook> book(new CharterBook(context));
  WEIR_ASSIGN_OR_RETURN(book->current_, book->store_.Load());
  if (book->current_ == nullptr) return book;
  if (const Status fits = book->CheckNamesUs(*book->current_); !fits.ok()) {
    return DataLoss("charters in %s: %s", context.paths.charters().c_str(),
                    MessageOf(fits).c_str());
  }
  return book;
}

CharterPtr CharterBook::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

StatusOr<CharterPtr> CharterBook::InForce() const {
  CharterPtr charter = current();
  if (charter == nullptr) {
    return FailedPrecondition("%s has no charter yet; `weir join` installs one",
                              context_.identity.member.c_str());
  }
  WEIR_RETURN_IF_ERROR(CheckNotExpired(*charter, context_.clock.Now()));
  return charter;
}

StatusOr<std::vector<std::string>> CharterBook::History() const {
  std::vector<std::string> notes;
  const uint64_t newest = current_ == nullptr ? 0 : current_->version();
  for (uint64_t version = 1; version <= newest; ++version) {
    WEIR_ASSIGN_OR_RETURN(std::string note, store_.Note(version));
    notes.push_back(std::move(note));
  }
  return notes;
}

Status CharterBook::Install(std::span<const std::string> following) {
  const std::lock_guard lock(mutex_);
  if (current_ != nullptr && following.size() == 1) {
    WEIR_ASSIGN_OR_RETURN(const crypto::UnverifiedNote note, crypto::ParseNote(following.front()));
    if (Sha256Hex(note.text) == current_->sha256()) return OkStatus();
  }
  WEIR_ASSIGN_OR_RETURN(std::vector<std::string> history, History());
  std::vector<coalition::Charter> added;
  for (const std::string& note : following) {
    history.push_back(note);
    WEIR_ASSIGN_OR_RETURN(coalition::Charter charter, coalition::Charter::LoadHistory(history));
    added.push_back(std::move(charter));
  }
  if (added.empty()) return OkStatus();
  WEIR_RETURN_IF_ERROR(CheckNotExpired(added.back(), context_.clock.Now()));
  WEIR_RETURN_IF_ERROR(CheckNamesUs(added.back()));
  // Newest first: a history that a crash left with a gap ends before the gap.
  for (auto charter = added.rbegin(); charter != added.rend(); ++charter) {
    WEIR_RETURN_IF_ERROR(store_.Save(*charter));
  }
  current_ = std::make_shared<const coalition::Charter>(std::move(added.back()));
  return OkStatus();
}

Status CharterBook::CheckNamesUs(const coalition::Charter& charter) const {
  const Identity& self = context_.identity;
  if (charter.coalition() != self.coalition) {
    return FailedPrecondition("the charter is of coalition %s, %s was made for %s",
                              charter.coalition().c_str(), self.member.c_str(),
                              self.coalition.c_str());
  }
  const coalition::Member* listed = charter.FindMember(self.member);
  if (listed == nullptr) {
    return FailedPrecondition("the charter does not list %s", self.member.c_str());
  }
  if (listed->charter_key != self.charter_signer.verifier() ||
      listed->node_key != self.node_signer.verifier() ||
      listed->recipient != self.age_identity.recipient() ||
      listed->certificate_authority != self.card.certificate_authority()) {
    return FailedPrecondition("the charter lists %s with other keys than it has",
                              self.member.c_str());
  }
  return OkStatus();
}

}  // namespace weir::member::internal
