// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/row_reader.h"

#include "weir/data/internal/append_bytes.h"
#include "weir/data/internal/time_text.h"

namespace weir::data::internal {

RowReader::RowReader(const BoundedQuery& query, Columns columns) : query_(query) {
  const size_t count =
      columns == Columns::kAll ? query.columns.size() : query.columns_without_measures;
  for (size_t i = 0; i < count; ++i) decoders_.emplace_back(*query.columns[i]);
  decoded_.resize(decoders_.size());
}

void RowReader::Read(const Batch& batch) {
  for (size_t i = 0; i < decoders_.size(); ++i) {
    decoded_[i] = &decoders_[i].Decode(batch.columns[i], batch.rows);
  }
  FindUnits(batch.rows);
  FindWindows(batch.rows);
  for (const BoundedQuery::Filter& filter : query_.filters) {
    filter.filter.Apply(*decoded_[filter.column], kept_);
  }
  if (query_.has_open_key) {
    HashCells(batch.rows);
  } else {
    CodeCells(batch.rows);
  }
}

void RowReader::FindUnits(size_t rows) {
  kept_.assign(rows, 1);
  for (const size_t column : query_.unit_columns) {
    const auto& states = decoded_[column]->states;
    for (size_t row = 0; row < rows; ++row) {
      kept_[row] &= static_cast<uint8_t>(states[row] == CellState::kPresent);
    }
  }
}

void RowReader::FindWindows(size_t rows) {
  if (!query_.window.has_value()) return;
  const BoundedQuery::Window& window = *query_.window;
  const DecodedColumn& times = *decoded_[window.column];
  windows_.resize(rows);
  for (size_t row = 0; row < rows; ++row) {
    if (times.states[row] != CellState::kPresent) {
      kept_[row] = 0;
      continue;
    }
    const int64_t day = window.is_date ? times.ints[row] : DayOfMicros(times.ints[row]);
    windows_[row] = WindowOfDay(window.period, day);
    if (!window.admitted.empty() && !window.admitted.contains(windows_[row])) kept_[row] = 0;
  }
}

void RowReader::CodeCells(size_t rows) {
  codes_.assign(rows, 0);
  for (const BoundedQuery::Key& key : query_.keys) {
    const DecodedColumn& column = *decoded_[key.column];
    const uint64_t size = key.closed->size();
    for (size_t row = 0; row < rows; ++row) {
      const uint32_t code = key.closed->CodeOf(column, row);
      if (code == KeyCoder::kNoCode) kept_[row] = 0;
      codes_[row] = codes_[row] * size + code;
    }
  }
}

void RowReader::HashCells(size_t rows) {
  hashes_.resize(rows);
  for (size_t row = 0; row < rows; ++row) {
    if (kept_[row] == 0) continue;
    if (MakeTuple(row)) {
      hashes_[row] = SipHash128(query_.tuple_key, tuple_);
    } else {
      kept_[row] = 0;
    }
  }
}

// Injective: codes and lengths have a fixed size. False: a key drops the row.
bool RowReader::MakeTuple(size_t row) {
  tuple_.clear();
  OpenKey::Buffer buffer{};
  for (const BoundedQuery::Key& key : query_.keys) {
    const DecodedColumn& column = *decoded_[key.column];
    if (key.closed.has_value()) {
      const uint32_t code = key.closed->CodeOf(column, row);
      if (code == KeyCoder::kNoCode) return false;
      AppendBytes(tuple_, code);
      continue;
    }
    const auto bytes = key.open->BytesOf(column, row, buffer);
    if (!bytes.has_value()) return false;
    AppendBytes(tuple_, uint64_t{bytes->size()});
    tuple_ += *bytes;
  }
  return true;
}

}  // namespace weir::data::internal
