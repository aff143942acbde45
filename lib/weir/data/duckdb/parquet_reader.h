// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_DUCKDB_PARQUET_READER_H_
#define WEIR_DATA_DUCKDB_PARQUET_READER_H_

#include <cstdint>
#include <string_view>

#include "weir/base/status.h"
#include "weir/data/plain_table.h"

namespace weir::data {

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

#endif  // WEIR_DATA_DUCKDB_PARQUET_READER_H_
