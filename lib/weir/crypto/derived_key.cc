// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/derived_key.h"

#include <cstdint>
#include <string>

#include "weir/crypto/internal/primitives.h"

namespace weir::crypto {

StatusOr<SecretBytes> DeriveKey(const SecretBytes& secret,
                                std::initializer_list<std::string_view> labels) {
  if (secret.size_bytes() < kLeastSecretBytes) {
    return InvalidArgument("a secret key needs at least %zu bytes, got %zu", kLeastSecretBytes,
                           secret.size_bytes());
  }
  std::string info;
  for (const std::string_view label : labels) {
    const uint64_t size = label.size();
    for (int i = 7; i >= 0; --i) info += static_cast<char>(static_cast<uint8_t>(size >> (8 * i)));
    info += label;
  }
  return internal::Hkdf(secret, "weir derived key", info);
}

}  // namespace weir::crypto
