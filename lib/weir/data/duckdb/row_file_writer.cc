// SPDX-License-Identifier: Apache-2.0
#include "weir/data/duckdb/row_file_writer.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "weir/base/catch_memory.h"
#include "weir/data/duckdb/internal/database.h"
#include "weir/data/internal/scanner.h"

namespace weir::data {
namespace {

using internal::Database;
using internal::Library;
using internal::LoadLibrary;

constexpr char kRowsFunction[] = "weir_rows";
constexpr uint64_t kWriterMemoryBytes = uint64_t{1} << 30;

struct Rows {
  const TextRowSource& source;
  size_t columns;
  Status status;  // of the source
};

std::string PlaceName(size_t column) { return "c" + std::to_string(column); }

void Bind(duckdb_bind_info info) {
  const Library& library = *LoadLibrary().value();
  const auto& rows = *static_cast<const Rows*>(library.duckdb_bind_get_extra_info(info));
  duckdb_logical_type text = library.duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
  for (size_t i = 0; i < rows.columns; ++i) {
    library.duckdb_bind_add_result_column(info, PlaceName(i).c_str(), text);
  }
  library.duckdb_destroy_logical_type(&text);
}

void Init(duckdb_init_info) {}

Status FillChunk(const Library& library, Rows& rows, duckdb_data_chunk chunk) {
  WEIR_ASSIGN_OR_RETURN(const TextRows* const next, rows.source());
  WEIR_CHECK(next->rows <= kTextRows);
  for (size_t i = 0; i < rows.columns && next->rows > 0; ++i) {
    const duckdb_vector vector = library.duckdb_data_chunk_get_vector(chunk, i);
    const std::vector<std::string_view>& texts = next->columns[i];
    uint64_t* present = nullptr;
    for (size_t row = 0; row < next->rows; ++row) {
      if (!texts[row].empty()) {
        library.duckdb_vector_assign_string_element_len(vector, row, texts[row].data(),
                                                        texts[row].size());
        continue;
      }
      if (present == nullptr) {
        library.duckdb_vector_ensure_validity_writable(vector);
        present = library.duckdb_vector_get_validity(vector);
      }
      library.duckdb_validity_set_row_invalid(present, row);
    }
  }
  library.duckdb_data_chunk_set_size(chunk, next->rows);
  return OkStatus();
}

void Fill(duckdb_function_info info, duckdb_data_chunk chunk) {
  const Library& library = *LoadLibrary().value();
  auto& rows = *static_cast<Rows*>(library.duckdb_function_get_extra_info(info));
  const Status status = CatchMemory([&] { return FillChunk(library, rows, chunk); });
  if (status.ok()) return;
  rows.status = status;
  library.duckdb_function_set_error(info, "stopped");
}

Status RegisterRows(Database& database, Rows& rows) {
  const Library& library = database.library();
  duckdb_table_function function = library.duckdb_create_table_function();
  library.duckdb_table_function_set_name(function, kRowsFunction);
  library.duckdb_table_function_set_extra_info(function, &rows, nullptr);
  library.duckdb_table_function_set_bind(function, Bind);
  library.duckdb_table_function_set_init(function, Init);
  library.duckdb_table_function_set_function(function, Fill);
  const duckdb_state state =
      library.duckdb_register_table_function(database.connection(), function);
  library.duckdb_destroy_table_function(&function);
  return state == DuckDBSuccess ? OkStatus() : Unavailable("DuckDB takes no table function");
}

bool IsDecimalType(std::string_view type) {
  constexpr std::string_view kHead = "DECIMAL(";
  if (!type.starts_with(kHead) || !type.ends_with(')')) return false;
  type.remove_prefix(kHead.size());
  type.remove_suffix(1);
  const size_t comma = type.find(',');
  const auto is_number = [](std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), internal::Scanner::IsDigit);
  };
  return comma != std::string_view::npos && is_number(type.substr(0, comma)) &&
         is_number(type.substr(comma + 1));
}

// The type becomes SQL text: nothing but these.
bool IsKnownType(std::string_view type) {
  constexpr std::string_view kTypes[] = {"VARCHAR", "BOOLEAN",  "TINYINT",   "SMALLINT", "INTEGER",
                                         "BIGINT",  "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
                                         "HUGEINT", "FLOAT",    "DOUBLE",    "UUID",     "DATE",
                                         "TIME",    "TIMESTAMP"};
  return IsDecimalType(type) ||
         std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

StatusOr<std::string> SelectList(const std::vector<RowFileColumn>& columns) {
  if (columns.empty()) return InvalidArgument("a Parquet file needs a column");
  std::string list;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (!IsKnownType(columns[i].sql_type)) {
      return InvalidArgument("no type %s", QuoteText(columns[i].sql_type).c_str());
    }
    list += (list.empty() ? "CAST(" : ", CAST(") + PlaceName(i) + " AS " + columns[i].sql_type +
            ") AS " + internal::QuoteIdentifier(columns[i].name);
  }
  return list;
}

// DuckDB calls two names the same that differ in the case of ASCII letters only, and renames one.
Status CheckNames(const std::vector<RowFileColumn>& columns) {
  std::set<std::string> seen;
  for (const RowFileColumn& column : columns) {
    std::string name = column.name;
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (seen.insert(std::move(name)).second) continue;
    return InvalidArgument(
        "another column differs from %s in nothing but capital letters, which a "
        "Parquet file cannot keep apart; write CSV",
        QuoteText(column.name).c_str());
  }
  return OkStatus();
}

// The column that a message of a failed conversion is about; the message itself quotes the value.
std::string ColumnIn(const std::string& message, const std::vector<RowFileColumn>& columns) {
  for (size_t i = columns.size(); i-- > 0;) {
    if (message.find("source column " + PlaceName(i)) != std::string::npos) {
      return "column " + QuoteText(columns[i].name);
    }
  }
  return "a column";
}

Status WhyNotCopied(const Status& status, const std::vector<RowFileColumn>& columns) {
  if (status.code() != StatusCode::kDataLoss) return status;
  const std::string message = MessageOf(status);
  for (const char* const full : {"No space left", "Disk quota", "File too large"}) {
    if (message.find(full) != std::string::npos) {
      return MakeError(StatusCode::kResourceExhausted, "writing failed: no space left on device");
    }
  }
  if (message.find("onversion") != std::string::npos) {
    return InvalidArgument("%s has values that do not fit its type",
                           ColumnIn(message, columns).c_str());
  }
  return Unavailable("writing failed: %s", message.c_str());
}

}  // namespace

Status WriteParquetRows(const OpenFile& file, const std::vector<RowFileColumn>& columns,
                        const TextRowSource& source) {
  WEIR_RETURN_IF_ERROR(CheckNames(columns));
  WEIR_ASSIGN_OR_RETURN(const std::string list, SelectList(columns));
  WEIR_ASSIGN_OR_RETURN(const auto database, Database::Open({.memory_bytes = kWriterMemoryBytes,
                                                             .threads = 1,
                                                             .allowed_path = file.ProcessPath()}));
  Rows rows{.source = source, .columns = columns.size(), .status = OkStatus()};
  WEIR_RETURN_IF_ERROR(RegisterRows(*database, rows));
  const auto copied = database->Query("COPY (SELECT " + list + " FROM " + kRowsFunction +
                                      "()) TO " + internal::QuoteLiteral(file.ProcessPath()) +
                                      " (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)");
  WEIR_RETURN_IF_ERROR(rows.status);
  return WhyNotCopied(copied.status(), columns);
}

}  // namespace weir::data
