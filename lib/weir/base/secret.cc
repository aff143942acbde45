// SPDX-License-Identifier: Apache-2.0
#include "weir/base/secret.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include <openssl/crypto.h>

namespace weir {

SecretBytes::SecretBytes(size_t size_bytes)
    : bytes_(std::make_unique<uint8_t[]>(size_bytes)), size_bytes_(size_bytes) {}

SecretBytes::SecretBytes(std::string&& bytes) : SecretBytes(CopyOf(bytes)) { WipeText(bytes); }

SecretBytes SecretBytes::CopyOf(std::string_view bytes) {
  SecretBytes secret(bytes.size());
  std::copy(bytes.begin(), bytes.end(), secret.bytes_.get());
  return secret;
}

SecretBytes SecretBytes::Random(RandomSource& random, size_t size_bytes) {
  SecretBytes secret(size_bytes);
  random.Fill({secret.bytes_.get(), size_bytes});
  return secret;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_bytes_(std::exchange(other.size_bytes_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    Wipe();
    bytes_ = std::move(other.bytes_);
    size_bytes_ = std::exchange(other.size_bytes_, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() { Wipe(); }

void SecretBytes::Wipe() noexcept { WipeBytes({bytes_.get(), size_bytes_}); }

std::string_view SecretBytes::Bytes(DangerouslyRevealKey) const {
  return {reinterpret_cast<const char*>(bytes_.get()), size_bytes_};
}

std::ostream& operator<<(std::ostream& out, const SecretBytes&) {
  return out << "SecretKey(redacted)";
}

void WipeBytes(std::span<uint8_t> bytes) noexcept { OPENSSL_cleanse(bytes.data(), bytes.size()); }

void WipeText(std::string& text) noexcept {
  text.resize(text.capacity());
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

}  // namespace weir
