// SPDX-License-Identifier: Apache-2.0
#include "weir/data/duckdb/internal/file_rows.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "weir/data/duckdb/internal/database.h"
#include "weir/data/duckdb/internal/duckdb_scan.h"
#include "weir/data/duckdb/internal/query_interrupter.h"
#include "weir/data/internal/column_names.h"
#include "weir/data/internal/csv_reader.h"
#include "weir/data/internal/json_reader.h"
#include "weir/data/internal/parquet_footer.h"
#include "weir/data/internal/value_text.h"
#include "weir/data/source_file.h"

namespace weir::data::internal {
namespace {

using Columns = std::vector<const ColumnDescription*>;

struct FileScan {
  RowScan rows;
  bool unmark = false;
  std::string temp_folder;
};

// Tells the share of a file that has been read.
class ByteProgress {
 public:
  ByteProgress(const RowScan& scan, uint64_t size_bytes) : scan_(scan), size_bytes_(size_bytes) {}
  void Report(uint64_t bytes_read) const {
    if (size_bytes_ == 0) return;
    scan_.Report(std::min(1.0, static_cast<double>(bytes_read) / static_cast<double>(size_bytes_)));
  }

 private:
  const RowScan& scan_;
  uint64_t size_bytes_;
};

Status ScanCsv(OpenFile file, const FileSource& source, const Columns& columns, const RowScan& scan,
               const BatchHandler& handler) {
  WEIR_ASSIGN_OR_RETURN(const uint64_t size, SizeOf(file));
  const ByteProgress progress(scan, size);
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
    progress.Report(reader.bytes_read());
  }
}

bool IsOneOf(std::string_view sql_type, std::initializer_list<std::string_view> types) {
  return std::find(types.begin(), types.end(), sql_type) != types.end();
}

bool IsInteger(std::string_view sql_type) {
  return IsOneOf(sql_type, {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT",
                            "UINTEGER", "BOOLEAN"});
}

// Types whose every value can be a text.
bool HasText(std::string_view sql_type) {
  return IsInteger(sql_type) || sql_type.starts_with("DECIMAL") ||
         IsOneOf(sql_type, {"UBIGINT", "HUGEINT", "FLOAT", "DOUBLE", "UUID", "JSON"});
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

// A Parquet column as the database sees it.
struct FoundColumn {
  std::string sql;
  std::string sql_type;
};

// How it is read: as it is where that is exact for the declared type, as text otherwise. No value
// may end the query: TRY_CAST, and no type whose values DuckDB cannot always show.
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
  if (type.starts_with("TIMESTAMP")) {
    if (wants_time) return ScanExpression{cast("TIMESTAMP"), CellKind::kMicros};
    return ScanExpression{TimeText(cast("TIMESTAMP")), CellKind::kText};
  }
  if (HasText(type)) return ScanExpression{cast("VARCHAR"), CellKind::kText};
  return InvalidArgument("column \"%s\" is of the Parquet type %s, which is not read",
                         column.name.c_str(), type.c_str());
}

// Passes on and tells the share of the rows that the files declare.
StatusOr<BatchHandler> WithProgress(Database& database, const std::string& source_sql,
                                    const RowScan& scan, const BatchHandler& handler) {
  if (!scan.control.progress) return handler;
  WEIR_ASSIGN_OR_RETURN(const auto counted,
                        database.Query("SELECT count(*)::VARCHAR FROM " + source_sql));
  const double total = std::stod(counted->TextColumns({0})[0].at(0));
  auto rows = std::make_shared<std::atomic<uint64_t>>(0);
  return BatchHandler([&scan, &handler, total, rows](const Batch& batch) -> Status {
    WEIR_RETURN_IF_ERROR(handler(batch));
    const auto done = static_cast<double>(*rows += batch.rows);
    scan.Report(done / std::max(done, total));
    return OkStatus();
  });
}

Status ScanParquet(Database& database, const std::string& path,
                   const std::set<std::string>& milliseconds, const Columns& columns,
                   const FileScan& options, const BatchHandler& handler) {
  const std::string source = "read_parquet(" + QuoteLiteral(path) +
                             ", hive_partitioning = false, binary_as_string = false)";
  WEIR_ASSIGN_OR_RETURN(const auto described, database.Query("DESCRIBE SELECT * FROM " + source));
  const std::vector<std::vector<std::string>> found = described->TextColumns({0, 1});
  std::vector<ScanExpression> expressions;
  for (const ColumnDescription* column : columns) {
    WEIR_ASSIGN_OR_RETURN(const size_t position, FindName(found[0], column->name));
    FoundColumn here{.sql = QuoteIdentifier(column->name), .sql_type = found[1][position]};
    if (milliseconds.contains(column->name)) {
      here = {.sql = FromTicks(here.sql, 1'000), .sql_type = "TIMESTAMP"};
    } else if (here.sql_type == "TIMESTAMP WITH TIME ZONE") {
      here = {.sql = FromTicks("epoch_us(" + here.sql + ")", 1'000'000), .sql_type = "TIMESTAMP"};
    }
    WEIR_ASSIGN_OR_RETURN(ScanExpression expression, ParquetExpression(*column, here));
    expressions.push_back(std::move(expression));
  }
  WEIR_ASSIGN_OR_RETURN(const BatchHandler pass,
                        WithProgress(database, source, options.rows, handler));
  return ScanExpressions(database, expressions, source, pass);
}

Status ScanParquet(const std::string& path, const std::set<std::string>& milliseconds,
                   const Columns& columns, const FileScan& options, const BatchHandler& handler) {
  WEIR_ASSIGN_OR_RETURN(const auto database,
                        Database::Open({.memory_bytes = options.rows.memory_bytes,
                                        .threads = options.rows.ordered ? 1 : options.rows.threads,
                                        .allowed_path = path}));
  const QueryInterrupter interrupter(*database, options.rows.control);
  const Status status = ScanParquet(*database, path, milliseconds, columns, options, handler);
  // An interrupted query does not know what interrupted it.
  if (status.code() == StatusCode::kCancelled) WEIR_RETURN_IF_ERROR(options.rows.control.Check());
  return status;
}

Status ScanJson(OpenFile file, const Columns& columns, const RowScan& scan,
                const BatchHandler& handler) {
  WEIR_ASSIGN_OR_RETURN(const uint64_t size, SizeOf(file));
  const ByteProgress progress(scan, size);
  std::vector<std::string> names;
  for (const ColumnDescription* column : columns) names.push_back(column->name);
  JsonReader reader(std::move(file), names);
  while (true) {
    WEIR_ASSIGN_OR_RETURN(const Batch* const batch, reader.NextBatch());
    if (batch->rows == 0) break;
    WEIR_RETURN_IF_ERROR(handler(*batch));
    progress.Report(reader.bytes_read());
  }
  // A member that no object has is misspelt: the owner must know, and nobody else.
  for (size_t i = 0; scan.ordered && i < names.size(); ++i) {
    if (!reader.HasSeen(i) && !reader.first_members().empty()) {
      return NoColumn(names[i], reader.first_members());
    }
  }
  return OkStatus();
}

Status ScanParquetFile(const OpenFile& file, const Columns& columns, const FileScan& options,
                       const BatchHandler& handler) {
  if (!options.unmark) return ScanParquet(file.ProcessPath(), {}, columns, options, handler);
  WEIR_ASSIGN_OR_RETURN(const UnmarkedFile copy,
                        CopyUnmarked(file, options.temp_folder, options.rows.memory_bytes));
  return ScanParquet(copy.file.ProcessPath(), copy.milliseconds, columns, options, handler);
}

Status ScanOpened(OpenFile file, const FileSource& source, const Columns& columns,
                  const FileScan& options, const BatchHandler& handler) {
  switch (source.format) {
    case SourceFormat::kCsv:
      return ScanCsv(std::move(file), source, columns, options.rows, handler);
    case SourceFormat::kJson:
      return ScanJson(std::move(file), columns, options.rows, handler);
    case SourceFormat::kParquet:
      break;
  }
  return ScanParquetFile(file, columns, options, handler);
}

Status RefuseEmpty(const OpenFile& file, const std::string& path) {
  WEIR_ASSIGN_OR_RETURN(const uint64_t size, SizeOf(file));
  return size > 0 ? OkStatus() : InvalidArgument("%s is empty", path.c_str());
}

}  // namespace

Status FileRows::Scan(const Columns& columns, const RowScan& scan, const BatchHandler& handler) {
  const FileScan options{.rows = scan, .unmark = unmark_, .temp_folder = temp_folder_};
  WEIR_ASSIGN_OR_RETURN(OpenFile file, OpenRegularFile(source_.path));
  if (scan.ordered) WEIR_RETURN_IF_ERROR(RefuseEmpty(file, source_.path));
  return Annotate(ScanOpened(std::move(file), source_, columns, options, handler), source_.path);
}

bool FileRows::ChangeWays(const Status& status) {
  if (unmark_ || status.code() != StatusCode::kDataLoss) return false;
  unmark_ = source_.format == SourceFormat::kParquet;
  return unmark_;
}

}  // namespace weir::data::internal
