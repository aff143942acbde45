// SPDX-License-Identifier: Apache-2.0
#include "weir/data/duckdb/parquet_reader.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "weir/base/catch_memory.h"
#include "weir/data/duckdb/internal/database.h"
#include "weir/data/source_file.h"

namespace weir::data {
namespace {

using internal::Database;
using internal::Library;
using internal::QueryResult;

int128 FromHugeint(const duckdb_hugeint& value) {
  return static_cast<int128>(static_cast<uint128>(static_cast<uint64_t>(value.upper)) << 64 |
                             value.lower);
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

StatusOr<PlainTable> ReadParquet(std::string_view bytes, const ParquetLimits& limits) {
  return CatchMemory([&] { return ReadBytes(bytes, limits); });
}

}  // namespace weir::data
