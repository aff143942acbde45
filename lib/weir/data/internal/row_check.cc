// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/catch_memory.h"
#include "weir/data/internal/column_decoder.h"
#include "weir/data/internal/key_coder.h"
#include "weir/data/internal/row_aggregate.h"

namespace weir::data::internal {
namespace {

constexpr size_t kMostFaults = 20;

bool OutsideBounds(const ColumnDescription& column, const DecodedColumn& values, size_t row) {
  if (!column.lowest.has_value() || !column.highest.has_value()) return false;
  const Decimal value = column.type == v1::COLUMN_TYPE_DECIMAL ? values.decimals[row]
                                                               : MakeDecimal(values.ints[row], 0);
  return Compare(value, *column.lowest) < 0 || Compare(value, *column.highest) > 0;
}

// Reads every described column, row by row in the order of the file.
class Checker {
 public:
  // Keeps pointers into `dataset`.
  static StatusOr<Checker> Create(const DatasetDescription& dataset) {
    Checker checker(dataset);
    for (const ColumnDescription& description : dataset.columns()) {
      Column column{.description = &description, .decoder = ColumnDecoder(description)};
      if (!description.domain.empty()) {
        const KeyDomain domain{.column = description.name, .values = description.domain};
        WEIR_ASSIGN_OR_RETURN(column.domain, KeyCoder::Create(description, domain));
      }
      checker.columns_.push_back(std::move(column));
      checker.report_.columns.push_back({.column = description.name});
    }
    return checker;
  }

  // The batch has all columns of the dataset, in its order.
  void Add(const Batch& batch) {
    if (batch.file != file_) {
      file_ = batch.file;
      rows_before_file_ = report_.rows;
    }
    places_.clear();
    split_.assign(batch.rows, 1);
    has_unit_.assign(batch.rows, 1);
    for (size_t i = 0; i < batch.faults.size(); ++i) {
      split_[batch.faults[i].row] = 0;
      AddFault({.row = batch.faults[i].row, .row_fault = &batch.faults[i]});
    }
    for (size_t i = 0; i < columns_.size(); ++i) AddColumn(i, batch);
    report_.rows_without_unit +=
        static_cast<uint64_t>(std::count(has_unit_.begin(), has_unit_.end(), 0));
    DescribeFaults(batch);
    report_.rows += batch.rows;
  }

  SourceReport Finish(uint64_t privacy_units) && {
    report_.privacy_units = privacy_units;
    return std::move(report_);
  }

 private:
  struct Column {
    const ColumnDescription* description;
    ColumnDecoder decoder;
    std::optional<KeyCoder> domain;
  };
  struct Place {
    size_t row;
    const RowFault* row_fault = nullptr;  // null: a cell
    size_t column = 0;
  };

  explicit Checker(const DatasetDescription& dataset) : unit_(dataset.unit()) {}

  bool MakesUnit(const std::string& name) const {
    const auto& names = unit_.columns();
    return std::find(names.begin(), names.end(), name) != names.end() ||
           (unit_.window().has_value() && unit_.window()->column == name);
  }

  void AddFault(const Place& place) {
    ++report_.fault_count;
    if (report_.faults.size() < kMostFaults) places_.push_back(place);
  }

  void AddColumn(size_t position, const Batch& batch) {
    Column& column = columns_[position];
    SourceReport::ColumnReport& counts = report_.columns[position];
    const DecodedColumn& values = column.decoder.Decode(batch.columns[position], batch.rows);
    const bool makes_unit = MakesUnit(column.description->name);
    for (size_t row = 0; row < batch.rows; ++row) {
      if (makes_unit && values.states[row] != CellState::kPresent) has_unit_[row] = 0;
      if (split_[row] == 0) continue;
      if (values.states[row] == CellState::kNotParsed) {
        ++counts.not_parsed;
        AddFault({.row = row, .column = position});
      } else if (values.states[row] == CellState::kMissing) {
        ++counts.missing;
      } else {
        counts.outside_bounds += OutsideBounds(*column.description, values, row) ? 1 : 0;
        const bool known =
            !column.domain.has_value() || column.domain->CodeOf(values, row) != KeyCoder::kNoCode;
        counts.outside_domain += known ? 0 : 1;
      }
    }
  }

