// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/row_mapper.h"

#include <algorithm>
#include <span>
#include <utility>

#include "weir/data/internal/append_bytes.h"
#include "weir/data/internal/record_words.h"

namespace weir::data::internal {
namespace {

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
      store_(kRecordHead + query.words(), memory_bytes, std::move(temp_folder)),
      reader_(query, RowReader::Columns::kAll) {}

Status RowMapper::Add(const Batch& batch) {
  reader_.Read(batch);
  HashUnits(batch.rows);
  return WriteRecords(batch.rows);
}

void RowMapper::HashUnits(size_t rows) {
  units_.resize(rows);
  if (query_.unit_columns.size() > 1 || query_.window.has_value()) return HashTuples(rows);
  const size_t position = query_.unit_columns.front();
  const DecodedColumn& column = *reader_.decoded()[position];
  const v1::ColumnType type = query_.columns[position]->type;
  if (type == v1::COLUMN_TYPE_DECIMAL) return HashTuples(rows);
  for (size_t row = 0; row < rows; ++row) {
    if (!reader_.Keeps(row)) continue;
    units_[row] = type == v1::COLUMN_TYPE_TEXT
                      ? SipHash128(query_.unit_key, column.texts[row])
                      : SipHash128(query_.unit_key, static_cast<uint64_t>(column.ints[row]));
  }
}

void RowMapper::HashTuples(size_t rows) {
  for (size_t row = 0; row < rows; ++row) {
    if (!reader_.Keeps(row)) continue;
    tuple_.clear();
    if (query_.window.has_value()) AppendBytes(tuple_, reader_.WindowAt(row));
    for (const size_t column : query_.unit_columns) {
      AppendValue(tuple_, query_.columns[column]->type, *reader_.decoded()[column], row);
    }
    units_[row] = SipHash128(query_.unit_key, tuple_);
  }
}

void RowMapper::WriteCell(size_t row, uint64_t* record) const {
  if (!query_.has_open_key) {
    record[2] = reader_.CodeAt(row);
    return;
  }
  const Hash128 cell = reader_.HashAt(row);
  record[2] = cell.low;
  record[store_.stride() - 1] = cell.high;
}

Status RowMapper::WriteRecords(size_t rows) {
  const std::span<const BoundedQuery::Value> values = query_.values;
  const bool only_values = query_.only_sums;
  for (size_t row = 0; row < rows; ++row) {
    if (!reader_.Keeps(row)) continue;
    WEIR_ASSIGN_OR_RETURN(uint64_t* const record, store_.Add(PartitionOf(units_[row])));
    record[0] = units_[row].low;
    record[1] = units_[row].high;
    WriteCell(row, record);
    for (size_t i = 0; i < values.size(); ++i) {
      const BoundedQuery::Value& value = values[i];
      const DecodedColumn& column = *reader_.decoded()[value.column];
      const bool present = column.states[row] == CellState::kPresent;
      record[kRecordHead + i] = present ? static_cast<uint64_t>(StepsOf(value, column, row)) : 0;
    }
    if (only_values) continue;
    WriteOtherWords(query_, reader_.decoded(), row, record + kRecordHead + values.size());
  }
  return OkStatus();
}

}  // namespace weir::data::internal
