// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/csv_reader.h"

#include <algorithm>
#include <cstring>

namespace weir::data::internal {
namespace {

constexpr size_t kBatchRows = 2048;

}  // namespace

StatusOr<CsvReader> CsvReader::Open(OpenFile file, char delimiter) {
  return Open(PlainByteStream(std::move(file)), delimiter);
}

StatusOr<CsvReader> CsvReader::Open(std::unique_ptr<ByteStream> stream, char delimiter) {
  CsvReader reader(FileWindow(std::move(stream)), delimiter);
  WEIR_RETURN_IF_ERROR(reader.input_.Fill());
  WEIR_RETURN_IF_ERROR(reader.ReadHeader());
  return reader;
}

StatusOr<CsvReader> CsvReader::OverText(std::string text, char delimiter) {
  CsvReader reader(FileWindow(std::move(text)), delimiter);
  WEIR_RETURN_IF_ERROR(reader.ReadHeader());
  return reader;
}

CsvReader CsvReader::OverRows(std::string text, const CsvReader& like) {
  CsvReader reader(FileWindow(std::move(text)), like.delimiter_);
  reader.header_ = like.header_;
  reader.Select(like.selected_);
  return reader;
}

Status CsvReader::ReadHeader() {
  WEIR_ASSIGN_OR_RETURN(const Step step, NextRow(/*may_fill=*/true));
  if (step == Step::kEnd) {
    return InvalidArgument("empty: a header line with column names is needed");
  }
  if (step == Step::kTooLong) return InvalidArgument("no line ends in the first 64 MiB");
  if (open_quote_) return InvalidArgument("a quote in the header line is never closed");
  for (const Cell& cell : row_) header_.emplace_back(ValueOf(cell));
  input_.position = row_end_;
  return OkStatus();
}

void CsvReader::Select(std::vector<size_t> positions) {
  selected_ = std::move(positions);
  cells_.resize(selected_.size());
}

size_t CsvReader::PlainEnd(size_t at) const {
  const char* bytes = input_.buffer.data();
  const size_t size = input_.buffer.size();
  while (at < size && bytes[at] != delimiter_ && bytes[at] != '\n') ++at;
  return at;
}

size_t CsvReader::ClosingQuote(size_t at) const {
  while (true) {
    at = input_.buffer.find('"', at);
    if (at == std::string::npos) return input_.buffer.size();
    if (at + 1 == input_.buffer.size() || input_.buffer[at + 1] != '"') return at;
    at += 2;
  }
}

CsvReader::Split CsvReader::SplitRow() {
  row_.clear();
  const size_t size = input_.buffer.size();
  size_t at = input_.position;
  while (true) {
    Cell cell{.begin = at, .end = at};
    const bool quoted = at < size && input_.buffer[at] == '"';
    size_t tail = at;
    if (quoted) {
      const size_t close = ClosingQuote(at + 1);
      if (close == size) return input_.at_end ? Split::kOpenQuote : Split::kIncomplete;
      if (close + 1 == size && !input_.at_end) return Split::kIncomplete;
      tail = close + 1;
    }
    at = PlainEnd(tail);
    if (at == size && !input_.at_end) return Split::kIncomplete;
    const bool line_ends = at == size || input_.buffer[at] == '\n';
    cell.end = line_ends && at > tail && input_.buffer[at - 1] == '\r' ? at - 1 : at;
    if (quoted && cell.end == tail && input_.buffer.find('"', cell.begin + 1) + 1 == tail) {
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
    if (input_.position == input_.buffer.size() && input_.at_end) return Step::kEnd;
    switch (SplitRow()) {
      case Split::kRow:
        return row_end_ - input_.position > kMaxCsvRowBytes ? Step::kTooLong : Step::kRow;
      case Split::kEmptyLine:
        input_.position = row_end_;
        break;
      case Split::kOpenQuote:
        open_quote_ = true;
        row_end_ = input_.buffer.size();
        return row_end_ - input_.position > kMaxCsvRowBytes ? Step::kTooLong : Step::kRow;
      case Split::kIncomplete:
        if (!may_fill) return Step::kEnd;
        if (input_.buffer.size() - input_.position > kMaxCsvRowBytes) return Step::kTooLong;
        WEIR_RETURN_IF_ERROR(input_.Fill());
        break;
    }
  }
}

Status CsvReader::SkipRow() {
  enum class State { kCellStart, kPlain, kQuoted, kAfterQuote } state = State::kCellStart;
  while (true) {
    for (; input_.position < input_.buffer.size(); ++input_.position) {
      const char c = input_.buffer[input_.position];
      if (state == State::kQuoted) {
        if (c == '"') state = State::kAfterQuote;
      } else if (c == '\n') {
        ++input_.position;
        return OkStatus();
      } else if (c == delimiter_) {
        state = State::kCellStart;
      } else {
        const bool opens = c == '"' && state != State::kPlain;
        state = opens ? State::kQuoted : State::kPlain;
      }
    }
    if (input_.at_end) {
      open_quote_ = state == State::kQuoted;
      return OkStatus();
    }
    WEIR_RETURN_IF_ERROR(input_.Fill());
  }
}

// Removes the closing quote and one of each doubled pair, in place: the row is never split again.
std::string_view CsvReader::ValueOf(const Cell& cell) {
  if (!cell.escaped) {
    return std::string_view(input_.buffer).substr(cell.begin, cell.end - cell.begin);
  }
  bool inside = true;
  size_t to = cell.begin;
  for (size_t at = cell.begin; at < cell.end; ++at) {
    if (inside && input_.buffer[at] == '"') {
      if (at + 1 == cell.end || input_.buffer[at + 1] != '"') {
        inside = false;
        continue;
      }
      ++at;
    }
    input_.buffer[to++] = input_.buffer[at];
  }
  return std::string_view(input_.buffer).substr(cell.begin, to - cell.begin);
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
    input_.position = row_end_;
  }
  for (const auto& column : cells_) {
    batch_.columns.push_back({.kind = CellKind::kText, .cells = column.data(), .present = nullptr});
  }
  return &batch_;
}

}  // namespace weir::data::internal
