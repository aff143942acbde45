// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DOC_INTERNAL_SOURCE_TEXT_H_
#define WEIR_DOC_INTERNAL_SOURCE_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/status.h"
#include "weir/doc/locations.h"

namespace weir::doc::internal {

// The text of a document after the checks that need no grammar: size, well-formed UTF-8, no byte
// order mark, no tab, no control character, no directive, no end marker. Line breaks are "\n".
// Turns byte offsets into places for messages.
class SourceText {
 public:
  // The YAML of `text` starts at `yaml_begin`; what stands before counts for line numbers only.
  // Errors: INVALID_ARGUMENT with file, line, column; for bytes that are not UTF-8 their offset.
  static StatusOr<SourceText> Create(std::string_view text, std::string_view file_name,
                                     size_t yaml_begin);

  const std::string& text() const { return text_; }
  size_t yaml_begin() const { return yaml_begin_; }
  const std::string& file_name() const { return file_name_; }

  // Offsets beyond the end mean the end.
  Location At(size_t offset) const;
  // INVALID_ARGUMENT "file:line:column: what".
  Status Error(size_t offset, std::string_view what) const;

 private:
  SourceText(std::string_view file_name, size_t yaml_begin)
      : file_name_(file_name), yaml_begin_(yaml_begin) {}

  // Appends the character at `offset` of `text` if a document may hold it.
  Status Take(std::string_view text, size_t offset, size_t size_bytes);
  Status CheckLine(size_t line_start) const;

  std::string file_name_;
  size_t yaml_begin_;
  std::string text_;
  std::vector<size_t> line_starts_ = {0};
  std::vector<size_t> continuations_;  // offsets of bytes that continue a code point, ascending
};

}  // namespace weir::doc::internal

#endif  // WEIR_DOC_INTERNAL_SOURCE_TEXT_H_
