// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_FILE_WINDOW_H_
#define WEIR_DATA_INTERNAL_FILE_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "weir/base/status.h"
#include "weir/data/source_file.h"

namespace weir::data::internal {

// A file of text, read forward: `buffer` from `position` on is what has been read and not used.
struct FileWindow {
  explicit FileWindow(OpenFile source) : file(std::move(source)) {}

  // Forgets what lies before `position` and reads on: at least a MiB, and as much as is kept, so
  // that one long row costs linear time. Skips a byte order mark at the start of the file.
  Status Fill();

  OpenFile file;
  uint64_t offset = 0;  // in the file, of the end of the buffer
  bool at_end = false;  // the buffer ends with the file
  std::string buffer;
  size_t position = 0;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_FILE_WINDOW_H_
