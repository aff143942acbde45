// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/row_mapper.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "weir/data/internal/append_bytes.h"
#include "weir/data/internal/record_words.h"
#include "weir/data/internal/sip_hash_lanes.h"

namespace weir::data::internal {
namespace {

// Rows that are packed at a time: few, so that their words stay in the processor's first cache.
constexpr size_t kPackedRows = 256;

// Injective for the columns of one query: texts carry their length, numbers have a fixed one.
void AppendValue(std::string& bytes, v1::ColumnType type, const DecodedColumn& column, size_t row) {
  if (type == v1::COLUMN_TYPE_TEXT) {
    AppendBytes(bytes, uint64_t{column.texts[row].size()});
    bytes += column.texts[row];
  } else if (type == v1::COLUMN_TYPE_DECIMAL) {
    AppendBytes(bytes, column.decimals[row].coefficient);
    AppendBytes(bytes, column.decimals[row].exponent);
  } else {
    AppendBytes(bytes, column.ints[row]);
  }
}

}  // namespace

RowMapper::RowMapper(const BoundedQuery& query, uint64_t memory_bytes, std::string temp_folder)
    : query_(query),
      layout_(query),
      store_(layout_.bytes(), memory_bytes, std::move(temp_folder)),
      reader_(query, RowReader::Columns::kAll),
      words_(layout_.words() * kPackedRows),
      packed_(layout_.packed_words() * kPackedRows) {}

Status RowMapper::Add(const Batch& batch) {
  reader_.Read(batch);
  FindRows(batch.rows);
  HashUnits();
  return WriteRecords();
}

void RowMapper::FindRows(size_t rows) {
  rows_.clear();
  rows_.reserve(rows);
  for (size_t row = 0; row < rows; ++row) {
    if (reader_.Keeps(row)) rows_.push_back(static_cast<uint32_t>(row));
  }
}

void RowMapper::HashUnits() {
  units_.resize(rows_.size());
  if (query_.unit_columns.size() > 1 || query_.window.has_value()) return HashTuples();
  const size_t position = query_.unit_columns.front();
  const DecodedColumn& column = *reader_.decoded()[position];
  const v1::ColumnType type = query_.columns[position]->type;
  if (type == v1::COLUMN_TYPE_DECIMAL) return HashTuples();
  return type == v1::COLUMN_TYPE_TEXT ? HashTexts(column) : HashInts(column);
}

// The lanes behind the last row hash what was there before, for nobody.
void RowMapper::HashTexts(const DecodedColumn& column) {
  LaneTexts texts{};
  for (size_t first = 0; first < rows_.size(); first += kLanes) {
    const size_t count = std::min(kLanes, rows_.size() - first);
    for (size_t i = 0; i < count; ++i) texts[i] = column.texts[rows_[first + i]];
    const LaneHashes hashes = SipHash128Lanes(query_.unit_key, texts);
    for (size_t i = 0; i < count; ++i) units_[first + i] = hashes.At(i);
  }
}

void RowMapper::HashInts(const DecodedColumn& column) {
  LaneWords words{};
  for (size_t first = 0; first < rows_.size(); first += kLanes) {
    const size_t count = std::min(kLanes, rows_.size() - first);
    for (size_t i = 0; i < count; ++i) {
      words[i] = static_cast<uint64_t>(column.ints[rows_[first + i]]);
    }
    const LaneHashes hashes = SipHash128Lanes(query_.unit_key, words);
    for (size_t i = 0; i < count; ++i) units_[first + i] = hashes.At(i);
  }
}

void RowMapper::HashTuples() {
  for (size_t i = 0; i < rows_.size(); ++i) {
    const size_t row = rows_[i];
    tuple_.clear();
    if (query_.window.has_value()) AppendBytes(tuple_, reader_.WindowAt(row));
    for (const size_t column : query_.unit_columns) {
      AppendValue(tuple_, query_.columns[column]->type, *reader_.decoded()[column], row);
    }
    units_[i] = SipHash128(query_.unit_key, tuple_);
  }
}

// Of the kept rows from `first` on, to field-major words.
void RowMapper::FillWords(size_t first, size_t count) {
  uint64_t* const words = words_.data();
  const auto rows = std::span<const uint32_t>(rows_).subspan(first, count);
  for (size_t n = 0; n < count; ++n) {
    words[n] = units_[first + n].low;
    words[count + n] = units_[first + n].high;
  }
  uint64_t* const cells = words + 2 * count;
  if (query_.has_open_key) {
    uint64_t* const high_halves = words + (layout_.words() - 1) * count;
    for (size_t n = 0; n < count; ++n) {
      const Hash128 cell = reader_.HashAt(rows[n]);
      cells[n] = cell.low;
      high_halves[n] = cell.high;
    }
  } else {
    for (size_t n = 0; n < count; ++n) cells[n] = reader_.CodeAt(rows[n]);
  }
  WriteWords(query_, reader_.decoded(), rows, words + kRecordHead * count);
}

Status RowMapper::WriteRecords() {
  const size_t packed_words = layout_.packed_words();
  for (size_t first = 0; first < rows_.size(); first += kPackedRows) {
    const size_t count = std::min(kPackedRows, rows_.size() - first);
    FillWords(first, count);
    const auto packed = std::span<uint64_t>(packed_).first(packed_words * count);
    layout_.Pack(std::span<const uint64_t>(words_).first(layout_.words() * count), count, packed);
    for (size_t n = 0; n < count; ++n) {
      WEIR_ASSIGN_OR_RETURN(char* const bytes, store_.Add(PartitionOf(units_[first + n].high)));
      for (size_t i = 0; i < packed_words; ++i) {
        std::memcpy(bytes + i * sizeof(uint64_t), &packed[i * count + n], sizeof(uint64_t));
      }
    }
  }
  return OkStatus();
}

}  // namespace weir::data::internal
