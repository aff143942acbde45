// SPDX-License-Identifier: Apache-2.0
#include "weir/data/parquet_writer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include <zstd.h>

#include "weir/base/catch_memory.h"
#include "weir/data/internal/append_bytes.h"
#include "weir/data/internal/thrift_writer.h"
#include "weir/data/internal/value_text.h"

namespace weir::data {
namespace {

using internal::AppendBytes;
using internal::AppendVarint;
using internal::ThriftWriter;

// The numbers of parquet.thrift. Stored on disk: do not renumber.
constexpr int32_t kInt64 = 2, kDouble = 5, kByteArray = 6, kFixedBytes = 7;  // Type
constexpr int32_t kOptional = 1;                                             // Repetition
constexpr int32_t kUtf8 = 0, kDecimal = 5;                                   // ConvertedType
constexpr int kLogicalString = 1, kLogicalDecimal = 5;                       // LogicalType
constexpr int32_t kPlain = 0, kRle = 3;                                      // Encoding
constexpr int32_t kZstd = 6;                                                 // CompressionCodec
constexpr int32_t kDataPage = 0;                                             // PageType

constexpr std::string_view kMagic = "PAR1";
constexpr int kZstdLevel = 3;
constexpr int32_t kDecimalDigits = 38;
constexpr size_t kInt128Bytes = sizeof(int128);
constexpr size_t kGroupRows = 122'880;
constexpr size_t kPageRows = 20'480;
constexpr size_t kPageBytes = size_t{1} << 20;
constexpr size_t kMostTextBytes = size_t{1} << 30;

struct Chunk {
  int64_t offset = 0;  // of its first page
  int64_t plain_bytes = 0;
  int64_t packed_bytes = 0;
};

struct Group {
  size_t rows = 0;
  std::vector<Chunk> chunks = {};  // by column
};

int32_t PhysicalType(PlainType type) {
  switch (type) {
    case PlainType::kText:
      return kByteArray;
    case PlainType::kInt64:
      return kInt64;
    case PlainType::kInt128:
      return kFixedBytes;
    case PlainType::kDouble:
      break;
  }
  return kDouble;
}

Status CheckValue(const PlainValue& value) {
  const int128 limit = int128{1'000'000'000'000'000'000} * 1'000'000'000'000'000'000 * 100;
  const auto* wide = std::get_if<int128>(&value);
  if (wide != nullptr && (*wide >= limit || *wide <= -limit)) {
    return OutOfRange("an integer has more than %d digits", int{kDecimalDigits});
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return OkStatus();
  if (text->size() > kMostTextBytes) return InvalidArgument("a text has more than 2^30 bytes");
  return internal::IsUtf8(*text) ? OkStatus() : InvalidArgument("a text is not UTF-8");
}

Status CheckValues(const PlainTable& table) {
  WEIR_RETURN_IF_ERROR(CheckPlainTable(table));
  if (table.columns.empty()) return InvalidArgument("a Parquet file needs a column");
  for (const auto& row : table.rows) {
    for (const PlainValue& value : row) WEIR_RETURN_IF_ERROR(CheckValue(value));
  }
  return OkStatus();
}

// Two's complement with the highest byte first, as decimals in bytes of a fixed length are.
void AppendBigEndian(std::string& bytes, int128 value) {
  for (size_t i = kInt128Bytes; i > 0; --i) {
    bytes += static_cast<char>(static_cast<uint128>(value) >> (8 * (i - 1)));
  }
}

void AppendPlain(std::string& bytes, const PlainValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    AppendBytes(bytes, static_cast<uint32_t>(text->size()));
    bytes += *text;
  } else if (const auto* whole = std::get_if<int64_t>(&value)) {
    AppendBytes(bytes, *whole);
  } else if (const auto* wide = std::get_if<int128>(&value)) {
    AppendBigEndian(bytes, *wide);
  } else if (const auto* real = std::get_if<double>(&value)) {
    AppendBytes(bytes, *real);
  }
}

// Whether there is a value, of rows [first, last): one run of bits, eight rows a byte.
std::string Levels(const PlainTable& table, size_t column, size_t first, size_t last) {
  const size_t bytes = (last - first + 7) / 8;
  std::string run;
  AppendVarint(run, uint64_t{bytes} << 1 | 1);
  const size_t head = run.size();
  run.resize(head + bytes);
  for (size_t row = first; row < last; ++row) {
    if (table.rows[row][column].index() == 0) continue;
    char& eight = run[head + (row - first) / 8];
    eight = static_cast<char>(eight | 1 << ((row - first) % 8));
  }
  std::string levels;
  AppendBytes(levels, static_cast<uint32_t>(run.size()));
  return levels + run;
}

class FileWriter {
 public:
  explicit FileWriter(const PlainTable& table) : table_(table), bytes_(kMagic) {}

  StatusOr<std::string> Write() && {
    for (size_t first = 0; first < table_.rows.size(); first += kGroupRows) {
      WEIR_RETURN_IF_ERROR(AddGroup(first, std::min(table_.rows.size(), first + kGroupRows)));
    }
    const std::string metadata = Metadata();
    if (metadata.size() > std::numeric_limits<int32_t>::max()) {
      return InvalidArgument("the names of the columns are too long");
    }
    bytes_ += metadata;
    AppendBytes(bytes_, static_cast<uint32_t>(metadata.size()));
    bytes_ += kMagic;
    return std::move(bytes_);
  }

