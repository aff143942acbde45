// SPDX-License-Identifier: Apache-2.0
#include "weir/data/duckdb/internal/parquet_columns.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "weir/data/internal/column_names.h"

namespace weir::data::internal {
namespace {

bool IsOneOf(std::string_view sql_type, std::initializer_list<std::string_view> types) {
  return std::find(types.begin(), types.end(), sql_type) != types.end();
}

bool IsInteger(std::string_view sql_type) {
  return IsOneOf(sql_type, {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT",
                            "UINTEGER", "BOOLEAN"});
}

// Types whose every value can be a text.
bool HasText(std::string_view sql_type) {
  return IsInteger(sql_type) || (sql_type.starts_with("DECIMAL(") && sql_type.ends_with(')')) ||
         (sql_type.starts_with("ENUM(") && sql_type.ends_with(')')) ||
         IsOneOf(sql_type, {"UBIGINT", "HUGEINT", "UHUGEINT", "FLOAT", "DOUBLE", "UUID", "JSON"});
}

bool IsTimestamp(std::string_view sql_type) {
  return IsOneOf(sql_type, {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"});
}

// An integer of a thousandth or millionth of a second since 1970 as a TIMESTAMP; beyond the years 0
// to 9999 infinity, which is no value of ours.
std::string FromTicks(const std::string& ticks, int64_t ticks_per_second) {
  constexpr int64_t kFirstSecond = -62'167'219'200;
  constexpr int64_t kEndSecond = 253'402'300'800;
  return "(CASE WHEN " + ticks + " BETWEEN " + std::to_string(kFirstSecond * ticks_per_second) +
         " AND " + std::to_string(kEndSecond * ticks_per_second - 1) + " THEN make_timestamp(" +
         ticks + " * " + std::to_string(1'000'000 / ticks_per_second) + ") WHEN " + ticks +
         " IS NOT NULL THEN TIMESTAMP 'infinity' END)";
}

// A day or time as text. DuckDB fails on those beyond its calendar.
std::string TimeText(const std::string& time) {
  return "CASE WHEN " + time + " >= '0001-01-01' AND " + time + " < '10000-01-01' THEN CAST(" +
         time + " AS VARCHAR) END";
}

// A number of floating point as text: one that is whole as an integer is, so that a column which
// one file holds in integers and another in doubles has the same texts in both.
std::string FloatText(const std::string& number) {
  constexpr char kMostExact[] = "9007199254740992";
  return "CASE WHEN " + number + " = trunc(" + number + ") AND abs(" + number +
         ") <= " + kMostExact + " THEN TRY_CAST(TRY_CAST(" + number +
         " AS BIGINT) AS VARCHAR) ELSE TRY_CAST(" + number + " AS VARCHAR) END";
}

// A Parquet column as the database sees it.
struct FoundColumn {
  std::string sql;
  std::string sql_type;
};

FoundColumn FindColumn(const std::string& name, const std::string& sql_type,
                       const std::set<std::string>& milliseconds) {
  const std::string sql = QuoteIdentifier(name);
  if (milliseconds.contains(name)) return {FromTicks(sql, 1'000), "TIMESTAMP"};
  if (sql_type != "TIMESTAMP WITH TIME ZONE") return {sql, sql_type};
  return {FromTicks("epoch_us(" + sql + ")", 1'000'000), "TIMESTAMP"};
}

StatusOr<ScanExpression> ParquetExpression(const ColumnDescription& column,
                                           const FoundColumn& found) {
  const bool wants_number = column.type == v1::COLUMN_TYPE_INT ||
                            column.type == v1::COLUMN_TYPE_DECIMAL ||
                            column.type == v1::COLUMN_TYPE_BOOL;
  const bool wants_time =
      column.type == v1::COLUMN_TYPE_DATE || column.type == v1::COLUMN_TYPE_TIMESTAMP;
  const std::string& sql = found.sql;
  const std::string& type = found.sql_type;
  const auto cast = [&sql](const char* to) { return "TRY_CAST(" + sql + " AS " + to + ")"; };
  if (type == "VARCHAR") return ScanExpression{.sql = sql, .kind = CellKind::kText};
  if (type == "BLOB") return ScanExpression{.sql = sql, .kind = CellKind::kText, .blob = true};
  if (wants_number && IsInteger(type)) {
    return ScanExpression{.sql = cast("BIGINT"), .kind = CellKind::kInt64};
  }
  if (wants_number && type == "DOUBLE") return ScanExpression{sql, CellKind::kDouble};
  if (type == "DATE") {
    if (wants_time) return ScanExpression{sql, CellKind::kDays};
    return ScanExpression{TimeText(sql), CellKind::kText};
  }
  if (IsTimestamp(type)) {
    if (wants_time) return ScanExpression{cast("TIMESTAMP"), CellKind::kMicros};
    return ScanExpression{TimeText(cast("TIMESTAMP")), CellKind::kText};
  }
  if (type == "FLOAT" || type == "DOUBLE") return ScanExpression{FloatText(sql), CellKind::kText};
  if (HasText(type)) return ScanExpression{cast("VARCHAR"), CellKind::kText};
  return InvalidArgument("column \"%s\" is of the Parquet type %s, which is not read",
                         column.name.c_str(), type.c_str());
}

}  // namespace

std::string ReadParquetSql(const std::vector<std::string>& process_paths) {
  std::string list;
  for (const std::string& path : process_paths) {
    list += (list.empty() ? "" : ", ") + QuoteLiteral(path);
  }
  return "read_parquet([" + list + "], hive_partitioning = false, binary_as_string = false)";
}

StatusOr<FoundColumns> DescribeParquet(Database& database, const std::string& process_path) {
  WEIR_ASSIGN_OR_RETURN(const auto described,
                        database.Query("DESCRIBE SELECT * FROM " + ReadParquetSql({process_path})));
  std::vector<std::vector<std::string>> texts = described->TextColumns({0, 1});
  FoundColumns found;
  found.reserve(texts[0].size());
  for (size_t i = 0; i < texts[0].size(); ++i) {
    found.emplace_back(std::move(texts[0][i]), std::move(texts[1][i]));
  }
  return found;
}

StatusOr<std::vector<ScanExpression>> ParquetExpressions(
    const std::vector<const ColumnDescription*>& columns, const FoundColumns& found,
    const std::set<std::string>& milliseconds) {
  std::vector<std::string> names;
  names.reserve(found.size());
  for (const auto& [name, sql_type] : found) names.push_back(name);
  std::vector<ScanExpression> expressions;
  expressions.reserve(columns.size());
  for (const ColumnDescription* column : columns) {
    WEIR_ASSIGN_OR_RETURN(const size_t position, FindName(names, column->name));
    WEIR_ASSIGN_OR_RETURN(
        ScanExpression expression,
        ParquetExpression(*column, FindColumn(column->name, found[position].second, milliseconds)));
    expressions.push_back(std::move(expression));
  }
  return expressions;
}

}  // namespace weir::data::internal
