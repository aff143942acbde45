// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_STREAMED_ROWS_H_
#define WEIR_ANON_INTERNAL_STREAMED_ROWS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "weir/anon/internal/coded_table.h"
#include "weir/anon/internal/output_cells.h"
#include "weir/anon/internal/row_spool.h"
#include "weir/anon/microdata.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/duckdb/row_file_writer.h"

namespace weir::anon::internal {

// The rows of an output whose input is not held: a second pass over the file deals them to buckets
// at random, then each bucket is shuffled by itself and passed on. Dealing every row to a bucket of
// its own choice and shuffling within makes every order equally likely, whatever the sizes.
// Without shuffling there are buckets too, which follow each other in the order of the file.
class StreamedRows {
 public:
  // All must outlive this.
  StreamedRows(const CodedTable& table, const CollapsedTable& collapsed, const OutputCells& cells,
               const ReadLimits& limits, RandomSource& random);
  ~StreamedRows();

  // The pass over the file. Errors: as WriteMicrodata.
  Status Spool();
  // The next rows; none: the end.
  StatusOr<const data::TextRows*> Next();

  // Of those spooled.
  uint64_t rows_written() const { return rows_written_; }
  uint64_t rows_suppressed() const { return rows_suppressed_; }

 private:
  class Dealer;

  bool IsText(const OutputCells::Column& column) const;
  StatusOr<size_t> CountBuckets(uint64_t rows) const;
  Status LoadBucket();
  void AddRow(size_t begin);

  const CodedTable& table_;
  const CollapsedTable& collapsed_;
  const OutputCells& cells_;
  const ReadLimits& limits_;
  RandomSource& random_;
  std::unique_ptr<RowSpool> spool_;
  uint64_t rows_written_ = 0;
  uint64_t rows_suppressed_ = 0;
  size_t next_bucket_ = 0;
  std::string bucket_;
  std::vector<size_t> rows_;  // where rows begin in `bucket_`
  size_t next_row_ = 0;
  data::TextRows out_;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_STREAMED_ROWS_H_
