// SPDX-License-Identifier: Apache-2.0
// Texts divided into blocks, as several threads read them: the same rows and faults as read whole,
// wherever the blocks begin. The first byte is the size of a block, the second says CSV or JSON.
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/internal/block_splitter.h"
#include "weir/data/internal/byte_stream.h"
#include "weir/data/internal/csv_reader.h"
#include "weir/data/internal/json_reader.h"
#include "weir/data/source_file.h"

namespace weir::data::internal {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::unique_ptr<ByteStream> StreamOf(std::string_view text) {
  OpenFile file = *MakeMemoryFile();
  WEIR_CHECK(WriteAt(file, 0, std::span<const char>(text)).ok());
  return PlainByteStream(std::move(file));
}

// Adds the rows that are left: their cells, or what is wrong with them.
template <class Reader>
void AddRows(Reader& reader, Rows& rows) {
  while (true) {
    const Batch& batch = **reader.NextBatch();
    if (batch.rows == 0) return;
    const size_t first = rows.size();
    for (size_t row = 0; row < batch.rows; ++row) {
      rows.emplace_back();
      for (const BatchColumn& column : batch.columns) {
        rows.back().emplace_back(static_cast<const std::string_view*>(column.cells)[row]);
      }
    }
    for (const RowFault& fault : batch.faults) rows.at(first + fault.row) = {fault.what};
  }
}

void SelectAll(CsvReader& reader) {
  std::vector<size_t> all(reader.header().size());
  std::iota(all.begin(), all.end(), size_t{0});
  reader.Select(std::move(all));
}

BlockSplitter SplitterOf(std::string_view text, char delimiter, size_t block_bytes) {
  return {
      StreamOf(text), delimiter, {.most_row_bytes = text.size() + 1, .block_bytes = block_bytes}};
}

Rows ReadCsv(std::string_view text) {
  auto reader = CsvReader::Open(StreamOf(text), ',');
  if (!reader.ok()) return {};
  Rows rows = {reader->header()};
  SelectAll(*reader);
  AddRows(*reader, rows);
  return rows;
}

Rows ReadCsvBlocks(std::string_view text, size_t block_bytes) {
  BlockSplitter splitter = SplitterOf(text, ',', block_bytes);
  auto block = *splitter.Next();
  auto first = CsvReader::OverText(block.has_value() ? block->text : std::string(), ',');
  if (!first.ok()) return {};
  Rows rows = {first->header()};
  SelectAll(*first);
  AddRows(*first, rows);
  while ((block = *splitter.Next()).has_value()) {
    WEIR_CHECK(!block->is_too_long && !block->text.empty());
    CsvReader reader = CsvReader::OverRows(block->text, *first);
    AddRows(reader, rows);
  }
  return rows;
}

Rows ReadJson(std::string_view text) {
  JsonReader reader(StreamOf(text), {"a", "b"});
  Rows rows;
  AddRows(reader, rows);
  return rows;
}

Rows ReadJsonBlocks(std::string_view text, size_t block_bytes) {
  BlockSplitter splitter = SplitterOf(text, '\0', block_bytes);
  Rows rows;
  while (true) {
    const auto block = *splitter.Next();
    if (!block.has_value()) return rows;
    WEIR_CHECK(!block->is_too_long && !block->text.empty());
    JsonReader reader(block->text, {"a", "b"});
    AddRows(reader, rows);
  }
}

}  // namespace
}  // namespace weir::data::internal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir::data::internal;  // NOLINT(google-build-using-namespace)
  if (size < 2) return 0;
  const size_t block_bytes = size_t{data[0]} + 1;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (data[1] % 2 == 0) {
    WEIR_CHECK(ReadCsvBlocks(text, block_bytes) == ReadCsv(text));
  } else {
    WEIR_CHECK(ReadJsonBlocks(text, block_bytes) == ReadJson(text));
  }
  return 0;
}
