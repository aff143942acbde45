// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DATA_BATCH_ROWS_H_
#define WEIR_TESTS_DATA_BATCH_ROWS_H_

#include <string>
#include <string_view>
#include <vector>

#include "weir/data/batch.h"

namespace weir::data::internal {

using Rows = std::vector<std::vector<std::string>>;

// Everything that a reader of text files gives.
struct ReadContent {
  Rows rows;
  std::vector<std::string> faults;  // "row: what", rows from 1
};

template <class Reader>
ReadContent ReadToTheEnd(Reader& reader) {
  ReadContent content;
  while (true) {
    const Batch* batch = *reader.NextBatch();
    if (batch->rows == 0) return content;
    for (const RowFault& fault : batch->faults) {
      content.faults.push_back(std::to_string(content.rows.size() + fault.row + 1) + ": " +
                               fault.what);
    }
    for (size_t row = 0; row < batch->rows; ++row) {
      content.rows.emplace_back();
      for (const BatchColumn& column : batch->columns) {
        content.rows.back().emplace_back(static_cast<const std::string_view*>(column.cells)[row]);
      }
    }
  }
}

}  // namespace weir::data::internal

#endif  // WEIR_TESTS_DATA_BATCH_ROWS_H_
