// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_JSON_READER_H_
#define WEIR_DATA_INTERNAL_JSON_READER_H_

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

inline constexpr size_t kMaxJsonLineBytes = size_t{64} << 20;

// Splits JSON lines, one object a line, into cells of text; types are somebody else's business.
//
// A string is its characters, a number the digits as they stand there, true and false are words,
// null and an absent member are an empty cell, an array or object is its JSON text. Of members with
// the same name the first counts. Lines end with LF; a byte order mark is skipped, so are lines of
// nothing but white space.
//
// A line that is no JSON object (RFC 8259), holds a number of 1e308 and beyond, is nested deeper
// than 1,000 or longer than kMaxJsonLineBytes, is a fault: it keeps its number and its cells are
// empty. So what one line holds costs no other line.
class JsonReader {
 public:
  // Batches have the members `names`, in this order.
  JsonReader(std::unique_ptr<ByteStream> stream, std::vector<std::string> names);
  JsonReader(OpenFile file, std::vector<std::string> names)
      : JsonReader(PlainByteStream(std::move(file)), std::move(names)) {}
  // Over a text alone.
  JsonReader(std::string text, std::vector<std::string> names);

  // Up to 2048 rows; none: the end. Valid until the next call.
  StatusOr<const Batch*> NextBatch();

  // Of the file, as they lie there.
  uint64_t bytes_read() const { return input_.file_bytes_read(); }

  // Of the lines so far: whether an object had the member `names[i]`, and the members of the first
  // object.
  bool HasSeen(size_t i) const { return seen_[i]; }
  const std::vector<std::string>& first_members() const { return first_members_; }

 private:
  struct Cell {
    size_t begin = 0;  // in `text_`
    size_t size = 0;
  };
  class LineHandler;

  JsonReader(FileWindow input, std::vector<std::string> names);

  // Goes on behind the line at the position without keeping it.
  Status SkipLine();
  void AddLine(std::string_view line);
  void AddFaultyLine(std::string what);

  FileWindow input_;
  std::vector<std::string> names_;
  std::vector<bool> seen_;
  std::vector<std::string> first_members_;
  bool has_object_ = false;
  std::string text_;                      // of the cells of the batch
  std::vector<std::vector<Cell>> cells_;  // by column
  std::vector<std::vector<std::string_view>> views_;
  Batch batch_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_JSON_READER_H_
