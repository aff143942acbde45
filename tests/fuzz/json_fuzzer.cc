// SPDX-License-Identifier: Apache-2.0
// JSON lines: the reader ends, gives the same rows again, and a line is judged by itself: put
// behind another file, it gives the rows that it gave alone.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/internal/json_reader.h"
#include "weir/data/source_file.h"

namespace weir::data::internal {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows ReadRows(std::string_view input) {
  OpenFile file = *MakeMemoryFile();
  WEIR_CHECK(WriteAt(file, 0, std::span<const char>(input)).ok());
  JsonReader reader(std::move(file), {"a", "b"});
  Rows rows;
  while (true) {
    const Batch& batch = **reader.NextBatch();
    if (batch.rows == 0) return rows;
    std::vector<bool> faulty(batch.rows);
    for (const RowFault& fault : batch.faults) faulty.at(fault.row) = true;
    for (size_t row = 0; row < batch.rows; ++row) {
      rows.emplace_back();
      for (const BatchColumn& column : batch.columns) {
        rows.back().emplace_back(static_cast<const std::string_view*>(column.cells)[row]);
        WEIR_CHECK(!faulty[row] || rows.back().back().empty());
      }
    }
  }
}

}  // namespace
}  // namespace weir::data::internal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using weir::data::internal::ReadRows;
  using weir::data::internal::Rows;
  const std::string input(reinterpret_cast<const char*>(data), size);
  const Rows rows = ReadRows("{}\n" + input);
  Rows after = ReadRows("{\"a\":1}\n" + input);
  WEIR_CHECK(!after.empty() && after.size() == rows.size());
  after.front() = rows.front();
  WEIR_CHECK(after == rows);
  return 0;
}
