// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_NOTE_KEY_H_
#define WEIR_CRYPTO_NOTE_KEY_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/random.h"
#include "weir/base/secret.h"
#include "weir/base/status.h"

namespace weir::crypto {

using Ed25519Signature = std::array<uint8_t, 64>;

// Checks note signatures of one named Ed25519 key. Copyable, immutable, public.
//
// Source: C2SP, "signed-note", sections "Verifier keys" and "Ed25519 signatures"; RFC 8032.
class NoteVerifier {
 public:
  // A vkey: <name>+<8 hexadecimal digits>+<base64 of 0x01 and the 32-byte public key>.
  // Errors: INVALID_ARGUMENT  any other form or signature type, a key id that does not belong to
  //                           name and key, or a key that is no point of the prime-order group.
  static StatusOr<NoteVerifier> Parse(std::string_view vkey);
  std::string ToString() const;

  const std::string& name() const { return name_; }
  // First four bytes, big-endian, of SHA-256(name, newline, 0x01, public key). An identifier: easy
  // to collide with, so never compared in place of the key.
  uint32_t key_id() const { return key_id_; }
  const std::array<uint8_t, 32>& public_key() const { return public_key_; }
  // True if `signature` is this key's over exactly `text`. 0.05 ms.
  bool Accepts(std::string_view text, const Ed25519Signature& signature) const;

  friend bool operator==(const NoteVerifier&, const NoteVerifier&) = default;

 private:
  friend class NoteSigner;
  NoteVerifier(std::string name, const std::array<uint8_t, 32>& public_key);
  std::string name_;
  std::array<uint8_t, 32> public_key_;
  uint32_t key_id_;
};

// Signs notes with a named Ed25519 key. Move-only; the secret is wiped when destroyed.
class NoteSigner {
 public:
  // `name`: by custom a URL without scheme, such as "kc.partnership/charter".
  // Errors: INVALID_ARGUMENT  see IsNoteKeyName.
  static StatusOr<NoteSigner> Generate(std::string_view name, RandomSource& random);
  // PRIVATE+KEY+<name>+<8 hexadecimal digits>+<base64 of 0x01 and the 32-byte seed>, the form of
  // Go's golang.org/x/mod/sumdb/note.
  // Errors: INVALID_ARGUMENT  any other form, or a key id that does not belong to name and key. The
  //                           message never quotes the text.
  static StatusOr<NoteSigner> Parse(std::string_view text);
  // The text that Parse takes.
  SecretBytes Format(const DangerouslyRevealKey& why) const;

  const NoteVerifier& verifier() const { return verifier_; }
  // Deterministic (RFC 8032). Signs any bytes: callers go through SignNote.
  Ed25519Signature Sign(std::string_view text) const;

 private:
  NoteSigner(std::string name, SecretBytes seed);
  SecretBytes seed_;
  NoteVerifier verifier_;
};

// True for a non-empty UTF-8 text of at most 256 bytes without spaces (of any kind in Unicode),
// control characters and plus signs.
bool IsNoteKeyName(std::string_view name);

}  // namespace weir::crypto

#endif  // WEIR_CRYPTO_NOTE_KEY_H_
