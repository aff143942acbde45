// SPDX-License-Identifier: Apache-2.0
#include "weir/member/package.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/crypto/age_file.h"
#include "weir/crypto/signed_note.h"
#include "weir/doc/signed_text.h"
#include "weir/member/internal/package_archive.h"

namespace weir::member {
namespace {

StatusOr<std::string> SignDocument(const google::protobuf::Message& message,
                                   const crypto::NoteSigner& signer) {
  WEIR_ASSIGN_OR_RETURN(const std::string text, doc::FormatSigned(message));
  return crypto::SignNote(text, signer);
}

// The message inside a note, after `key` is known to have signed it.
template <class M>
StatusOr<M> ReadSignedBy(std::string_view note, const crypto::NoteVerifier& key, const char* what) {
  const StatusOr<crypto::VerifiedNote> verified =
      crypto::VerifyNote(note, std::span<const crypto::NoteVerifier>(&key, 1));
  if (!verified.ok()) {
    return PermissionDenied("the %s is not signed by %s: %s", what, key.name().c_str(),
                            MessageOf(verified.status()).c_str());
  }
  WEIR_ASSIGN_OR_RETURN(doc::Document<M> document, doc::ParseSigned<M>(verified->text(), what));
  return std::move(document.message);
}

StatusOr<const coalition::Member*> FindSender(std::string_view label,
                                              const coalition::Charter& charter) {
  WEIR_ASSIGN_OR_RETURN(const crypto::UnverifiedNote note, crypto::ParseNote(label));
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::PackageLabel> claimed,
                        doc::ParseSigned<v1::PackageLabel>(note.text, "label"));
  const coalition::Member* sender = charter.FindMember(claimed.message.sender());
  if (sender == nullptr) {
    return PermissionDenied("the package says it is from %s, who is not a member",
                            claimed.message.sender().c_str());
  }
  return sender;
}

Status CheckLabel(const v1::PackageLabel& label, std::string_view body, const Identity& recipient) {
  if (label.recipient() != recipient.member) {
    return PermissionDenied("the package is for %s", label.recipient().c_str());
  }
  if (label.ciphertext_bytes() != body.size()) {
    return DataLoss("the package has %zu bytes, its label says %llu", body.size(),
                    static_cast<unsigned long long>(label.ciphertext_bytes()));
  }
  if (label.ciphertext_sha256() != Sha256Hex(body)) {
    return DataLoss("the package does not have the digest that its label says");
  }
  return OkStatus();
}

bool NamesRecipient(const v1::Delivery& delivery, const Identity& recipient) {
  const std::string own_key = recipient.age_identity.recipient().ToString();
  return std::any_of(delivery.recipients().begin(), delivery.recipients().end(),
                     [&](const v1::DeliveryRecipient& named) {
                       return named.member() == recipient.member && named.recipient() == own_key;
                     });
}

Status CheckDelivery(const OpenedPackage& package, const internal::PackageArchive& archive,
                     const Identity& recipient, const coalition::Charter& charter) {
  const v1::Delivery& delivery = package.delivery;
  if (delivery.delivery() != package.label.package() ||
      delivery.sender() != package.label.sender() ||
      delivery.created() != package.label.created() ||
      delivery.created() != FormatTime(archive.modified)) {
    return DataLoss("label and delivery note speak of different packages");
  }
  if (!NamesRecipient(delivery, recipient)) {
    return PermissionDenied("the delivery note does not name %s with its key: sealed for another",
                            recipient.member.c_str());
  }
  if (delivery.coalition() != charter.coalition()) {
    return PermissionDenied("the delivery is of coalition %s", delivery.coalition().c_str());
  }
  if (delivery.charter_version() > charter.version()) {
    return FailedPrecondition("the package was sealed under charter version %llu, here is %llu",
                              static_cast<unsigned long long>(delivery.charter_version()),
                              static_cast<unsigned long long>(charter.version()));
  }
  if (delivery.manifest_sha256() != Sha256Hex(archive.manifest_note)) {
    return DataLoss("the manifest is not the one that the delivery note names");
  }
  return OkStatus();
}

Status CheckManifest(const v1::Manifest& manifest, const internal::PackageArchive& archive,
                     const std::string& sender) {
  if (manifest.provider() != sender) {
    return PermissionDenied("%s sends a release of %s", sender.c_str(),
                            manifest.provider().c_str());
  }
  if (manifest.payload_bytes() != archive.payload.size() ||
      manifest.payload_sha256() != Sha256Hex(archive.payload)) {
    return DataLoss("the payload is not the one that the manifest describes");
  }
  return OkStatus();
}

StatusOr<std::string> SignDelivery(const SealOptions& options, const PackageContent& content,
                                   const Identity& sender, const coalition::Charter& charter,
                                   const coalition::Member& recipient) {
  v1::Delivery delivery;
  delivery.set_delivery(options.delivery);
  delivery.set_sender(sender.member);
  v1::DeliveryRecipient* named = delivery.add_recipients();
  named->set_member(recipient.id);
  named->set_recipient(recipient.recipient.ToString());
  delivery.set_request(options.request);
  delivery.set_coalition(charter.coalition());
  delivery.set_charter_version(charter.version());
  delivery.set_manifest_sha256(Sha256Hex(content.manifest));
  delivery.set_created(FormatTime(options.created));
  return SignDocument(delivery, sender.node_signer);
}

StatusOr<std::string> SignLabel(const SealOptions& options, const std::string& body,
                                const Identity& sender) {
  v1::PackageLabel label;
  label.set_package(options.delivery);
  label.set_sender(sender.member);
  label.set_recipient(options.recipient);
  label.set_created(FormatTime(options.created));
  label.set_ciphertext_sha256(Sha256Hex(body));
  label.set_ciphertext_bytes(body.size());
  return SignDocument(label, sender.node_signer);
}

}  // namespace

