// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_INTERNAL_PRIMITIVES_H_
#define WEIR_CRYPTO_INTERNAL_PRIMITIVES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weir/base/secret.h"

namespace weir::crypto::internal {

using Bytes32 = std::array<uint8_t, 32>;

std::string_view AsText(const Bytes32& bytes);
// WEIR_CHECKs that there are 32.
Bytes32 AsBytes32(std::string_view bytes);

// HKDF-SHA-256 (RFC 5869) for 32 bytes of output.
SecretBytes Hkdf(const SecretBytes& input, std::string_view salt, std::string_view info);

// X25519 (RFC 7748). Empty if the result is all zeros: `point` is of low order.
std::optional<SecretBytes> X25519(const SecretBytes& scalar, const Bytes32& point);
Bytes32 X25519PublicKey(const SecretBytes& scalar);

// ChaCha20-Poly1305 (RFC 8439) with an all-zero nonce: only for keys that encrypt one message.
std::string SealOnce(const SecretBytes& key, std::string_view message);
// Empty if it does not authenticate.
std::optional<SecretBytes> OpenOnce(const SecretBytes& key, std::string_view sealed);

Bytes32 Ed25519PublicKey(const SecretBytes& seed);
std::array<uint8_t, 64> Ed25519Sign(const SecretBytes& seed, std::string_view text);
bool Ed25519Accepts(const Bytes32& public_key, std::string_view text,
                    const std::array<uint8_t, 64>& signature);
// On the curve, canonical, not of low order, in the prime-order group.
bool IsEd25519PublicKey(const Bytes32& public_key);

}  // namespace weir::crypto::internal

#endif  // WEIR_CRYPTO_INTERNAL_PRIMITIVES_H_
