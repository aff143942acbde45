// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_BATCH_H_
#define WEIR_DATA_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/status.h"

namespace weir::data {

// How the cells of a column lie in memory.
enum class CellKind {
  kText,    // std::string_view
  kInt64,   // int64_t
  kDouble,  // double
  kDays,    // int32_t since 1970-01-01
  kMicros,  // int64_t since 1970-01-01 UTC
};

struct BatchColumn {
  CellKind kind;
  const void* cells;
  const uint64_t* present;  // bit i: cell i is not NULL; null: all are there
};

// A row that could not be split into cells: all of them are empty.
struct RowFault {
  size_t row;  // in the batch
  std::string what;
};

// Some rows of a source; valid while the handler runs.
struct Batch {
  size_t rows = 0;
  std::vector<BatchColumn> columns;  // as asked for
  std::vector<RowFault> faults;
  std::string_view file = {};  // of an ordered scan of a source with several: which one
};

// Takes the batches of a source. Unless the scan is ordered, several threads call at once.
using BatchHandler = std::function<Status(const Batch&)>;

}  // namespace weir::data

#endif  // WEIR_DATA_BATCH_H_
