// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_DUCKDB_INTERNAL_PARQUET_COLUMNS_H_
#define WEIR_DATA_DUCKDB_INTERNAL_PARQUET_COLUMNS_H_

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/duckdb/internal/database.h"
#include "weir/data/duckdb/internal/duckdb_scan.h"

namespace weir::data::internal {

// read_parquet over files by the names of their descriptors.
std::string ReadParquetSql(const std::vector<std::string>& process_paths);

// Names and SQL types of the columns of one file, in its order.
using FoundColumns = std::vector<std::pair<std::string, std::string>>;
StatusOr<FoundColumns> DescribeParquet(Database& database, const std::string& process_path);

// How the columns of a dataset are read from files with the columns `found`: as they are where that
// is exact for the declared type, as text otherwise. `milliseconds`: columns of which Unmark took
// that mark (parquet_footer.h). No value can end the query.
//
// Every type but those whose values DuckDB cannot always show: times of day, lists, structs,
// maps, unions, intervals, bit strings and what later versions add. Nanoseconds are cut off to
// microseconds; integers beyond 64 bits, decimals, single floats, UUID and enumerations come as
// text, days and times too where the column is no date and no timestamp.
//
// INVALID_ARGUMENT: no such column, two, or one of a type that is not read.
StatusOr<std::vector<ScanExpression>> ParquetExpressions(
    const std::vector<const ColumnDescription*>& columns, const FoundColumns& found,
    const std::set<std::string>& milliseconds);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_DUCKDB_INTERNAL_PARQUET_COLUMNS_H_
