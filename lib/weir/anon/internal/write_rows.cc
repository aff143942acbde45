// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/write_rows.h"

#include <algorithm>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "weir/anon/internal/csv_row_writer.h"
#include "weir/anon/internal/new_file.h"
#include "weir/anon/internal/output_cells.h"
#include "weir/anon/internal/streamed_rows.h"
#include "weir/base/catch_memory.h"
#include "weir/data/duckdb/row_file_writer.h"

namespace weir::anon::internal {
namespace {

// The rows of an output whose input is held.
class HeldRows {
 public:
  HeldRows(const CodedTable& table, const CollapsedTable& collapsed, const OutputCells& cells,
           const ReadLimits& limits, RandomSource& random)
      : collapsed_(collapsed), cells_(cells), limits_(limits) {
    out_.columns.resize(cells.columns().size());
    order_.reserve(table.facts.rows);
    for (uint32_t row = 0; row < table.facts.rows; ++row) {
      const uint32_t tuple = collapsed.tuple_of_record[row];
      suppressed_ += cells.IsSuppressed(tuple) ? 1 : 0;
      if (!cells.IsLeftOut(tuple)) order_.push_back(row);
    }
    if (cells.plan().shuffle) Shuffle(order_, random);
  }

  uint64_t rows_written() const { return order_.size(); }
  uint64_t rows_suppressed() const { return suppressed_; }

  StatusOr<const data::TextRows*> Next() {
    out_.rows = std::min(data::kTextRows, order_.size() - next_);
    const auto rows = std::span<const uint32_t>(order_).subspan(next_, out_.rows);
    for (size_t i = 0; i < out_.columns.size(); ++i) {
      const OutputCells::Column& column = cells_.columns()[i];
      std::vector<std::string_view>& texts = out_.columns[i];
      texts.clear();
      for (const uint32_t row : rows) {
        const uint64_t place = column.coded == nullptr ? row : column.coded->codes[row];
        texts.push_back(cells_.CellOf(column, collapsed_.tuple_of_record[row], place));
      }
    }
    next_ += out_.rows;
    const double share =
        order_.empty() ? 1 : static_cast<double>(next_) / static_cast<double>(order_.size());
    if (limits_.progress && !limits_.progress(share)) {
      return MakeError(StatusCode::kCancelled, "cancelled");
    }
    return &out_;
  }

 private:
  const CollapsedTable& collapsed_;
  const OutputCells& cells_;
  const ReadLimits& limits_;
  std::vector<uint32_t> order_;  // rows in the order of the output
  size_t next_ = 0;
  uint64_t suppressed_ = 0;
  data::TextRows out_;
};

// The type of a column in Parquet: what the plan says, else a kept column of a Parquet file keeps
// its own. A column that may be starred, stepped or reduced holds texts.
std::string SqlTypeOf(const CodedTable& table, const OutputCells::Column& column) {
  switch (column.plan->type) {
    case v1::VALUE_TYPE_INT:
      return "BIGINT";
    case v1::VALUE_TYPE_DECIMAL:
      return "DOUBLE";
    case v1::VALUE_TYPE_DATE:
      return "DATE";
    case v1::VALUE_TYPE_TIMESTAMP:
      return "TIMESTAMP";
    default:
      break;
  }
  const bool keeps = column.plan->type == v1::VALUE_TYPE_UNSPECIFIED &&
                     column.plan->source == CellSource::kKept && !column.plan->starred;
  if (!keeps) return "VARCHAR";
  return table.request.columns[column.place].reduce ? "VARCHAR" : table.sql_types[column.place];
}

StatusOr<std::string> WriteFile(const CodedTable& table, const OutputCells& cells,
                                const OutputLocation& location, const data::OpenFile& file,
                                const data::TextRowSource& source) {
  if (location.format == v1::FILE_FORMAT_CSV) {
    std::vector<std::string> header;
    for (const OutputCells::Column& column : cells.columns()) header.push_back(column.plan->name);
    return WriteCsvRows(file, header, location.delimiter, source);
  }
  std::vector<data::RowFileColumn> columns;
  for (const OutputCells::Column& column : cells.columns()) {
    columns.push_back({.name = column.plan->name, .sql_type = SqlTypeOf(table, column)});
  }
  WEIR_RETURN_IF_ERROR(data::WriteParquetRows(file, columns, source));
  return data::Sha256Of(file);
}

template <class Rows>
StatusOr<OutputFacts> WriteAll(const CodedTable& table, const OutputCells& cells,
                               const OutputLocation& location, const OutputCheck& check,
                               NewFile& file, Rows& rows) {
  StatusOr<std::string> sha256 =
      WriteFile(table, cells, location, file.file(), [&] { return rows.Next(); });
  if (sha256.status().code() == StatusCode::kResourceExhausted) {
    return Annotate(sha256.status(), "cannot write " + location.path);
  }
  WEIR_RETURN_IF_ERROR(sha256.status());
  OutputFacts facts = {.rows = rows.rows_written(),
                       .suppressed_rows = rows.rows_suppressed(),
                       .sha256 = *std::move(sha256)};
  if (check) {
    const InputLocation written = {.path = file.file().ProcessPath(),
                                   .format = location.format,
                                   .delimiter = location.delimiter};
    // The disk is waited for while the file is read again.
    std::future<Status> synced = std::async(std::launch::async, [&file] { return file.Sync(); });
    const Status checked = check(written, facts);
    const Status on_disk = synced.get();
    WEIR_RETURN_IF_ERROR(checked);
    WEIR_RETURN_IF_ERROR(on_disk);
  }
  if (location.before_naming) WEIR_RETURN_IF_ERROR(location.before_naming());
  WEIR_RETURN_IF_ERROR(file.Commit());
  return facts;
}

StatusOr<OutputFacts> Write(const CodedTable& table, const CollapsedTable& collapsed,
                            const OutputPlan& plan, const OutputLocation& location,
                            const ReadLimits& limits, RandomSource& random,
                            const OutputCheck& check) {
  WEIR_RETURN_IF_ERROR(CheckOutput(location));
  WEIR_ASSIGN_OR_RETURN(const OutputCells cells, OutputCells::Create(table, collapsed, plan));
  WEIR_ASSIGN_OR_RETURN(NewFile file, NewFile::Create(location.path, location.replace));
  if (table.held) {
    HeldRows rows(table, collapsed, cells, limits, random);
    return WriteAll(table, cells, location, check, file, rows);
  }
  StreamedRows rows(table, collapsed, cells, limits, random);
  WEIR_RETURN_IF_ERROR(rows.Spool());
  return WriteAll(table, cells, location, check, file, rows);
}

}  // namespace

StatusOr<OutputFacts> WriteRows(const CodedTable& table, const CollapsedTable& collapsed,
                                const OutputPlan& plan, const OutputLocation& location,
                                const ReadLimits& limits, RandomSource& random,
                                const OutputCheck& check) {
  return CatchMemory(
      [&] { return Write(table, collapsed, plan, location, limits, random, check); });
}

}  // namespace weir::anon::internal
