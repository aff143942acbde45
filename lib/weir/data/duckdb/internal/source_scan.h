// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_DUCKDB_INTERNAL_SOURCE_SCAN_H_
#define WEIR_DATA_DUCKDB_INTERNAL_SOURCE_SCAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/batch.h"
#include "weir/data/dataset.h"

namespace weir::data::internal {

struct ScanOptions {
  uint64_t memory_bytes;
  int threads;
  // Batches come one after the other in the order of the file, with the faults of rows.
  bool ordered = false;
  // Parquet: read a copy without the marks for which a value can make a file unreadable
  // (parquet_footer.h). It lies in `temp_folder`, or in memory if that is empty.
  bool unmark = false;
  std::string temp_folder;
};

// Passes the columns on, batch by batch. The file is opened once, must be a regular one, and is
// never named in SQL by its own name.
//
// CSV is split by CsvReader and JSON lines by JsonReader on the calling thread; Parquet is read by
// DuckDB on `options.threads` threads.
//
// A text may hold any bytes: whoever decodes it judges them.
//
// Errors: INVALID_ARGUMENT   the file is missing, not regular, has no header, or lacks a column
//                            (the message lists the columns it has).
//         DATA_LOSS          damaged Parquet; the message may hold values: for the owner only.
//         RESOURCE_EXHAUSTED the memory limit.
//         UNAVAILABLE        libduckdb cannot be loaded, or the disk fails.
//         Any error of the handler.
Status ScanSource(const SourceLocation& source,
                  const std::vector<const ColumnDescription*>& columns, const ScanOptions& options,
                  const BatchHandler& handler);

// True if a scan ended with `status` perhaps only because of one value in a Parquet file. Then read
// it once more, from nothing, with `unmark`: no value may decide whether a source can be read.
bool IsWorthUnmarking(const Status& status, const SourceLocation& source);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_DUCKDB_INTERNAL_SOURCE_SCAN_H_
