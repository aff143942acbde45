// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/internal/yaml_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace weir::doc::internal {
namespace {

// No-break space in UTF-8: invisible at the ends of a plain text.
constexpr std::string_view kNoBreakSpace = "\xC2\xA0";

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsBeyondAscii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

bool IsPlainCharacter(char c) {
  return IsLetter(c) || IsBeyondAscii(c) || (c >= '0' && c <= '9') ||
         std::string_view(" _./-+=@:()'").find(c) != std::string_view::npos;
}

// Words that YAML 1.1 or 1.2 readers take for null or a boolean.
bool IsReservedWord(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const std::string_view word :
       {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}) {
    if (lower == word) return true;
  }
  return false;
}

bool IsBlank(std::string_view line) { return line.find_first_not_of(' ') == line.npos; }

}  // namespace

bool IsPlainText(std::string_view text) {
  if (text.empty() || text.back() == ' ' || text.back() == ':') return false;
  const char first = text.front();
  if (!IsLetter(first) && !IsBeyondAscii(first) && first != '_' && first != '/') return false;
  if (!std::all_of(text.begin(), text.end(), IsPlainCharacter)) return false;
  if (text.find(": ") != text.npos || text.find(kNoBreakSpace) != text.npos) return false;
  return !IsReservedWord(text);
}

std::string DoubleQuoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (c == '\r') {
      quoted += "\\r";
    } else {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string OneLineText(std::string_view text) {
  return IsPlainText(text) ? std::string(text) : DoubleQuoted(text);
}

bool FitsLiteralBlock(std::string_view text) {
  if (text.find('\n') == text.npos || text.ends_with("\n\n")) return false;
  if (text.find_first_of("\t\r") != text.npos) return false;
  if (text.starts_with(' ') || text.starts_with('\n')) return false;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (!line.empty() && IsBlank(line)) return false;
    text = end == text.npos ? "" : text.substr(end + 1);
  }
  return true;
}

std::string ShortestDecimal(double value) {
  char digits[64];
  const auto [end, error] = std::to_chars(digits, digits + sizeof(digits), value);
  std::string text(digits, end);
  const size_t exponent = text.find('e');
  if (exponent == text.npos) return text;
  const bool negative = text[exponent + 1] == '-';
  const size_t first_digit = text.find_first_not_of("+-0", exponent + 1);
  return text.substr(0, exponent) + (negative ? "e-" : "e") + text.substr(first_digit);
}

}  // namespace weir::doc::internal
