// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/server_error.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <string_view>

namespace weir::data::internal {
namespace {

constexpr std::string_view kCode = "Code: ";
constexpr size_t kMostWords = 120;

bool IsOneOf(int code, std::initializer_list<int> codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// Up to the first character that may begin a value.
std::string Words(std::string_view text) {
  for (const std::string_view start : {"e.displayText() = ", "DB::Exception: "}) {
    const size_t at = text.find(start);
    if (at != text.npos) text.remove_prefix(at + start.size());
  }
  std::string words;
  for (const char c : text.substr(0, kMostWords)) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!is_letter && c != ' ' && c != '(' && c != ')') break;
    words += c;
  }
  while (!words.empty() && (words.back() == ' ' || words.back() == '(')) words.pop_back();
  return words;
}

}  // namespace

Status ReadServerError(const std::string& body) {
  const size_t at = body.find(kCode);
  int code = 0;
  if (at != body.npos) {
    std::from_chars(body.data() + at + kCode.size(), body.data() + body.size(), code);
  }
  if (code == 0) return DataLoss("the answer is not one of a ClickHouse server");
  const std::string words = Words(std::string_view(body).substr(at));
  const std::string message = "code " + std::to_string(code) + (words.empty() ? "" : ": " + words);
  // Unknown column, identifier, table and database; no such column; a type that does not fit.
  if (IsOneOf(code, {10, 16, 43, 47, 53, 60, 81})) return InvalidArgument("%s", message.c_str());
  // The length of an array, rows, memory, disk.
  if (IsOneOf(code, {128, 158, 191, 241, 243, 307, 396})) {
    return MakeError(StatusCode::kResourceExhausted, message);
  }
  if (IsOneOf(code, {192, 193, 194, 195, 516})) {
    return Unauthenticated("the server refuses the user or the password (%s)", message.c_str());
  }
  if (IsOneOf(code, {291, 497})) {
    return PermissionDenied("the user may not read the table (%s)", message.c_str());
  }
  if (code == 159) {
    return MakeError(StatusCode::kDeadlineExceeded,
                     "the server's limit of time was reached (" + message + ")");
  }
  return Unavailable("%s", message.c_str());
}

}  // namespace weir::data::internal
