// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/report/html.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace weir::anon::html {
namespace {

constexpr std::string_view kReplacement = "&#xFFFD;";

// Bytes of the UTF-8 character at the beginning of `text`, which is not empty; 0 if there is none.
size_t LengthOfCharacter(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : 4;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  // Longer than needed, a surrogate, or beyond U+10FFFF.
  const bool is_no_character = (lead == 0xE0 && second < 0xA0) ||
                               (lead == 0xED && second >= 0xA0) ||
                               (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second >= 0x90);
  return is_no_character ? 0 : length;
}

// Marks that turn the direction of writing could make a label read as another.
bool IsDirectionMark(std::string_view character) {
  if (character.size() == 2) return character == "\xD8\x9C";
  if (character.size() != 3 || character[0] != '\xE2') return false;
  const auto second = static_cast<unsigned char>(character[1]);
  const auto third = static_cast<unsigned char>(character[2]);
  if (second == 0x80) return third == 0x8E || third == 0x8F || (third >= 0xAA && third <= 0xAE);
  return second == 0x81 && third >= 0xA6 && third <= 0xA9;
}

// C1 controls, and what XML does not allow: U+FFFE and U+FFFF.
bool IsUnprintable(std::string_view character) {
  if (character.size() == 1) {
    const auto byte = static_cast<unsigned char>(character[0]);
    return (byte < 0x20 && byte != '\t' && byte != '\n') || byte >= 0x7F;
  }
  if (character.size() == 2 && character[0] == '\xC2') {
    return static_cast<unsigned char>(character[1]) < 0xA0;
  }
  return character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";
}

void AppendEscaped(std::string_view character, std::string& text) {
  if (character == "&") {
    text += "&amp;";
  } else if (character == "<") {
    text += "&lt;";
  } else if (character == ">") {
    text += "&gt;";
  } else if (character == "\"") {
    text += "&quot;";
  } else if (character == "'") {
    text += "&#39;";
  } else if (IsUnprintable(character) || IsDirectionMark(character)) {
    text += kReplacement;
  } else {
    text += character;
  }
}

std::string Data(const std::string& exact, const std::string& shown, std::string_view id) {
  std::string text = "<data";
  if (!id.empty()) text.append(" id=\"").append(id).append("\"");
  return text.append(" value=\"").append(exact).append("\">").append(shown).append("</data>");
}

}  // namespace

std::string EscapeShort(std::string_view text, size_t most_characters) {
  std::string escaped;
  escaped.reserve(text.size());
  size_t characters = 0;
  while (!text.empty()) {
    if (characters++ == most_characters) return escaped.append("&#x2026;");
    const size_t length = LengthOfCharacter(text);
    if (length == 0) {
      escaped.append(kReplacement);
    } else {
      AppendEscaped(text.substr(0, length), escaped);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return escaped;
}

std::string Escape(std::string_view text) { return EscapeShort(text, text.size()); }

std::string PlainCount(uint64_t value) {
  const std::string digits = std::to_string(value);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string PlainPercent(double share) {
  const double percent = share * 100;
  std::array<char, 64> buffer = {};
  // What is not all and not nothing is not shown as such.
  if (percent > 0 && percent < 0.001) return "< 0.001 %";
  const int digits = percent == 0 || percent >= 10 ? (percent == 100 || percent == 0 ? 0 : 1)
                     : percent >= 1                ? 2
                                                   : 3;
  if (percent < 100 && percent >= 99.95) return "> 99.9 %";
  static_cast<void>(std::snprintf(buffer.data(), buffer.size(), "%.*f %%", digits, percent));
  return buffer.data();
}

std::string Exact(double value) {
  std::array<char, 64> buffer = {};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

std::string Count(uint64_t value, std::string_view id) {
  return Data(std::to_string(value), PlainCount(value), id);
}
std::string Count(uint64_t value) { return Count(value, ""); }

std::string Percent(double share, std::string_view id) {
  return Data(Exact(share), Escape(PlainPercent(share)), id);
}
std::string Percent(double share) { return Percent(share, ""); }

}  // namespace weir::anon::html
