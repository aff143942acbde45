// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/native_reader.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace weir::data::internal {
namespace {

constexpr uint64_t kMostRows = uint64_t{1} << 24;
constexpr size_t kMostNameBytes = 4096;
constexpr size_t kMostNumberBytes = 10;

struct Width {
  std::string_view type;
  size_t bytes;
};
constexpr Width kWidths[] = {{"UInt8", 1},  {"Int8", 1},     {"UInt16", 2},  {"Int16", 2},
                             {"UInt32", 4}, {"Int32", 4},    {"UInt64", 8},  {"Int64", 8},
                             {"Date", 2},   {"DateTime", 4}, {"Float32", 4}, {"Float64", 8},
                             {"Bool", 1}};

size_t WidthOf(std::string_view type) {
  for (const Width& width : kWidths) {
    if (type == width.type) return width.bytes;
  }
  return type.starts_with("DateTime(") ? 4 : 0;
}

// The N of FixedString(N); 0: none.
size_t FixedWidth(std::string_view type) {
  constexpr std::string_view kStart = "FixedString(";
  size_t width = 0;
  if (!type.starts_with(kStart)) return 0;
  std::from_chars(type.data() + kStart.size(), type.data() + type.size(), width);
  return width <= kMostRows ? width : 0;
}

Status NotABlock() { return DataLoss("the server's answer is not in the format Native"); }

template <class Number>
int64_t Load(const char* at) {
  Number number{};
  std::memcpy(&number, at, sizeof(number));
  return static_cast<int64_t>(number);
}

}  // namespace

int64_t NativeColumn::IntAt(size_t row) const {
  const char* at = numbers + row * width;
  const bool is_signed = type.front() == 'I';
  switch (width) {
    case 1:
      return is_signed ? Load<int8_t>(at) : Load<uint8_t>(at);
    case 2:
      return is_signed ? Load<int16_t>(at) : Load<uint16_t>(at);
    case 4:
      return is_signed ? Load<int32_t>(at) : Load<uint32_t>(at);
    default:
      return Load<int64_t>(at);
  }
}

Status NativeReader::Add(std::string_view bytes, const BlockHandler& handler) {
  DropPassed();
  buffer_ += bytes;
  while (true) {
    if (!has_head_) {
      WEIR_ASSIGN_OR_RETURN(const bool taken, TakeHead());
      if (!taken) break;
    }
    bool complete = columns_.size() == names_.size() && !in_column_;
    while (!complete) {
      WEIR_ASSIGN_OR_RETURN(const bool taken, TakeColumn());
      if (!taken) break;
      complete = columns_.size() == names_.size();
    }
    if (!complete) break;
    WEIR_RETURN_IF_ERROR(Pass(handler));
  }
  if (buffer_.size() - block_ > most_bytes_) {
    return MakeError(StatusCode::kResourceExhausted, "a block of rows does not fit the memory");
  }
  return OkStatus();
}

// Places within the block are counted from the buffer's start.
void NativeReader::DropPassed() {
  if (block_ == 0) return;
  buffer_.erase(0, block_);
  next_ -= block_;
  for (Column& column : columns_) {
    if (column.nulls.has_value()) *column.nulls -= block_;
    column.values -= std::min(column.values, block_);
    for (Text& text : column.texts) text.at -= block_;
  }
  block_ = 0;
}

Status NativeReader::Finish() const { return block_ == buffer_.size() ? OkStatus() : NotABlock(); }

StatusOr<bool> NativeReader::TakeNumber(uint64_t& number) {
  number = 0;
  for (size_t i = 0; i < kMostNumberBytes; ++i) {
    if (next_ + i >= buffer_.size()) return false;
    const auto byte = static_cast<uint8_t>(buffer_[next_ + i]);
    number |= uint64_t{byte & 0x7Fu} << (7 * i);
    if ((byte & 0x80u) == 0) {
      next_ += i + 1;
      return true;
    }
  }
  return NotABlock();
}

