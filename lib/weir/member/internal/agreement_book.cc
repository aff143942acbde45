// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/agreement_book.h"

#include "weir/base/identifiers.h"
#include "weir/crypto/signed_note.h"

namespace weir::member::internal {
namespace {

constexpr char kNote[] = ".note";
constexpr char kOffer[] = ".offer";
constexpr size_t kMaxAgreementsPerParty = 1000;

Status CheckKey(const AgreementKey& key) {
  WEIR_RETURN_IF_ERROR(CheckIdentifier("other party", key.other_party));
  return CheckIdentifier("agreement", key.id);
}

}  // namespace

Status AgreementBook::Sweep() {
  return RecoverFolders(context_.paths.agreements(), context_.files).status();
}

StatusOr<coalition::Agreement> AgreementBook::Keep(const AgreementKey& key,
                                                   const coalition::Agreement& agreement,
                                                   const coalition::Charter& charter) {
  WEIR_RETURN_IF_ERROR(CheckKey(key));
  const std::lock_guard lock(mutex_);
  const std::string path = PathOf(key, kNote);
  if (!context_.files.Exists(path)) {
    const StatusOr<std::vector<std::string>> names =
        context_.files.List(JoinPath(context_.paths.agreements(), key.other_party));
    if (names.ok() && names->size() >= kMaxAgreementsPerParty) {
      return ResourceExhausted("there are %zu agreements with %s already", names->size(),
                               key.other_party.c_str());
    }
    WEIR_RETURN_IF_ERROR(Write(key, agreement.note));
    return agreement;
  }
  WEIR_ASSIGN_OR_RETURN(const std::string note, context_.files.Read(path, crypto::kMaxNoteBytes));
  WEIR_ASSIGN_OR_RETURN(const coalition::Agreement kept, coalition::ReadAgreement(note, charter));
  if (kept.sha256 != agreement.sha256) {
    const bool expired = context_.clock.Now() >= kept.expires;
    if (kept.signed_by_both() || SignedHere(kept) || !expired) {
      return AlreadyExists("another agreement %s with %s stands already; use a new id",
                           key.id.c_str(), key.other_party.c_str());
    }
    WEIR_RETURN_IF_ERROR(Write(key, agreement.note));
    return agreement;
  }
  WEIR_ASSIGN_OR_RETURN(coalition::Agreement merged,
                        Merge({.kept = kept, .offered = agreement}, charter));
  if (merged.note != kept.note) WEIR_RETURN_IF_ERROR(Write(key, merged.note));
  return merged;
}

StatusOr<coalition::Agreement> AgreementBook::Merge(const Notes& notes,
                                                    const coalition::Charter& charter) const {
  const auto& [kept, offered] = notes;
  if (kept.signed_by_both()) return kept;
  if (offered.signed_by_both() || !SignedHere(kept)) return offered;
  if (SignedHere(offered)) return kept;
  // Signing is deterministic: what is added here is the signature that `kept` bears.
  WEIR_ASSIGN_OR_RETURN(const std::string note,
                        crypto::AddSignature(offered.note, context_.identity.charter_signer));
  return coalition::ReadAgreement(note, charter);
}

StatusOr<coalition::Agreement> AgreementBook::Sign(const AgreementKey& key,
                                                   const std::string& text_sha256,
                                                   const coalition::Charter& charter) {
  WEIR_RETURN_IF_ERROR(CheckKey(key));
  WEIR_ASSIGN_OR_RETURN(const coalition::Agreement kept, Find(key, charter));
  if (kept.sha256 != text_sha256) {
    return FailedPrecondition(
        "the text of agreement %s with %s has sha256 %s, not %s: read what stands here first",
        key.id.c_str(), key.other_party.c_str(), kept.sha256.c_str(),
        QuoteText(text_sha256).c_str());
  }
  if (SignedHere(kept)) return kept;
  WEIR_ASSIGN_OR_RETURN(const std::string note,
                        crypto::AddSignature(kept.note, context_.identity.charter_signer));
  WEIR_ASSIGN_OR_RETURN(const coalition::Agreement signed_here,
                        coalition::ReadAgreement(note, charter));
  return Keep(key, signed_here, charter);
}

StatusOr<coalition::Agreement> AgreementBook::Find(const AgreementKey& key,
                                                   const coalition::Charter& charter) const {
  WEIR_RETURN_IF_ERROR(CheckKey(key));
  const std::lock_guard lock(mutex_);
  const StatusOr<std::string> note = context_.files.Read(PathOf(key, kNote), crypto::kMaxNoteBytes);
  if (note.status().code() == StatusCode::kNotFound) {
    return NotFound("there is no agreement %s with %s", key.id.c_str(), key.other_party.c_str());
  }
  if (!note.ok()) return note.status();
  return coalition::ReadAgreement(*note, charter);
}

StatusOr<std::vector<coalition::Agreement>> AgreementBook::All(
    const coalition::Charter& charter) const {
  WEIR_ASSIGN_OR_RETURN(const std::vector<AgreementKey> keys, ListKeys(kNote));
  std::vector<coalition::Agreement> all;
  for (const AgreementKey& key : keys) {
    StatusOr<coalition::Agreement> agreement = Find(key, charter);
    if (agreement.ok()) all.push_back(*std::move(agreement));
  }
  return all;
}

Status AgreementBook::MarkUnoffered(const AgreementKey& key) {
  WEIR_RETURN_IF_ERROR(CheckKey(key));
  const std::lock_guard lock(mutex_);
  WEIR_RETURN_IF_ERROR(
      context_.files.MakeFolder(JoinPath(context_.paths.agreements(), key.other_party)));
  return context_.files.WriteDurably(PathOf(key, kOffer), "due\n", FileMode::kPrivate);
}

Status AgreementBook::MarkOffered(const AgreementKey& key, const std::string& note) {
  const std::lock_guard lock(mutex_);
  const StatusOr<std::string> kept = context_.files.Read(PathOf(key, kNote), crypto::kMaxNoteBytes);
  if (kept.ok() && *kept != note) return OkStatus();
  return context_.files.Remove(PathOf(key, kOffer));
}

StatusOr<std::vector<AgreementKey>> AgreementBook::Unoffered() const { return ListKeys(kOffer); }

StatusOr<std::vector<AgreementKey>> AgreementBook::ListKeys(const std::string& ending) const {
  const std::lock_guard lock(mutex_);
  std::vector<AgreementKey> keys;
  const std::string top = context_.paths.agreements();
  if (!context_.files.Exists(top)) return keys;
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> parties, context_.files.List(top));
  for (const std::string& party : parties) {
    WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                          context_.files.List(JoinPath(top, party)));
    for (const std::string& name : names) {
      if (!name.ends_with(ending)) continue;
      AgreementKey key{.other_party = party, .id = name.substr(0, name.size() - ending.size())};
      if (CheckKey(key).ok()) keys.push_back(std::move(key));
    }
  }
  return keys;
}

bool AgreementBook::SignedHere(const coalition::Agreement& agreement) const {
  return agreement.terms.provider() == context_.identity.member ? agreement.signed_by_provider
                                                                : agreement.signed_by_consumer;
}

Status AgreementBook::Write(const AgreementKey& key, const std::string& note) {
  WEIR_RETURN_IF_ERROR(
      context_.files.MakeFolder(JoinPath(context_.paths.agreements(), key.other_party)));
  return context_.files.WriteDurably(PathOf(key, kNote), note, FileMode::kPrivate);
}

std::string AgreementBook::PathOf(const AgreementKey& key, const char* ending) const {
  return JoinPath(JoinPath(context_.paths.agreements(), key.other_party), key.id + ending);
}

}  // namespace weir::member::internal