StatusOr<SealedPackage> SealPackage(const SealOptions& options, const PackageContent& content,
                                    const Identity& sender, const coalition::Charter& charter,
                                    RandomSource& random) {
  const coalition::Member* recipient = charter.FindMember(options.recipient);
  if (recipient == nullptr) {
    return InvalidArgument("%s is not a member of %s", options.recipient.c_str(),
                           charter.coalition().c_str());
  }
  if (content.payload.size() > kMaxPayloadBytes) {
    return InvalidArgument("a package carries at most %llu bytes, the payload has %zu",
                           static_cast<unsigned long long>(kMaxPayloadBytes),
                           content.payload.size());
  }
  internal::PackageArchive archive{.delivery_note = {},
                                   .manifest_note = content.manifest,
                                   .payload = content.payload,
                                   .modified = options.created};
  WEIR_ASSIGN_OR_RETURN(archive.delivery_note,
                        SignDelivery(options, content, sender, charter, *recipient));
  WEIR_ASSIGN_OR_RETURN(const std::string plaintext, internal::WriteArchive(archive));
  SealedPackage sealed{.id = options.delivery, .label = {}, .body = {}};
  WEIR_ASSIGN_OR_RETURN(
      sealed.body,
      crypto::Seal(plaintext, std::span<const crypto::AgeRecipient>(&recipient->recipient, 1),
                   random));
  WEIR_ASSIGN_OR_RETURN(sealed.label, SignLabel(options, sealed.body, sender));
  return sealed;
}

StatusOr<OpenedPackage> OpenPackage(std::string_view label, std::string_view body,
                                    const Identity& recipient, const coalition::Charter& charter) {
  OpenedPackage package;
  WEIR_ASSIGN_OR_RETURN(const coalition::Member* sender, FindSender(label, charter));
  const crypto::NoteVerifier& key = sender->node_key;
  WEIR_ASSIGN_OR_RETURN(package.label, ReadSignedBy<v1::PackageLabel>(label, key, "label"));
  WEIR_RETURN_IF_ERROR(CheckLabel(package.label, body, recipient));
  WEIR_ASSIGN_OR_RETURN(const std::string plaintext,
                        crypto::Open(body, recipient.age_identity, kMaxPackageBytes));
  WEIR_ASSIGN_OR_RETURN(internal::PackageArchive archive,
                        internal::ReadArchive(plaintext, kMaxPayloadBytes));
  WEIR_ASSIGN_OR_RETURN(package.delivery,
                        ReadSignedBy<v1::Delivery>(archive.delivery_note, key, "delivery note"));
  WEIR_RETURN_IF_ERROR(CheckDelivery(package, archive, recipient, charter));
  WEIR_ASSIGN_OR_RETURN(package.manifest,
                        ReadSignedBy<v1::Manifest>(archive.manifest_note, key, "manifest"));
  WEIR_RETURN_IF_ERROR(CheckManifest(package.manifest, archive, sender->id));
  package.delivery_note = std::move(archive.delivery_note);
  package.manifest_note = std::move(archive.manifest_note);
  package.payload = std::move(archive.payload);
  return package;
}

}  // namespace weir::member
