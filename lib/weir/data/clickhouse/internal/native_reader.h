// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_NATIVE_READER_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_NATIVE_READER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/status.h"

namespace weir::data::internal {

// A column of a block as the server sent it; valid while the handler runs.
struct NativeColumn {
  std::string type;                     // without Nullable: "Int32", "FixedString(4)"
  const uint8_t* nulls = nullptr;       // 1: NULL, by row; null: all are there
  const char* numbers = nullptr;        // fixed-width, little-endian, not aligned
  size_t width = 0;                     // of one of them
  std::vector<std::string_view> texts;  // String, FixedString without the zeros at its end

  bool IsNull(size_t row) const { return nulls != nullptr && nulls[row] != 0; }
  // Of an integer type of up to 64 bits; UInt64 as its bits.
  int64_t IntAt(size_t row) const;
};

struct NativeBlock {
  size_t rows = 0;
  std::vector<NativeColumn> columns;
};

// Splits a stream in ClickHouse's format Native (of client revision 0) into blocks, whatever pieces
// it comes in. The names of the columns must be the expected ones: a server that fails in the
// middle writes its error where a block would begin, and no such text is a block of those names.
//
// Takes the integer types, Float32, Float64, Date, DateTime, String and FixedString, and Nullable
// of them. Not thread-safe.
class NativeReader {
 public:
  using BlockHandler = std::function<Status(const NativeBlock&)>;

  // `most_bytes`: of one block.
  NativeReader(std::vector<std::string> names, size_t most_bytes)
      : names_(std::move(names)), most_bytes_(most_bytes) {}

  // Errors: DATA_LOSS          not such a stream.
  //         RESOURCE_EXHAUSTED a block above the limit.
  //         Any error of the handler.
  Status Add(std::string_view bytes, const BlockHandler& handler);
  // DATA_LOSS: the stream ended within a block.
  Status Finish() const;
  // The bytes of the block that is not complete: after DATA_LOSS perhaps the server's error.
  std::string_view rest() const { return std::string_view(buffer_).substr(block_); }
  // Whether a block has been passed on.
  bool has_passed() const { return has_passed_; }

 private:
  struct Text {
    size_t at = 0;
    size_t size = 0;
  };
  struct Column {
    std::string type;
    bool is_nullable = false;
    bool is_fixed_text = false;
    size_t width = 0;  // 0: a length before each text
    std::optional<size_t> nulls = {};
    size_t values = 0;
    std::vector<Text> texts = {};
  };

  // Each gives false if the bytes do not suffice yet; then nothing is taken.
  StatusOr<bool> TakeNumber(uint64_t& number);
  StatusOr<bool> TakeText(size_t most, Text& text);
  StatusOr<bool> TakeHead();
  StatusOr<bool> TakeColumn();
  StatusOr<bool> TakeValues(Column& column);
  Status StartColumn(Text type);
  std::string_view View(Text text) const { return {buffer_.data() + text.at, text.size}; }
  void DropPassed();
  Status Pass(const BlockHandler& handler);

  std::vector<std::string> names_;
  size_t most_bytes_;
  std::string buffer_;
  size_t block_ = 0;  // where the current one starts in the buffer
  size_t next_ = 0;   // what of it is not taken yet
  bool has_head_ = false;
  bool in_column_ = false;
  bool has_passed_ = false;
  size_t rows_ = 0;
  std::vector<Column> columns_;  // the last one is perhaps not complete
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_NATIVE_READER_H_
