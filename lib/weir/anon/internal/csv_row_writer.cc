// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/csv_row_writer.h"

#include <span>

namespace weir::anon::internal {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

CsvLineWriter::CsvLineWriter(const data::OpenFile& file, char delimiter, size_t columns)
    : file_(file), delimiter_(delimiter), columns_(columns) {
  for (const char c : {delimiter, '"', '\r', '\n'}) special_[static_cast<uint8_t>(c)] = true;
}

bool CsvLineWriter::IsPlain(std::string_view cell) const {
  for (const char c : cell) {
    if (special_[static_cast<uint8_t>(c)]) return false;
  }
  return !cell.starts_with(kByteOrderMark) && !(columns_ == 1 && cell.empty());
}

Status CsvLineWriter::Flush() {
  hash_.Update(text_);
  WEIR_RETURN_IF_ERROR(data::WriteAt(file_, offset_, std::span<const char>(text_)));
  offset_ += text_.size();
  text_.clear();
  return OkStatus();
}

Status CsvLineWriter::Add(std::string_view cell) {
  if (column_ > 0) text_ += delimiter_;
  if (IsPlain(cell)) {
    text_ += cell;
  } else {
    text_ += '"';
    for (const char c : cell) {
      if (c == '"') text_ += '"';
      text_ += c;
    }
    text_ += '"';
  }
  if (++column_ < columns_) return OkStatus();
  column_ = 0;
  text_ += '\n';
  return text_.size() < kBufferBytes ? OkStatus() : Flush();
}

StatusOr<std::string> CsvLineWriter::Finish() {
  WEIR_RETURN_IF_ERROR(Flush());
  return HexEncode(AsText(hash_.Finish()));
}

StatusOr<std::string> WriteCsvRows(const data::OpenFile& file,
                                   const std::vector<std::string>& header, char delimiter,
                                   const data::TextRowSource& source) {
  CsvLineWriter lines(file, delimiter, header.size());
  for (const std::string& name : header) WEIR_RETURN_IF_ERROR(lines.Add(name));
  while (true) {
    WEIR_ASSIGN_OR_RETURN(const data::TextRows* const rows, source());
    if (rows->rows == 0) break;
    for (size_t row = 0; row < rows->rows; ++row) {
      for (const auto& column : rows->columns) WEIR_RETURN_IF_ERROR(lines.Add(column[row]));
    }
  }
  return lines.Finish();
}

}  // namespace weir::anon::internal
