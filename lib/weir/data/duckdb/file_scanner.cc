// SPDX-License-Identifier: Apache-2.0
#include "weir/data/duckdb/file_scanner.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <utility>

#include "weir/data/duckdb/internal/database.h"
#include "weir/data/duckdb/internal/duckdb_scan.h"
#include "weir/data/internal/byte_stream.h"
#include "weir/data/internal/column_names.h"
#include "weir/data/internal/csv_reader.h"
#include "weir/data/internal/file_form.h"
#include "weir/data/internal/json_reader.h"
#include "weir/data/internal/time_text.h"
#include "weir/data/internal/value_text.h"

namespace weir::data {
namespace {

using internal::ByteStream;
using internal::Compression;
using internal::CsvReader;
using internal::Database;
using internal::JsonReader;
using internal::QuoteIdentifier;
using internal::QuoteLiteral;
using internal::ScanExpression;

constexpr uint64_t kMetadataMemoryBytes = uint64_t{256} << 20;
constexpr size_t kCountedAtOnce = size_t{256} << 10;

// By their places: without a header, names are values.
Status CheckNames(const std::vector<FileColumn>& columns) {
  std::map<std::string_view, size_t> names;
  for (size_t i = 0; i < columns.size(); ++i) {
    const FileColumn& column = columns[i];
    if (column.name.empty()) continue;
    if (!IsUtf8(column.name) || column.name.find('\0') != std::string::npos) {
      return InvalidArgument("the name of column %zu is no UTF-8 text", i + 1);
    }
    // A file with such line ends is one long header, names of which are values.
    if (column.name.find('\r') != std::string::npos) {
      return InvalidArgument(
          "the header holds a carriage return; lines must end with a line feed: save the file so");
    }
    const auto [first, is_new] = names.try_emplace(column.name, i);
    if (!is_new) {
      return InvalidArgument("two columns of one name: %zu and %zu", first->second + 1, i + 1);
    }
  }
  return OkStatus();
}

bool IsInteger(std::string_view sql_type) {
  constexpr std::string_view kTypes[] = {"TINYINT",  "SMALLINT",  "INTEGER", "BIGINT",
                                         "UTINYINT", "USMALLINT", "UINTEGER"};
  return std::find(std::begin(kTypes), std::end(kTypes), sql_type) != std::end(kTypes);
}

// Types whose text DuckDB takes back as the same value.
bool KeepsItsText(std::string_view sql_type) {
  constexpr std::string_view kTypes[] = {"BOOLEAN", "UBIGINT", "HUGEINT", "FLOAT",
                                         "DOUBLE",  "UUID",    "TIME"};
  return sql_type.starts_with("DECIMAL(") ||
         std::find(std::begin(kTypes), std::end(kTypes), sql_type) != std::end(kTypes);
}

StatusOr<FileColumn> ParquetColumn(const std::string& name, const std::string& sql_type) {
  FileColumn column{.name = name};
  if (sql_type == "VARCHAR" || sql_type == "BLOB" || sql_type == "JSON") return column;
  if (IsInteger(sql_type)) {
    column.kind = CellKind::kInt64;
  } else if (sql_type == "DATE") {
    column.kind = CellKind::kDays;
  } else if (sql_type.starts_with("TIMESTAMP")) {
    column.kind = CellKind::kMicros;
  } else if (!KeepsItsText(sql_type)) {
    return InvalidArgument("column %s is of the Parquet type %s, which is not read",
                           QuoteText(name).c_str(), sql_type.c_str());
  }
  // Nanoseconds and zones are read as microseconds UTC, and written as such.
  column.sql_type = column.kind == CellKind::kMicros ? "TIMESTAMP" : sql_type;
  return column;
}

ScanExpression ExpressionOf(const FileColumn& column, const std::string& sql_type) {
  const std::string sql = QuoteIdentifier(column.name);
  const auto cast = [&sql](const char* type) { return "CAST(" + sql + " AS " + type + ")"; };
  switch (column.kind) {
    case CellKind::kInt64:
      return {.sql = cast("BIGINT"), .kind = CellKind::kInt64};
    case CellKind::kDays:
      return {.sql = sql, .kind = CellKind::kDays};
    case CellKind::kMicros:
      return {.sql = sql_type == "TIMESTAMP WITH TIME ZONE"
                         ? "make_timestamp(epoch_us(" + sql + "))"
                         : cast("TIMESTAMP"),
              .kind = CellKind::kMicros};
    case CellKind::kText:
    case CellKind::kDouble:
      break;
  }
  if (sql_type == "BLOB") return {.sql = sql, .kind = CellKind::kText, .blob = true};
  return {.sql = sql_type == "VARCHAR" ? sql : cast("VARCHAR"), .kind = CellKind::kText};
}

std::string SourceSql(const OpenFile& file) {
  return "read_parquet(" + QuoteLiteral(file.ProcessPath()) +
         ", hive_partitioning = false, binary_as_string = false)";
}

StatusOr<std::unique_ptr<Database>> OpenDatabase(const OpenFile& file, uint64_t memory_bytes,
                                                 int threads) {
  return Database::Open(
      {.memory_bytes = memory_bytes, .threads = threads, .allowed_path = file.ProcessPath()});
}

Status Cancelled() { return MakeError(StatusCode::kCancelled, "cancelled"); }

// What a reader of text passes on, checked and counted.
class TextBatches {
 public:
  TextBatches(uint64_t size_bytes, const FileScanOptions& options, const BatchHandler& handler)
      : size_bytes_(size_bytes), options_(options), handler_(handler) {}

