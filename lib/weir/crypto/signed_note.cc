// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/signed_note.h"

#include <algorithm>
#include <optional>

#include "weir/base/bytes.h"
#include "weir/crypto/internal/utf8.h"

namespace weir::crypto {
namespace {

constexpr std::string_view kLineStart = "\xe2\x80\x94 ";  // em dash (U+2014) and space
constexpr std::string_view kBlankLine = "\n\n";
constexpr size_t kKeyIdBytes = 4;

Status CheckCharacters(std::string_view text) {
  while (!text.empty()) {
    const std::optional<internal::CodePoint> point = internal::FirstCodePoint(text);
    if (!point) return InvalidArgument("a note must be valid UTF-8");
    if (point->value < 0x20 && point->value != '\n') {
      return InvalidArgument("a note must have no control characters, got U+%04X",
                             static_cast<unsigned>(point->value));
    }
    text.remove_prefix(point->size_bytes);
  }
  return OkStatus();
}

Status CheckText(std::string_view text) {
  if (text.empty() || text.back() != '\n') {
    return InvalidArgument("the text of a note must end with a newline");
  }
  return CheckCharacters(text);
}

Status CheckSize(std::string_view note) {
  if (note.size() <= kMaxNoteBytes) return OkStatus();
  return InvalidArgument("a note has at most %zu bytes, got %zu", kMaxNoteBytes, note.size());
}

bool IsOf(const NoteSignature& signature, const NoteVerifier& verifier) {
  return signature.key_id == verifier.key_id() && signature.name == verifier.name();
}

std::string SignatureLine(std::string_view text, const NoteSigner& signer) {
  const uint32_t key_id = signer.verifier().key_id();
  std::string data;
  for (const int shift : {24, 16, 8, 0}) {
    data += static_cast<char>(key_id >> shift);
  }
  const Ed25519Signature signature = signer.Sign(text);
  data.append(signature.begin(), signature.end());
  return std::string(kLineStart) + signer.verifier().name() + " " +
         Base64Encode(data, Base64Padding::kPadded) + "\n";
}

StatusOr<NoteSignature> ParseSignatureLine(std::string_view line) {
  const size_t name_end = line.find(' ', kLineStart.size());
  if (line.substr(0, kLineStart.size()) != kLineStart || name_end == std::string_view::npos) {
    return InvalidArgument("a note's signature line is \"<em dash> <name> <base64>\"");
  }
  const std::string_view name = line.substr(kLineStart.size(), name_end - kLineStart.size());
  if (!IsNoteKeyName(name)) return InvalidArgument("a note's signature line needs a key name");
  const StatusOr<std::string> data =
      Base64Decode(line.substr(name_end + 1), Base64Padding::kPadded);
  if (!data.ok() || data->size() <= kKeyIdBytes) {
    return InvalidArgument("a note's signature must be canonical, padded base64 of over 4 bytes");
  }
  uint32_t key_id = 0;
  for (size_t i = 0; i < kKeyIdBytes; ++i) {
    key_id = key_id << 8 | static_cast<uint8_t>((*data)[i]);
  }
  return NoteSignature{std::string(name), key_id, data->substr(kKeyIdBytes)};
}

StatusOr<std::vector<NoteSignature>> ParseSignatureLines(std::string_view lines) {
  std::vector<NoteSignature> signatures;
  while (!lines.empty()) {
    if (signatures.size() == kMaxNoteSignatures) {
      return InvalidArgument("a note has at most %zu signatures", kMaxNoteSignatures);
    }
    const size_t end = lines.find('\n');
    if (end == std::string_view::npos) {
      return InvalidArgument("a note must end with a newline");
    }
    WEIR_ASSIGN_OR_RETURN(NoteSignature signature, ParseSignatureLine(lines.substr(0, end)));
    signatures.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return signatures;
}

Status CheckDistinct(std::span<const NoteVerifier> verifiers) {
  for (size_t i = 0; i < verifiers.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (verifiers[i].name() == verifiers[j].name() &&
          verifiers[i].key_id() == verifiers[j].key_id() && verifiers[i] != verifiers[j]) {
        return InvalidArgument("two note keys share the name %s and the key id",
                               QuoteText(verifiers[i].name()).c_str());
      }
    }
  }
  return OkStatus();
}

bool Accepts(const NoteVerifier& verifier, const UnverifiedNote& note,
             const NoteSignature& signature) {
  Ed25519Signature bytes;
  if (signature.signature.size() != bytes.size()) return false;
  std::copy(signature.signature.begin(), signature.signature.end(), bytes.begin());
  return verifier.Accepts(note.text, bytes);
}

// True if `verifier` signed; an error if any signature in its name is wrong.
StatusOr<bool> HasSigned(const NoteVerifier& verifier, const UnverifiedNote& note) {
  bool signed_by = false;
  for (const NoteSignature& signature : note.signatures) {
    if (!IsOf(signature, verifier)) continue;
    if (!Accepts(verifier, note, signature)) {
      return Unauthenticated("the note's signature by %s is wrong",
                             QuoteText(verifier.name()).c_str());
    }
    signed_by = true;
  }
  return signed_by;
}

}  // namespace

bool VerifiedNote::IsSignedBy(const NoteVerifier& verifier) const {
  return std::find(verified_by_.begin(), verified_by_.end(), verifier) != verified_by_.end();
}

StatusOr<std::string> SignNote(std::string_view text, std::span<const NoteSigner> signers) {
  WEIR_RETURN_IF_ERROR(CheckText(text));
  if (signers.empty() || signers.size() > kMaxNoteSignatures) {
    return InvalidArgument("a note has 1 to %zu signers, got %zu", kMaxNoteSignatures,
                           signers.size());
  }
  std::string note = std::string(text) + "\n";
  for (size_t i = 0; i < signers.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (signers[i].verifier() == signers[j].verifier()) {
        return InvalidArgument("%s signs the note twice",
                               QuoteText(signers[i].verifier().name()).c_str());
      }
    }
    note += SignatureLine(text, signers[i]);
  }
  WEIR_RETURN_IF_ERROR(CheckSize(note));
  return note;
}

