// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_INTERNAL_CHUNK_CIPHER_H_
#define WEIR_CRYPTO_INTERNAL_CHUNK_CIPHER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <openssl/evp.h>

#include "weir/base/secret.h"
#include "weir/base/status.h"

namespace weir::crypto::internal {

inline constexpr size_t kAgeChunkBytes = size_t{64} << 10;
inline constexpr size_t kAgeTagBytes = 16;
inline constexpr size_t kSealedChunkBytes = kAgeChunkBytes + kAgeTagBytes;

// The chunks of one age payload in their order: ChaCha20-Poly1305, nonce = 11 bytes of counter and
// a last byte that is 1 for the final chunk. One OpenSSL context for the whole stream: the key is
// set up once, each chunk sets its nonce. Wiped when destroyed.
class ChunkCipher {
 public:
  enum class Direction { kOpen = 0, kSeal = 1 };

  // `key` has 32 bytes and seals no other payload.
  ChunkCipher(const SecretBytes& key, Direction direction);
  ChunkCipher(const ChunkCipher&) = delete;
  ChunkCipher& operator=(const ChunkCipher&) = delete;
  ~ChunkCipher();

  // The next chunk, of at most kAgeChunkBytes, with its tag; valid until the next call.
  std::string_view Seal(std::string_view chunk, bool is_final);
  // The next chunk without its tag; valid until the next call. `sealed` has a tag and at most
  // kSealedChunkBytes. DATA_LOSS unless it is authentic at its place.
  StatusOr<std::string_view> Open(std::string_view sealed, bool is_final);

 private:
  size_t Crypt(std::string_view chunk, bool is_final);

  struct ContextDeleter {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  std::unique_ptr<EVP_CIPHER_CTX, ContextDeleter> context_;
  std::vector<uint8_t> buffer_;
  uint64_t counter_ = 0;
};

}  // namespace weir::crypto::internal

#endif  // WEIR_CRYPTO_INTERNAL_CHUNK_CIPHER_H_
