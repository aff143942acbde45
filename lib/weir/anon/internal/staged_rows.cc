// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/staged_rows.h"

#include <algorithm>
#include <future>
#include <utility>

#include "weir/anon/internal/csv_row_writer.h"
#include "weir/anon/internal/input_file.h"
#include "weir/anon/internal/progress.h"
#include "weir/anon/internal/table_coder.h"
#include "weir/anon/internal/unit_name.h"
#include "weir/anon/row_actions.h"
#include "weir/base/catch_memory.h"
#include "weir/data/source_file.h"

namespace weir::anon::internal {
namespace {

constexpr uint64_t kLeastScanBytes = uint64_t{32} << 20;
constexpr double kShareOfStaging = 0.5;

// Of a copy's columns for the unit: no file of people names its columns so.
std::string UnitColumn(size_t i) { return "\x02unit " + std::to_string(i); }

class Stager {
 public:
  Stager(const ReadRequest& request, const std::vector<StagedAction>& actions,
         const data::OpenFile& copy, RandomSource& random)
      : request_(request),
        actions_(actions),
        random_(random),
        lines_(copy, ',', request.columns.size() + request.unit.size()),
        texts_(request.columns.size() + request.unit.size()) {
    for (size_t i = 0; i < request.unit.size(); ++i) {
      unit_.push_back({.name = request.unit[i]});
      if (i < request.unit_missing.size()) unit_.back().missing = request.unit_missing[i];
    }
    for (const ColumnRequest& column : request.columns) place_.push_back(PlaceOf(column.name));
    for (const std::string& name : request.unit) place_.push_back(PlaceOf(name));
  }

  // As they are scanned, distinct.
  const std::vector<std::string>& columns() const { return columns_; }

  Status Begin() {
    for (const ColumnRequest& column : request_.columns) {
      WEIR_RETURN_IF_ERROR(lines_.Add(column.name));
    }
    for (size_t i = 0; i < unit_.size(); ++i) WEIR_RETURN_IF_ERROR(lines_.Add(UnitColumn(i)));
    return OkStatus();
  }

  Status Take(const data::Batch& batch) {
    for (size_t row = 0; row < batch.rows; ++row, ++rows_) {
      const Status status = TakeRow(batch, row);
      if (!status.ok()) return Annotate(status, "row " + std::to_string(rows_ + 1));
    }
    return OkStatus();
  }

  Status Finish() { return lines_.Finish().status(); }

 private:
  size_t PlaceOf(const std::string& name) {
    const auto found = std::find(columns_.begin(), columns_.end(), name);
    const auto place = static_cast<size_t>(found - columns_.begin());
    if (found == columns_.end()) columns_.push_back(name);
    return place;
  }

  Status TakeRow(const data::Batch& batch, size_t row) {
    const size_t columns = request_.columns.size();
    for (size_t i = 0; i < texts_.size(); ++i) {
      const ColumnRequest& wanted = i < columns ? request_.columns[i] : unit_[i - columns];
      WEIR_ASSIGN_OR_RETURN(texts_[i], TextOfCell(wanted, batch.columns[place_[i]], row));
    }
    for (const StagedAction& action : actions_) WEIR_RETURN_IF_ERROR(Do(action));
    for (const std::string& text : texts_) WEIR_RETURN_IF_ERROR(lines_.Add(text));
    return OkStatus();
  }

  Status Do(const StagedAction& action) {
    std::string& text = texts_[action.column];
    if (action.column_after.has_value()) {
      const CodedColumn& after = *action.column_after;
      if (rows_ >= after.codes.size()) return DataLoss("the input was changed while it was read");
      text = std::string(after.values[after.codes[rows_]]);
      return OkStatus();
    }
    if (text.empty()) return OkStatus();
    if (action.draw) {
      text = std::string(action.draw(text));
      return OkStatus();
    }
    name_.clear();
    for (const size_t column : action.unit) {
      if (!AddUnitPart(name_, texts_[column])) break;
    }
    const int64_t days = name_.empty() ? RandomDateShift(action.shift_days, random_)
                                       : DateShiftOf(*action.shift_key, name_, action.shift_days);
    std::optional<std::string> date = ShiftDate(text, days);
    if (!date.has_value()) return NoDate(request_.columns[action.column].name);
    text = *std::move(date);
    return OkStatus();
  }

