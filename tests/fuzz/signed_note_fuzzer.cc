// SPDX-License-Identifier: Apache-2.0
// Signed notes and their keys: whatever is accepted has one way to be written, and nothing but the
// text of a seed verifies.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/bytes.h"
#include "weir/base/status.h"
#include "weir/crypto/signed_note.h"

namespace weir::crypto {
namespace {

// The published key and text of Go's golang.org/x/mod/sumdb/note; a note of them is a seed.
constexpr char kSeedKey[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kSeedText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
constexpr char kOwnName[] = "fuzzer";

std::string Format(const UnverifiedNote& note) {
  std::string text = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) {
    std::string data;
    for (const int shift : {24, 16, 8, 0}) data += static_cast<char>(signature.key_id >> shift);
    text += "\xe2\x80\x94 " + signature.name + " " +
            Base64Encode(data + signature.signature, Base64Padding::kPadded) + "\n";
  }
  return text;
}

void CheckNote(std::string_view input) {
  static const NoteVerifier kSeedVerifier = *NoteVerifier::Parse(kSeedKey);
  const StatusOr<VerifiedNote> verified = VerifyNote(input, {&kSeedVerifier, 1});
  WEIR_CHECK(!verified.ok() || verified->text() == kSeedText);
  const StatusOr<UnverifiedNote> note = ParseNote(input);
  WEIR_CHECK(note.ok() || !verified.ok());
  WEIR_CHECK(!note.ok() || Format(*note) == input);
}

// Whatever can be read can be signed, and says the same afterwards.
void CheckSigning(std::string_view input) {
  static const NoteSigner kSigner = *NoteSigner::Generate(kOwnName, SystemRandom());
  const StatusOr<std::string> extended = AddSignature(input, kSigner);
  if (extended.ok()) {
    const StatusOr<VerifiedNote> verified = VerifyNote(*extended, {&kSigner.verifier(), 1});
    WEIR_CHECK(verified.ok() && verified->text() == ParseNote(input)->text);
  }
  const StatusOr<std::string> signed_note = SignNote(input, kSigner);
  if (signed_note.ok()) {
    const StatusOr<VerifiedNote> verified = VerifyNote(*signed_note, {&kSigner.verifier(), 1});
    WEIR_CHECK(verified.ok() && verified->text() == input);
  }
}

void CheckKeys(std::string_view input) {
  const StatusOr<NoteVerifier> verifier = NoteVerifier::Parse(input);
  WEIR_CHECK(!verifier.ok() || verifier->ToString() == input);
  const StatusOr<NoteSigner> signer = NoteSigner::Parse(input);
  if (!signer.ok()) return;
  const auto why = DangerouslyRevealKey::Because("compare in a fuzzer");
  WEIR_CHECK(signer->Format(why).Bytes(why) == input);
}

}  // namespace
}  // namespace weir::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  weir::crypto::CheckNote(input);
  weir::crypto::CheckSigning(input);
  weir::crypto::CheckKeys(input);
  return 0;
}
