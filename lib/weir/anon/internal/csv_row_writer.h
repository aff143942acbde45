// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_CSV_ROW_WRITER_H_
#define WEIR_ANON_INTERNAL_CSV_ROW_WRITER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/base/status.h"
#include "weir/data/duckdb/row_file_writer.h"
#include "weir/data/source_file.h"

namespace weir::anon::internal {

// Writes lines to an open, empty file as CSV (RFC 4180, lines end with LF): a cell is quoted where
// it holds the delimiter, a quote or a line end, or begins with a byte order mark, and where an
// empty cell is the whole line. `file` must outlive it.
//
// Errors: RESOURCE_EXHAUSTED the disk is full.
class CsvLineWriter {
 public:
  CsvLineWriter(const data::OpenFile& file, char delimiter, size_t columns);

  // The next cell; the last one of a line ends it.
  Status Add(std::string_view cell);
  // Writes what is left. Gives the SHA-256 of the file.
  StatusOr<std::string> Finish();

 private:
  bool IsPlain(std::string_view cell) const;
  Status Flush();

  const data::OpenFile& file_;
  char delimiter_;
  size_t columns_;
  size_t column_ = 0;
  std::array<bool, 256> special_ = {};
  std::string text_;
  Sha256Stream hash_;
  uint64_t offset_ = 0;
};

// Writes a header and rows. Gives the SHA-256 of the file. Errors: as above, and of the source.
StatusOr<std::string> WriteCsvRows(const data::OpenFile& file,
                                   const std::vector<std::string>& header, char delimiter,
                                   const data::TextRowSource& source);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_CSV_ROW_WRITER_H_
