// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_BLOCK_SPLITTER_H_
#define WEIR_DATA_INTERNAL_BLOCK_SPLITTER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "weir/base/status.h"
#include "weir/data/internal/byte_stream.h"

namespace weir::data::internal {

inline constexpr size_t kSplitterBlockBytes = size_t{1} << 20;

// Finds where the rows of a CSV file end, as CsvReader does: a line feed ends a row unless it is in
// quotes, and quotes begin only at the begin of a cell. Fed from the begin of a row on.
class RowEnds {
 public:
  // `delimiter` 0: lines, whatever they hold.
  explicit RowEnds(char delimiter) : delimiter_(delimiter) {}
  // Reads `text` on; returns where the last row that ends in it ends, 0 if none does.
  size_t LastEnd(std::string_view text);
  // The first one instead; goes no further.
  size_t FirstEnd(std::string_view text);

 private:
  enum class State { kCellStart, kPlain, kQuoted, kAfterQuote };
  State Next(char c) const;
  char delimiter_;
  State state_ = State::kCellStart;
};

// Divides a text into blocks of whole rows, so that several threads can split rows into cells: one
// reads on while others work. Which rows there are does not depend on it.
//
// Thread-safe.
class BlockSplitter {
 public:
  struct Sizes {
    size_t most_row_bytes;  // longer rows are not kept in memory
    size_t block_bytes = kSplitterBlockBytes;
  };
  // `delimiter` as of RowEnds.
  BlockSplitter(std::unique_ptr<ByteStream> stream, char delimiter, Sizes sizes)
      : stream_(std::move(stream)), delimiter_(delimiter), sizes_(sizes) {}

  struct Block {
    std::string text;          // whole rows; the last of the file may lack its line end
    bool is_too_long = false;  // or one row that was left out; then no text
    uint64_t file_bytes = 0;   // that were read for it
  };
  // The next rows, in the order of the text; none: the end. A byte order mark and empty lines
  // before the first row are left out. Errors: as ByteStream::Read.
  StatusOr<std::optional<Block>> Next();

 private:
  // Reads on behind `pending_`.
  Status Read();
  Status SkipBegin();
  Status SkipRow(RowEnds ends);
  Block Take(size_t size);

  std::mutex mutex_;
  std::unique_ptr<ByteStream> stream_;
  char delimiter_;
  Sizes sizes_;
  bool has_begun_ = false;
  bool at_end_ = false;
  std::string pending_;  // from the begin of a row on
  uint64_t file_bytes_told_ = 0;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_BLOCK_SPLITTER_H_
