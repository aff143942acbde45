// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_PARQUET_WRITER_H_
#define WEIR_DATA_PARQUET_WRITER_H_

#include <string>

#include "weir/base/status.h"
#include "weir/data/plain_table.h"

namespace weir::data {

// The table as one Parquet file: text as UTF8, int64 as INT64, int128 as DECIMAL(38, 0), double as
// DOUBLE; every column optional, rows in order, pages plain and in zstd, no statistics. Written
// here and not by DuckDB, which would take longer to start than a small release takes in all. Equal
// tables give equal bytes while libzstd stays the same.
//
// Errors: INVALID_ARGUMENT as CheckPlainTable, without columns, or a text that is not UTF-8 or
//         longer than 2^30 bytes; OUT_OF_RANGE an int128 with 39 digits.
// Cost:   O(bytes) time and memory. Thread-safe.
// Source: apache/parquet-format 2.10, parquet.thrift and Encodings.md (PLAIN; levels by RLE).
StatusOr<std::string> WriteParquet(const PlainTable& table);

}  // namespace weir::data

#endif  // WEIR_DATA_PARQUET_WRITER_H_