  void DescribeFaults(const Batch& batch) {
    std::stable_sort(places_.begin(), places_.end(),
                     [](const Place& a, const Place& b) { return a.row < b.row; });
    for (const Place& place : places_) {
      if (report_.faults.size() == kMostFaults) return;
      SourceFault fault{.row = report_.rows - rows_before_file_ + place.row + 1,
                        .file = std::string(batch.file)};
      if (place.row_fault != nullptr) {
        fault.what = place.row_fault->what;
      } else {
        const ColumnDescription& column = *columns_[place.column].description;
        fault.column = column.name;
        fault.what = DescribeFault(column, batch.columns[place.column], place.row);
      }
      report_.faults.push_back(std::move(fault));
    }
  }

  PrivacyUnit unit_;
  std::vector<Column> columns_;
  SourceReport report_;
  std::vector<Place> places_;  // of this batch
  std::vector<uint8_t> split_;
  std::vector<uint8_t> has_unit_;
  std::string file_;  // of the last batch
  uint64_t rows_before_file_ = 0;
};

// To the owner every reason why a source cannot be read is a fault of the source.
Status AsOwnersFault(const Status& status) {
  if (status.code() != StatusCode::kDataLoss) return status;
  return InvalidArgument("%s", MessageOf(status).c_str());
}

StatusOr<uint64_t> CountUnits(RowSource& source, const DatasetDescription& dataset,
                              const EngineOptions& options, RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(const L0Sensitivity one_cell, L0Sensitivity::Create(1));
  WEIR_ASSIGN_OR_RETURN(const LInfSensitivity one_row, LInfSensitivity::Create(1));
  const AggregateQuery units{
      .measures = {{.kind = ContributionKind::kUnits}},
      .bounds = {.max_keys_per_unit = one_cell, .max_rows_per_key = one_row}};
  WEIR_ASSIGN_OR_RETURN(const AggregateTable table,
                        AggregateRows(source, dataset, units, options, random));
  return table.values.empty() ? 0 : static_cast<uint64_t>(table.values.front());
}

// Everything but the number of units.
StatusOr<Checker> ReadRows(RowSource& source, const DatasetDescription& dataset,
                           const EngineOptions& options) {
  WEIR_ASSIGN_OR_RETURN(Checker checker, Checker::Create(dataset));
  std::vector<const ColumnDescription*> columns;
  for (const ColumnDescription& column : dataset.columns()) columns.push_back(&column);
  const RowScan scan{.memory_bytes = options.memory_limit_bytes,
                     .ordered = true,
                     .control = options.control,
                     .stage = RunStage::kChecking};
  WEIR_RETURN_IF_ERROR(ScanRows(source, columns, scan, [&checker](const Batch& batch) {
    checker.Add(batch);
    return OkStatus();
  }));
  return checker;
}

StatusOr<SourceReport> ReadAll(RowSource& source, const DatasetDescription& dataset,
                               const EngineOptions& options, RandomSource& random) {
  StatusOr<Checker> checker = ReadRows(source, dataset, options);
  if (source.ChangeWays(checker.status())) checker = ReadRows(source, dataset, options);
  WEIR_RETURN_IF_ERROR(AsOwnersFault(checker.status()));
  WEIR_ASSIGN_OR_RETURN(const uint64_t units, CountUnits(source, dataset, options, random));
  return std::move(*checker).Finish(units);
}

}  // namespace

StatusOr<SourceReport> CheckRows(RowSource& source, const DatasetDescription& dataset,
                                 const EngineOptions& options, RandomSource& random) {
  return CatchMemory([&] { return ReadAll(source, dataset, options, random); });
}

}  // namespace weir::data::internal
