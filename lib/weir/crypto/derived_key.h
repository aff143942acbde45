// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_DERIVED_KEY_H_
#define WEIR_CRYPTO_DERIVED_KEY_H_

#include <initializer_list>
#include <string_view>

#include "weir/base/secret.h"
#include "weir/base/status.h"

namespace weir::crypto {

// Fewest bytes of a secret from which others are derived.
inline constexpr size_t kLeastSecretBytes = 32;

// A key of 32 bytes for one use: HKDF-SHA-256 of the secret, with all labels, their lengths before
// them, as its info. Other labels, or the same cut elsewhere, give an independent key.
//
// Guarantee: a derived key tells nothing about the secret or about keys of other labels, if the
//            secret has 256 bits of entropy; its length is all that can be checked.
// Errors:    INVALID_ARGUMENT  a secret of fewer than 32 bytes.
// Source:    RFC 5869.
StatusOr<SecretBytes> DeriveKey(const SecretBytes& secret,
                                std::initializer_list<std::string_view> labels);

}  // namespace weir::crypto

#endif  // WEIR_CRYPTO_DERIVED_KEY_H_
