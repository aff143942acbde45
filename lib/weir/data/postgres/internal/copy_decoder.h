// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_POSTGRES_INTERNAL_COPY_DECODER_H_
#define WEIR_DATA_POSTGRES_INTERNAL_COPY_DECODER_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/batch.h"

namespace weir::data::internal {

// How a column comes over the wire, in COPY's binary format.
enum class PgWire { kBool, kInt2, kInt4, kInt8, kDouble, kDate, kTimestamp, kBytes };

CellKind KindOf(PgWire wire);

// Turns the messages of COPY ... TO STDOUT (FORMAT binary) into batches. Days and times become
// ours; infinities and what does not fit lie outside the calendar, so that they are missing.
//
// With `has_count` the last column says how often each row stands there; the batches hold it so
// often.
//
// Format: PostgreSQL's documentation, "COPY", Binary Format. Not thread-safe.
class CopyDecoder {
 public:
  // Keeps a reference: `handler` must outlive the decoder.
  CopyDecoder(std::vector<PgWire> columns, bool has_count, const BatchHandler& handler);

  // One message: the header, and whole rows. Passes batches on as they fill.
  // Errors: DATA_LOSS not such a message, whatever its bytes; any error of the handler.
  Status Add(std::span<const char> message);
  // Passes on what is left. DATA_LOSS: the end did not come.
  Status Finish();

 private:
  struct Column {
    PgWire wire = PgWire::kBytes;
    std::vector<uint64_t> present;
    std::vector<int64_t> ints;
    std::vector<int32_t> days;
    std::vector<double> doubles;
    // Where in `bytes_` each text starts; texts once the batch is whole.
    std::vector<uint32_t> starts;
    std::vector<uint32_t> sizes;
    std::vector<std::string_view> texts;
  };

  struct Field {
    bool is_null = false;
    std::string_view bytes;
  };

  Status AddHeader(std::string_view& bytes);
  Status AddRow(std::string_view& bytes);
  Status AppendRow();
  Status AddCell(Column& column, std::string_view bytes);
  Status Flush();

  std::vector<Column> columns_;
  std::vector<Field> fields_;  // of the row that is read
  bool has_count_;
  const BatchHandler& handler_;
  bool has_header_ = false;
  bool has_ended_ = false;
  size_t rows_ = 0;
  std::string bytes_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_POSTGRES_INTERNAL_COPY_DECODER_H_
