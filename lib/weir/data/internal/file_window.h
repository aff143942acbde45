// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_FILE_WINDOW_H_
#define WEIR_DATA_INTERNAL_FILE_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "weir/base/status.h"
#include "weir/data/internal/byte_stream.h"

namespace weir::data::internal {

// Text, read forward: `buffer` from `position` on is what has been read and not used.
struct FileWindow {
  explicit FileWindow(std::unique_ptr<ByteStream> source) : stream(std::move(source)) {}
  // Over `text` alone.
  explicit FileWindow(std::string text) : at_end(true), buffer(std::move(text)) {}

  // Forgets what lies before `position` and reads on: at least a MiB, and as much as is kept, so
  // that one long row costs linear time. Skips a byte order mark at the start of the text.
  Status Fill();

  uint64_t file_bytes_read() const { return stream == nullptr ? 0 : stream->file_bytes_read(); }

  std::unique_ptr<ByteStream> stream;
  bool at_end = false;  // the buffer ends with the text
  bool has_begun = false;
  std::string buffer;
  size_t position = 0;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_FILE_WINDOW_H_
