// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/internal/utf8.h"

#include <cstdint>

namespace weir::crypto::internal {
namespace {

struct Lead {
  size_t size_bytes;
  char32_t bits;
  char32_t smallest;  // below it, the form would be overlong
};

std::optional<Lead> ReadLead(uint8_t byte) {
  if (byte < 0x80) {
    return Lead{1, byte, 0};
  }
  if (byte >= 0xc0 && byte < 0xe0) {
    return Lead{2, byte & 0x1fU, 0x80};
  }
  if (byte >= 0xe0 && byte < 0xf0) {
    return Lead{3, byte & 0x0fU, 0x800};
  }
  if (byte >= 0xf0 && byte < 0xf8) {
    return Lead{4, byte & 0x07U, 0x10000};
  }
  return std::nullopt;
}

}  // namespace

std::optional<CodePoint> FirstCodePoint(std::string_view text) {
  const std::optional<Lead> lead = ReadLead(static_cast<uint8_t>(text.front()));
  if (!lead || text.size() < lead->size_bytes) {
    return std::nullopt;
  }
  char32_t value = lead->bits;
  for (size_t i = 1; i < lead->size_bytes; ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if ((byte & 0xc0) != 0x80) {
      return std::nullopt;
    }
    value = (value << 6) | (byte & 0x3fU);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < lead->smallest || surrogate || value > 0x10ffff) {
    return std::nullopt;
  }
  return CodePoint{value, lead->size_bytes};
}

bool IsUnicodeSpace(char32_t code_point) {
  switch (code_point) {
    case 0x20:
    case 0x85:
    case 0xa0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202f:
    case 0x205f:
    case 0x3000:
      return true;
    default:
      return (code_point >= 0x09 && code_point <= 0x0d) ||
             (code_point >= 0x2000 && code_point <= 0x200a);
  }
}

}  // namespace weir::crypto::internal
