// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_DUCKDB_PARQUET_WRITER_H_
#define WEIR_DATA_DUCKDB_PARQUET_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/status.h"
#include "weir/data/plain_table.h"

namespace weir::data {

// The table as one Parquet file: text as UTF8, int64 as INT64, int128 as DECIMAL(38, 0), double as
// DOUBLE; every column optional, rows in order, zstd. The bytes never touch a disk. Equal tables
// need not give equal bytes.
//
// Errors: INVALID_ARGUMENT as CheckPlainTable, or without columns; OUT_OF_RANGE an int128 with 39
//         digits; UNAVAILABLE libduckdb cannot be loaded.
StatusOr<std::string> WriteParquet(const PlainTable& table);

// What foreign bytes may cost. Raising a limit raises memory and time, nothing else.
struct ParquetLimits {
  uint64_t file_bytes = uint64_t{256} << 20;
  uint64_t rows = 10'000'000;
  uint64_t columns = 1'000;
  uint64_t memory_bytes = uint64_t{1} << 30;
};

// Reads what WriteParquet wrote, and any other Parquet file whose columns have the same four types.
// The bytes may come from a stranger: they are parsed in a database that can open nothing else,
// under the limits.
//
// Errors: DATA_LOSS not Parquet, truncated, or damaged; INVALID_ARGUMENT a column of another type;
//         RESOURCE_EXHAUSTED beyond `limits`; UNAVAILABLE libduckdb cannot be loaded.
StatusOr<PlainTable> ReadParquet(std::string_view bytes, const ParquetLimits& limits);

}  // namespace weir::data

#endif  // WEIR_DATA_DUCKDB_PARQUET_WRITER_H_
