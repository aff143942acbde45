// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/csv_reader.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace weir::data::internal {
namespace {

constexpr size_t kChunkBytes = size_t{1} << 20;
constexpr size_t kBatchRows = 2048;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

StatusOr<CsvReader> CsvReader::Open(OpenFile file, char delimiter) {
  CsvReader reader(std::move(file), delimiter);
  WEIR_RETURN_IF_ERROR(reader.ReadHeader());
  return reader;
}

Status CsvReader::ReadHeader() {
  WEIR_RETURN_IF_ERROR(Fill());
  if (std::string_view(buffer_).starts_with(kByteOrderMark)) position_ = kByteOrderMark.size();
  WEIR_ASSIGN_OR_RETURN(const Step step, NextRow(/*may_fill=*/true));
  if (step == Step::kEnd) {
    return InvalidArgument("empty: a header line with column names is needed");
  }
  if (step == Step::kTooLong) return InvalidArgument("no line ends in the first 64 MiB");
  if (open_quote_) return InvalidArgument("a quote in the header line is never closed");
  for (const Cell& cell : row_) header_.emplace_back(ValueOf(cell));
  position_ = row_end_;
  return OkStatus();
}

void CsvReader::Select(std::vector<size_t> positions) {
  selected_ = std::move(positions);
  cells_.resize(selected_.size());
}

Status CsvReader::Fill() {
  buffer_.erase(0, position_);
  position_ = 0;
  const size_t kept = buffer_.size();
  const size_t wanted = std::max(kChunkBytes, kept);
  buffer_.resize(kept + wanted);
  auto got = ReadAt(file_, offset_, std::span<char>(buffer_).subspan(kept));
  buffer_.resize(kept + (got.ok() ? *got : 0));
  WEIR_RETURN_IF_ERROR(got.status());
  offset_ += *got;
  at_end_ = *got < wanted;
  return OkStatus();
}

size_t CsvReader::PlainEnd(size_t at) const {
  const char* bytes = buffer_.data();
  const size_t size = buffer_.size();
  while (at < size && bytes[at] != delimiter_ && bytes[at] != '\n') ++at;
  return at;
}

size_t CsvReader::ClosingQuote(size_t at) const {
  while (true) {
    at = buffer_.find('"', at);
    if (at == std::string::npos) return buffer_.size();
    if (at + 1 == buffer_.size() || buffer_[at + 1] != '"') return at;
    at += 2;
  }
}

CsvReader::Split CsvReader::SplitRow() {
  row_.clear();
  const size_t size = buffer_.size();
  size_t at = position_;
  while (true) {
    Cell cell{.begin = at, .end = at};
    const bool quoted = at < size && buffer_[at] == '"';
    size_t tail = at;
    if (quoted) {
      const size_t close = ClosingQuote(at + 1);
      if (close == size) return at_end_ ? Split::kOpenQuote : Split::kIncomplete;
      if (close + 1 == size && !at_end_) return Split::kIncomplete;
      tail = close + 1;
    }
    at = PlainEnd(tail);
    if (at == size && !at_end_) return Split::kIncomplete;
    const bool line_ends = at == size || buffer_[at] == '\n';
    cell.end = line_ends && at > tail && buffer_[at - 1] == '\r' ? at - 1 : at;
    if (quoted && cell.end == tail && buffer_.find('"', cell.begin + 1) + 1 == tail) {
      cell = {.begin = cell.begin + 1, .end = tail - 1};
    } else if (quoted) {
      cell = {.begin = cell.begin + 1, .end = cell.end, .escaped = true};
    }
    row_.push_back(cell);
    if (line_ends) {
      row_end_ = std::min(at + 1, size);
      const bool empty = row_.size() == 1 && !quoted && cell.begin == cell.end;
      return empty ? Split::kEmptyLine : Split::kRow;
    }
    ++at;
  }
}

StatusOr<CsvReader::Step> CsvReader::NextRow(bool may_fill) {
  open_quote_ = false;
  while (true) {
    if (position_ == buffer_.size() && at_end_) return Step::kEnd;
    switch (SplitRow()) {
      case Split::kRow:
        return row_end_ - position_ > kMaxCsvRowBytes ? Step::kTooLong : Step::kRow;
      case Split::kEmptyLine:
        position_ = row_end_;
        break;
      case Split::kOpenQuote:
        open_quote_ = true;
        row_end_ = buffer_.size();
        return row_end_ - position_ > kMaxCsvRowBytes ? Step::kTooLong : Step::kRow;
      case Split::kIncomplete:
        if (!may_fill) return Step::kEnd;
        if (buffer_.size() - position_ > kMaxCsvRowBytes) return Step::kTooLong;
        WEIR_RETURN_IF_ERROR(Fill());
        break;
    }
  }
}

Status CsvReader::SkipRow() {
  enum class State { kCellStart, kPlain, kQuoted, kAfterQuote } state = State::kCellStart;
  while (true) {
    for (; position_ < buffer_.size(); ++position_) {
      const char c = buffer_[position_];
      if (state == State::kQuoted) {
        if (c == '"') state = State::kAfterQuote;
      } else if (c == '\n') {
        ++position_;
        return OkStatus();
      } else if (c == delimiter_) {
        state = State::kCellStart;
      } else {
        const bool opens = c == '"' && state != State::kPlain;
        state = opens ? State::kQuoted : State::kPlain;
      }
    }
    if (at_end_) {
      open_quote_ = state == State::kQuoted;
      return OkStatus();
    }
    WEIR_RETURN_IF_ERROR(Fill());
  }
}

// Removes the closing quote and one of each doubled pair, in place: the row is never split again.
std::string_view CsvReader::ValueOf(const Cell& cell) {
  if (!cell.escaped) return std::string_view(buffer_).substr(cell.begin, cell.end - cell.begin);
  bool inside = true;
  size_t to = cell.begin;
  for (size_t at = cell.begin; at < cell.end; ++at) {
    if (inside && buffer_[at] == '"') {
      if (at + 1 == cell.end || buffer_[at + 1] != '"') {
        inside = false;
        continue;
      }
      ++at;
    }
    buffer_[to++] = buffer_[at];
  }
  return std::string_view(buffer_).substr(cell.begin, to - cell.begin);
}

void CsvReader::AddRow() {
  if (open_quote_) return AddFaultyRow("a quote is never closed");
  if (row_.size() != header_.size()) {
    return AddFaultyRow(std::to_string(row_.size()) + " cells where the header has " +
                        std::to_string(header_.size()));
  }
  for (size_t i = 0; i < selected_.size(); ++i) cells_[i].push_back(ValueOf(row_[selected_[i]]));
  ++batch_.rows;
}

void CsvReader::AddFaultyRow(std::string what) {
  batch_.faults.push_back({.row = batch_.rows, .what = std::move(what)});
  for (auto& column : cells_) column.emplace_back();
  ++batch_.rows;
}

StatusOr<const Batch*> CsvReader::NextBatch() {
  batch_ = Batch{};
  for (auto& column : cells_) column.clear();
  while (batch_.rows < kBatchRows) {
    // Reading more moves the buffer, and with it the cells of the rows before.
    WEIR_ASSIGN_OR_RETURN(const Step step, NextRow(/*may_fill=*/batch_.rows == 0));
    if (step == Step::kEnd) break;
    if (step == Step::kTooLong) {
      // The cells of the rows before would move: those first.
      if (batch_.rows > 0) break;
      WEIR_RETURN_IF_ERROR(SkipRow());
      AddFaultyRow(open_quote_ ? "a quote is never closed" : "longer than 64 MiB");
      continue;
    }
    AddRow();
    position_ = row_end_;
  }
  for (const auto& column : cells_) {
    batch_.columns.push_back({.kind = CellKind::kText, .cells = column.data(), .present = nullptr});
  }
  return &batch_;
}

}  // namespace weir::data::internal
