// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_SIGNED_NOTE_H_
#define WEIR_CRYPTO_SIGNED_NOTE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/status.h"
#include "weir/crypto/note_key.h"

namespace weir::crypto {

// A signed note (C2SP "signed-note"): text, blank line, signature lines
//
//     <em dash> <key name> <base64 of 4-byte key id and signature>
//
// The text is valid UTF-8 without control characters but newline, is not empty, ends with a
// newline, and is separated by the last blank line: it may hold blank lines and lines that look
// like signatures. The limits are wide enough for a charter of hundreds of members.
inline constexpr size_t kMaxNoteBytes = size_t{4} << 20;
inline constexpr size_t kMaxNoteSignatures = 1024;

struct NoteSignature {
  std::string name;
  uint32_t key_id = 0;
  // Without the key id: 64 bytes for Ed25519, other lengths for types unknown here; not empty.
  std::string signature;
  friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

// What a note says and who claims to have signed it. Nothing of it has been verified.
struct UnverifiedNote {
  std::string text;
  std::vector<NoteSignature> signatures;
};

// Text that at least one known key has signed. Only VerifyNote makes one.
class VerifiedNote {
 public:
  const std::string& text() const { return text_; }
  // The keys whose signatures were checked, each once, in the order given to VerifyNote.
  const std::vector<NoteVerifier>& verified_by() const { return verified_by_; }
  bool IsSignedBy(const NoteVerifier& verifier) const;

 private:
  friend StatusOr<VerifiedNote> VerifyNote(std::string_view note,
                                           std::span<const NoteVerifier> verifiers);
  VerifiedNote(std::string text, std::vector<NoteVerifier> verified_by)
      : text_(std::move(text)), verified_by_(std::move(verified_by)) {}
  std::string text_;
  std::vector<NoteVerifier> verified_by_;
};

// The note of `text` with one signature line a signer, in their order.
// Errors: INVALID_ARGUMENT  the text breaks a rule above, no signers, too many, or one twice.
StatusOr<std::string> SignNote(std::string_view text, std::span<const NoteSigner> signers);
StatusOr<std::string> SignNote(std::string_view text, const NoteSigner& signer);

// `note` with the signer's line appended. Existing signatures are kept as they are and are not
// verified: verify first if it matters beside whom one signs.
// Errors: INVALID_ARGUMENT  malformed note, or it is full.
//         ALREADY_EXISTS    it has a line of this key.
StatusOr<std::string> AddSignature(std::string_view note, const NoteSigner& signer);

// Takes a note apart without verifying anything: for display, and to find out whose keys to fetch.
// Errors: INVALID_ARGUMENT  the note breaks a rule above, has no signature line, a line of another
//                           form, padding or unused bits of base64 that are not canonical, or
//                           exceeds kMaxNoteBytes or kMaxNoteSignatures.
StatusOr<UnverifiedNote> ParseNote(std::string_view note);

// Checks every signature of a key in `verifiers`; ignores the signatures of other keys, also those
// that share the name or the key id, but not both, with a known one.
//
// Guarantee: each key in verified_by() has signed exactly text() (Ed25519 as libsodium checks it:
//            canonical, no small-order points; 128-bit security, malicious adversary).
// Not secure when: the rule needs several signers and the caller looks only at ok(): count
//            verified_by(). A key that signed twice counts once.
// Errors:    INVALID_ARGUMENT  malformed (see ParseNote), or two different verifiers with equal
//                              name and key id.
//            UNAUTHENTICATED   a known key's signature is wrong, whatever the others are, or there
//                              is none of a known key.
// Cost:      0.05 ms a known signature. Thread-safe.
// Source:    C2SP, "signed-note"; RFC 8032.
StatusOr<VerifiedNote> VerifyNote(std::string_view note, std::span<const NoteVerifier> verifiers);

}  // namespace weir::crypto

#endif  // WEIR_CRYPTO_SIGNED_NOTE_H_