  const ReadRequest& request_;
  const std::vector<StagedAction>& actions_;
  RandomSource& random_;
  CsvLineWriter lines_;
  std::vector<ColumnRequest> unit_;
  std::vector<std::string> columns_;
  std::vector<size_t> place_;  // in `columns_`, of each text
  std::vector<std::string> texts_;
  std::string name_;
  uint64_t rows_ = 0;
};

// Asks of the copy what was asked of the file.
ReadRequest RequestOfCopy(const ReadRequest& request) {
  ReadRequest copy = request;
  for (ColumnRequest& column : copy.columns) {
    column.missing.clear();
    column.reduce = {};
    column.step = {};
  }
  for (size_t i = 0; i < copy.unit.size(); ++i) copy.unit[i] = UnitColumn(i);
  copy.unit_missing.clear();
  return copy;
}

Status CopyRows(const data::FileScanner& scanner, const ReadRequest& request,
                const std::vector<StagedAction>& actions, const ReadLimits& limits,
                const data::OpenFile& copy, RandomSource& random) {
  Stager stager(request, actions, copy, random);
  WEIR_RETURN_IF_ERROR(stager.Begin());
  data::FileScanOptions options{.memory_bytes = std::max(limits.memory_bytes / 4, kLeastScanBytes),
                                .threads = 1};
  if (limits.progress) {
    options.progress = [&limits](double share) { return limits.progress(share * kShareOfStaging); };
  }
  WEIR_RETURN_IF_ERROR(scanner.Scan(stager.columns(), options, [&](const data::Batch& batch) {
    return CatchMemory([&] { return stager.Take(batch); });
  }));
  return stager.Finish();
}

}  // namespace

Status NoDate(const std::string& column) {
  return InvalidArgument(
      "column %s has values that are no dates such as 2025-01-31, or so "
      "early or late that they cannot be shifted",
      column.c_str());
}

StatusOr<CodedTable> ReadStaged(const InputLocation& input, const ReadRequest& request,
                                const std::vector<StagedAction>& actions, const ReadLimits& limits,
                                RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(const data::FileScanner scanner, data::FileScanner::Open(SourceOf(input)));
  WEIR_ASSIGN_OR_RETURN(std::vector<std::string> types, SqlTypesOf(scanner, request));
  for (size_t i = 0; i < types.size(); ++i) {
    if (request.columns[i].reduce) types[i] = "VARCHAR";
  }
  WEIR_ASSIGN_OR_RETURN(const data::OpenFile copy, data::MakeUnnamedFile(limits.temp_folder));
  std::future<StatusOr<std::string>> sha256 =
      std::async(std::launch::async, [&scanner] { return scanner.Sha256(); });
  const Status copied = CopyRows(scanner, request, actions, limits, copy, random);
  StatusOr<std::string> digest = sha256.get();
  WEIR_RETURN_IF_ERROR(copied);
  WEIR_RETURN_IF_ERROR(digest.status());
  WEIR_RETURN_IF_ERROR(scanner.CheckUnchanged());
  ReadLimits rest = limits;
  if (limits.progress) {
    rest.progress = [&limits](double share) {
      return limits.progress(kShareOfStaging + share * (1 - kShareOfStaging));
    };
  }
  WEIR_ASSIGN_OR_RETURN(CodedTable table, ReadTable({.path = copy.ProcessPath()},
                                                    RequestOfCopy(request), rest, random));
  table.sql_types = std::move(types);
  table.facts.sha256 = *std::move(digest);
  return table;
}

}  // namespace weir::anon::internal
