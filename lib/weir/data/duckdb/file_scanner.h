// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_DUCKDB_FILE_SCANNER_H_
#define WEIR_DATA_DUCKDB_FILE_SCANNER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/batch.h"
#include "weir/data/dataset.h"
#include "weir/data/source_file.h"

namespace weir::data {

bool IsUtf8(std::string_view text);

// By the end of the name, never by the content: ".gz" or ".zst".
bool IsCompressed(std::string_view path);

namespace internal {
class ByteStream;
}

// The one text of a number, a day or a time stamp in a batch: "7", "2015-03-31",
// "2015-03-31T12:00:00Z". INVALID_ARGUMENT: a day or time outside the years 0 to 9999.
StatusOr<std::string> TextOf(CellKind kind, int64_t value);

struct FileColumn {
  std::string name;
  CellKind kind = CellKind::kText;  // of the cells in a batch: never kDouble
  // What RowFileWriter takes to keep the type of a Parquet column; "VARCHAR" for texts.
  std::string sql_type = "VARCHAR";
};

struct FileScanOptions {
  uint64_t memory_bytes = uint64_t{1} << 30;  // for Parquet
  int threads = 1;                            // for Parquet; more than one: rows in any order
  // Called now and then with the share done in [0, 1], on any one thread; false cancels.
  std::function<bool(double)> progress = {};
};

// A file of rows that belongs to its reader, opened once: whoever swaps it under its name changes
// nothing. No description says what its columns are: texts are texts, and what a Parquet file holds
// as integers, days and times stays so.
//
// CSV and JSON lines are split on the calling thread, decompressed on the way if IsCompressed.
// Parquet is read by DuckDB, loaded when first needed, in a database that can open nothing else.
//
// Thread-safe: scans share nothing but the descriptor.
class FileScanner {
 public:
  // INVALID_ARGUMENT: missing, not readable or not a regular file; a compressed file of Parquet.
  static StatusOr<FileScanner> Open(const FileSource& source);

  // As the file lies on disk.
  uint64_t size_bytes() const { return facts_.size; }
  // Of the text of a compressed file, which is read for it until there are `enough`; else
  // size_bytes(). Errors: DATA_LOSS  it is damaged or ends too early.
  StatusOr<uint64_t> CountTextBytes(uint64_t enough) const;

  // In the order of the file; of JSON lines the members of the first object. A column without a
  // name, or of a type that Scan refuses, is in the list as well: it may not be needed.
  // Errors: INVALID_ARGUMENT  no header, a name that is not UTF-8 or there twice.
  //         DATA_LOSS         damaged Parquet.
  StatusOr<std::vector<FileColumn>> Columns() const;

  // Rows of a Parquet file by its metadata; 0 for others, where only reading tells.
  StatusOr<uint64_t> DeclaredRows() const;

  // Passes the columns on, batch by batch, in the order asked for. Missing cells are empty texts or
  // absent ones.
  //
  // Errors: INVALID_ARGUMENT   no such column; a row that cannot be split into cells: names it,
  //                            counted from 1 without the header.
  //         DATA_LOSS          damaged Parquet, whose message may hold values, for the owner only;
  //                            a compressed file that is damaged or ends too early.
  //         RESOURCE_EXHAUSTED the memory limit.
  //         CANCELLED          by `progress`. Any error of the handler.
  Status Scan(const std::vector<std::string>& columns, const FileScanOptions& options,
              const BatchHandler& handler) const;

  // Of all bytes, as 64 lower-case hexadecimal digits.
  StatusOr<std::string> Sha256() const;

  // DATA_LOSS if the file has changed since it was opened, by its size and times.
  Status CheckUnchanged() const;

 private:
  FileScanner(FileSource source, OpenFile file, FileFacts facts)
      : source_(std::move(source)), file_(std::move(file)), facts_(facts) {}

  StatusOr<std::unique_ptr<internal::ByteStream>> OpenText() const;
  StatusOr<std::vector<FileColumn>> ColumnsAsFound() const;
  Status ScanCsv(const std::vector<std::string>& columns, const FileScanOptions& options,
                 const BatchHandler& handler) const;
  Status ScanJson(const std::vector<std::string>& columns, const FileScanOptions& options,
                  const BatchHandler& handler) const;
  Status ScanParquet(const std::vector<std::string>& columns, const FileScanOptions& options,
                     const BatchHandler& handler) const;

  FileSource source_;
  OpenFile file_;
  FileFacts facts_;
};

}  // namespace weir::data

#endif  // WEIR_DATA_DUCKDB_FILE_SCANNER_H_
