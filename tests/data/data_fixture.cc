// SPDX-License-Identifier: Apache-2.0
#include "tests/data/data_fixture.h"

#include <cstdlib>
#include <fstream>
#include <iostream>

#include <nlohmann/json.hpp>

#include "tests/support/seeded_random.h"
#include "weir/data/duckdb/internal/database.h"
#include "weir/data/internal/source_answer.h"
#include "weir/data/parquet_writer.h"

namespace weir::data {
namespace {

template <class T>
T OrAbort(StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::cerr << result.status() << "\n";
  std::abort();
}

std::string QuotedCsv(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string CsvLine(const std::vector<std::string>& cells) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) line += (i == 0 ? "" : ",") + QuotedCsv(cells[i]);
  return line + "\n";
}

}  // namespace

std::string ToCsv(const TextTable& table) {
  std::string text = CsvLine(table.columns);
  for (const auto& row : table.rows) text += CsvLine(row);
  return text;
}

std::string ToJsonLines(const TextTable& table) {
  std::string text;
  for (const auto& row : table.rows) {
    nlohmann::json object = nlohmann::json::object();
    for (size_t i = 0; i < row.size(); ++i) {
      object[table.columns[i]] = row[i].empty() ? nlohmann::json() : nlohmann::json(row[i]);
    }
    text += object.dump() + "\n";
  }
  return text;
}

TestDataset::TestDataset() {
  message_.set_dataset("test");
  message_.set_theme(v1::THEME_TRANSPORTATION);
  message_.mutable_budget()->set_epsilon("1");
}

v1::Column& TestDataset::Column(const std::string& name, v1::ColumnType type) {
  v1::Column& column = (*message_.mutable_columns())[name];
  column.set_type(type);
  return column;
}

TestDataset& TestDataset::Unit(const std::vector<std::string>& columns) {
  for (const std::string& column : columns) message_.add_privacy_unit(column);
  return *this;
}

TestDataset& TestDataset::Window(const std::string& column, v1::WindowLength per) {
  message_.mutable_window()->set_column(column);
  message_.mutable_window()->set_per(per);
  return *this;
}

void TestDataset::UseFile(const std::string& name) {
  path_ = folder_.Path(name);
  message_.clear_source();
}

TestDataset& TestDataset::WriteCsv(const std::string& bytes) {
  UseFile("data.csv");
  message_.mutable_source()->mutable_csv()->set_path(path_);
  test::WriteTextFile(path_, bytes);
  return *this;
}

TestDataset& TestDataset::WriteJson(const std::string& bytes) {
  UseFile("data.jsonl");
  message_.mutable_source()->mutable_json()->set_path(path_);
  test::WriteTextFile(path_, bytes);
  return *this;
}

TestDataset& TestDataset::WriteParquet(const TextTable& table) {
  UseFile("data.parquet");
  message_.mutable_source()->mutable_parquet()->set_path(path_);
  PlainTable plain;
  for (const std::string& column : table.columns)
    plain.columns.push_back({column, PlainType::kText});
  for (const auto& row : table.rows) {
    std::vector<PlainValue> values;
    for (const std::string& cell : row) {
      values.push_back(cell.empty() ? PlainValue() : PlainValue(cell));
    }
    plain.rows.push_back(std::move(values));
  }
  test::WriteTextFile(path_, OrAbort(data::WriteParquet(plain)));
  return *this;
}

TestDataset& TestDataset::WriteParquetOf(const std::string& select) {
  UseFile("data.parquet");
  message_.mutable_source()->mutable_parquet()->set_path(path_);
  const auto database = OrAbort(internal::Database::Open(
      {.memory_bytes = uint64_t{1} << 30, .threads = 2, .allowed_path = path_}));
  OrAbort(database->Query("COPY (" + select + ") TO " + internal::QuoteLiteral(path_) +
                          " (FORMAT parquet, COMPRESSION uncompressed, USE_TMP_FILE false)"));
  return *this;
}

StatusOr<DatasetDescription> TestDataset::Describe() const {
  return DatasetDescription::Create({.message = message_, .locations = {}}, folder_.path());
}

DatasetDescription TestDataset::Description() const { return OrAbort(Describe()); }

ContributionBounds Bounds(int64_t max_keys_per_unit, int64_t max_rows_per_key) {
  return {.max_keys_per_unit = OrAbort(L0Sensitivity::Create(max_keys_per_unit)),
          .max_rows_per_key = OrAbort(LInfSensitivity::Create(max_rows_per_key))};
}

Contribution Rows() { return {.kind = ContributionKind::kRows}; }
Contribution Units() { return {.kind = ContributionKind::kUnits}; }
Contribution Sum(const std::string& column, int64_t lowest, int64_t highest, const Decimal& grid) {
  return {.kind = ContributionKind::kSum,
          .column = column,
          .grid = grid,
          .lowest = lowest,
          .highest = highest};
}

Cells ToCells(const AggregateTable& table) {
  Cells cells;
  for (size_t i = 0; i < table.cells.size(); ++i) {
    const auto first = table.values.begin() + static_cast<std::ptrdiff_t>(i * table.measures);
    cells[static_cast<uint64_t>(table.cells[i])] = {
        first, first + static_cast<std::ptrdiff_t>(table.measures)};
  }
  return cells;
}

StatusOr<AggregateTable> TryAggregate(const DatasetDescription& dataset,
                                      const AggregateQuery& query, uint64_t seed) {
  test::SeededRandom random(seed);
  return internal::AggregateSource(dataset, query, EngineOptions{}, random);
}

Cells Aggregate(const DatasetDescription& dataset, const AggregateQuery& query, uint64_t seed) {
  return ToCells(OrAbort(TryAggregate(dataset, query, seed)));
}

StatusOr<SourceReport> Check(const DatasetDescription& dataset) {
  test::SeededRandom random(1);
  return internal::CheckSource(dataset, EngineOptions{}, random);
}

}  // namespace weir::data
