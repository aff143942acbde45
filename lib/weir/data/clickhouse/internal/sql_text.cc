// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/sql_text.h"

namespace weir::data::internal {
namespace {

bool IsPlain(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' ||
         c == '_' || c == '-' || c == '.' || c == ',' || c == ':' || c >= 0x80;
}

std::string Quoted(std::string_view text, char quote) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string quoted(1, quote);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (IsPlain(byte)) {
      quoted += c;
    } else {
      quoted += "\\x";
      quoted += kDigits[byte >> 4];
      quoted += kDigits[byte & 15];
    }
  }
  return quoted + quote;
}

}  // namespace

std::string ClickHouseName(std::string_view name) { return Quoted(name, '`'); }
std::string ClickHouseText(std::string_view text) { return Quoted(text, '\''); }
std::string ClickHouseInt(int64_t value) { return "toInt64('" + std::to_string(value) + "')"; }

std::string ClickHouseUInt(uint64_t value) { return "toUInt64('" + std::to_string(value) + "')"; }

std::string ClickHouseNumber(int64_t value) {
  // The digits of the lowest one alone are too large.
  return value == INT64_MIN ? ClickHouseInt(value) : std::to_string(value);
}

}  // namespace weir::data::internal
