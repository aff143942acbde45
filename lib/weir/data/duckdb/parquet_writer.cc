// SPDX-License-Identifier: Apache-2.0
#include "weir/data/duckdb/parquet_writer.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "weir/base/catch_memory.h"
#include "weir/data/duckdb/internal/database.h"
#include "weir/data/internal/value_text.h"
#include "weir/data/source_file.h"

namespace weir::data {
namespace {

using internal::Database;
using internal::Library;
using internal::QueryResult;

constexpr uint64_t kWriterMemoryBytes = uint64_t{1} << 30;
constexpr size_t kChunkRows = 2048;
constexpr char kInt128Sql[] = "DECIMAL(38,0)";

const char* SqlType(PlainType type) {
  switch (type) {
    case PlainType::kText:
      return "VARCHAR";
    case PlainType::kInt64:
      return "BIGINT";
    case PlainType::kInt128:
      return kInt128Sql;
    case PlainType::kDouble:
      break;
  }
  return "DOUBLE";
}

class LogicalType {
 public:
  LogicalType(const Library& library, PlainType type)
      : library_(library),
        type_(type == PlainType::kInt128 ? library.duckdb_create_decimal_type(38, 0)
                                         : library.duckdb_create_logical_type(
                                               type == PlainType::kText    ? DUCKDB_TYPE_VARCHAR
                                               : type == PlainType::kInt64 ? DUCKDB_TYPE_BIGINT
                                                                           : DUCKDB_TYPE_DOUBLE)) {}
  ~LogicalType() { library_.duckdb_destroy_logical_type(&type_); }
  LogicalType(const LogicalType&) = delete;
  LogicalType& operator=(const LogicalType&) = delete;
  duckdb_logical_type raw() const { return type_; }

 private:
  const Library& library_;
  duckdb_logical_type type_;
};

duckdb_hugeint ToHugeint(int128 value) {
  return {.lower = static_cast<uint64_t>(static_cast<uint128>(value)),
          .upper = static_cast<int64_t>(value >> 64)};
}

int128 FromHugeint(const duckdb_hugeint& value) {
  return static_cast<int128>(static_cast<uint128>(static_cast<uint64_t>(value.upper)) << 64 |
                             value.lower);
}

// Fills a table of the database with the rows, a chunk at a time.
class TableFiller {
 public:
  TableFiller(Database& database, const PlainTable& table)
      : library_(database.library()), database_(database), table_(table) {}
  ~TableFiller() {
    if (chunk_ != nullptr) library_.duckdb_destroy_data_chunk(&chunk_);
    if (appender_ != nullptr) library_.duckdb_appender_destroy(&appender_);
  }
  TableFiller(const TableFiller&) = delete;
  TableFiller& operator=(const TableFiller&) = delete;

  Status Fill() {
    if (library_.duckdb_appender_create(database_.connection(), nullptr, "released", &appender_) !=
        DuckDBSuccess) {
      return Internal("DuckDB takes no rows");
    }
    std::vector<std::unique_ptr<LogicalType>> types;
    std::vector<duckdb_logical_type> raw;
    for (const PlainColumn& column : table_.columns) {
      types.push_back(std::make_unique<LogicalType>(library_, column.type));
      raw.push_back(types.back()->raw());
    }
    chunk_ = library_.duckdb_create_data_chunk(raw.data(), raw.size());
    for (size_t first = 0; first < table_.rows.size(); first += kChunkRows) {
      WEIR_RETURN_IF_ERROR(AppendChunk(first));
    }
    const duckdb_state state = library_.duckdb_appender_destroy(&appender_);
    return state == DuckDBSuccess ? OkStatus() : Internal("DuckDB did not take the rows");
  }

 private:
  Status AppendChunk(size_t first) {
    library_.duckdb_data_chunk_reset(chunk_);
    const size_t rows = std::min(kChunkRows, table_.rows.size() - first);
    for (size_t i = 0; i < table_.columns.size(); ++i) {
      const duckdb_vector vector = library_.duckdb_data_chunk_get_vector(chunk_, i);
      for (size_t row = 0; row < rows; ++row) SetValue(vector, row, table_.rows[first + row][i]);
    }
    library_.duckdb_data_chunk_set_size(chunk_, rows);
    const duckdb_state state = library_.duckdb_append_data_chunk(appender_, chunk_);
    return state == DuckDBSuccess ? OkStatus() : Internal("DuckDB did not take the rows");
  }

