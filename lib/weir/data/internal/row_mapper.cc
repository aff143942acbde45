// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/row_mapper.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string_view>

#include "weir/data/internal/record_words.h"
#include "weir/data/internal/time_text.h"

namespace weir::data::internal {
namespace {

template <class Number>
void AppendBytes(std::string& bytes, const Number& number) {
  std::array<char, sizeof(Number)> raw{};
  std::memcpy(raw.data(), &number, sizeof(Number));
  bytes.append(raw.data(), raw.size());
}

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

RowMapper::RowMapper(const BoundedQuery& query, OpenCells* open_cells, uint64_t memory_bytes,
                     std::string temp_folder)
    : query_(query), store_(query.words(), memory_bytes, std::move(temp_folder)) {
  if (open_cells != nullptr) open_cells_.emplace(*open_cells);
  for (const ColumnDescription* column : query.columns) decoders_.emplace_back(*column);
  decoded_.resize(decoders_.size());
}

Status RowMapper::Add(const Batch& batch) {
  for (size_t i = 0; i < decoders_.size(); ++i) {
    decoded_[i] = &decoders_[i].Decode(batch.columns[i], batch.rows);
  }
  FindUnits(batch.rows);
  FindWindows(batch.rows);
  for (const BoundedQuery::Filter& filter : query_.filters) {
    filter.filter.Apply(*decoded_[filter.column], kept_);
  }
  WEIR_RETURN_IF_ERROR(FindCells(batch.rows));
  HashUnits(batch.rows);
  return WriteRecords(batch.rows);
}

void RowMapper::FindUnits(size_t rows) {
  has_unit_.assign(rows, 1);
  for (const size_t column : query_.unit_columns) {
    const auto& states = decoded_[column]->states;
    for (size_t row = 0; row < rows; ++row) {
      has_unit_[row] &= static_cast<uint8_t>(states[row] == CellState::kPresent);
    }
  }
}

void RowMapper::FindWindows(size_t rows) {
  kept_ = has_unit_;
  if (!query_.window.has_value()) return;
  const BoundedQuery::Window& window = *query_.window;
  const DecodedColumn& times = *decoded_[window.column];
  windows_.resize(rows);
  for (size_t row = 0; row < rows; ++row) {
    if (times.states[row] != CellState::kPresent) {
      has_unit_[row] = kept_[row] = 0;
      continue;
    }
    const int64_t day = window.is_date ? times.ints[row] : DayOfMicros(times.ints[row]);
    windows_[row] = WindowOfDay(window.period, day);
    if (!window.admitted.empty() && !window.admitted.contains(windows_[row])) kept_[row] = 0;
  }
}

Status RowMapper::FindCells(size_t rows) {
  cells_.assign(rows, 0);
  if (open_cells_.has_value()) return open_cells_->FindCells(decoded_, kept_, cells_);
  for (const BoundedQuery::Key& key : query_.keys) {
    const DecodedColumn& column = *decoded_[key.column];
    const uint64_t size = key.closed->size();
    for (size_t row = 0; row < rows; ++row) {
      const uint32_t code = key.closed->CodeOf(column, row);
      if (code == KeyCoder::kNoCode) kept_[row] = 0;
      cells_[row] = cells_[row] * size + code;
    }
  }
  return OkStatus();
}

void RowMapper::HashUnits(size_t rows) {
  units_.resize(rows);
  if (query_.unit_columns.size() > 1 || query_.window.has_value()) return HashTuples(rows);
  const size_t position = query_.unit_columns.front();
  const DecodedColumn& column = *decoded_[position];
  const v1::ColumnType type = query_.columns[position]->type;
  if (type == v1::COLUMN_TYPE_DECIMAL) return HashTuples(rows);
  for (size_t row = 0; row < rows; ++row) {
    if (kept_[row] == 0) continue;
    units_[row] = type == v1::COLUMN_TYPE_TEXT
                      ? SipHash128(query_.unit_key, column.texts[row])
                      : SipHash128(query_.unit_key, static_cast<uint64_t>(column.ints[row]));
  }
}

void RowMapper::HashTuples(size_t rows) {
  for (size_t row = 0; row < rows; ++row) {
    if (kept_[row] == 0) continue;
    tuple_.clear();
    if (query_.window.has_value()) AppendBytes(tuple_, windows_[row]);
    for (const size_t column : query_.unit_columns) {
      AppendValue(tuple_, query_.columns[column]->type, *decoded_[column], row);
    }
    units_[row] = SipHash128(query_.unit_key, tuple_);
  }
}

Status RowMapper::WriteRecords(size_t rows) {
  const std::span<const BoundedQuery::Value> values = query_.values;
  const bool only_values = query_.only_sums;
  for (size_t row = 0; row < rows; ++row) {
    if (kept_[row] == 0) continue;
    WEIR_ASSIGN_OR_RETURN(uint64_t* const record, store_.Add(PartitionOf(units_[row])));
    record[0] = units_[row].low;
    record[1] = units_[row].high;
    record[2] = cells_[row];
    for (size_t i = 0; i < values.size(); ++i) {
      const BoundedQuery::Value& value = values[i];
      const DecodedColumn& column = *decoded_[value.column];
      const bool present = column.states[row] == CellState::kPresent;
      record[kRecordHead + i] = present ? static_cast<uint64_t>(StepsOf(value, column, row)) : 0;
    }
    if (only_values) continue;
    WriteOtherWords(query_, decoded_, row, record + kRecordHead + values.size());
  }
  return OkStatus();
}

}  // namespace weir::data::internal
