// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/age_file.h"

#include "weir/crypto/internal/age_envelope.h"
#include "weir/crypto/internal/age_header.h"
#include "weir/crypto/internal/age_payload.h"

namespace weir::crypto {

StatusOr<std::string> Seal(std::string_view plaintext, std::span<const AgeRecipient> recipients,
                           RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(internal::AgeEnvelope envelope, internal::MakeEnvelope(recipients, random));
  return internal::SealPayload(envelope.payload_key, plaintext, std::move(envelope.start));
}

StatusOr<std::string> Open(std::string_view ciphertext, const AgeIdentity& identity,
                           uint64_t limit_bytes) {
  WEIR_ASSIGN_OR_RETURN(const internal::AgeHeader header, internal::ParseAgeHeader(ciphertext));
  WEIR_ASSIGN_OR_RETURN(const SecretBytes key,
                        internal::OpenEnvelope(header, ciphertext, identity));
  const std::string_view payload = ciphertext.substr(header.size_bytes + internal::kAgeNonceBytes);
  return internal::OpenPayload(key, payload, limit_bytes);
}

}  // namespace weir::crypto
