// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_SERVER_BATCH_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_SERVER_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/batch.h"
#include "weir/data/clickhouse/internal/native_reader.h"

namespace weir::data::internal {

// A server's blocks as batches. Keeps its room from one block to the next. Not thread-safe.
class ServerBatch {
 public:
  // What was asked for, a column each: kDays of Date or a type of up to 32 bits, kMicros of whole
  // seconds in such a type.
  explicit ServerBatch(std::vector<CellKind> kinds)
      : kinds_(std::move(kinds)), columns_(kinds_.size()) {}

  // As many columns as kinds. Valid until the next call, as long as the block is.
  // DATA_LOSS: a column is of another type.
  StatusOr<const Batch*> Make(const NativeBlock& block);

 private:
  struct Column {
    std::vector<int64_t> numbers = {};
    std::vector<int32_t> days = {};
    std::vector<double> doubles = {};
    std::vector<uint64_t> present = {};
  };

  static const uint64_t* PresentOf(const NativeColumn& from, size_t rows, Column& to);
  StatusOr<const void*> CellsOf(size_t position, const NativeBlock& block);

  std::vector<CellKind> kinds_;
  std::vector<Column> columns_;
  Batch batch_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_SERVER_BATCH_H_
