// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_CSV_ROW_WRITER_H_
#define WEIR_ANON_INTERNAL_CSV_ROW_WRITER_H_

#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/duckdb/row_file_writer.h"
#include "weir/data/source_file.h"

namespace weir::anon::internal {

// Writes a header and rows to an open, empty file as CSV (RFC 4180, lines end with LF): a cell is
// quoted where it holds the delimiter, a quote or a line end, or begins with a byte order mark, and
// where an empty cell is the whole line. Gives the SHA-256 of the file.
//
// Errors: RESOURCE_EXHAUSTED the disk is full. Any error of the source.
StatusOr<std::string> WriteCsvRows(const data::OpenFile& file,
                                   const std::vector<std::string>& header, char delimiter,
                                   const data::TextRowSource& source);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_CSV_ROW_WRITER_H_
