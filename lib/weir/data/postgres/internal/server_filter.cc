// SPDX-License-Identifier: Apache-2.0
#include "weir/data/postgres/internal/server_filter.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "weir/data/internal/value_text.h"

namespace weir::data::internal {
namespace {

constexpr size_t kMostValues = 1000;

// The type in which constants are compared with a column, its own: the server looks a value up in a
// list of its type by hashing, and goes through any other. None: it is not compared.
std::optional<std::string> CompareType(const PgColumn& stored, v1::ColumnType declared) {
  const auto is_one_of = [&stored](std::initializer_list<std::string_view> types) {
    return std::find(types.begin(), types.end(), stored.type) != types.end();
  };
  const bool is_compared =
      stored.is_builtin &&
      ((declared == v1::COLUMN_TYPE_INT && is_one_of({"int2", "int4", "int8"})) ||
       (declared == v1::COLUMN_TYPE_BOOL && is_one_of({"bool"})) ||
       (declared == v1::COLUMN_TYPE_DATE && is_one_of({"date"})) ||
       (declared == v1::COLUMN_TYPE_TIMESTAMP && is_one_of({"timestamp", "timestamptz"})) ||
       (declared == v1::COLUMN_TYPE_TEXT && is_one_of({"text", "varchar"})));
  if (!is_compared) return std::nullopt;
  return stored.type == "varchar" ? "text" : stored.type;
}

bool IsInteger(std::string_view type) { return type.starts_with("int"); }

// Whether a canonical integer is a value of an integer type.
bool FitsInto(std::string_view type, const std::string& text) {
  const int64_t value = ReadInt(text).value_or(0);
  if (type == "int2") return value == static_cast<int16_t>(value);
  if (type == "int4") return value == static_cast<int32_t>(value);
  return true;
}

// A constant of a document; none: the server does not know it.
std::optional<std::string> ConstantSql(std::string_view compare_type, v1::ColumnType declared,
                                       const std::string& value) {
  StatusOr<std::string> text = CanonicalText(declared, value);
  if (!text.ok() || text->find('\0') != std::string::npos) return std::nullopt;
  const bool is_time = declared == v1::COLUMN_TYPE_DATE || declared == v1::COLUMN_TYPE_TIMESTAMP;
  // The server writes the year 0 in another way.
  if (is_time && text->starts_with("0000")) return std::nullopt;
  if (compare_type == "timestamp") text->pop_back();  // the Z
  return PgLiteral(*text) + "::pg_catalog." + std::string(compare_type);
}

class Conditions {
 public:
  void Add(const std::optional<std::string>& condition) {
    if (condition.has_value()) sql_ += (sql_.empty() ? " WHERE " : " AND ") + *condition;
  }
  std::string sql() && { return std::move(sql_); }

 private:
  std::string sql_;
};

std::optional<std::string> InSql(const PgColumn& stored, v1::ColumnType declared,
                                 const std::vector<std::string>& values) {
  const auto type = CompareType(stored, declared);
  if (!type.has_value() || values.empty() || values.size() > kMostValues) return std::nullopt;
  std::string list;
  for (const std::string& value : values) {
    if (IsInteger(*type) && !FitsInto(*type, value)) continue;
    const auto constant = ConstantSql(*type, declared, value);
    if (!constant.has_value()) return std::nullopt;
    list += (list.empty() ? "" : ", ") + *constant;
  }
  if (list.empty()) return "false";
  return PgIdentifier(stored.name) + " IN (" + list + ")";
}

std::optional<std::string> EndSql(const PgColumn& stored, v1::ColumnType declared,
                                  const char* comparison, const std::optional<std::string>& end) {
  const auto type = CompareType(stored, declared);
  if (!type.has_value() || !end.has_value()) return std::nullopt;
  const auto constant = ConstantSql(IsInteger(*type) ? "int8" : *type, declared, *end);
  if (!constant.has_value()) return std::nullopt;
  return PgIdentifier(stored.name) + comparison + *constant;
}

// From the first day of the first window to the end of the last one.
void AddWindows(const ServerFilter& filter, const PgColumn& stored, v1::ColumnType declared,
                Conditions& conditions) {
  const auto type = CompareType(stored, declared);
  if (filter.windows.empty() || !type.has_value()) return;
  const auto [first, last] = std::minmax_element(filter.windows.begin(), filter.windows.end());
  const bool is_year = filter.period == WindowPeriod::kYear;
  const bool is_month = filter.period == WindowPeriod::kMonth;
  const std::string rest = is_year ? "-01-01" : is_month ? "-01" : "";
  if (first->starts_with("0000") || last->starts_with("0000")) return;
  const std::string column = PgIdentifier(stored.name);
  const std::string cast = "::pg_catalog." + std::string(*type);
  const char* const length = is_year ? "1 year" : is_month ? "1 month" : "1 day";
  conditions.Add(column + " >= " + PgLiteral(*first + rest) + cast);
  conditions.Add(column + " < (" + PgLiteral(*last + rest) + cast + " + " + PgLiteral(length) +
                 "::pg_catalog.interval)");
}

// The values that a closed key may have; empty: not known.
std::vector<std::string> ValuesOf(const KeyDomain& key) {
  if (key.open || key.missing_is_key || key.part != KeyPart::kValue || !key.edges.empty()) {
    return {};
  }
  if (key.members.empty()) return key.values;
  std::vector<std::string> values;
  for (const auto& members : key.members) {
    values.insert(values.end(), members.begin(), members.end());
  }
  return values;
}

}  // namespace

ServerFilter FilterOf(const DatasetDescription& dataset, const AggregateQuery& query) {
  ServerFilter filter{.conditions = query.filter,
                      .units = dataset.unit().columns(),
                      .unit_columns = dataset.unit().columns()};
  for (const KeyDomain& key : query.keys) {
    filter.conditions.push_back({.column = key.column, .in = ValuesOf(key)});
  }
  const auto& window = dataset.unit().window();
  if (window.has_value()) {
    filter.period = window->period;
    filter.window_column = window->column;
    filter.windows = query.windows;
    filter.units.push_back(window->column);
  }
  return filter;
}

std::string WhereSql(const ServerFilter& filter,
                     const std::vector<const ColumnDescription*>& columns, const PgTable& table) {
  Conditions sql;
  for (const ColumnDescription* column : columns) {
    const PgColumn* const stored = FindPgColumn(table, column->name);
    if (stored == nullptr) continue;
    if (std::find(filter.units.begin(), filter.units.end(), column->name) != filter.units.end()) {
      sql.Add(PgIdentifier(stored->name) + " IS NOT NULL");
    }
    for (const Condition& condition : filter.conditions) {
      if (condition.column != column->name) continue;
      sql.Add(InSql(*stored, column->type, condition.in));
      sql.Add(EndSql(*stored, column->type, " >= ", condition.at_least));
      sql.Add(EndSql(*stored, column->type, " > ", condition.above));
      sql.Add(EndSql(*stored, column->type, " <= ", condition.at_most));
      sql.Add(EndSql(*stored, column->type, " < ", condition.below));
    }
    if (column->name == filter.window_column) AddWindows(filter, *stored, column->type, sql);
  }
  return std::move(sql).sql();
}

}  // namespace weir::data::internal
