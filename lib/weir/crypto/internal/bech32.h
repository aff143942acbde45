// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_INTERNAL_BECH32_H_
#define WEIR_CRYPTO_INTERNAL_BECH32_H_

#include <string>
#include <string_view>

#include "weir/base/status.h"

namespace weir::crypto::internal {

// Bech32 (BIP 173) without its length limit, as age uses it. `prefix` is lower case in both
// directions; the encoding is lower case.
std::string Bech32Encode(std::string_view prefix, std::string_view data);

// The data behind `prefix` and the separator. Accepts a text that is all lower or all upper case.
// Errors: INVALID_ARGUMENT  another prefix, mixed case, a foreign character, a wrong checksum, or
//                           padding bits that are not zero. The message never quotes the text.
StatusOr<std::string> Bech32Decode(std::string_view prefix, std::string_view text);

}  // namespace weir::crypto::internal

#endif  // WEIR_CRYPTO_INTERNAL_BECH32_H_