 private:
  Status AddGroup(size_t first, size_t last) {
    Group& group = groups_.emplace_back(Group{.rows = last - first});
    group.chunks.reserve(table_.columns.size());
    for (size_t column = 0; column < table_.columns.size(); ++column) {
      Chunk& chunk = group.chunks.emplace_back();
      chunk.offset = static_cast<int64_t>(bytes_.size());
      for (size_t row = first; row < last;) {
        WEIR_ASSIGN_OR_RETURN(row, AddPage(column, row, last, chunk));
      }
    }
    return OkStatus();
  }

  // Of rows from `first` on, at most up to `last`. Returns the row behind it.
  StatusOr<size_t> AddPage(size_t column, size_t first, size_t last, Chunk& chunk) {
    std::string values;
    size_t end = first;
    while (end < last && end - first < kPageRows && values.size() < kPageBytes) {
      AppendPlain(values, table_.rows[end++][column]);
    }
    const std::string page = Levels(table_, column, first, end) + values;
    std::string packed(ZSTD_compressBound(page.size()), '\0');
    const size_t size =
        ZSTD_compress(packed.data(), packed.size(), page.data(), page.size(), kZstdLevel);
    if (ZSTD_isError(size) != 0) {
      return MakeError(StatusCode::kResourceExhausted, "zstd takes no page");
    }
    packed.resize(size);
    const std::string head = PageHeader(page.size(), size, end - first);
    chunk.plain_bytes += static_cast<int64_t>(head.size() + page.size());
    chunk.packed_bytes += static_cast<int64_t>(head.size() + size);
    bytes_ += head + packed;
    return end;
  }

  static std::string PageHeader(size_t plain_bytes, size_t packed_bytes, size_t rows) {
    ThriftWriter writer;
    writer.I32(1, kDataPage);
    writer.I32(2, static_cast<int32_t>(plain_bytes));
    writer.I32(3, static_cast<int32_t>(packed_bytes));
    writer.BeginStruct(5);
    writer.I32(1, static_cast<int32_t>(rows));
    writer.I32(2, kPlain);
    writer.I32(3, kRle);
    writer.I32(4, kRle);
    writer.EndStruct();
    return std::move(writer).Finish();
  }

  void AddSchema(ThriftWriter& writer) const {
    writer.List(2, internal::kThriftStruct, table_.columns.size() + 1);
    writer.BeginElement();
    writer.Binary(4, "released");
    writer.I32(5, static_cast<int32_t>(table_.columns.size()));
    writer.EndStruct();
    for (const PlainColumn& column : table_.columns) {
      writer.BeginElement();
      writer.I32(1, PhysicalType(column.type));
      if (column.type == PlainType::kInt128) writer.I32(2, int32_t{kInt128Bytes});
      writer.I32(3, kOptional);
      writer.Binary(4, column.name);
      AddAnnotation(column.type, writer);
      writer.EndStruct();
    }
  }

  static void AddAnnotation(PlainType type, ThriftWriter& writer) {
    if (type != PlainType::kText && type != PlainType::kInt128) return;
    const bool is_text = type == PlainType::kText;
    writer.I32(6, is_text ? kUtf8 : kDecimal);
    if (!is_text) {
      writer.I32(7, 0);
      writer.I32(8, kDecimalDigits);
    }
    writer.BeginStruct(10);
    writer.BeginStruct(is_text ? kLogicalString : kLogicalDecimal);
    if (!is_text) {
      writer.I32(1, 0);
      writer.I32(2, kDecimalDigits);
    }
    writer.EndStruct();
    writer.EndStruct();
  }

  void AddChunk(const PlainColumn& column, const Chunk& chunk, size_t rows,
                ThriftWriter& writer) const {
    writer.BeginElement();
    writer.I64(2, chunk.offset);
    writer.BeginStruct(3);
    writer.I32(1, PhysicalType(column.type));
    writer.List(2, internal::kThriftI32, 2);
    writer.ElementI32(kPlain);
    writer.ElementI32(kRle);
    writer.List(3, internal::kThriftBinary, 1);
    writer.ElementBinary(column.name);
    writer.I32(4, kZstd);
    writer.I64(5, static_cast<int64_t>(rows));
    writer.I64(6, chunk.plain_bytes);
    writer.I64(7, chunk.packed_bytes);
    writer.I64(9, chunk.offset);
    writer.EndStruct();
    writer.EndStruct();
  }

  std::string Metadata() const {
    ThriftWriter writer;
    writer.I32(1, 1);
    AddSchema(writer);
    writer.I64(3, static_cast<int64_t>(table_.rows.size()));
    writer.List(4, internal::kThriftStruct, groups_.size());
    for (const Group& group : groups_) {
      int64_t plain_bytes = 0;
      for (const Chunk& chunk : group.chunks) plain_bytes += chunk.plain_bytes;
      writer.BeginElement();
      writer.List(1, internal::kThriftStruct, group.chunks.size());
      for (size_t i = 0; i < group.chunks.size(); ++i) {
        AddChunk(table_.columns[i], group.chunks[i], group.rows, writer);
      }
      writer.I64(2, plain_bytes);
      writer.I64(3, static_cast<int64_t>(group.rows));
      writer.EndStruct();
    }
    writer.Binary(6, "weir");
    return std::move(writer).Finish();
  }

  const PlainTable& table_;
  std::string bytes_;
  std::vector<Group> groups_;
};

}  // namespace

StatusOr<std::string> WriteParquet(const PlainTable& table) {
  WEIR_RETURN_IF_ERROR(CheckValues(table));
  return CatchMemory([&] { return FileWriter(table).Write(); });
}

}  // namespace weir::data
