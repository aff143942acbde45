// SPDX-License-Identifier: Apache-2.0
#include "weir/data/duckdb/internal/source_scan.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "weir/data/duckdb/internal/database.h"
#include "weir/data/duckdb/internal/duckdb_scan.h"
#include "weir/data/internal/csv_reader.h"
#include "weir/data/internal/parquet_footer.h"
#include "weir/data/internal/source_file.h"

namespace weir::data::internal {
namespace {

using Columns = std::vector<const ColumnDescription*>;

Status NoColumn(const std::string& name, const std::vector<std::string>& found) {
  std::string list;
  for (const std::string& column : found) list += (list.empty() ? "" : ", ") + column;
  return InvalidArgument("no column \"%s\"; it has: %s", name.c_str(), list.c_str());
}

StatusOr<size_t> FindName(const std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return NoColumn(name, names);
  if (std::find(found + 1, names.end(), name) != names.end()) {
    return InvalidArgument("two columns \"%s\"", name.c_str());
  }
  return static_cast<size_t>(found - names.begin());
}

Status ScanCsv(OpenFile file, const SourceLocation& source, const Columns& columns,
               const BatchHandler& handler) {
  WEIR_ASSIGN_OR_RETURN(CsvReader reader, CsvReader::Open(std::move(file), source.delimiter));
  std::vector<size_t> positions;
  for (const ColumnDescription* column : columns) {
    WEIR_ASSIGN_OR_RETURN(const size_t position, FindName(reader.header(), column->name));
    positions.push_back(position);
  }
  reader.Select(std::move(positions));
  while (true) {
    WEIR_ASSIGN_OR_RETURN(const Batch* const batch, reader.NextBatch());
    if (batch->rows == 0) return OkStatus();
    WEIR_RETURN_IF_ERROR(handler(*batch));
  }
}

bool IsNumber(std::string_view sql_type) {
  for (const std::string_view type : {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT",
                                      "USMALLINT", "UINTEGER", "BOOLEAN"}) {
    if (sql_type == type) return true;
  }
  return false;
}

// How a Parquet column of `sql_type` is read: as it is where that is exact for the declared type,
// as text otherwise. TRY_CAST, because no value may end the query.
ScanExpression ParquetExpression(const ColumnDescription& column, std::string_view sql_type) {
  const bool wants_number = column.type == v1::COLUMN_TYPE_INT ||
                            column.type == v1::COLUMN_TYPE_DECIMAL ||
                            column.type == v1::COLUMN_TYPE_BOOL;
  const bool wants_time =
      column.type == v1::COLUMN_TYPE_DATE || column.type == v1::COLUMN_TYPE_TIMESTAMP;
  const std::string name = QuoteIdentifier(column.name);
  const auto cast = [&name](const char* type, CellKind kind) {
    return ScanExpression{.sql = "TRY_CAST(" + name + " AS " + type + ")", .kind = kind};
  };
  if (wants_number && IsNumber(sql_type)) return cast("BIGINT", CellKind::kInt64);
  if (wants_number && sql_type == "DOUBLE") return {.sql = name, .kind = CellKind::kDouble};
  if (wants_time && sql_type == "DATE") return {.sql = name, .kind = CellKind::kDays};
  if (wants_time && sql_type.starts_with("TIMESTAMP")) return cast("TIMESTAMP", CellKind::kMicros);
  if (sql_type == "VARCHAR") return {.sql = name, .kind = CellKind::kText};
  if (sql_type == "BLOB") return {.sql = name, .kind = CellKind::kText, .blob = true};
  return cast("VARCHAR", CellKind::kText);
}

Status ScanParquet(Database& database, const std::string& path, const Columns& columns,
                   const BatchHandler& handler) {
  const std::string source = "read_parquet(" + QuoteLiteral(path) +
                             ", hive_partitioning = false, binary_as_string = false)";
  WEIR_ASSIGN_OR_RETURN(const auto described, database.Query("DESCRIBE SELECT * FROM " + source));
  const std::vector<std::vector<std::string>> found = described->TextColumns({0, 1});
  std::vector<ScanExpression> expressions;
  for (const ColumnDescription* column : columns) {
    WEIR_ASSIGN_OR_RETURN(const size_t position, FindName(found[0], column->name));
    expressions.push_back(ParquetExpression(*column, found[1][position]));
  }
  return ScanExpressions(database, expressions, /*faults_last=*/false, source, handler);
}

// RFC 6901: a member of the object at the root.
std::string JsonPointer(std::string_view member) {
  std::string pointer = "/";
  for (const char c : member) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

std::string JsonLines(const std::string& path) {
  return "read_ndjson_objects(" + QuoteLiteral(path) + ", ignore_errors = true)";
}

// A column without one value is either empty or misspelt: say so if no object has it.
Status CheckJsonColumn(Database& database, const std::string& path, const std::string& column) {
  const std::string pointer = QuoteLiteral(JsonPointer(column));
  WEIR_ASSIGN_OR_RETURN(
      const auto seen,
      database.Query("SELECT CASE WHEN count(*) = 0 OR bool_or(json_exists(json, " + pointer +
                     ")) THEN 'yes' ELSE 'no' END FROM " + JsonLines(path)));
  if (seen->TextColumns({0})[0].front() == "yes") return OkStatus();
  WEIR_ASSIGN_OR_RETURN(const auto keys,
                        database.Query("SELECT unnest(json_keys(json)) FROM (SELECT json FROM " +
                                       JsonLines(path) + " WHERE json IS NOT NULL LIMIT 1)"));
  return NoColumn(column, keys->TextColumns({0})[0]);
}

Status ScanJson(Database& database, const std::string& path, const Columns& columns, bool ordered,
                const BatchHandler& handler) {
  std::string pointers;
  std::vector<ScanExpression> expressions;
  for (const ColumnDescription* column : columns) {
    if (ordered) WEIR_RETURN_IF_ERROR(CheckJsonColumn(database, path, column->name));
    pointers += (pointers.empty() ? "" : ", ") + QuoteLiteral(JsonPointer(column->name));
    expressions.push_back({.sql = "members[" + std::to_string(expressions.size() + 1) + "]",
                           .kind = CellKind::kText});
  }
  std::string source = "(SELECT json_extract_string(json, [" + pointers + "]) AS members";
  if (ordered) {
    expressions.push_back({.sql = "fault", .kind = CellKind::kText});
    source +=
        ", CASE WHEN coalesce(json_type(json), '') <> 'OBJECT' THEN 'not a JSON object' END"
        " AS fault";
  }
  source += " FROM " + JsonLines(path) + ")";
  return ScanExpressions(database, expressions, /*faults_last=*/ordered, source, handler);
}

// The file that the database shall open.
StatusOr<OpenFile> FileToRead(OpenFile file, const SourceLocation& source,
                              const ScanOptions& options) {
  if (!options.unmark_text || source.format != SourceFormat::kParquet) return file;
  return CopyWithoutTextMarks(file, options.temp_folder, options.memory_bytes);
}

Status ScanOpened(OpenFile file, const SourceLocation& source, const Columns& columns,
                  const ScanOptions& options, const BatchHandler& handler) {
  if (source.format == SourceFormat::kCsv) {
    return ScanCsv(std::move(file), source, columns, handler);
  }
  WEIR_ASSIGN_OR_RETURN(const OpenFile read, FileToRead(std::move(file), source, options));
  const std::string path = read.ProcessPath();
  WEIR_ASSIGN_OR_RETURN(const auto database,
                        Database::Open({.memory_bytes = options.memory_bytes,
                                        .threads = options.ordered ? 1 : options.threads,
                                        .allowed_path = path}));
  if (source.format == SourceFormat::kParquet) {
    return ScanParquet(*database, path, columns, handler);
  }
  return ScanJson(*database, path, columns, options.ordered, handler);
}

}  // namespace

Status ScanSource(const SourceLocation& source, const Columns& columns, const ScanOptions& options,
                  const BatchHandler& handler) {
  WEIR_ASSIGN_OR_RETURN(OpenFile file, OpenRegularFile(source.path));
  return Annotate(ScanOpened(std::move(file), source, columns, options, handler), source.path);
}

bool IsWorthUnmarking(const Status& status, const SourceLocation& source) {
  return status.code() == StatusCode::kDataLoss && source.format == SourceFormat::kParquet;
}

}  // namespace weir::data::internal
