// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_AGE_FILE_H_
#define WEIR_CRYPTO_AGE_FILE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/crypto/age_key.h"

namespace weir::crypto {

// Seals `plaintext` so that each of `recipients`, and nobody else, can open it: an age v1 file in
// its binary form, which the `age` command opens too.
//
// Shapes:    n bytes -> n + 16 * max(1, ceil(n / 65536)) + 86 + 98 bytes a recipient.
// Guarantee: confidentiality and integrity against anyone without one of the secret keys (128-bit
//            security: X25519, HKDF-SHA256, ChaCha20-Poly1305), malicious carriers included.
// Not secure when: the question is who sealed it. Every recipient could have made the file, and
//            whoever knows a recipient can. Sign what is inside; forward secrecy there is none.
// Reveals:   the length of the plaintext and the number of recipients, not who they are.
// Errors:    INVALID_ARGUMENT  no recipients, or more than kMaxAgeRecipients.
// Cost:      0.9 s CPU a GiB, a third of it cryptography, the rest memory; 0.1 ms a recipient.
//            Thread-safe.
// Source:    C2SP, "age" (age-encryption.org/v1); Hoang, Reyhanitabar, Rogaway, Vizar, "Online
//            Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015 (STREAM).
StatusOr<std::string> Seal(std::string_view plaintext, std::span<const AgeRecipient> recipients,
                           RandomSource& random);

// Opens an age v1 file with `identity`. All of the plaintext or none: it is returned only after the
// final chunk has been authenticated and nothing follows it.
//
// Shapes:    as in Seal; the plaintext has at most `limit_bytes` bytes, which is checked before any
//            memory is taken for it.
// Guarantee: the plaintext is what somebody sealed to this identity, whole and in order.
// Not secure when: taken as proof of the sender (see Seal).
// Errors:    INVALID_ARGUMENT   the plaintext would be longer than `limit_bytes`.
//            PERMISSION_DENIED  well formed, but not sealed to this identity.
//            DATA_LOSS          not an age v1 file, malformed, truncated, altered, or followed by
//                               other bytes. ASCII armor is not accepted.
// Stanzas of unknown types are skipped; a malformed X25519 stanza, also one for somebody else,
// spoils the file, as does an scrypt stanza that is not alone.
// Cost:      as in Seal; 0.05 ms for each X25519 stanza up to the own one. Thread-safe.
StatusOr<std::string> Open(std::string_view ciphertext, const AgeIdentity& identity,
                           uint64_t limit_bytes);

inline constexpr size_t kMaxAgeRecipients = 4096;

}  // namespace weir::crypto

#endif  // WEIR_CRYPTO_AGE_FILE_H_
