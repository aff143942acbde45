// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_DUCKDB_INTERNAL_FILE_ROWS_H_
#define WEIR_DATA_DUCKDB_INTERNAL_FILE_ROWS_H_

#include <string>
#include <utility>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/batch.h"
#include "weir/data/dataset.h"
#include "weir/data/internal/row_source.h"
#include "weir/data/internal/source_parts.h"

namespace weir::data::internal {

// The rows of a file, or of all files that match a pattern, in the order of their names. Which
// files those are is decided by the first scan; each is opened anew for every scan, must be a
// regular one that is still the same, and is never named in SQL by its own name.
//
// CSV is split by CsvReader and JSON lines by JsonReader (text_scan.h); Parquet is read by DuckDB
// (parquet_scan.h). If DuckDB calls a file damaged, all are read once more from copies without the
// marks for which a value can make a file unreadable: no value may decide whether a source can be
// read. The copies lie in `temp_folder`, or in memory if that is empty, one at a time.
class FileRows final : public RowSource {
 public:
  FileRows(FileSource source, std::string temp_folder)
      : source_(std::move(source)), temp_folder_(std::move(temp_folder)) {}

  Status Scan(const std::vector<const ColumnDescription*>& columns, const RowScan& scan,
              const BatchHandler& handler) override;
  bool ChangeWays(const Status& status) override;
  std::string name() const override { return source_.path; }

 private:
  FileSource source_;
  std::string temp_folder_;
  std::vector<SourcePart> parts_;  // empty: not looked for yet
  bool unmark_ = false;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_DUCKDB_INTERNAL_FILE_ROWS_H_
