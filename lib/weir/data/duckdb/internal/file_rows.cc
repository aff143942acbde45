// SPDX-License-Identifier: Apache-2.0
#include "weir/data/duckdb/internal/file_rows.h"

#include <algorithm>

#include "weir/data/duckdb/internal/parquet_scan.h"
#include "weir/data/internal/text_scan.h"

namespace weir::data::internal {
namespace {

Status RefuseEmpty(const std::string& name, const std::vector<SourcePart>& parts) {
  const bool is_empty = std::all_of(parts.begin(), parts.end(), [](const SourcePart& part) {
    return part.facts.has_value() && part.facts->size == 0;
  });
  return is_empty ? InvalidArgument("%s is empty", name.c_str()) : OkStatus();
}

}  // namespace

Status FileRows::Scan(const std::vector<const ColumnDescription*>& columns, const RowScan& scan,
                      const BatchHandler& handler) {
  if (parts_.empty()) {
    WEIR_ASSIGN_OR_RETURN(parts_, FindParts(source_));
  }
  const PartColumns part_columns(source_, columns);
  if (source_.format == SourceFormat::kParquet) {
    const ParquetCopies copies{.are_wanted = unmark_, .temp_folder = temp_folder_};
    return ScanParquetParts(source_, part_columns, scan, copies, parts_, handler);
  }
  WEIR_RETURN_IF_ERROR(ScanTextParts(source_, part_columns, scan, parts_, handler));
  return scan.ordered ? RefuseEmpty(source_.path, parts_) : OkStatus();
}

bool FileRows::ChangeWays(const Status& status) {
  if (unmark_ || status.code() != StatusCode::kDataLoss) return false;
  unmark_ = source_.format == SourceFormat::kParquet;
  return unmark_;
}

}  // namespace weir::data::internal
