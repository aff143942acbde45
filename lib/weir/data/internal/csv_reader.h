// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_CSV_READER_H_
#define WEIR_DATA_INTERNAL_CSV_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/batch.h"
#include "weir/data/internal/byte_stream.h"
#include "weir/data/internal/file_window.h"
#include "weir/data/source_file.h"

namespace weir::data::internal {

inline constexpr size_t kMaxCsvRowBytes = size_t{64} << 20;

// Splits a CSV file (RFC 4180) into rows of cells; types are somebody else's business.
//
// Lines end with LF or CRLF, the last one also with the file. A byte order mark is skipped, so are
// empty lines. A cell that begins with a double quote runs to the closing one; a doubled quote
// stands for one; what follows the closing quote up to the delimiter is added as it is. Which rows
// exist depends on the bytes of the file only, not on buffers or threads.
//
// A row with more or fewer cells than the header, of more than kMaxCsvRowBytes, or with a quote
// that is never closed, is a fault: it keeps its number and all its cells are empty. So what one
// row holds costs no other row, as long as the writer of the file quotes as RFC 4180 says. A quote
// that is never closed runs to the end of the file.
class CsvReader {
 public:
  // Reads the header. INVALID_ARGUMENT: no header line, or one longer than kMaxCsvRowBytes.
  static StatusOr<CsvReader> Open(OpenFile file, char delimiter);
  static StatusOr<CsvReader> Open(std::unique_ptr<ByteStream> stream, char delimiter);

  // Over a text alone: with a header, and without one but with the header and selection of `like`.
  static StatusOr<CsvReader> OverText(std::string text, char delimiter);
  static CsvReader OverRows(std::string text, const CsvReader& like);

  const std::vector<std::string>& header() const { return header_; }

  // Which cells batches have, as positions in the header. Before the first NextBatch.
  void Select(std::vector<size_t> positions);

  // Up to 2048 rows; none: the end. Valid until the next call.
  StatusOr<const Batch*> NextBatch();

  // Of the file, as they lie there.
  uint64_t bytes_read() const { return input_.file_bytes_read(); }

 private:
  struct Cell {
    size_t begin = 0;
    size_t end = 0;
    bool escaped = false;  // has quotes that do not belong to the value
  };
  enum class Split { kRow, kEmptyLine, kIncomplete, kOpenQuote };
  enum class Step { kRow, kTooLong, kEnd };

  CsvReader(FileWindow input, char delimiter) : input_(std::move(input)), delimiter_(delimiter) {}
  Status ReadHeader();
  // Splits the row at the position into `row_` and finds where it ends; changes nothing else.
  Split SplitRow();
  // The end of the plain text at `at`: the next delimiter, line end or the end of the buffer.
  size_t PlainEnd(size_t at) const;
  // The quote that closes what began before `at`; buffer size if there is none.
  size_t ClosingQuote(size_t at) const;
  // Finds the next row, reading more only if `may_fill`.
  StatusOr<Step> NextRow(bool may_fill);
  // Goes on behind the row at the position without keeping it.
  Status SkipRow();
  std::string_view ValueOf(const Cell& cell);
  void AddRow();
  void AddFaultyRow(std::string what);

  FileWindow input_;
  char delimiter_;
  size_t row_end_ = 0;
  bool open_quote_ = false;
  std::vector<Cell> row_;
  std::vector<std::string> header_;
  std::vector<size_t> selected_;
  std::vector<std::vector<std::string_view>> cells_;
  Batch batch_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_CSV_READER_H_
