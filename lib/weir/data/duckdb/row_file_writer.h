// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_DUCKDB_ROW_FILE_WRITER_H_
#define WEIR_DATA_DUCKDB_ROW_FILE_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/source_file.h"

namespace weir::data {

struct RowFileColumn {
  std::string name;
  // "VARCHAR", or the type of a FileColumn, BIGINT, DOUBLE, DATE or TIMESTAMP.
  std::string sql_type = "VARCHAR";
};

// Some rows, column by column; an empty text is a missing value.
struct TextRows {
  size_t rows = 0;
  std::vector<std::vector<std::string_view>> columns;  // each at least `rows` long
};

// At most so many rows at once.
inline constexpr size_t kTextRows = 2048;

// Gives the next rows, valid until it is called again; none: the end.
using TextRowSource = std::function<StatusOr<const TextRows*>()>;

// Writes rows to an open, empty file as Parquet (zstd, every column optional, rows in order).
// Memory does not grow with the rows.
//
// Errors: INVALID_ARGUMENT   no column, a type not named above, two names that differ in the case
// of
//                            letters only, a text that is no value of its column's type: names the
//                            column, never the text.
//         RESOURCE_EXHAUSTED the disk is full, or the memory limit is too small.
//         UNAVAILABLE        libduckdb cannot be loaded. Any error of the source.
Status WriteParquetRows(const OpenFile& file, const std::vector<RowFileColumn>& columns,
                        const TextRowSource& source);

}  // namespace weir::data

#endif  // WEIR_DATA_DUCKDB_ROW_FILE_WRITER_H_
