// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/note_key.h"

#include <optional>

#include "weir/base/bytes.h"
#include "weir/crypto/internal/primitives.h"
#include "weir/crypto/internal/utf8.h"

namespace weir::crypto {
namespace {

constexpr char kEd25519Type = '\x01';
constexpr std::string_view kPrivateKeyStart = "PRIVATE+KEY+";
constexpr size_t kMaxNameBytes = 256;
constexpr size_t kKeyIdDigits = 8;
constexpr size_t kKeyBytes = 32;

uint32_t KeyId(std::string_view name, const internal::Bytes32& public_key) {
  const std::string hashed =
      std::string(name) + '\n' + kEd25519Type + std::string(internal::AsText(public_key));
  const Sha256Digest digest = Sha256(hashed);
  return static_cast<uint32_t>(digest[0]) << 24 | static_cast<uint32_t>(digest[1]) << 16 |
         static_cast<uint32_t>(digest[2]) << 8 | digest[3];
}

std::string KeyIdDigits(uint32_t key_id) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) {
    bytes += static_cast<char>(key_id >> shift);
  }
  return HexEncode(bytes);
}

// <name>+<key id>+<base64 of type and 32 bytes>, taken apart; the key is wiped when secret.
struct KeyText {
  std::string name;
  std::string key_id;
  SecretBytes key;
};

StatusOr<KeyText> ParseKeyText(std::string_view text) {
  const size_t name_end = text.find('+');
  if (name_end == std::string_view::npos || text.size() <= name_end + 1 + kKeyIdDigits ||
      text[name_end + 1 + kKeyIdDigits] != '+') {
    return InvalidArgument("a note key is written <name>+<8 hexadecimal digits>+<base64>");
  }
  KeyText parts{std::string(text.substr(0, name_end)),
                std::string(text.substr(name_end + 1, kKeyIdDigits)), SecretBytes()};
  if (!IsNoteKeyName(parts.name)) {
    return InvalidArgument("a note key needs a name without spaces and plus signs");
  }
  StatusOr<std::string> data =
      Base64Decode(text.substr(name_end + 2 + kKeyIdDigits), Base64Padding::kPadded);
  if (!data.ok()) return InvalidArgument("a note key must be canonical, padded base64");
  const SecretBytes typed_key(*std::move(data));
  const std::string_view bytes =
      typed_key.Bytes(DangerouslyRevealKey::Because("split off the type byte"));
  if (bytes.size() != 1 + kKeyBytes || bytes[0] != kEd25519Type) {
    return InvalidArgument("a note key must be of type 1 (Ed25519) and have 32 bytes");
  }
  parts.key = SecretBytes::CopyOf(bytes.substr(1));
  return parts;
}

Status CheckKeyId(const KeyText& parts, const NoteVerifier& verifier) {
  if (KeyIdDigits(verifier.key_id()) == parts.key_id) return OkStatus();
  return InvalidArgument("the key id of note key %s does not belong to its name and key",
                         QuoteText(parts.name).c_str());
}

}  // namespace

bool IsNoteKeyName(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes) return false;
  while (!name.empty()) {
    const std::optional<internal::CodePoint> point = internal::FirstCodePoint(name);
    if (!point || point->value < 0x20 || point->value == 0x7f || point->value == '+' ||
        internal::IsUnicodeSpace(point->value)) {
      return false;
    }
    name.remove_prefix(point->size_bytes);
  }
  return true;
}

NoteVerifier::NoteVerifier(std::string name, const std::array<uint8_t, 32>& public_key)
    : name_(std::move(name)), public_key_(public_key), key_id_(KeyId(name_, public_key_)) {}

StatusOr<NoteVerifier> NoteVerifier::Parse(std::string_view vkey) {
  WEIR_ASSIGN_OR_RETURN(const KeyText parts, ParseKeyText(vkey));
  const NoteVerifier verifier(
      parts.name, internal::AsBytes32(
                      parts.key.Bytes(DangerouslyRevealKey::Because("a verifier key is public"))));
  WEIR_RETURN_IF_ERROR(CheckKeyId(parts, verifier));
  if (!internal::IsEd25519PublicKey(verifier.public_key_)) {
    return InvalidArgument("note key %s is no Ed25519 public key",
                           QuoteText(verifier.name_).c_str());
  }
  return verifier;
}

std::string NoteVerifier::ToString() const {
  const std::string typed_key = kEd25519Type + std::string(internal::AsText(public_key_));
  return name_ + "+" + KeyIdDigits(key_id_) + "+" + Base64Encode(typed_key, Base64Padding::kPadded);
}

bool NoteVerifier::Accepts(std::string_view text, const Ed25519Signature& signature) const {
  return internal::Ed25519Accepts(public_key_, text, signature);
}

NoteSigner::NoteSigner(std::string name, SecretBytes seed)
    : seed_(std::move(seed)), verifier_(std::move(name), internal::Ed25519PublicKey(seed_)) {}

StatusOr<NoteSigner> NoteSigner::Generate(std::string_view name, RandomSource& random) {
  if (!IsNoteKeyName(name)) {
    return InvalidArgument("a note key needs a name without spaces and plus signs, got %s",
                           QuoteText(name).c_str());
  }
  return NoteSigner(std::string(name), SecretBytes::Random(random, kKeyBytes));
}

StatusOr<NoteSigner> NoteSigner::Parse(std::string_view text) {
  if (text.substr(0, kPrivateKeyStart.size()) != kPrivateKeyStart) {
    return InvalidArgument("a private note key starts with %s",
                           std::string(kPrivateKeyStart).c_str());
  }
  WEIR_ASSIGN_OR_RETURN(KeyText parts, ParseKeyText(text.substr(kPrivateKeyStart.size())));
  NoteSigner signer(parts.name, std::move(parts.key));
  WEIR_RETURN_IF_ERROR(CheckKeyId(parts, signer.verifier_));
  return signer;
}

SecretBytes NoteSigner::Format(const DangerouslyRevealKey& why) const {
  std::string typed_seed(1, kEd25519Type);
  typed_seed.reserve(1 + kKeyBytes);
  typed_seed += seed_.Bytes(why);
  std::string encoded = Base64Encode(typed_seed, Base64Padding::kPadded);
  WipeText(typed_seed);
  std::string text(kPrivateKeyStart);
  text.reserve(text.size() + verifier_.name().size() + 2 + kKeyIdDigits + encoded.size());
  text += verifier_.name() + "+" + KeyIdDigits(verifier_.key_id()) + "+";
  text += encoded;
  WipeText(encoded);
  return SecretBytes(std::move(text));
}

Ed25519Signature NoteSigner::Sign(std::string_view text) const {
  return internal::Ed25519Sign(seed_, text);
}

}  // namespace weir::crypto
