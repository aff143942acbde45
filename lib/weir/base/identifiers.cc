// SPDX-License-Identifier: Apache-2.0
#include "weir/base/identifiers.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "weir/base/bytes.h"

namespace weir {
namespace {

constexpr size_t kMaxIdentifierCharacters = 31;
constexpr std::string_view kUuidPattern = "hhhhhhhh-hhhh-7hhh-vhhh-hhhhhhhhhhhh";

bool IsLowerHex(char character) {
  return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
}

bool MatchesUuidPattern(char character, char pattern) {
  switch (pattern) {
    case 'h':
      return IsLowerHex(character);
    case 'v':
      return character == '8' || character == '9' || character == 'a' || character == 'b';
    default:
      return character == pattern;
  }
}

}  // namespace

bool IsIdentifier(std::string_view text) {
  const auto is_letter = [](char character) { return character >= 'a' && character <= 'z'; };
  const auto may_follow = [&is_letter](char character) {
    return is_letter(character) || (character >= '0' && character <= '9') || character == '-';
  };
  return !text.empty() && text.size() <= kMaxIdentifierCharacters && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), may_follow);
}

Status CheckIdentifier(std::string_view what, std::string_view text) {
  if (IsIdentifier(text)) return OkStatus();
  return InvalidArgument(
      "%s must be a lower-case letter and at most 30 more letters, digits or hyphens, got %s",
      std::string(what).c_str(), QuoteText(text).c_str());
}

std::string MakeUuid(Clock& clock, RandomSource& random) {
  std::array<uint8_t, 16> bytes{};
  random.Fill(std::span(bytes).subspan(6));
  const auto milliseconds = static_cast<uint64_t>(clock.Now().time_since_epoch().count());
  for (size_t i = 0; i < 6; ++i) {
    bytes[i] = static_cast<uint8_t>(milliseconds >> (8 * (5 - i)));
  }
  bytes[6] = static_cast<uint8_t>(0x70 | (bytes[6] & 0x0f));
  bytes[8] = static_cast<uint8_t>(0x80 | (bytes[8] & 0x3f));
  const std::string digits =
      HexEncode(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  std::string text;
  size_t next = 0;
  for (const char pattern : kUuidPattern) {
    text.push_back(pattern == '-' ? '-' : digits[next++]);
  }
  return text;
}

bool IsUuid(std::string_view text) {
  return std::equal(text.begin(), text.end(), kUuidPattern.begin(), kUuidPattern.end(),
                    MatchesUuidPattern);
}

}  // namespace weir
