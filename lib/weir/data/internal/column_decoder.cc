// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/column_decoder.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "weir/data/internal/time_text.h"
#include "weir/data/internal/value_text.h"

namespace weir::data::internal {
namespace {

template <class Cell>
const Cell* CellsOf(const BatchColumn& cells) {
  return static_cast<const Cell*>(cells.cells);
}

// The shortest decimal text of a double, as other programs print it.
std::string ShortestText(double value) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

std::optional<Decimal> DecimalOf(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  return ReadDecimal(ShortestText(value));
}

Decimal Canonical(int64_t value) {
  if (value == 0) return {};
  Decimal decimal{.coefficient = value, .exponent = 0};
  while (decimal.coefficient % 10 == 0) {
    decimal.coefficient /= 10;
    ++decimal.exponent;
  }
  return decimal;
}

std::optional<int64_t> IntOf(double value) {
  constexpr double kLimit = 9223372036854775808.0;
  if (!(value >= -kLimit && value < kLimit) || value != std::trunc(value)) return std::nullopt;
  return static_cast<int64_t>(value);
}

std::optional<int64_t> BoolIfAsked(v1::ColumnType type, std::optional<int64_t> value) {
  if (type != v1::COLUMN_TYPE_BOOL || value == 0 || value == 1) return value;
  return std::nullopt;
}

// The value of cell `row` of a numeric or time cell in a column of an int-like type.
std::optional<int64_t> IntCell(v1::ColumnType type, const BatchColumn& cells, size_t row) {
  switch (cells.kind) {
    case CellKind::kInt64:
      return BoolIfAsked(type, CellsOf<int64_t>(cells)[row]);
    case CellKind::kDouble:
      return BoolIfAsked(type, IntOf(CellsOf<double>(cells)[row]));
    case CellKind::kDays: {
      const int32_t day = CellsOf<int32_t>(cells)[row];
      if (day < kFirstDay || day > kLastDay) return std::nullopt;
      return type == v1::COLUMN_TYPE_DATE ? day : day * kMicrosPerDay;
    }
    case CellKind::kMicros: {
      const int64_t micros = CellsOf<int64_t>(cells)[row];
      const int64_t day = DayOfMicros(micros);
      if (day < kFirstDay || day > kLastDay) return std::nullopt;
      return type == v1::COLUMN_TYPE_DATE ? day : micros;
    }
    case CellKind::kText:
      break;
  }
  return std::nullopt;
}

const char* TypeName(v1::ColumnType type) {
  switch (type) {
    case v1::COLUMN_TYPE_INT:
      return "an int";
    case v1::COLUMN_TYPE_DECIMAL:
      return "a decimal";
    case v1::COLUMN_TYPE_BOOL:
      return "a bool";
    case v1::COLUMN_TYPE_DATE:
      return "a date";
    case v1::COLUMN_TYPE_TIMESTAMP:
      return "a timestamp";
    default:
      return "a text";
  }
}

// Short, printable ASCII.
std::string Printable(std::string_view text) {
  constexpr size_t kLongest = 40;
  std::string printable;
  for (const char c : text.substr(0, kLongest)) printable += c >= ' ' && c <= '~' ? c : '?';
  return printable + (text.size() > kLongest ? "..." : "");
}

std::string CellText(const BatchColumn& cells, size_t row) {
  switch (cells.kind) {
    case CellKind::kText:
      return Printable(CellsOf<std::string_view>(cells)[row]);
    case CellKind::kDouble:
      return ShortestText(CellsOf<double>(cells)[row]);
    case CellKind::kDays:
      return std::to_string(CellsOf<int32_t>(cells)[row]) + " days";
    default:
      return std::to_string(CellsOf<int64_t>(cells)[row]);
  }
}

}  // namespace

ColumnDecoder::ColumnDecoder(const ColumnDescription& column) : column_(&column) {
  for (const std::string& missing : column.missing_values) {
    if (column.type == v1::COLUMN_TYPE_DECIMAL) {
      if (const auto value = ReadDecimal(missing)) missing_decimals_.push_back(*value);
    } else if (const auto value = ReadInt64As(column.type, missing)) {
      missing_ints_.push_back(*value);
    }
  }
}

const DecodedColumn& ColumnDecoder::Decode(const BatchColumn& cells, size_t rows) {
  decoded_.states.assign(rows, CellState::kPresent);
  MarkAbsent(cells);
  if (column_->type == v1::COLUMN_TYPE_TEXT) {
    decoded_.texts.resize(rows);
    DecodeTexts(cells);
  } else if (column_->type == v1::COLUMN_TYPE_DECIMAL) {
    decoded_.decimals.resize(rows);
    cells.kind == CellKind::kText ? DecodeDecimalsFromText(cells)
                                  : DecodeDecimalsFromNumbers(cells);
    MarkMissingDecimals();
  } else {
    decoded_.ints.resize(rows);
    cells.kind == CellKind::kText ? DecodeIntsFromText(cells) : DecodeIntsFromNumbers(cells);
    MarkMissingInts();
  }
  return decoded_;
}

void ColumnDecoder::MarkAbsent(const BatchColumn& cells) {
  if (cells.present == nullptr) return;
  for (size_t row = 0; row < decoded_.states.size(); ++row) {
    if ((cells.present[row / 64] >> (row % 64) & 1) == 0) {
      decoded_.states[row] = CellState::kMissing;
    }
  }
}

bool ColumnDecoder::IsMissingText(std::string_view text) const {
  return text.empty() || std::find(column_->missing_values.begin(), column_->missing_values.end(),
                                   text) != column_->missing_values.end();
}

void ColumnDecoder::DecodeTexts(const BatchColumn& cells) {
  const auto* texts = CellsOf<std::string_view>(cells);
  for (size_t row = 0; row < decoded_.states.size(); ++row) {
    if (decoded_.states[row] != CellState::kPresent) continue;
    decoded_.texts[row] = texts[row];
    if (IsMissingText(texts[row])) {
      decoded_.states[row] = CellState::kMissing;
    } else if (!IsUtf8(texts[row])) {
      decoded_.states[row] = CellState::kNotParsed;
    }
  }
}

void ColumnDecoder::DecodeIntsFromText(const BatchColumn& cells) {
  const auto* texts = CellsOf<std::string_view>(cells);
  for (size_t row = 0; row < decoded_.states.size(); ++row) {
    if (decoded_.states[row] != CellState::kPresent) continue;
    const std::string_view text = Trim(texts[row]);
    if (const auto value = ReadInt64As(column_->type, text)) {
      decoded_.ints[row] = *value;
    } else {
      decoded_.states[row] = IsMissingText(text) ? CellState::kMissing : CellState::kNotParsed;
    }
  }
}

void ColumnDecoder::DecodeDecimalsFromText(const BatchColumn& cells) {
  const auto* texts = CellsOf<std::string_view>(cells);
  for (size_t row = 0; row < decoded_.states.size(); ++row) {
    if (decoded_.states[row] != CellState::kPresent) continue;
    const std::string_view text = Trim(texts[row]);
    if (const auto value = ReadDecimal(text)) {
      decoded_.decimals[row] = *value;
    } else {
      decoded_.states[row] = IsMissingText(text) ? CellState::kMissing : CellState::kNotParsed;
    }
  }
}

void ColumnDecoder::DecodeIntsFromNumbers(const BatchColumn& cells) {
  if (cells.kind == CellKind::kInt64 && column_->type == v1::COLUMN_TYPE_INT) {
    const auto* values = CellsOf<int64_t>(cells);
    std::copy(values, values + decoded_.ints.size(), decoded_.ints.begin());
    return;
  }
  for (size_t row = 0; row < decoded_.states.size(); ++row) {
    if (decoded_.states[row] != CellState::kPresent) continue;
    if (const auto value = IntCell(column_->type, cells, row)) {
      decoded_.ints[row] = *value;
    } else {
      decoded_.states[row] = CellState::kNotParsed;
    }
  }
}

void ColumnDecoder::DecodeDecimalsFromNumbers(const BatchColumn& cells) {
  for (size_t row = 0; row < decoded_.states.size(); ++row) {
    if (decoded_.states[row] != CellState::kPresent) continue;
    std::optional<Decimal> value;
    if (cells.kind == CellKind::kInt64) value = Canonical(CellsOf<int64_t>(cells)[row]);
    if (cells.kind == CellKind::kDouble) value = DecimalOf(CellsOf<double>(cells)[row]);
    if (value.has_value()) {
      decoded_.decimals[row] = *value;
    } else {
      decoded_.states[row] = CellState::kNotParsed;
    }
  }
}

void ColumnDecoder::MarkMissingInts() {
  for (const int64_t missing : missing_ints_) {
    for (size_t row = 0; row < decoded_.states.size(); ++row) {
      if (decoded_.ints[row] == missing && decoded_.states[row] == CellState::kPresent) {
        decoded_.states[row] = CellState::kMissing;
      }
    }
  }
}

void ColumnDecoder::MarkMissingDecimals() {
  for (const Decimal& missing : missing_decimals_) {
    for (size_t row = 0; row < decoded_.states.size(); ++row) {
      if (decoded_.decimals[row] == missing && decoded_.states[row] == CellState::kPresent) {
        decoded_.states[row] = CellState::kMissing;
      }
    }
  }
}

std::string DescribeFault(const ColumnDescription& column, const BatchColumn& cells, size_t row) {
  if (cells.kind == CellKind::kText && !IsUtf8(CellsOf<std::string_view>(cells)[row])) {
    return "not UTF-8: \"" + CellText(cells, row) + "\"";
  }
  return std::string("not ") + TypeName(column.type) + ": \"" + CellText(cells, row) + "\"";
}

}  // namespace weir::data::internal
