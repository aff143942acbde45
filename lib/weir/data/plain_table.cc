// SPDX-License-Identifier: Apache-2.0
#include "weir/data/plain_table.h"

#include <array>
#include <charconv>
#include <set>
#include <string_view>

#include "weir/data/internal/value_text.h"

namespace weir::data {
namespace {

// Absent values fit every type; the others stand in the order of the enumerators.
bool Fits(const PlainValue& value, PlainType type) {
  return value.index() == 0 || value.index() == static_cast<size_t>(type) + 1;
}

std::string QuoteIfNeeded(const std::string& text) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

struct CsvText {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(const std::string& text) const { return QuoteIfNeeded(text); }
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(int128 value) const { return FormatInt128(value); }
  std::string operator()(double value) const {
    std::array<char, 64> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
  }
};

}  // namespace

Status CheckPlainTable(const PlainTable& table) {
  std::set<std::string_view> names;
  for (const PlainColumn& column : table.columns) {
    if (column.name.empty() || !internal::IsUtf8(column.name) ||
        column.name.find('\0') != std::string::npos) {
      return InvalidArgument("a column name must be UTF-8 of at least one character");
    }
    if (!names.insert(column.name).second) {
      return InvalidArgument("column %s is there twice", column.name.c_str());
    }
  }
  for (const auto& row : table.rows) {
    if (row.size() != table.columns.size()) {
      return InvalidArgument("a row has %zu values for %zu columns", row.size(),
                             table.columns.size());
    }
    for (size_t i = 0; i < row.size(); ++i) {
      if (!Fits(row[i], table.columns[i].type)) {
        return InvalidArgument("a value does not fit the type of column %s",
                               table.columns[i].name.c_str());
      }
    }
  }
  return OkStatus();
}

StatusOr<std::string> WriteCsv(const PlainTable& table) {
  WEIR_RETURN_IF_ERROR(CheckPlainTable(table));
  std::string text;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    text += (i == 0 ? "" : ",") + QuoteIfNeeded(table.columns[i].name);
  }
  text += '\n';
  for (const auto& row : table.rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      text += (i == 0 ? "" : ",") + std::visit(CsvText{}, row[i]);
    }
    text += '\n';
  }
  return text;
}

}  // namespace weir::data