  void SetValue(duckdb_vector vector, size_t row, const PlainValue& value) {
    void* cells = library_.duckdb_vector_get_data(vector);
    if (const auto* text = std::get_if<std::string>(&value)) {
      library_.duckdb_vector_assign_string_element_len(vector, row, text->data(), text->size());
    } else if (const auto* whole = std::get_if<int64_t>(&value)) {
      static_cast<int64_t*>(cells)[row] = *whole;
    } else if (const auto* wide = std::get_if<int128>(&value)) {
      static_cast<duckdb_hugeint*>(cells)[row] = ToHugeint(*wide);
    } else if (const auto* real = std::get_if<double>(&value)) {
      static_cast<double*>(cells)[row] = *real;
    } else {
      library_.duckdb_vector_ensure_validity_writable(vector);
      library_.duckdb_validity_set_row_invalid(library_.duckdb_vector_get_validity(vector), row);
    }
  }

  const Library& library_;
  Database& database_;
  const PlainTable& table_;
  duckdb_appender appender_ = nullptr;
  duckdb_data_chunk chunk_ = nullptr;
};

Status CheckValues(const PlainTable& table) {
  WEIR_RETURN_IF_ERROR(CheckPlainTable(table));
  if (table.columns.empty()) return InvalidArgument("a Parquet file needs a column");
  const int128 limit = int128{1'000'000'000'000'000'000} * 1'000'000'000'000'000'000 * 100;
  for (const auto& row : table.rows) {
    for (const PlainValue& value : row) {
      const auto* wide = std::get_if<int128>(&value);
      if (wide != nullptr && (*wide >= limit || *wide <= -limit)) {
        return OutOfRange("an integer has more than 38 digits");
      }
      const auto* text = std::get_if<std::string>(&value);
      if (text != nullptr && !internal::IsUtf8(*text)) {
        return InvalidArgument("a text is not UTF-8");
      }
    }
  }
  return OkStatus();
}

std::string CreateSql(const PlainTable& table) {
  std::string columns;
  for (const PlainColumn& column : table.columns) {
    columns += (columns.empty() ? "" : ", ") + internal::QuoteIdentifier(column.name) + " " +
               SqlType(column.type);
  }
  return "CREATE TABLE released (" + columns + ")";
}

StatusOr<std::string> ReadAll(const OpenFile& file) {
  WEIR_ASSIGN_OR_RETURN(const uint64_t size, SizeOf(file));
  std::string bytes(size, '\0');
  WEIR_ASSIGN_OR_RETURN(const size_t got, ReadAt(file, 0, bytes));
  if (got != size) return Internal("a file in memory was cut off");
  return bytes;
}

Status TooMuch(const char* what, uint64_t limit) {
  return MakeError(StatusCode::kResourceExhausted,
                   std::string("more than ") + std::to_string(limit) + " " + what);
}

StatusOr<PlainType> TypeOf(const Library& library, QueryResult& result, uint64_t column) {
  duckdb_logical_type type = library.duckdb_column_logical_type(&result.raw(), column);
  const bool is_int128 =
      library.duckdb_decimal_width(type) == 38 && library.duckdb_decimal_scale(type) == 0;
  library.duckdb_destroy_logical_type(&type);
  switch (library.duckdb_column_type(&result.raw(), column)) {
    case DUCKDB_TYPE_VARCHAR:
      return PlainType::kText;
    case DUCKDB_TYPE_BIGINT:
      return PlainType::kInt64;
    case DUCKDB_TYPE_DOUBLE:
      return PlainType::kDouble;
    case DUCKDB_TYPE_DECIMAL:
      if (is_int128) return PlainType::kInt128;
      break;
    default:
      break;
  }
  return InvalidArgument("column %zu has a type that released tables do not have",
                         static_cast<size_t>(column) + 1);
}

StatusOr<std::vector<PlainColumn>> ReadColumns(const Library& library, QueryResult& result) {
  std::vector<PlainColumn> columns;
  const uint64_t count = library.duckdb_column_count(&result.raw());
  for (uint64_t i = 0; i < count; ++i) {
    WEIR_ASSIGN_OR_RETURN(const PlainType type, TypeOf(library, result, i));
    columns.push_back({.name = library.duckdb_column_name(&result.raw(), i), .type = type});
  }
  return columns;
}

PlainValue ValueAt(const Library& library, PlainType type, void* cells, size_t row) {
  switch (type) {
    case PlainType::kText: {
      auto* text = static_cast<duckdb_string_t*>(cells) + row;
      return std::string(library.duckdb_string_t_data(text), library.duckdb_string_t_length(*text));
    }
    case PlainType::kInt64:
      return static_cast<int64_t*>(cells)[row];
    case PlainType::kInt128:
      return FromHugeint(static_cast<duckdb_hugeint*>(cells)[row]);
    case PlainType::kDouble:
      break;
  }
  return static_cast<double*>(cells)[row];
}

void AppendRows(const Library& library, duckdb_data_chunk chunk, PlainTable& table) {
  const size_t first = table.rows.size();
  const size_t rows = library.duckdb_data_chunk_get_size(chunk);
  table.rows.resize(first + rows, std::vector<PlainValue>(table.columns.size()));
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const duckdb_vector vector = library.duckdb_data_chunk_get_vector(chunk, i);
    const uint64_t* present = library.duckdb_vector_get_validity(vector);
    void* cells = library.duckdb_vector_get_data(vector);
    for (size_t row = 0; row < rows; ++row) {
      if (present != nullptr && (present[row / 64] >> (row % 64) & 1) == 0) continue;
      table.rows[first + row][i] = ValueAt(library, table.columns[i].type, cells, row);
    }
  }
}

// DuckDB's words may quote the bytes of the stranger.
Status HideText(const Status& status, const char* what) {
  if (status.code() == StatusCode::kDataLoss) return DataLoss("%s", what);
  if (status.code() == StatusCode::kResourceExhausted) {
    return MakeError(StatusCode::kResourceExhausted, "the memory limit is too small");
  }
  return status;
}

StatusOr<PlainTable> ReadBytes(std::string_view bytes, const ParquetLimits& limits) {
  if (bytes.size() > limits.file_bytes) return TooMuch("bytes", limits.file_bytes);
  WEIR_ASSIGN_OR_RETURN(const OpenFile file, MakeMemoryFile());
  WEIR_RETURN_IF_ERROR(WriteAt(file, 0, std::span<const char>(bytes)));
  WEIR_ASSIGN_OR_RETURN(const auto database, Database::Open({.memory_bytes = limits.memory_bytes,
                                                             .threads = 1,
                                                             .allowed_path = file.ProcessPath()}));
  const auto result =
      database->Query("SELECT * FROM read_parquet(" + internal::QuoteLiteral(file.ProcessPath()) +
                      ", hive_partitioning = false) LIMIT " + std::to_string(limits.rows + 1));
  WEIR_RETURN_IF_ERROR(HideText(result.status(), "not a Parquet file, or a damaged one"));
  const Library& library = database->library();
  if (library.duckdb_column_count(&(*result)->raw()) > limits.columns) {
    return TooMuch("columns", limits.columns);
  }
  PlainTable table;
  WEIR_ASSIGN_OR_RETURN(table.columns, ReadColumns(library, **result));
  while (duckdb_data_chunk chunk = library.duckdb_fetch_chunk((*result)->raw())) {
    AppendRows(library, chunk, table);
    library.duckdb_destroy_data_chunk(&chunk);
    if (table.rows.size() > limits.rows) return TooMuch("rows", limits.rows);
  }
  return table;
}

}  // namespace

StatusOr<std::string> WriteParquet(const PlainTable& table) {
  WEIR_RETURN_IF_ERROR(CheckValues(table));
  WEIR_ASSIGN_OR_RETURN(const OpenFile file, MakeMemoryFile());
  WEIR_ASSIGN_OR_RETURN(const auto database, Database::Open({.memory_bytes = kWriterMemoryBytes,
                                                             .threads = 1,
                                                             .allowed_path = file.ProcessPath()}));
  auto created = database->Query(CreateSql(table));
  WEIR_RETURN_IF_ERROR(HideText(created.status(), "DuckDB takes no such table"));
  WEIR_RETURN_IF_ERROR(TableFiller(*database, table).Fill());
  auto copied = database->Query("COPY released TO " + internal::QuoteLiteral(file.ProcessPath()) +
                                " (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)");
  WEIR_RETURN_IF_ERROR(HideText(copied.status(), "DuckDB did not write the table"));
  return ReadAll(file);
}

StatusOr<PlainTable> ReadParquet(std::string_view bytes, const ParquetLimits& limits) {
  return CatchMemory([&] { return ReadBytes(bytes, limits); });
}

}  // namespace weir::data
