// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DOC_INTERNAL_YAML_TEXT_H_
#define WEIR_DOC_INTERNAL_YAML_TEXT_H_

#include <string>
#include <string_view>

namespace weir::doc::internal {

// Whether `text` may stand without quotes: it starts with a letter, '_' or '/', has no character
// with a meaning in YAML, and no YAML reader takes it for null, a boolean or a number.
bool IsPlainText(std::string_view text);

// In double quotes, with escapes for '"', '\' and line breaks, tabs and carriage returns.
std::string DoubleQuoted(std::string_view text);

// Plain where that is safe, else in double quotes.
std::string OneLineText(std::string_view text);

// Whether `text` has several lines that a literal block ('|' or '|-') gives back exactly.
bool FitsLiteralBlock(std::string_view text);

// The shortest decimal that reads back as `value`, which is finite: 0.1, 1e-7, 1e22.
std::string ShortestDecimal(double value);

}  // namespace weir::doc::internal

#endif  // WEIR_DOC_INTERNAL_YAML_TEXT_H_
