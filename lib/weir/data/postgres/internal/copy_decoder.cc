// SPDX-License-Identifier: Apache-2.0
#include "weir/data/postgres/internal/copy_decoder.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

namespace weir::data::internal {
namespace {

constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
constexpr size_t kBatchRows = 2048;
constexpr size_t kBatchBytes = size_t{1} << 20;
// Above what any server holds: more would keep us busy for years.
constexpr int64_t kMostRowsOfGroup = int64_t{1} << 48;
// 2000-01-01, the server's day 0.
constexpr int64_t kDayZero = 10957;
constexpr int64_t kMicrosZero = kDayZero * 86400 * 1000000;

Status Malformed() { return DataLoss("the server's answer is not in COPY's binary format"); }

// A number in network order.
template <class T>
T Read(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return static_cast<T>(value);
}

// The same, taken off the front.
template <class T>
std::optional<T> Take(std::string_view& bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  const T value = Read<T>(bytes);
  bytes.remove_prefix(sizeof(T));
  return value;
}

size_t WidthOf(PgWire wire) {
  switch (wire) {
    case PgWire::kBool:
      return 1;
    case PgWire::kInt2:
      return 2;
    case PgWire::kInt4:
    case PgWire::kDate:
      return 4;
    default:
      return 8;
  }
}

// Infinities are the ends of the range: they stay outside of every calendar.
int32_t OurDay(int32_t day) {
  const int64_t ours = int64_t{day} + kDayZero;
  if (day == std::numeric_limits<int32_t>::min()) return day;
  return static_cast<int32_t>(std::min<int64_t>(ours, std::numeric_limits<int32_t>::max()));
}

int64_t OurMicros(int64_t micros) {
  int64_t ours = 0;
  if (micros == std::numeric_limits<int64_t>::min()) return micros;
  if (__builtin_add_overflow(micros, kMicrosZero, &ours)) {
    return std::numeric_limits<int64_t>::max();
  }
  return ours;
}

}  // namespace

CellKind KindOf(PgWire wire) {
  switch (wire) {
    case PgWire::kDouble:
      return CellKind::kDouble;
    case PgWire::kDate:
      return CellKind::kDays;
    case PgWire::kTimestamp:
      return CellKind::kMicros;
    case PgWire::kBytes:
      return CellKind::kText;
    default:
      return CellKind::kInt64;
  }
}

CopyDecoder::CopyDecoder(std::vector<PgWire> columns, bool has_count, const BatchHandler& handler)
    : columns_(columns.size()),
      fields_(columns.size() + (has_count ? 1 : 0)),
      has_count_(has_count),
      handler_(handler) {
  for (size_t i = 0; i < columns.size(); ++i) {
    Column& column = columns_[i];
    column.wire = columns[i];
    column.present.resize((kBatchRows + 63) / 64);
    switch (KindOf(column.wire)) {
      case CellKind::kText:
        column.starts.resize(kBatchRows);
        column.sizes.resize(kBatchRows);
        column.texts.resize(kBatchRows);
        break;
      case CellKind::kDouble:
        column.doubles.resize(kBatchRows);
        break;
      case CellKind::kDays:
        column.days.resize(kBatchRows);
        break;
      default:
        column.ints.resize(kBatchRows);
    }
  }
}

Status CopyDecoder::Add(std::span<const char> message) {
  std::string_view bytes(message.data(), message.size());
  if (!has_header_) WEIR_RETURN_IF_ERROR(AddHeader(bytes));
  while (!bytes.empty()) WEIR_RETURN_IF_ERROR(AddRow(bytes));
  return OkStatus();
}

Status CopyDecoder::AddHeader(std::string_view& bytes) {
  if (!bytes.starts_with(kSignature)) return Malformed();
  bytes.remove_prefix(kSignature.size());
  const auto flags = Take<uint32_t>(bytes);
  const auto extension = Take<uint32_t>(bytes);
  // Bits above 15 are of critical things that we do not know.
  if (!flags.has_value() || !extension.has_value() || *flags >> 16 != 0 ||
      *extension > bytes.size()) {
    return Malformed();
  }
  bytes.remove_prefix(*extension);
  has_header_ = true;
  return OkStatus();
}

Status CopyDecoder::AddRow(std::string_view& bytes) {
  const auto fields = Take<int16_t>(bytes);
  if (has_ended_ || !fields.has_value()) return Malformed();
  if (*fields == -1) {
    has_ended_ = true;
    return OkStatus();
  }
  if (*fields != static_cast<int64_t>(fields_.size())) return Malformed();
  for (Field& field : fields_) {
    const auto size = Take<int32_t>(bytes);
    if (!size.has_value() || *size < -1) return Malformed();
    field.is_null = *size == -1;
    const size_t length = field.is_null ? 0 : static_cast<size_t>(*size);
    if (length > bytes.size()) return Malformed();
    field.bytes = bytes.substr(0, length);
    bytes.remove_prefix(length);
  }
  if (!has_count_) return AppendRow();
  if (fields_.back().bytes.size() != sizeof(int64_t)) return Malformed();
  const auto count = Read<int64_t>(fields_.back().bytes);
  if (count < 1 || count > kMostRowsOfGroup) {
    return DataLoss("the server's answer has a group of a number of rows that no group has");
  }
  for (int64_t i = 0; i < count; ++i) WEIR_RETURN_IF_ERROR(AppendRow());
  return OkStatus();
}

Status CopyDecoder::AppendRow() {
  const uint64_t bit = uint64_t{1} << (rows_ % 64);
  for (size_t i = 0; i < columns_.size(); ++i) {
    uint64_t& present = columns_[i].present[rows_ / 64];
    if (fields_[i].is_null) {
      present &= ~bit;
      continue;
    }
    present |= bit;
    WEIR_RETURN_IF_ERROR(AddCell(columns_[i], fields_[i].bytes));
  }
  ++rows_;
  return rows_ == kBatchRows || bytes_.size() >= kBatchBytes ? Flush() : OkStatus();
}

Status CopyDecoder::AddCell(Column& column, std::string_view bytes) {
  if (column.wire == PgWire::kBytes) {
    column.starts[rows_] = static_cast<uint32_t>(bytes_.size());
    column.sizes[rows_] = static_cast<uint32_t>(bytes.size());
    bytes_ += bytes;
    return OkStatus();
  }
  if (bytes.size() != WidthOf(column.wire)) return Malformed();
  switch (column.wire) {
    case PgWire::kBool:
      if (bytes[0] != 0 && bytes[0] != 1) return Malformed();
      column.ints[rows_] = bytes[0] == 1 ? 1 : 0;
      break;
    case PgWire::kInt2:
      column.ints[rows_] = Read<int16_t>(bytes);
      break;
    case PgWire::kInt4:
      column.ints[rows_] = Read<int32_t>(bytes);
      break;
    case PgWire::kDouble:
      column.doubles[rows_] = std::bit_cast<double>(Read<uint64_t>(bytes));
      break;
    case PgWire::kDate:
      column.days[rows_] = OurDay(Read<int32_t>(bytes));
      break;
    case PgWire::kTimestamp:
      column.ints[rows_] = OurMicros(Read<int64_t>(bytes));
      break;
    default:
      column.ints[rows_] = Read<int64_t>(bytes);
  }
  return OkStatus();
}

Status CopyDecoder::Flush() {
  if (rows_ == 0) return OkStatus();
  Batch batch{.rows = rows_};
  for (Column& column : columns_) {
    const CellKind kind = KindOf(column.wire);
    const void* cells = column.ints.data();
    if (kind == CellKind::kDouble) cells = column.doubles.data();
    if (kind == CellKind::kDays) cells = column.days.data();
    if (kind == CellKind::kText) {
      for (size_t row = 0; row < rows_; ++row) {
        const bool is_present = (column.present[row / 64] >> (row % 64) & 1) != 0;
        column.texts[row] =
            is_present ? std::string_view(bytes_).substr(column.starts[row], column.sizes[row])
                       : std::string_view{};
      }
      cells = column.texts.data();
    }
    batch.columns.push_back({.kind = kind, .cells = cells, .present = column.present.data()});
  }
  rows_ = 0;
  Status status = handler_(batch);
  bytes_.clear();
  return status;
}

Status CopyDecoder::Finish() {
  if (!has_header_ || !has_ended_) return DataLoss("the server's answer ended early");
  return Flush();
}

}  // namespace weir::data::internal
