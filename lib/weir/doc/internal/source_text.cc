// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/internal/source_text.h"

#include <algorithm>
#include <optional>

#include "weir/doc/internal/utf8.h"
#include "weir/doc/yaml_reader.h"

namespace weir::doc::internal {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Status CheckBeginning(std::string_view text, std::string_view file_name) {
  const std::string file(file_name);
  if (text.size() > kMaxDocumentBytes) {
    return InvalidArgument("%s: the document has %zu bytes; at most %zu are allowed", file.c_str(),
                           text.size(), kMaxDocumentBytes);
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return InvalidArgument("%s:1:1: the file is UTF-16; save it as UTF-8", file.c_str());
  }
  if (text.starts_with(kByteOrderMark)) {
    return InvalidArgument(
        "%s:1:1: the file starts with a byte order mark; save it as UTF-8 "
        "without BOM",
        file.c_str());
  }
  return OkStatus();
}

std::string WhyNotAllowed(uint32_t value) {
  if (value == '\t') {
    return "a tab is not allowed; indent with spaces, and write \"\\t\" for a tab inside text";
  }
  if (value == '\r') {
    return "a carriage return without line feed is not allowed; end lines with \\n";
  }
  return "the character " + CodePointName(value) + " is not allowed; remove it";
}

}  // namespace

StatusOr<SourceText> SourceText::Create(std::string_view text, std::string_view file_name,
                                        size_t yaml_begin) {
  WEIR_RETURN_IF_ERROR(CheckBeginning(text, file_name));
  SourceText source(file_name, yaml_begin);
  source.text_.reserve(text.size());
  for (size_t offset = 0; offset < text.size();) {
    const std::optional<CodePoint> code_point = DecodeUtf8(text, offset);
    if (!code_point) {
      return source.Error(source.text_.size(), "byte " + std::to_string(offset) +
                                                   " is not valid UTF-8; save the file as UTF-8");
    }
    WEIR_RETURN_IF_ERROR(source.Take(text, offset, code_point->size_bytes));
    offset += code_point->size_bytes;
  }
  for (const size_t line_start : source.line_starts_) {
    WEIR_RETURN_IF_ERROR(source.CheckLine(line_start));
  }
  return source;
}

Status SourceText::Take(std::string_view text, size_t offset, size_t size_bytes) {
  const uint32_t value = DecodeUtf8(text, offset)->value;
  const bool ends_line = value == '\r' && text.substr(offset + 1).starts_with('\n');
  if (ends_line) return OkStatus();
  if (value == '\t' || value == '\r' || !IsTextCodePoint(value)) {
    return Error(text_.size(), WhyNotAllowed(value));
  }
  for (size_t i = 1; i < size_bytes; ++i) continuations_.push_back(text_.size() + i);
  text_.append(text.substr(offset, size_bytes));
  if (value == '\n') line_starts_.push_back(text_.size());
  return OkStatus();
}

Status SourceText::CheckLine(size_t line_start) const {
  const std::string_view line = std::string_view(text_).substr(line_start);
  if (line.starts_with('%')) {
    return Error(line_start, "a line must not start with '%'; documents have no directives");
  }
  const bool end_marker = line == "..." || line.starts_with("...\n") || line.starts_with("... ");
  if (end_marker) return Error(line_start, "a document has no end marker; remove \"...\"");
  return OkStatus();
}

Location SourceText::At(size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const size_t line_start = *(next - 1);
  const auto continuations =
      std::lower_bound(continuations_.begin(), continuations_.end(), offset) -
      std::lower_bound(continuations_.begin(), continuations_.end(), line_start);
  const size_t column = offset - line_start - static_cast<size_t>(continuations);
  return {.file = file_name_,
          .line = static_cast<int>(next - line_starts_.begin()),
          .column = static_cast<int>(column) + 1};
}

Status SourceText::Error(size_t offset, std::string_view what) const {
  return MakeError(StatusCode::kInvalidArgument, At(offset).ToString() + ": " + std::string(what));
}

}  // namespace weir::doc::internal
