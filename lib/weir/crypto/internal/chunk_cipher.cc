// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/internal/chunk_cipher.h"

#include <algorithm>
#include <array>

namespace weir::crypto::internal {
namespace {

const uint8_t* Data(std::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

}  // namespace

ChunkCipher::ChunkCipher(const SecretBytes& key, Direction direction)
    : context_(EVP_CIPHER_CTX_new()), buffer_(kSealedChunkBytes) {
  WEIR_CHECK(context_ != nullptr && key.size_bytes() == 32);
  const auto revealed = key.Bytes(DangerouslyRevealKey::Because("age payload cipher"));
  WEIR_CHECK(EVP_CipherInit_ex(context_.get(), EVP_chacha20_poly1305(), nullptr, Data(revealed),
                               nullptr, static_cast<int>(direction)) == 1);
}

ChunkCipher::~ChunkCipher() { WipeBytes(buffer_); }

std::string_view ChunkCipher::Seal(std::string_view chunk, bool is_final) {
  const size_t size = Crypt(chunk, is_final);
  int none = 0;
  WEIR_CHECK(EVP_CipherFinal_ex(context_.get(), buffer_.data() + size, &none) == 1);
  WEIR_CHECK(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kAgeTagBytes,
                                 buffer_.data() + size) == 1);
  return {reinterpret_cast<const char*>(buffer_.data()), size + kAgeTagBytes};
}

StatusOr<std::string_view> ChunkCipher::Open(std::string_view sealed, bool is_final) {
  WEIR_CHECK(sealed.size() >= kAgeTagBytes);
  std::array<uint8_t, kAgeTagBytes> tag{};
  const size_t size = sealed.size() - tag.size();
  std::copy_n(Data(sealed) + size, tag.size(), tag.begin());
  Crypt(sealed.substr(0, size), is_final);
  WEIR_CHECK(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kAgeTagBytes, tag.data()) ==
             1);
  int none = 0;
  if (EVP_CipherFinal_ex(context_.get(), buffer_.data() + size, &none) != 1) {
    return DataLoss("age payload is altered or truncated");
  }
  return std::string_view(reinterpret_cast<const char*>(buffer_.data()), size);
}

size_t ChunkCipher::Crypt(std::string_view chunk, bool is_final) {
  WEIR_CHECK(chunk.size() <= kAgeChunkBytes);
  std::array<uint8_t, 12> nonce{};
  for (size_t i = 0; i < sizeof(counter_); ++i) {
    nonce[10 - i] = static_cast<uint8_t>(counter_ >> (8 * i));
  }
  nonce[11] = is_final ? 1 : 0;
  ++counter_;
  WEIR_CHECK(EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, nonce.data(), -1) == 1);
  int size = 0;
  WEIR_CHECK(EVP_CipherUpdate(context_.get(), buffer_.data(), &size, Data(chunk),
                              static_cast<int>(chunk.size())) == 1);
  return static_cast<size_t>(size);
}

}  // namespace weir::crypto::internal
