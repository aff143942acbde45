// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/age_key.h"

#include <algorithm>

#include "weir/crypto/internal/bech32.h"
#include "weir/crypto/internal/primitives.h"

namespace weir::crypto {
namespace {

constexpr std::string_view kRecipientPrefix = "age";
constexpr std::string_view kIdentityPrefix = "age-secret-key-";
constexpr size_t kKeyBytes = 32;

bool HasUpperCase(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool HasLowerCase(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

// Any clamped scalar takes a point of low order to zero.
bool IsLowOrder(const internal::Bytes32& point) {
  return !internal::X25519(SecretBytes(std::string(kKeyBytes, '\x01')), point).has_value();
}

}  // namespace

StatusOr<AgeRecipient> AgeRecipient::Parse(std::string_view text) {
  if (HasUpperCase(text)) return InvalidArgument("an age recipient is written in lower case");
  StatusOr<std::string> key = internal::Bech32Decode(kRecipientPrefix, text);
  if (!key.ok()) return Annotate(key.status(), "age recipient");
  if (key->size() != kKeyBytes) return InvalidArgument("an age recipient must hold 32 bytes");
  const internal::Bytes32 point = internal::AsBytes32(*key);
  if (IsLowOrder(point)) return InvalidArgument("the age recipient is a point of low order");
  return AgeRecipient(point);
}

std::string AgeRecipient::ToString() const {
  return internal::Bech32Encode(kRecipientPrefix, internal::AsText(public_key_));
}

AgeIdentity::AgeIdentity(SecretBytes scalar)
    : scalar_(std::move(scalar)), recipient_(internal::X25519PublicKey(scalar_)) {}

AgeIdentity AgeIdentity::Generate(RandomSource& random) {
  return AgeIdentity(SecretBytes::Random(random, kKeyBytes));
}

StatusOr<AgeIdentity> AgeIdentity::Parse(std::string_view text) {
  if (HasLowerCase(text)) return InvalidArgument("an age identity is written in upper case");
  StatusOr<std::string> key = internal::Bech32Decode(kIdentityPrefix, text);
  if (!key.ok()) return Annotate(key.status(), "age identity");
  SecretBytes scalar(*std::move(key));
  if (scalar.size_bytes() != kKeyBytes) {
    return InvalidArgument("an age identity must hold 32 bytes");
  }
  return AgeIdentity(std::move(scalar));
}

SecretBytes AgeIdentity::Format(const DangerouslyRevealKey& why) const {
  std::string text = internal::Bech32Encode(kIdentityPrefix, scalar_.Bytes(why));
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return SecretBytes(std::move(text));
}

}  // namespace weir::crypto
