// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/internal/utf8.h"

namespace weir::doc::internal {
namespace {

constexpr size_t kMaxQuotedBytes = 60;

// Length and lowest legal value of the sequence that `lead` opens; size 0 if it opens none.
struct SequenceShape {
  size_t size_bytes;
  uint32_t lead_bits;
  uint32_t lowest;
};

SequenceShape ShapeOf(unsigned char lead) {
  if (lead < 0x80) return {1, lead, 0};
  if (lead >= 0xC2 && lead < 0xE0) return {2, lead & 0x1Fu, 0x80};
  if (lead >= 0xE0 && lead < 0xF0) return {3, lead & 0x0Fu, 0x800};
  if (lead >= 0xF0 && lead < 0xF5) return {4, lead & 0x07u, 0x10000};
  return {0, 0, 0};
}

}  // namespace

std::optional<CodePoint> DecodeUtf8(std::string_view text, size_t offset) {
  if (offset >= text.size()) return std::nullopt;
  const SequenceShape shape = ShapeOf(static_cast<unsigned char>(text[offset]));
  if (shape.size_bytes == 0 || text.size() - offset < shape.size_bytes) return std::nullopt;
  uint32_t value = shape.lead_bits;
  for (size_t i = 1; i < shape.size_bytes; ++i) {
    const auto byte = static_cast<unsigned char>(text[offset + i]);
    if ((byte & 0xC0u) != 0x80u) return std::nullopt;
    value = (value << 6) | (byte & 0x3Fu);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < shape.lowest || value > 0x10FFFF || surrogate) return std::nullopt;
  return CodePoint{.value = value, .size_bytes = shape.size_bytes};
}

bool IsTextCodePoint(uint32_t value) {
  if (value < 0x20) return value == '\t' || value == '\n' || value == '\r';
  if (value >= 0x7F && value < 0xA0) return false;
  const bool separator = value == 0x2028 || value == 0x2029;
  const bool direction =
      (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
  return !separator && !direction && value != 0xFEFF;
}

bool IsText(std::string_view text) {
  for (size_t offset = 0; offset < text.size();) {
    const std::optional<CodePoint> code_point = DecodeUtf8(text, offset);
    if (!code_point || !IsTextCodePoint(code_point->value)) return false;
    offset += code_point->size_bytes;
  }
  return true;
}

std::string CodePointName(uint32_t value) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string digits;
  for (; value != 0 || digits.size() < 4; value >>= 4) {
    digits.insert(digits.begin(), kDigits[value & 0xFu]);
  }
  return "U+" + digits;
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (size_t offset = 0; offset < text.size();) {
    if (offset >= kMaxQuotedBytes) return quoted + "...\"";
    const std::optional<CodePoint> code_point = DecodeUtf8(text, offset);
    const size_t size = code_point ? code_point->size_bytes : 1;
    const std::string_view character = text.substr(offset, size);
    offset += size;
    if (character == "\n") {
      quoted += "\\n";
    } else if (character == "\t") {
      quoted += "\\t";
    } else if (code_point && code_point->value != '\r' && IsTextCodePoint(code_point->value)) {
      quoted += character;
    } else {
      quoted += '?';
    }
  }
  return quoted + "\"";
}

}  // namespace weir::doc::internal
