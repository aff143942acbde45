// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/csv_row_writer.h"

#include <array>
#include <cstdint>
#include <string_view>

#include "weir/base/bytes.h"

namespace weir::anon::internal {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class CsvLines {
 public:
  explicit CsvLines(char delimiter) : delimiter_(delimiter) {
    for (const char c : {delimiter, '"', '\r', '\n'}) special_[static_cast<uint8_t>(c)] = true;
  }

  void Add(std::string_view cell, bool first, bool only) {
    if (!first) text += delimiter_;
    if (IsPlain(cell) && !(only && cell.empty())) {
      text += cell;
      return;
    }
    text += '"';
    for (const char c : cell) {
      if (c == '"') text += '"';
      text += c;
    }
    text += '"';
  }
  void EndLine() { text += '\n'; }

  std::string text;

 private:
  bool IsPlain(std::string_view cell) const {
    for (const char c : cell) {
      if (special_[static_cast<uint8_t>(c)]) return false;
    }
    return !cell.starts_with(kByteOrderMark);
  }

  char delimiter_;
  std::array<bool, 256> special_{};
};

}  // namespace

StatusOr<std::string> WriteCsvRows(const data::OpenFile& file,
                                   const std::vector<std::string>& header, char delimiter,
                                   const data::TextRowSource& source) {
  CsvLines lines(delimiter);
  Sha256Stream hash;
  uint64_t offset = 0;
  const auto flush = [&]() -> Status {
    hash.Update(lines.text);
    WEIR_RETURN_IF_ERROR(data::WriteAt(file, offset, std::span<const char>(lines.text)));
    offset += lines.text.size();
    lines.text.clear();
    return OkStatus();
  };
  const bool only = header.size() == 1;
  for (size_t i = 0; i < header.size(); ++i) lines.Add(header[i], i == 0, only);
  lines.EndLine();
  while (true) {
    WEIR_ASSIGN_OR_RETURN(const data::TextRows* const rows, source());
    if (rows->rows == 0) break;
    for (size_t row = 0; row < rows->rows; ++row) {
      for (size_t i = 0; i < header.size(); ++i) lines.Add(rows->columns[i][row], i == 0, only);
      lines.EndLine();
    }
    if (lines.text.size() >= kBufferBytes) WEIR_RETURN_IF_ERROR(flush());
  }
  WEIR_RETURN_IF_ERROR(flush());
  return HexEncode(AsText(hash.Finish()));
}

}  // namespace weir::anon::internal