StatusOr<bool> NativeReader::TakeText(size_t most, Text& text) {
  const size_t start = next_;
  uint64_t size = 0;
  WEIR_ASSIGN_OR_RETURN(const bool taken, TakeNumber(size));
  if (!taken) return false;
  if (size > most) return NotABlock();
  if (buffer_.size() - next_ < size) {
    next_ = start;
    return false;
  }
  text = {.at = next_, .size = static_cast<size_t>(size)};
  next_ += text.size;
  return true;
}

StatusOr<bool> NativeReader::TakeHead() {
  if (next_ == buffer_.size()) return false;
  const size_t start = next_;
  uint64_t columns = 0, rows = 0;
  WEIR_ASSIGN_OR_RETURN(bool taken, TakeNumber(columns));
  if (taken && columns != names_.size()) return NotABlock();
  if (taken) {
    WEIR_ASSIGN_OR_RETURN(taken, TakeNumber(rows));
  }
  if (!taken) {
    next_ = start;
    return false;
  }
  if (rows > kMostRows) return NotABlock();
  rows_ = static_cast<size_t>(rows);
  columns_.clear();
  has_head_ = true;
  return true;
}

Status NativeReader::StartColumn(Text type) {
  std::string_view text = View(type);
  Column column;
  if (text.starts_with("Nullable(") && text.ends_with(")")) {
    text.remove_prefix(9);
    text.remove_suffix(1);
    column.is_nullable = true;
  }
  column.type = std::string(text);
  column.width = WidthOf(text);
  if (column.width == 0 && text != "String") {
    column.width = FixedWidth(text);
    column.is_fixed_text = true;
    if (column.width == 0) return NotABlock();
  }
  columns_.push_back(std::move(column));
  in_column_ = true;
  return OkStatus();
}

StatusOr<bool> NativeReader::TakeColumn() {
  if (!in_column_) {
    const size_t start = next_;
    Text name, type;
    WEIR_ASSIGN_OR_RETURN(bool taken, TakeText(kMostNameBytes, name));
    if (taken) {
      WEIR_ASSIGN_OR_RETURN(taken, TakeText(kMostNameBytes, type));
    }
    if (!taken) {
      next_ = start;
      return false;
    }
    if (View(name) != names_[columns_.size()]) return NotABlock();
    WEIR_RETURN_IF_ERROR(StartColumn(type));
  }
  Column& column = columns_.back();
  if (column.is_nullable && !column.nulls.has_value()) {
    if (buffer_.size() - next_ < rows_) return false;
    column.nulls = next_;
    next_ += rows_;
  }
  WEIR_ASSIGN_OR_RETURN(const bool taken, TakeValues(column));
  in_column_ = !taken;
  return taken;
}

StatusOr<bool> NativeReader::TakeValues(Column& column) {
  if (column.width > 0) {
    if ((buffer_.size() - next_) / column.width < rows_) return false;
    column.values = next_;
    next_ += rows_ * column.width;
    return true;
  }
  column.texts.reserve(std::min(rows_, buffer_.size()));
  while (column.texts.size() < rows_) {
    Text text;
    WEIR_ASSIGN_OR_RETURN(const bool taken, TakeText(most_bytes_, text));
    if (!taken) return false;
    column.texts.push_back(text);
  }
  return true;
}

Status NativeReader::Pass(const BlockHandler& handler) {
  NativeBlock block{.rows = rows_};
  for (const Column& column : columns_) {
    NativeColumn& passed = block.columns.emplace_back();
    passed.type = column.type;
    if (column.nulls.has_value()) {
      passed.nulls = reinterpret_cast<const uint8_t*>(buffer_.data() + *column.nulls);
    }
    passed.width = column.width;
    passed.numbers = buffer_.data() + column.values;
    passed.texts.reserve(column.width == 0 || column.is_fixed_text ? rows_ : 0);
    for (const Text& text : column.texts) passed.texts.push_back(View(text));
    for (size_t row = 0; column.is_fixed_text && row < rows_; ++row) {
      std::string_view text(passed.numbers + row * column.width, column.width);
      while (!text.empty() && text.back() == '\0') text.remove_suffix(1);
      passed.texts.push_back(text);
    }
  }
  has_head_ = false;
  columns_.clear();
  block_ = next_;
  if (block.rows == 0) return OkStatus();
  has_passed_ = true;
  return handler(block);
}

}  // namespace weir::data::internal
