// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/internal/age_stream.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include <openssl/evp.h>

namespace weir::crypto::internal {
namespace {

constexpr size_t kSealedChunkBytes = kAgeChunkBytes + kAgeTagBytes;

struct ContextDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

const uint8_t* Data(std::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

// One OpenSSL context for the whole stream: the key is set up once, each chunk sets its nonce.
class ChunkCipher {
 public:
  enum class Direction { kOpen = 0, kSeal = 1 };

  ChunkCipher(const SecretBytes& key, Direction direction)
      : context_(EVP_CIPHER_CTX_new()), buffer_(kSealedChunkBytes) {
    WEIR_CHECK(context_ != nullptr && key.size_bytes() == 32);
    const auto revealed = key.Bytes(DangerouslyRevealKey::Because("age payload cipher"));
    WEIR_CHECK(EVP_CipherInit_ex(context_.get(), EVP_chacha20_poly1305(), nullptr, Data(revealed),
                                 nullptr, static_cast<int>(direction)) == 1);
  }
  ChunkCipher(const ChunkCipher&) = delete;
  ChunkCipher& operator=(const ChunkCipher&) = delete;
  ~ChunkCipher() { WipeBytes(buffer_); }

  // The next chunk with its tag; valid until the next call.
  std::string_view Seal(std::string_view chunk, bool final) {
    const size_t size = Crypt(chunk, final);
    WEIR_CHECK(EVP_CipherFinal_ex(context_.get(), buffer_.data() + size, &ignored_) == 1);
    WEIR_CHECK(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kAgeTagBytes,
                                   buffer_.data() + size) == 1);
    return {reinterpret_cast<const char*>(buffer_.data()), size + kAgeTagBytes};
  }

  // The next chunk without its tag, if it is authentic; valid until the next call.
  StatusOr<std::string_view> Open(std::string_view sealed, bool final) {
    std::array<uint8_t, kAgeTagBytes> tag{};
    const size_t size = sealed.size() - tag.size();
    std::copy_n(Data(sealed) + size, tag.size(), tag.begin());
    Crypt(sealed.substr(0, size), final);
    WEIR_CHECK(
        EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kAgeTagBytes, tag.data()) == 1);
    if (EVP_CipherFinal_ex(context_.get(), buffer_.data() + size, &ignored_) != 1) {
      return DataLoss("age payload is altered or truncated");
    }
    return std::string_view(reinterpret_cast<const char*>(buffer_.data()), size);
  }

 private:
  size_t Crypt(std::string_view chunk, bool final) {
    std::array<uint8_t, 12> nonce{};
    for (size_t i = 0; i < sizeof(counter_); ++i) {
      nonce[10 - i] = static_cast<uint8_t>(counter_ >> (8 * i));
    }
    nonce[11] = final ? 1 : 0;
    ++counter_;
    WEIR_CHECK(EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, nonce.data(), -1) == 1);
    int size = 0;
    WEIR_CHECK(EVP_CipherUpdate(context_.get(), buffer_.data(), &size, Data(chunk),
                                static_cast<int>(chunk.size())) == 1);
    return static_cast<size_t>(size);
  }

  std::unique_ptr<EVP_CIPHER_CTX, ContextDeleter> context_;
  std::vector<uint8_t> buffer_;
  uint64_t counter_ = 0;
  int ignored_ = 0;
};

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
