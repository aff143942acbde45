// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_DUCKDB_INTERNAL_PARQUET_SCAN_H_
#define WEIR_DATA_DUCKDB_INTERNAL_PARQUET_SCAN_H_

#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/batch.h"
#include "weir/data/dataset.h"
#include "weir/data/internal/row_source.h"
#include "weir/data/internal/source_parts.h"

namespace weir::data::internal {

struct ParquetCopies {
  bool are_wanted = false;  // read copies without the marks that make one value refuse a file
  std::string temp_folder;  // where; empty: in memory
};

// Reads the parts of a source of Parquet with DuckDB. Some dozen parts at once are opened by us and
// named by their descriptors; those with the same columns and partition values are one query. A
// part that is copied (parquet_footer.h) is read alone.
//
// Errors: as RowSource::Scan, naming the part or all that were read at once.
Status ScanParquetParts(const FileSource& source, const PartColumns& columns, const RowScan& scan,
                        const ParquetCopies& copies, std::vector<SourcePart>& parts,
                        const BatchHandler& handler);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_DUCKDB_INTERNAL_PARQUET_SCAN_H_
