// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_INTERNAL_AGE_ENVELOPE_H_
#define WEIR_CRYPTO_INTERNAL_AGE_ENVELOPE_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "weir/base/random.h"
#include "weir/base/secret.h"
#include "weir/base/status.h"
#include "weir/crypto/age_key.h"
#include "weir/crypto/internal/age_header.h"

namespace weir::crypto::internal {

inline constexpr size_t kAgeNonceBytes = 16;

// All of an age file before its first chunk.
struct AgeEnvelope {
  std::string start;  // header and nonce
  SecretBytes payload_key;
};

// Errors: INVALID_ARGUMENT  as of Seal.
StatusOr<AgeEnvelope> MakeEnvelope(std::span<const AgeRecipient> recipients, RandomSource& random);

// The payload key of the file that starts with `start`; `header` is what ParseAgeHeader read there.
// Errors: PERMISSION_DENIED, DATA_LOSS  as of Open.
StatusOr<SecretBytes> OpenEnvelope(const AgeHeader& header, std::string_view start,
                                   const AgeIdentity& identity);

}  // namespace weir::crypto::internal

#endif  // WEIR_CRYPTO_INTERNAL_AGE_ENVELOPE_H_
