// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/internal/scalar_reader.h"

#include <charconv>
#include <limits>
#include <string>
#include <system_error>

#include "weir/doc/internal/utf8.h"

namespace weir::doc::internal {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// How many digits `text` starts with.
size_t CountDigits(std::string_view text) {
  size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) ++count;
  return count;
}

bool HasLeadingZero(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && IsDigit(text[1]);
}

bool IsInteger(std::string_view text) {
  if (HasLeadingZero(text) || text == "-0") return false;
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && CountDigits(text) == text.size();
}

bool IsDouble(std::string_view text) {
  if (HasLeadingZero(text)) return false;
  if (text.starts_with('-')) text.remove_prefix(1);
  const size_t whole = CountDigits(text);
  if (whole == 0) return false;
  text.remove_prefix(whole);
  if (text.starts_with('.')) {
    const size_t fraction = CountDigits(text.substr(1));
    if (fraction == 0) return false;
    text.remove_prefix(1 + fraction);
  }
  if (text.starts_with('e')) {
    text.remove_prefix(text.starts_with("e-") ? 2 : 1);
    return !text.empty() && CountDigits(text) == text.size();
  }
  return text.empty();
}

Status Wrong(std::string_view kind, std::string_view text, std::string_view advice) {
  return MakeError(StatusCode::kInvalidArgument, "must be " + std::string(kind) + ", got " +
                                                     Quoted(text) + "; " + std::string(advice));
}

}  // namespace

Status NotANumber(std::string_view kind, std::string_view text) {
  if (HasLeadingZero(text)) return Wrong(kind, text, "remove the leading zero");
  if (text.starts_with('+')) return Wrong(kind, text, "remove the '+'");
  if (text.find('_') != text.npos || text.find(',') != text.npos) {
    return Wrong(kind, text, "write the digits without separators");
  }
  return Wrong(
      kind, text,
      kind == "a whole number" ? "write it like 0, 12 or -3" : "write it like 12, -0.5 or 1e-6");
}

template <class T>
StatusOr<T> ReadInteger(std::string_view text) {
  if (!IsInteger(text)) return NotANumber("a whole number", text);
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Wrong("a whole number", text,
                 "it must lie between " + std::to_string(std::numeric_limits<T>::min()) + " and " +
                     std::to_string(std::numeric_limits<T>::max()));
  }
  return value;
}

template StatusOr<int32_t> ReadInteger<int32_t>(std::string_view);
template StatusOr<int64_t> ReadInteger<int64_t>(std::string_view);
template StatusOr<uint32_t> ReadInteger<uint32_t>(std::string_view);
template StatusOr<uint64_t> ReadInteger<uint64_t>(std::string_view);

StatusOr<double> ReadDouble(std::string_view text) {
  if (!IsDouble(text)) return NotANumber("a number", text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Wrong("a number", text, "it is too large or too small for a double");
  }
  return value;
}

StatusOr<bool> ReadBool(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return Wrong("true or false", text, "write one of the two words in lower case");
}

}  // namespace weir::doc::internal
