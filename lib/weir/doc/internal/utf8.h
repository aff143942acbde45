// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DOC_INTERNAL_UTF8_H_
#define WEIR_DOC_INTERNAL_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::doc::internal {

struct CodePoint {
  uint32_t value;
  size_t size_bytes;
};

// The code point that starts at `offset`; none if the bytes there are not well-formed UTF-8
// (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
std::optional<CodePoint> DecodeUtf8(std::string_view text, size_t offset);

// Whether a text may hold this character at all. Not: control characters but tab, line feed and
// carriage return; separators of lines and paragraphs; byte order marks; and the controls of
// direction, which could show a signer other words than those that are signed.
bool IsTextCodePoint(uint32_t value);

// Whether all of `text` is well-formed and made of such characters.
bool IsText(std::string_view text);

// "U+202E", for messages.
std::string CodePointName(uint32_t value);

// In double quotes for a message: at most 60 bytes of it, line breaks and tabs escaped.
std::string Quoted(std::string_view text);

}  // namespace weir::doc::internal

#endif  // WEIR_DOC_INTERNAL_UTF8_H_
