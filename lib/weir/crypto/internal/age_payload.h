// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_INTERNAL_AGE_PAYLOAD_H_
#define WEIR_CRYPTO_INTERNAL_AGE_PAYLOAD_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/secret.h"
#include "weir/base/status.h"
#include "weir/crypto/internal/chunk_cipher.h"

namespace weir::crypto::internal {

// The payload of an age file after its nonce, whole in memory.

// Size of the payload for `plaintext_bytes`.
uint64_t SealedPayloadBytes(uint64_t plaintext_bytes);

// `start` and the sealed payload behind it. `key` has 32 bytes and seals no other payload.
std::string SealPayload(const SecretBytes& key, std::string_view plaintext, std::string start);

// Errors: INVALID_ARGUMENT  the plaintext would be longer than `limit_bytes`.
//         DATA_LOSS         any chunk does not authenticate, the final one is missing or not the
//                           last, or it is empty behind others.
StatusOr<std::string> OpenPayload(const SecretBytes& key, std::string_view payload,
                                  uint64_t limit_bytes);

}  // namespace weir::crypto::internal

#endif  // WEIR_CRYPTO_INTERNAL_AGE_PAYLOAD_H_
