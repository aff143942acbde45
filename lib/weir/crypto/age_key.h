// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_AGE_KEY_H_
#define WEIR_CRYPTO_AGE_KEY_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/random.h"
#include "weir/base/secret.h"
#include "weir/base/status.h"

namespace weir::crypto {

// To whom an age file is sealed: an X25519 public key. Copyable, immutable, public.
//
// Source: C2SP, "age" (age-encryption.org/v1), section "The X25519 recipient type".
class AgeRecipient {
 public:
  // "age1" and 58 Bech32 characters, lower case, as `age-keygen` prints it.
  // Errors: INVALID_ARGUMENT  another alphabet, case, length or prefix, a wrong checksum, or a key
  //                           of low order: everything sealed to such a key would be public.
  static StatusOr<AgeRecipient> Parse(std::string_view text);
  std::string ToString() const;

  const std::array<uint8_t, 32>& public_key() const { return public_key_; }
  friend bool operator==(const AgeRecipient&, const AgeRecipient&) = default;

 private:
  friend class AgeIdentity;
  explicit AgeRecipient(const std::array<uint8_t, 32>& public_key) : public_key_(public_key) {}
  std::array<uint8_t, 32> public_key_;
};

// Who can open an age file: an X25519 secret key. Move-only; wiped when destroyed.
class AgeIdentity {
 public:
  static AgeIdentity Generate(RandomSource& random);
  // "AGE-SECRET-KEY-1" and 58 Bech32 characters, upper case, as `age-keygen` writes it.
  // Errors: INVALID_ARGUMENT  anything else. The message never quotes the text.
  static StatusOr<AgeIdentity> Parse(std::string_view text);
  // The text that Parse takes.
  SecretBytes Format(const DangerouslyRevealKey& why) const;

  const AgeRecipient& recipient() const { return recipient_; }
  // The 32 bytes of the X25519 scalar, not yet clamped.
  const SecretBytes& scalar() const { return scalar_; }

 private:
  explicit AgeIdentity(SecretBytes scalar);
  SecretBytes scalar_;
  AgeRecipient recipient_;
};

}  // namespace weir::crypto

#endif  // WEIR_CRYPTO_AGE_KEY_H_
