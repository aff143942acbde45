// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/internal/age_payload.h"

namespace weir::crypto::internal {
namespace {

// An empty plaintext has one, empty chunk.
uint64_t ChunkCount(uint64_t bytes, uint64_t chunk_bytes) {
  return bytes == 0 ? 1 : (bytes - 1) / chunk_bytes + 1;
}

}  // namespace

uint64_t SealedPayloadBytes(uint64_t plaintext_bytes) {
  return plaintext_bytes + kAgeTagBytes * ChunkCount(plaintext_bytes, kAgeChunkBytes);
}

std::string SealPayload(const SecretBytes& key, std::string_view plaintext, std::string start) {
  start.reserve(start.size() + SealedPayloadBytes(plaintext.size()));
  ChunkCipher cipher(key, ChunkCipher::Direction::kSeal);
  do {
    const std::string_view chunk = plaintext.substr(0, kAgeChunkBytes);
    plaintext.remove_prefix(chunk.size());
    start.append(cipher.Seal(chunk, plaintext.empty()));
  } while (!plaintext.empty());
  return start;
}

StatusOr<std::string> OpenPayload(const SecretBytes& key, std::string_view payload,
                                  uint64_t limit_bytes) {
  const uint64_t chunks = ChunkCount(payload.size(), kSealedChunkBytes);
  const size_t last_bytes = payload.size() - (chunks - 1) * kSealedChunkBytes;
  if (last_bytes < kAgeTagBytes || (last_bytes == kAgeTagBytes && chunks > 1)) {
    return DataLoss("age payload is truncated or has bytes behind its end");
  }
  const uint64_t plaintext_bytes = payload.size() - chunks * kAgeTagBytes;
  if (plaintext_bytes > limit_bytes) {
    return InvalidArgument("the age file holds %llu bytes, more than the limit of %llu",
                           static_cast<unsigned long long>(plaintext_bytes),
                           static_cast<unsigned long long>(limit_bytes));
  }
  std::string plaintext;
  plaintext.reserve(plaintext_bytes);
  ChunkCipher cipher(key, ChunkCipher::Direction::kOpen);
  while (!payload.empty()) {
    const std::string_view sealed = payload.substr(0, kSealedChunkBytes);
    payload.remove_prefix(sealed.size());
    WEIR_ASSIGN_OR_RETURN(const std::string_view chunk, cipher.Open(sealed, payload.empty()));
    plaintext.append(chunk);
  }
  return plaintext;
}

}  // namespace weir::crypto::internal
