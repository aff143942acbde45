// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_DUCKDB_INTERNAL_DUCKDB_SCAN_H_
#define WEIR_DATA_DUCKDB_INTERNAL_DUCKDB_SCAN_H_

#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/batch.h"
#include "weir/data/duckdb/internal/database.h"

namespace weir::data::internal {

// One column of a scan: an SQL expression over the source, and what its cells are.
struct ScanExpression {
  std::string sql;
  CellKind kind;
  bool blob = false;  // kText: the expression is a BLOB, its bytes are the text
};

// Runs `SELECT <expressions> FROM <source_sql>`, at least one expression, and passes the rows on
// from inside a scalar function, on DuckDB's threads and without a copy.
//
// Errors: of the handler first, else as Database::Query.
Status ScanExpressions(Database& database, const std::vector<ScanExpression>& expressions,
                       const std::string& source_sql, const BatchHandler& handler);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_DUCKDB_INTERNAL_DUCKDB_SCAN_H_
