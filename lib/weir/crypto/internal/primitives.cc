// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/internal/primitives.h"

#include <algorithm>

#include <sodium.h>

#include "weir/base/bytes.h"
#include "weir/base/status.h"

namespace weir::crypto::internal {
namespace {

constexpr std::array<uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> kZeroNonce{};
constexpr size_t kOnceTagBytes = crypto_aead_chacha20poly1305_ietf_ABYTES;

// libsodium picks its fast implementations here.
void StartSodium() {
  static const bool kStarted = sodium_init() >= 0;
  WEIR_CHECK(kStarted);
}

const uint8_t* Data(std::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

const uint8_t* Reveal(const SecretBytes& secret) {
  return Data(secret.Bytes(DangerouslyRevealKey::Because("input of a primitive")));
}

SecretBytes TakeSecret(std::span<uint8_t> bytes) {
  SecretBytes secret =
      SecretBytes::CopyOf({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  WipeBytes(bytes);
  return secret;
}

// libsodium's form of an Ed25519 secret key: seed and public key.
struct SigningKey {
  explicit SigningKey(const SecretBytes& seed) {
    StartSodium();
    WEIR_CHECK(seed.size_bytes() == crypto_sign_SEEDBYTES);
    crypto_sign_seed_keypair(public_key.data(), secret.data(), Reveal(seed));
  }
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  ~SigningKey() { WipeBytes(secret); }

  Bytes32 public_key{};
  std::array<uint8_t, crypto_sign_SECRETKEYBYTES> secret{};
};

}  // namespace

std::string_view AsText(const Bytes32& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes32 AsBytes32(std::string_view bytes) {
  Bytes32 array{};
  WEIR_CHECK(bytes.size() == array.size());
  std::copy_n(Data(bytes), array.size(), array.begin());
  return array;
}

SecretBytes Hkdf(const SecretBytes& input, std::string_view salt, std::string_view info) {
  Sha256Digest extracted =
      HmacSha256(salt, input.Bytes(DangerouslyRevealKey::Because("HKDF-Extract")));
  Sha256Digest expanded = HmacSha256(weir::AsText(extracted), std::string(info) + '\x01');
  WipeBytes(extracted);
  return TakeSecret(expanded);
}

std::optional<SecretBytes> X25519(const SecretBytes& scalar, const Bytes32& point) {
  StartSodium();
  WEIR_CHECK(scalar.size_bytes() == crypto_scalarmult_SCALARBYTES);
  Bytes32 shared{};
  if (crypto_scalarmult(shared.data(), Reveal(scalar), point.data()) != 0) return std::nullopt;
  return TakeSecret(shared);
}

Bytes32 X25519PublicKey(const SecretBytes& scalar) {
  StartSodium();
  WEIR_CHECK(scalar.size_bytes() == crypto_scalarmult_SCALARBYTES);
  Bytes32 point{};
  WEIR_CHECK(crypto_scalarmult_base(point.data(), Reveal(scalar)) == 0);
  return point;
}

std::string SealOnce(const SecretBytes& key, std::string_view message) {
  StartSodium();
  WEIR_CHECK(key.size_bytes() == crypto_aead_chacha20poly1305_ietf_KEYBYTES);
  std::string sealed(message.size() + kOnceTagBytes, '\0');
  crypto_aead_chacha20poly1305_ietf_encrypt(reinterpret_cast<uint8_t*>(sealed.data()), nullptr,
                                            Data(message), message.size(), nullptr, 0, nullptr,
                                            kZeroNonce.data(), Reveal(key));
  return sealed;
}

std::optional<SecretBytes> OpenOnce(const SecretBytes& key, std::string_view sealed) {
  StartSodium();
  WEIR_CHECK(key.size_bytes() == crypto_aead_chacha20poly1305_ietf_KEYBYTES);
  if (sealed.size() < kOnceTagBytes) return std::nullopt;
  std::string message(sealed.size() - kOnceTagBytes, '\0');
  if (crypto_aead_chacha20poly1305_ietf_decrypt(reinterpret_cast<uint8_t*>(message.data()), nullptr,
                                                nullptr, Data(sealed), sealed.size(), nullptr, 0,
                                                kZeroNonce.data(), Reveal(key)) != 0) {
    return std::nullopt;
  }
  return SecretBytes(std::move(message));
}

Bytes32 Ed25519PublicKey(const SecretBytes& seed) { return SigningKey(seed).public_key; }

std::array<uint8_t, 64> Ed25519Sign(const SecretBytes& seed, std::string_view text) {
  const SigningKey key(seed);
  std::array<uint8_t, crypto_sign_BYTES> signature{};
  crypto_sign_detached(signature.data(), nullptr, Data(text), text.size(), key.secret.data());
  return signature;
}

bool Ed25519Accepts(const Bytes32& public_key, std::string_view text,
                    const std::array<uint8_t, 64>& signature) {
  StartSodium();
  return crypto_sign_verify_detached(signature.data(), Data(text), text.size(),
                                     public_key.data()) == 0;
}

bool IsEd25519PublicKey(const Bytes32& public_key) {
  StartSodium();
  return crypto_core_ed25519_is_valid_point(public_key.data()) == 1;
}

}  // namespace weir::crypto::internal
