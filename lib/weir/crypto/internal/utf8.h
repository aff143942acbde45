// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_INTERNAL_UTF8_H_
#define WEIR_CRYPTO_INTERNAL_UTF8_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace weir::crypto::internal {

struct CodePoint {
  char32_t value;
  size_t size_bytes;
};

// The first code point of a non-empty text; empty unless it is well formed (RFC 3629: no overlong
// forms, no surrogates, nothing above U+10FFFF).
std::optional<CodePoint> FirstCodePoint(std::string_view text);

// Unicode White_Space.
bool IsUnicodeSpace(char32_t code_point);

}  // namespace weir::crypto::internal

#endif  // WEIR_CRYPTO_INTERNAL_UTF8_H_
