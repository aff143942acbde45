// SPDX-License-Identifier: Apache-2.0
// Answers of a PostgreSQL server: whatever its bytes, batches have the shape that was asked for,
// and rows written again as such an answer read back the same.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/postgres/internal/copy_decoder.h"

namespace weir::data::internal {
namespace {

constexpr int64_t kDayZero = 10957;
constexpr int64_t kMicrosZero = kDayZero * 86400 * 1000000;
constexpr size_t kMostRows = 3000;

const std::vector<PgWire> kWires = {PgWire::kBool,      PgWire::kInt2,   PgWire::kInt4,
                                    PgWire::kInt8,      PgWire::kDouble, PgWire::kDate,
                                    PgWire::kTimestamp, PgWire::kBytes};

using Cell = std::optional<std::string>;  // bytes as they go over the wire; none: NULL
using Rows = std::vector<std::vector<Cell>>;

std::string BigEndian(uint64_t value, size_t bytes) {
  std::string text;
  for (size_t i = bytes; i-- > 0;) text += static_cast<char>(value >> (8 * i) & 0xFF);
  return text;
}

// Days and microseconds of the server; the ends of their range stand for themselves.
template <class Number>
Number ServersOf(Number ours, int64_t zero) {
  const bool is_end =
      ours == std::numeric_limits<Number>::min() || ours == std::numeric_limits<Number>::max();
  return is_end ? ours : static_cast<Number>(ours - zero);
}

Cell CellOf(PgWire wire, const BatchColumn& column, size_t row) {
  if ((column.present[row / 64] >> (row % 64) & 1) == 0) return std::nullopt;
  const auto number = [&] { return static_cast<const int64_t*>(column.cells)[row]; };
  switch (wire) {
    case PgWire::kBool:
      WEIR_CHECK(number() == 0 || number() == 1);
      return BigEndian(static_cast<uint64_t>(number()), 1);
    case PgWire::kInt2:
      WEIR_CHECK(number() >= INT16_MIN && number() <= INT16_MAX);
      return BigEndian(static_cast<uint64_t>(number()), 2);
    case PgWire::kInt4:
      WEIR_CHECK(number() >= INT32_MIN && number() <= INT32_MAX);
      return BigEndian(static_cast<uint64_t>(number()), 4);
    case PgWire::kDouble:
      return BigEndian(std::bit_cast<uint64_t>(static_cast<const double*>(column.cells)[row]), 8);
    case PgWire::kDate: {
      const int32_t day = static_cast<const int32_t*>(column.cells)[row];
      return BigEndian(static_cast<uint32_t>(ServersOf(day, kDayZero)), 4);
    }
    case PgWire::kTimestamp:
      return BigEndian(static_cast<uint64_t>(ServersOf(number(), kMicrosZero)), 8);
    case PgWire::kBytes:
      return std::string(static_cast<const std::string_view*>(column.cells)[row]);
    default:
      return BigEndian(static_cast<uint64_t>(number()), 8);
  }
}

// None: not an answer, or one of too many rows.
std::optional<Rows> Read(std::string_view message, bool has_count) {
  Rows rows;
  const BatchHandler handler = [&rows](const Batch& batch) {
    WEIR_CHECK(batch.rows > 0 && batch.columns.size() == kWires.size());
    for (size_t row = 0; row < batch.rows; ++row) {
      rows.emplace_back();
      for (size_t i = 0; i < kWires.size(); ++i) {
        WEIR_CHECK(batch.columns[i].kind == KindOf(kWires[i]));
        rows.back().push_back(CellOf(kWires[i], batch.columns[i], row));
      }
    }
    return rows.size() > kMostRows ? Unavailable("enough") : OkStatus();
  };
  CopyDecoder decoder(kWires, has_count, handler);
  const bool is_whole = decoder.Add(message).ok() && decoder.Finish().ok();
  return is_whole ? std::optional(std::move(rows)) : std::nullopt;
}

std::string Write(const Rows& rows) {
  std::string message = std::string("PGCOPY\n\377\r\n\0", 11) + BigEndian(0, 8);
  for (const std::vector<Cell>& row : rows) {
    message += BigEndian(row.size(), 2);
    for (const Cell& cell : row) {
      message += cell.has_value() ? BigEndian(cell->size(), 4) + *cell : BigEndian(UINT32_MAX, 4);
    }
  }
  return message + BigEndian(UINT16_MAX, 2);
}

}  // namespace
}  // namespace weir::data::internal

// The first byte says whether the last column counts equal rows.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir::data::internal;  // NOLINT(google-build-using-namespace)
  if (size == 0) return 0;
  const std::string_view message(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto rows = Read(message, data[0] % 2 != 0);
  if (rows.has_value()) WEIR_CHECK(Read(Write(*rows), /*has_count=*/false) == rows);
  return 0;
}
