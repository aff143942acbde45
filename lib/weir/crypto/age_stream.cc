// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/age_stream.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "weir/crypto/internal/age_envelope.h"
#include "weir/crypto/internal/age_header.h"
#include "weir/crypto/internal/chunk_cipher.h"

namespace weir::crypto {
namespace {

using internal::ChunkCipher;
using internal::kAgeChunkBytes;
using internal::kAgeTagBytes;
using internal::kSealedChunkBytes;

// Cuts a stream into chunks of one size and keeps the last one back: only at the end it is known to
// be the final one.
class Chunker {
 public:
  explicit Chunker(size_t chunk_bytes) : chunk_bytes_(chunk_bytes) {}
  Chunker(const Chunker&) = delete;
  Chunker& operator=(const Chunker&) = delete;
  ~Chunker() { WipeText(held_); }

  // Calls `use(chunk)`, which returns a Status, for every chunk that something follows.
  template <class Use>
  Status Add(std::string_view piece, const Use& use) {
    while (held_.size() + piece.size() > chunk_bytes_) {
      if (held_.empty()) {
        WEIR_RETURN_IF_ERROR(use(piece.substr(0, chunk_bytes_)));
        piece.remove_prefix(chunk_bytes_);
      } else {
        const size_t missing = chunk_bytes_ - held_.size();
        held_.append(piece.substr(0, missing));
        piece.remove_prefix(missing);
        WEIR_RETURN_IF_ERROR(use(held_));
        held_.clear();
      }
    }
    held_.append(piece);
    return OkStatus();
  }
  const std::string& last() const { return held_; }

 private:
  size_t chunk_bytes_;
  std::string held_;
};

// From the end line's newline before it to the first chunk: "\n--- ", MAC, newline, nonce. A header
// whose end line is longer or shorter is refused when it is read.
constexpr std::string_view kEndLineStart = "\n---";
constexpr size_t kEndBytes = 1 + 48 + internal::kAgeNonceBytes;

}  // namespace

struct AgeSealer::State {
  explicit State(internal::AgeEnvelope envelope)
      : start(std::move(envelope.start)),
        cipher(envelope.payload_key, ChunkCipher::Direction::kSeal) {}

  std::string start;  // not yet handed out
  ChunkCipher cipher;
  Chunker chunker{kAgeChunkBytes};
};

AgeSealer::AgeSealer(std::unique_ptr<State> state) : state_(std::move(state)) {}
AgeSealer::AgeSealer(AgeSealer&&) noexcept = default;
AgeSealer& AgeSealer::operator=(AgeSealer&&) noexcept = default;
AgeSealer::~AgeSealer() = default;

StatusOr<AgeSealer> AgeSealer::Start(std::span<const AgeRecipient> recipients,
                                     RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(internal::AgeEnvelope envelope, internal::MakeEnvelope(recipients, random));
  return AgeSealer(std::make_unique<State>(std::move(envelope)));
}

std::string AgeSealer::Add(std::string_view piece) {
  std::string out = std::exchange(state_->start, {});
  const size_t chunks = piece.size() / kAgeChunkBytes + 1;
  out.reserve(out.size() + chunks * kSealedChunkBytes);
  const Status status = state_->chunker.Add(piece, [&](std::string_view chunk) {
    out.append(state_->cipher.Seal(chunk, false));
    return OkStatus();
  });
  WEIR_CHECK(status.ok());
  return out;
}

std::string AgeSealer::Finish() && {
  std::string out = std::exchange(state_->start, {});
  return out.append(state_->cipher.Seal(state_->chunker.last(), true));
}

struct AgeOpener::State {
  explicit State(const AgeIdentity& own) : identity(own) {}

  // Reads the header once it is complete; what follows it goes to the chunker.
  StatusOr<std::string> ReadStart(std::string_view piece) {
    start.append(piece);
    end_line = start.find(kEndLineStart, end_line);
    if (end_line == std::string::npos) {
      end_line = start.size() - std::min(start.size(), kEndLineStart.size());
      if (start.size() > internal::kMaxAgeHeaderBytes) WEIR_RETURN_IF_ERROR(Begin());
      return std::string();
    }
    if (start.size() < end_line + kEndBytes) return std::string();
    WEIR_RETURN_IF_ERROR(Begin());
    const std::string rest = start.substr(end_line + kEndBytes);
    start.clear();
    return ReadPayload(rest);
  }

  Status Begin() {
    WEIR_ASSIGN_OR_RETURN(const internal::AgeHeader header, internal::ParseAgeHeader(start));
    WEIR_ASSIGN_OR_RETURN(const SecretBytes key, internal::OpenEnvelope(header, start, identity));
    cipher.emplace(key, ChunkCipher::Direction::kOpen);
    return OkStatus();
  }

  StatusOr<std::string> ReadPayload(std::string_view piece) {
    std::string out;
    out.reserve(piece.size() + kAgeChunkBytes);
    WEIR_RETURN_IF_ERROR(chunker.Add(piece, [&](std::string_view sealed) -> Status {
      WEIR_ASSIGN_OR_RETURN(const std::string_view chunk, cipher->Open(sealed, false));
      out.append(chunk);
      opened_any = true;
      return OkStatus();
    }));
    return out;
  }

  const AgeIdentity& identity;
  std::string start;    // the header as far as it came
  size_t end_line = 0;  // its last line starts here or later
  std::optional<ChunkCipher> cipher;
  Chunker chunker{kSealedChunkBytes};
  bool opened_any = false;
  Status failure;
};

AgeOpener::AgeOpener(const AgeIdentity& identity) : state_(std::make_unique<State>(identity)) {}
AgeOpener::AgeOpener(AgeOpener&&) noexcept = default;
AgeOpener& AgeOpener::operator=(AgeOpener&&) noexcept = default;
AgeOpener::~AgeOpener() = default;

StatusOr<std::string> AgeOpener::Add(std::string_view piece) {
  WEIR_RETURN_IF_ERROR(state_->failure);
  StatusOr<std::string> plaintext =
      state_->cipher.has_value() ? state_->ReadPayload(piece) : state_->ReadStart(piece);
  state_->failure = plaintext.status();
  return plaintext;
}

StatusOr<std::string> AgeOpener::Finish() && {
  WEIR_RETURN_IF_ERROR(state_->failure);
  if (!state_->cipher.has_value()) {
    WEIR_RETURN_IF_ERROR(state_->Begin());
  }
  const std::string& last = state_->chunker.last();
  if (last.size() < kAgeTagBytes || (last.size() == kAgeTagBytes && state_->opened_any)) {
    return DataLoss("age payload is truncated or has bytes behind its end");
  }
  WEIR_ASSIGN_OR_RETURN(const std::string_view chunk, state_->cipher->Open(last, true));
  return std::string(chunk);
}

}  // namespace weir::crypto
