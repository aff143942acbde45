// SPDX-License-Identifier: Apache-2.0
// CSV files and the values in their cells: the reader ends, never loses a row, and gives the same
// rows again; whatever a document's strict reader takes, the tolerant one takes as the same value.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/data/internal/csv_reader.h"
#include "weir/data/internal/time_text.h"
#include "weir/data/internal/value_text.h"
#include "weir/data/source_file.h"

namespace weir::data::internal {
namespace {

void CheckValue(std::string_view text) {
  const auto strict = ParseDecimal(text);
  const auto tolerant = ReadDecimal(text);
  WEIR_CHECK(!strict.ok() || tolerant == *strict);
  const auto whole = ReadInt(text);
  WEIR_CHECK(!whole.has_value() || tolerant.has_value());
  WEIR_CHECK(!whole.has_value() || ReadInt(std::to_string(*whole)) == whole);
  if (tolerant.has_value()) WEIR_CHECK(ReadDecimal(FormatDecimal(*tolerant)) == tolerant);
  const auto time = ReadTimestamp(text);
  WEIR_CHECK(!time.has_value() || ReadTimestamp(FormatTimestamp(*time)) == time);
  const auto day = ReadDate(text);
  WEIR_CHECK(!day.has_value() || ReadDate(FormatDate(*day)) == day);
}

std::vector<std::string> ReadCells(std::string_view input) {
  OpenFile file = *MakeMemoryFile();
  WEIR_CHECK(WriteAt(file, 0, std::span<const char>(input)).ok());
  auto reader = CsvReader::Open(std::move(file), ',');
  std::vector<std::string> cells;
  if (!reader.ok()) return cells;
  const size_t width = reader->header().size();
  reader->Select({0, width - 1});
  while (true) {
    const Batch& batch = **reader->NextBatch();
    if (batch.rows == 0) return cells;
    for (const RowFault& fault : batch.faults) WEIR_CHECK(fault.row < batch.rows);
    for (size_t row = 0; row < batch.rows; ++row) {
      for (const BatchColumn& column : batch.columns) {
        cells.emplace_back(static_cast<const std::string_view*>(column.cells)[row]);
      }
    }
  }
}

}  // namespace
}  // namespace weir::data::internal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> cells = weir::data::internal::ReadCells(input);
  WEIR_CHECK(cells == weir::data::internal::ReadCells(input));
  for (const std::string& cell : cells) weir::data::internal::CheckValue(cell);
  weir::data::internal::CheckValue(input);
  return 0;
}
