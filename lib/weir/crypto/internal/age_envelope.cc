// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/internal/age_envelope.h"

#include <optional>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/crypto/age_file.h"
#include "weir/crypto/internal/chunk_cipher.h"
#include "weir/crypto/internal/primitives.h"

namespace weir::crypto::internal {
namespace {

constexpr std::string_view kX25519Type = "X25519";
constexpr std::string_view kScryptType = "scrypt";
constexpr std::string_view kWrapInfo = "age-encryption.org/v1/X25519";
constexpr size_t kFileKeyBytes = 16;
constexpr size_t kWrappedBytes = kFileKeyBytes + kAgeTagBytes;

std::string WrapSalt(const Bytes32& share, const AgeRecipient& recipient) {
  return std::string(AsText(share)).append(AsText(recipient.public_key()));
}

std::string HeaderMac(const SecretBytes& file_key, std::string_view macced) {
  const SecretBytes key = Hkdf(file_key, "", "header");
  const Sha256Digest mac =
      HmacSha256(key.Bytes(DangerouslyRevealKey::Because("age header MAC")), macced);
  return std::string(weir::AsText(mac));
}

StatusOr<AgeStanza> WrapFileKey(const SecretBytes& file_key, const AgeRecipient& recipient,
                                RandomSource& random) {
  const SecretBytes ephemeral = SecretBytes::Random(random, 32);
  const Bytes32 share = X25519PublicKey(ephemeral);
  const std::optional<SecretBytes> shared = X25519(ephemeral, recipient.public_key());
  if (!shared) return InvalidArgument("the age recipient is a point of low order");
  const SecretBytes wrap_key = Hkdf(*shared, WrapSalt(share, recipient), kWrapInfo);
  return AgeStanza{
      {std::string(kX25519Type), Base64Encode(AsText(share), Base64Padding::kUnpadded)},
      SealOnce(wrap_key, file_key.Bytes(DangerouslyRevealKey::Because("wrap the file key")))};
}

// The ephemeral share of an X25519 stanza.
StatusOr<Bytes32> ReadShare(const AgeStanza& stanza) {
  if (stanza.arguments.size() != 2) {
    return DataLoss("an X25519 stanza has one argument, got %zu", stanza.arguments.size() - 1);
  }
  const StatusOr<std::string> share = Base64Decode(stanza.arguments[1], Base64Padding::kUnpadded);
  if (!share.ok() || share->size() != Bytes32{}.size()) {
    return DataLoss("the share of an X25519 stanza must be canonical base64 of 32 bytes");
  }
  if (stanza.body.size() != kWrappedBytes) {
    return DataLoss("the body of an X25519 stanza must have %zu bytes, got %zu", kWrappedBytes,
                    stanza.body.size());
  }
  return AsBytes32(*share);
}

Status CheckStanzas(const AgeHeader& header) {
  for (const AgeStanza& stanza : header.stanzas) {
    if (stanza.arguments[0] == kScryptType && header.stanzas.size() > 1) {
      return DataLoss("an scrypt stanza must stand alone in an age header");
    }
    if (stanza.arguments[0] == kX25519Type) WEIR_RETURN_IF_ERROR(ReadShare(stanza).status());
  }
  return OkStatus();
}

// The file key; empty if the stanza is for somebody else.
StatusOr<std::optional<SecretBytes>> UnwrapFileKey(const AgeStanza& stanza,
                                                   const AgeIdentity& identity) {
  WEIR_ASSIGN_OR_RETURN(const Bytes32 share, ReadShare(stanza));
  const std::optional<SecretBytes> shared = X25519(identity.scalar(), share);
  if (!shared) return DataLoss("the share of an X25519 stanza is a point of low order");
  const SecretBytes wrap_key = Hkdf(*shared, WrapSalt(share, identity.recipient()), kWrapInfo);
  return OpenOnce(wrap_key, stanza.body);
}

StatusOr<SecretBytes> FindFileKey(const AgeHeader& header, const AgeIdentity& identity) {
  WEIR_RETURN_IF_ERROR(CheckStanzas(header));
  for (const AgeStanza& stanza : header.stanzas) {
    if (stanza.arguments[0] != kX25519Type) continue;
    WEIR_ASSIGN_OR_RETURN(std::optional<SecretBytes> file_key, UnwrapFileKey(stanza, identity));
    if (file_key) return *std::move(file_key);
  }
  return PermissionDenied("the age file is not sealed to this identity");
}

}  // namespace

StatusOr<AgeEnvelope> MakeEnvelope(std::span<const AgeRecipient> recipients, RandomSource& random) {
  if (recipients.empty() || recipients.size() > kMaxAgeRecipients) {
    return InvalidArgument("an age file has 1 to %zu recipients, got %zu", kMaxAgeRecipients,
                           recipients.size());
  }
  const SecretBytes file_key = SecretBytes::Random(random, kFileKeyBytes);
  std::vector<AgeStanza> stanzas;
  for (const AgeRecipient& recipient : recipients) {
    WEIR_ASSIGN_OR_RETURN(AgeStanza stanza, WrapFileKey(file_key, recipient, random));
    stanzas.push_back(std::move(stanza));
  }
  std::string start = FormatMaccedHeader(stanzas);
  start += FormatHeaderEnd(HeaderMac(file_key, start));
  const std::string nonce = RandomBytes(random, kAgeNonceBytes);
  return AgeEnvelope{start + nonce, Hkdf(file_key, nonce, "payload")};
}

StatusOr<SecretBytes> OpenEnvelope(const AgeHeader& header, std::string_view start,
                                   const AgeIdentity& identity) {
  WEIR_ASSIGN_OR_RETURN(const SecretBytes file_key, FindFileKey(header, identity));
  const std::string mac = HeaderMac(file_key, start.substr(0, header.macced_bytes));
  if (!ConstantTimeEqual(mac, header.mac)) return DataLoss("age header is altered");
  const std::string_view nonce = start.substr(header.size_bytes, kAgeNonceBytes);
  if (nonce.size() < kAgeNonceBytes) return DataLoss("age file is truncated behind its header");
  return Hkdf(file_key, nonce, "payload");
}

}  // namespace weir::crypto::internal
