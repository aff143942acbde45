// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_HIERARCHY_FILE_H_
#define WEIR_ANON_HIERARCHY_FILE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "weir/anon/hierarchy.h"
#include "weir/base/files.h"
#include "weir/base/status.h"

namespace weir::anon {

inline constexpr uint64_t kMaxHierarchyFileBytes = uint64_t{512} << 20;

// A hierarchy as a CSV file: each line a ground value and its labels at level 1, 2, ... This is how
// it was written, faults included; hierarchy_lint.h judges it.
struct HierarchyFile {
  std::string name;               // in messages
  std::string sha256;             // of the bytes, lower-case hexadecimal
  std::vector<GroundPath> paths;  // lines that are not empty
  std::vector<size_t> lines;      // where each begins, from 1
  bool has_byte_order_mark = false;
  bool has_final_newline = true;
};

// Splits the text of a hierarchy file: RFC 4180 with another delimiter. A cell that begins with a
// double quote runs to the closing one, a doubled quote stands for one. Lines end with LF or CRLF,
// the last one also with the file. A byte order mark is no part of the first value.
//
// Errors: INVALID_ARGUMENT, as "name:line: what; what to do": no line, text that is not UTF-8, a
//         quote that is never closed or has text after it, a NUL.
StatusOr<HierarchyFile> ParseHierarchyFile(std::string_view text, std::string_view name,
                                           char delimiter);

// The same from a file; also the errors of Files::Read.
StatusOr<HierarchyFile> ReadHierarchyFile(Files& files, const std::string& path, char delimiter);

}  // namespace weir::anon

#endif  // WEIR_ANON_HIERARCHY_FILE_H_
