// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/profile/column_values.h"

#include <algorithm>
#include <array>
#include <utility>

#include "weir/anon/profile/content_checks.h"
#include "weir/base/decimal.h"

namespace weir::anon {
namespace {

// Texts that stand for "no value" whatever the column holds, ...
constexpr std::array<std::string_view, 12> kMissing = {
    "NULL", "null", "N/A", "n/a", "#N/A", "NaN", "nan", "(null)", "?", "-", "--", "."};
// ... and where all other values are numbers or dates.
constexpr std::array<std::string_view, 11> kMissingAmongNumbers = {
    "N", "NA", "na", "None", "none", "NONE", "Unknown", "unknown", "UNKNOWN", "missing", "*"};

template <size_t Size>
bool IsOneOf(const std::array<std::string_view, Size>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool HasLeadingZero(std::string_view text) {
  return text.size() > 1 && text[0] == '0' && IsDigits(text);
}

bool IsInteger(std::string_view text) {
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  return IsDigits(digits) && !HasLeadingZero(digits) && digits.size() <= 18;
}

bool IsDecimal(std::string_view text) {
  return text.find_first_of("0123456789") != std::string_view::npos && ParseDecimal(text).ok();
}

using Test = bool (*)(std::string_view);

bool AllPass(const std::vector<CountedValue>& values, Test test) {
  return !values.empty() && std::all_of(values.begin(), values.end(),
                                        [test](const auto& value) { return test(value.text); });
}

v1::ValueType TypeOf(const std::vector<CountedValue>& values) {
  if (AllPass(values, IsInteger)) return v1::VALUE_TYPE_INT;
  if (AllPass(values, IsDecimal)) return v1::VALUE_TYPE_DECIMAL;
  if (!AllPass(values, IsIsoDate)) return v1::VALUE_TYPE_TEXT;
  constexpr size_t kDayBytes = 10;
  const bool are_days = std::all_of(values.begin(), values.end(), [](const CountedValue& value) {
    return value.text.size() == kDayBytes;
  });
  return are_days ? v1::VALUE_TYPE_DATE : v1::VALUE_TYPE_TIMESTAMP;
}

// Takes the missing values out.
void TakeMissing(ColumnProfile& column, std::vector<CountedValue>& values, bool among_numbers) {
  const auto is_missing = [among_numbers](std::string_view text) {
    return text.empty() || IsOneOf(kMissing, text) ||
           (among_numbers && IsOneOf(kMissingAmongNumbers, text));
  };
  std::vector<CountedValue> rest;
  for (const CountedValue& value : values) {
    if (!is_missing(value.text)) {
      rest.push_back(value);
      continue;
    }
    column.missing += value.rows;
    if (!value.text.empty()) column.missing_texts.emplace_back(value.text);
  }
  values = std::move(rest);
}

uint64_t RowsOf(const std::vector<CountedValue>& values) {
  uint64_t rows = 0;
  for (const CountedValue& value : values) rows += value.rows;
  return rows;
}

void FindKinds(ColumnProfile& column, const std::vector<CountedValue>& values) {
  if (column.rows == 0) return;
  for (const KindRule& rule : KindRules()) {
    if (!NameAdmits(rule, column.name)) continue;
    const bool takes_plain = NameAdmitsPlain(rule, column.name);
    uint64_t whole = 0;
    uint64_t inside = 0;
    for (const CountedValue& value : values) {
      if (Matches(rule.kind, value.text) ||
          (takes_plain && MatchesPlainly(rule.kind, value.text))) {
        whole += value.rows;
      } else if (rule.is_searched_in_text && HasWordOf(rule.kind, value.text)) {
        inside += value.rows;
      }
    }
    const auto rows = static_cast<double>(column.rows);
    const double share = static_cast<double>(whole) / rows;
    const double any = static_cast<double>(whole + inside) / rows;
    if (share >= rule.found) {
      column.findings.push_back({.kind = rule.kind, .share = share, .is_found = true});
    } else if (any >= rule.some) {
      column.findings.push_back({.kind = rule.kind, .share = any, .is_in_text = inside > whole});
    }
  }
}

}  // namespace

ColumnProfile ProfileColumn(std::string_view name, std::vector<CountedValue> values) {
  ColumnProfile column = {.name = std::string(name)};
  const uint64_t all_rows = RowsOf(values);
  column.distinction =
      all_rows == 0 ? 0 : static_cast<double>(values.size()) / static_cast<double>(all_rows);
  uint128 same = 0;
  for (const CountedValue& value : values) {
    same += static_cast<uint128>(value.rows) * (value.rows - 1);
  }
  if (all_rows > 1) {
    const uint128 pairs = static_cast<uint128>(all_rows) * (all_rows - 1);
    column.separation = static_cast<double>(pairs - same) / static_cast<double>(pairs);
  }
  TakeMissing(column, values, /*among_numbers=*/false);
  column.type = TypeOf(values);
  if (column.type == v1::VALUE_TYPE_TEXT) {
    ColumnProfile without = column;
    std::vector<CountedValue> rest = values;
    TakeMissing(without, rest, /*among_numbers=*/true);
    without.type = TypeOf(rest);
    const bool are_codes = AllPass(rest, IsDigits);
    if (without.type != v1::VALUE_TYPE_TEXT || are_codes) {
      column = std::move(without);
      values = std::move(rest);
    }
  }
  column.has_leading_zeros =
      AllPass(values, IsDigits) && std::any_of(values.begin(), values.end(), [](const auto& value) {
        return HasLeadingZero(value.text);
      });
  column.rows = RowsOf(values);
  column.distinct = values.size();
  FindKinds(column, values);
  AssignRole(column, values);
  return column;
}

}  // namespace weir::anon