  Status Pass(const Batch& batch, uint64_t bytes_read) {
    if (!batch.faults.empty()) {
      const uint64_t row = rows_ + batch.faults[0].row + 1;
      return InvalidArgument("row %llu: %s", static_cast<unsigned long long>(row),
                             batch.faults[0].what.c_str());
    }
    rows_ += batch.rows;
    WEIR_RETURN_IF_ERROR(handler_(batch));
    const double share =
        size_bytes_ == 0 ? 1 : static_cast<double>(bytes_read) / static_cast<double>(size_bytes_);
    if (options_.progress && !options_.progress(std::min(share, 1.0))) return Cancelled();
    return OkStatus();
  }

 private:
  uint64_t size_bytes_;
  const FileScanOptions& options_;
  const BatchHandler& handler_;
  uint64_t rows_ = 0;
};

}  // namespace

bool IsUtf8(std::string_view text) { return internal::IsUtf8(text); }

bool IsCompressed(std::string_view path) {
  return internal::CompressionOf(path) != Compression::kNone;
}

StatusOr<std::string> TextOf(CellKind kind, int64_t value) {
  if (kind == CellKind::kInt64) return std::to_string(value);
  const int64_t day = kind == CellKind::kDays ? value : internal::DayOfMicros(value);
  if (day < internal::kFirstDay || day > internal::kLastDay) {
    return InvalidArgument("a day or time lies outside the years 0 to 9999");
  }
  return kind == CellKind::kDays ? internal::FormatDate(value) : internal::FormatTimestamp(value);
}

StatusOr<FileScanner> FileScanner::Open(const FileSource& source) {
  WEIR_ASSIGN_OR_RETURN(OpenFile file, OpenRegularFile(source.path));
  WEIR_RETURN_IF_ERROR(internal::CheckForm(file, source.path, source.format));
  WEIR_ASSIGN_OR_RETURN(const FileFacts facts, FactsOf(file));
  return FileScanner(source, std::move(file), facts);
}

StatusOr<std::unique_ptr<ByteStream>> FileScanner::OpenText() const {
  WEIR_ASSIGN_OR_RETURN(OpenFile file, Duplicate(file_));
  return internal::OpenByteStream(std::move(file), internal::CompressionOf(source_.path));
}

StatusOr<uint64_t> FileScanner::CountTextBytes(uint64_t enough) const {
  if (!IsCompressed(source_.path) || facts_.size >= enough) return facts_.size;
  StatusOr<std::unique_ptr<ByteStream>> text = OpenText();
  WEIR_RETURN_IF_ERROR(Annotate(text.status(), source_.path));
  std::vector<char> buffer(kCountedAtOnce);
  uint64_t bytes = 0;
  while (bytes < enough) {
    const StatusOr<size_t> got = (*text)->Read(buffer);
    WEIR_RETURN_IF_ERROR(Annotate(got.status(), source_.path));
    bytes += *got;
    if (*got < buffer.size()) break;
  }
  return bytes;
}

StatusOr<std::vector<FileColumn>> FileScanner::ColumnsAsFound() const {
  std::vector<FileColumn> columns;
  if (source_.format == SourceFormat::kParquet) {
    WEIR_ASSIGN_OR_RETURN(const auto database, OpenDatabase(file_, kMetadataMemoryBytes, 1));
    WEIR_ASSIGN_OR_RETURN(const auto described,
                          database->Query("DESCRIBE SELECT * FROM " + SourceSql(file_)));
    const std::vector<std::vector<std::string>> found = described->TextColumns({0, 1});
    for (size_t i = 0; i < found[0].size(); ++i) {
      const auto column = ParquetColumn(found[0][i], found[1][i]);
      columns.push_back(column.ok() ? *column : FileColumn{.name = found[0][i]});
    }
    return columns;
  }
  WEIR_ASSIGN_OR_RETURN(std::unique_ptr<ByteStream> text, OpenText());
  if (source_.format == SourceFormat::kCsv) {
    WEIR_ASSIGN_OR_RETURN(const CsvReader reader,
                          CsvReader::Open(std::move(text), source_.delimiter));
    for (const std::string& name : reader.header()) columns.push_back({.name = name});
    return columns;
  }
  JsonReader reader(std::move(text), {});
  while (reader.first_members().empty()) {
    WEIR_ASSIGN_OR_RETURN(const Batch* const batch, reader.NextBatch());
    if (batch->rows == 0) return InvalidArgument("empty: no JSON object with a member");
  }
  for (const std::string& name : reader.first_members()) columns.push_back({.name = name});
  return columns;
}

StatusOr<std::vector<FileColumn>> FileScanner::Columns() const {
  auto columns = ColumnsAsFound();
  if (columns.ok()) {
    if (const Status status = CheckNames(*columns); !status.ok()) columns = status;
  }
  if (!columns.ok()) return Annotate(columns.status(), source_.path);
  return columns;
}

StatusOr<uint64_t> FileScanner::DeclaredRows() const {
  if (source_.format != SourceFormat::kParquet) return 0;
  WEIR_ASSIGN_OR_RETURN(const auto database, OpenDatabase(file_, kMetadataMemoryBytes, 1));
  auto counted = database->Query("SELECT CAST(count(*) AS VARCHAR) FROM " + SourceSql(file_));
  WEIR_RETURN_IF_ERROR(Annotate(counted.status(), source_.path));
  return std::stoull((*counted)->TextColumns({0})[0].at(0));
}

Status FileScanner::ScanCsv(const std::vector<std::string>& columns, const FileScanOptions& options,
                            const BatchHandler& handler) const {
  WEIR_ASSIGN_OR_RETURN(std::unique_ptr<ByteStream> text, OpenText());
  WEIR_ASSIGN_OR_RETURN(CsvReader reader, CsvReader::Open(std::move(text), source_.delimiter));
  WEIR_ASSIGN_OR_RETURN(std::vector<size_t> positions,
                        internal::FindInHeader(reader.header(), columns));
  reader.Select(std::move(positions));
  TextBatches batches(facts_.size, options, handler);
  while (true) {
    WEIR_ASSIGN_OR_RETURN(const Batch* const batch, reader.NextBatch());
    if (batch->rows == 0) return OkStatus();
    WEIR_RETURN_IF_ERROR(batches.Pass(*batch, reader.bytes_read()));
  }
}

Status FileScanner::ScanJson(const std::vector<std::string>& columns,
                             const FileScanOptions& options, const BatchHandler& handler) const {
  WEIR_ASSIGN_OR_RETURN(std::unique_ptr<ByteStream> text, OpenText());
  JsonReader reader(std::move(text), columns);
  TextBatches batches(facts_.size, options, handler);
  while (true) {
    WEIR_ASSIGN_OR_RETURN(const Batch* const batch, reader.NextBatch());
    if (batch->rows == 0) break;
    WEIR_RETURN_IF_ERROR(batches.Pass(*batch, reader.bytes_read()));
  }
  // A member that no object has is misspelt.
  for (size_t i = 0; i < columns.size(); ++i) {
    if (!reader.HasSeen(i)) return internal::NoColumn(columns[i], reader.first_members());
  }
  return OkStatus();
}

Status FileScanner::ScanParquet(const std::vector<std::string>& columns,
                                const FileScanOptions& options, const BatchHandler& handler) const {
  WEIR_ASSIGN_OR_RETURN(const auto database,
                        OpenDatabase(file_, options.memory_bytes, options.threads));
  WEIR_ASSIGN_OR_RETURN(const auto described,
                        database->Query("DESCRIBE SELECT * FROM " + SourceSql(file_)));
  const std::vector<std::vector<std::string>> found = described->TextColumns({0, 1});
  std::vector<ScanExpression> expressions;
  for (const std::string& name : columns) {
    WEIR_ASSIGN_OR_RETURN(const size_t position, internal::FindName(found[0], name));
    WEIR_ASSIGN_OR_RETURN(const FileColumn column, ParquetColumn(name, found[1][position]));
    expressions.push_back(ExpressionOf(column, found[1][position]));
  }
  WEIR_ASSIGN_OR_RETURN(const uint64_t total, DeclaredRows());
  std::atomic<uint64_t> rows = 0;
  return internal::ScanExpressions(
      *database, expressions, SourceSql(file_), [&](const Batch& batch) -> Status {
        WEIR_RETURN_IF_ERROR(handler(batch));
        const uint64_t done = rows += batch.rows;
        const double share = static_cast<double>(done) / static_cast<double>(std::max(done, total));
        if (options.progress && !options.progress(share)) return Cancelled();
        return OkStatus();
      });
}

Status FileScanner::Scan(const std::vector<std::string>& columns, const FileScanOptions& options,
                         const BatchHandler& handler) const {
  switch (source_.format) {
    case SourceFormat::kCsv:
      return Annotate(ScanCsv(columns, options, handler), source_.path);
    case SourceFormat::kJson:
      return Annotate(ScanJson(columns, options, handler), source_.path);
    case SourceFormat::kParquet:
      break;
  }
  return Annotate(ScanParquet(columns, options, handler), source_.path);
}

StatusOr<std::string> FileScanner::Sha256() const { return Sha256Of(file_); }

Status FileScanner::CheckUnchanged() const {
  WEIR_ASSIGN_OR_RETURN(const FileFacts now, FactsOf(file_));
  if (now == facts_) return OkStatus();
  return DataLoss("%s was changed while it was read", source_.path.c_str());
}

}  // namespace weir::data
