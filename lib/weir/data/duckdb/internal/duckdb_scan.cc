// SPDX-License-Identifier: Apache-2.0
#include "weir/data/duckdb/internal/duckdb_scan.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string_view>
#include <utility>

#include "weir/base/catch_memory.h"

namespace weir::data::internal {
namespace {

constexpr uint32_t kInlinedBytes = 12;

struct Scan {
  const Library& library;
  const std::vector<ScanExpression>& expressions;
  const BatchHandler& handler;
  std::atomic<uint64_t> rows{0};
  std::mutex mutex;
  Status status;  // the first error of the handler
};

bool IsPresent(const uint64_t* present, size_t row) {
  return present == nullptr || (present[row / 64] >> (row % 64) & 1) != 0;
}

std::string_view ViewOf(const duckdb_string_t& text) {
  const uint32_t length = text.value.inlined.length;
  if (length <= kInlinedBytes) return {text.value.inlined.inlined, length};
  return {text.value.pointer.ptr, length};
}

std::vector<std::string_view> ViewsOf(const duckdb_string_t* texts, const uint64_t* present,
                                      size_t rows) {
  std::vector<std::string_view> views(rows);
  for (size_t row = 0; row < rows; ++row) {
    if (IsPresent(present, row)) views[row] = ViewOf(texts[row]);
  }
  return views;
}

Status PassChunk(Scan& scan, duckdb_data_chunk chunk) {
  const Library& library = scan.library;
  Batch batch{.rows = library.duckdb_data_chunk_get_size(chunk)};
  std::vector<std::vector<std::string_view>> texts(scan.expressions.size());
  for (size_t i = 0; i < scan.expressions.size(); ++i) {
    const duckdb_vector vector = library.duckdb_data_chunk_get_vector(chunk, i);
    const void* cells = library.duckdb_vector_get_data(vector);
    const uint64_t* present = library.duckdb_vector_get_validity(vector);
    if (scan.expressions[i].kind == CellKind::kText) {
      texts[i] = ViewsOf(static_cast<const duckdb_string_t*>(cells), present, batch.rows);
      cells = texts[i].data();
    }
    batch.columns.push_back({.kind = scan.expressions[i].kind, .cells = cells, .present = present});
  }
  scan.rows += batch.rows;
  return scan.handler(batch);
}

void TakeChunk(duckdb_function_info info, duckdb_data_chunk chunk, duckdb_vector output) {
  Scan& scan =
      *static_cast<Scan*>(LoadLibrary().value()->duckdb_scalar_function_get_extra_info(info));
  const Status status = CatchMemory([&] { return PassChunk(scan, chunk); });
  if (!status.ok()) {
    const std::lock_guard lock(scan.mutex);
    if (scan.status.ok()) scan.status = status;
    scan.library.duckdb_scalar_function_set_error(info, "stopped");
    return;
  }
  auto* taken = static_cast<bool*>(scan.library.duckdb_vector_get_data(output));
  std::fill_n(taken, scan.library.duckdb_data_chunk_get_size(chunk), true);
}

duckdb_type TypeOf(const ScanExpression& expression) {
  switch (expression.kind) {
    case CellKind::kInt64:
      return DUCKDB_TYPE_BIGINT;
    case CellKind::kDouble:
      return DUCKDB_TYPE_DOUBLE;
    case CellKind::kDays:
      return DUCKDB_TYPE_DATE;
    case CellKind::kMicros:
      return DUCKDB_TYPE_TIMESTAMP;
    case CellKind::kText:
      break;
  }
  return expression.blob ? DUCKDB_TYPE_BLOB : DUCKDB_TYPE_VARCHAR;
}

// Volatile: called for every row, never folded, and not once for a value of a dictionary only.
Status RegisterTake(Database& database, const std::string& name, Scan& scan) {
  const Library& library = database.library();
  duckdb_scalar_function function = library.duckdb_create_scalar_function();
  library.duckdb_scalar_function_set_name(function, name.c_str());
  for (const ScanExpression& expression : scan.expressions) {
    duckdb_logical_type type = library.duckdb_create_logical_type(TypeOf(expression));
    library.duckdb_scalar_function_add_parameter(function, type);
    library.duckdb_destroy_logical_type(&type);
  }
  duckdb_logical_type boolean = library.duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
  library.duckdb_scalar_function_set_return_type(function, boolean);
  library.duckdb_destroy_logical_type(&boolean);
  library.duckdb_scalar_function_set_volatile(function);
  library.duckdb_scalar_function_set_special_handling(function);
  library.duckdb_scalar_function_set_extra_info(function, &scan, nullptr);
  library.duckdb_scalar_function_set_function(function, TakeChunk);
  const duckdb_state state =
      library.duckdb_register_scalar_function(database.connection(), function);
  library.duckdb_destroy_scalar_function(&function);
  return state == DuckDBSuccess ? OkStatus() : Unavailable("DuckDB takes no function");
}

}  // namespace

Status ScanExpressions(Database& database, const std::vector<ScanExpression>& expressions,
                       const std::string& source_sql, const BatchHandler& handler) {
  Scan scan{.library = database.library(), .expressions = expressions, .handler = handler};
  // A database may be asked several times, and forgets no function.
  static std::atomic<uint64_t> scans{0};
  const std::string take = "weir_take_" + std::to_string(scans++);
  WEIR_RETURN_IF_ERROR(RegisterTake(database, take, scan));
  std::string arguments;
  for (const ScanExpression& expression : expressions) {
    arguments += (arguments.empty() ? "" : ", ") + expression.sql;
  }
  auto counted = database.Query("SELECT count(*) || ' ' || count(" + take + "(" + arguments +
                                ")) FROM " + source_sql);
  WEIR_RETURN_IF_ERROR(scan.status);
  WEIR_RETURN_IF_ERROR(counted.status());
  const std::vector<std::string> counts = (*counted)->TextColumns({0})[0];
  const std::string rows = std::to_string(scan.rows.load());
  if (counts.size() != 1 || counts.front() != rows + " " + rows) {
    return Internal("DuckDB did not pass every row exactly once");
  }
  return OkStatus();
}

}  // namespace weir::data::internal