StatusOr<std::string> SignNote(std::string_view text, const NoteSigner& signer) {
  return SignNote(text, std::span(&signer, 1));
}

StatusOr<std::string> AddSignature(std::string_view note, const NoteSigner& signer) {
  WEIR_ASSIGN_OR_RETURN(const UnverifiedNote parsed, ParseNote(note));
  if (parsed.signatures.size() == kMaxNoteSignatures) {
    return InvalidArgument("a note has at most %zu signatures", kMaxNoteSignatures);
  }
  for (const NoteSignature& signature : parsed.signatures) {
    if (IsOf(signature, signer.verifier())) {
      return AlreadyExists("the note has a signature by %s",
                           QuoteText(signer.verifier().name()).c_str());
    }
  }
  std::string extended = std::string(note) + SignatureLine(parsed.text, signer);
  WEIR_RETURN_IF_ERROR(CheckSize(extended));
  return extended;
}

StatusOr<UnverifiedNote> ParseNote(std::string_view note) {
  WEIR_RETURN_IF_ERROR(CheckSize(note));
  WEIR_RETURN_IF_ERROR(CheckCharacters(note));
  const size_t separator = note.rfind(kBlankLine);
  if (separator == std::string_view::npos) {
    return InvalidArgument("a note has a blank line between text and signatures");
  }
  UnverifiedNote parsed;
  parsed.text = note.substr(0, separator + 1);
  WEIR_ASSIGN_OR_RETURN(parsed.signatures,
                        ParseSignatureLines(note.substr(separator + kBlankLine.size())));
  if (parsed.signatures.empty()) return InvalidArgument("a note has at least one signature");
  return parsed;
}

StatusOr<VerifiedNote> VerifyNote(std::string_view note, std::span<const NoteVerifier> verifiers) {
  WEIR_RETURN_IF_ERROR(CheckDistinct(verifiers));
  WEIR_ASSIGN_OR_RETURN(UnverifiedNote parsed, ParseNote(note));
  std::vector<NoteVerifier> verified_by;
  for (const NoteVerifier& verifier : verifiers) {
    WEIR_ASSIGN_OR_RETURN(const bool signed_by, HasSigned(verifier, parsed));
    const bool listed =
        std::find(verified_by.begin(), verified_by.end(), verifier) != verified_by.end();
    if (signed_by && !listed) verified_by.push_back(verifier);
  }
  if (verified_by.empty()) return Unauthenticated("the note has no signature of a known key");
  return VerifiedNote(std::move(parsed.text), std::move(verified_by));
}

}  // namespace weir::crypto
