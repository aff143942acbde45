// SPDX-License-Identifier: Apache-2.0
#include "tests/anon/table_fixture.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "weir/base/random.h"
#include "weir/data/duckdb/internal/database.h"

namespace weir::anon::test {
namespace {

using data::internal::Database;
using data::internal::QuoteLiteral;

template <class T>
T OrAbort(StatusOr<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "table_fixture: %s\n", MessageOf(result.status()).c_str());
    std::abort();
  }
  return *std::move(result);
}

std::unique_ptr<Database> OpenDatabase(const std::string& path) {
  return OrAbort(
      Database::Open({.memory_bytes = uint64_t{1} << 30, .threads = 1, .allowed_path = path}));
}

}  // namespace

InputLocation TableFiles::Csv(const std::string& text, char delimiter) const {
  weir::test::WriteTextFile(Path("input.csv"), text);
  return {.path = Path("input.csv"), .format = v1::FILE_FORMAT_CSV, .delimiter = delimiter};
}

InputLocation TableFiles::Json(const std::string& text) const {
  weir::test::WriteTextFile(Path("input.json"), text);
  return {.path = Path("input.json"), .format = v1::FILE_FORMAT_JSON};
}

InputLocation TableFiles::Parquet(const std::string& query) const {
  const std::string path = Path("input.parquet");
  OrAbort(OpenDatabase(path)->Query("COPY (" + query + ") TO " + QuoteLiteral(path) +
                                    " (FORMAT parquet)"));
  return {.path = path, .format = v1::FILE_FORMAT_PARQUET};
}

Rows QuerySql(const std::string& query, const std::string& allowed_path) {
  const auto database = OpenDatabase(allowed_path);
  const auto shape = OrAbort(database->Query("DESCRIBE " + query));
  const std::vector<std::string> names = shape->TextColumns({0})[0];
  std::string list;
  std::vector<uint64_t> places;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : ", ") + ("coalesce(CAST(\"" + name + "\" AS VARCHAR), '')");
    places.push_back(places.size());
  }
  const auto result = OrAbort(database->Query("SELECT " + list + " FROM (" + query + ")"));
  const std::vector<std::vector<std::string>> columns = result->TextColumns(places);
  Rows rows(columns[0].size());
  for (size_t row = 0; row < rows.size(); ++row) {
    for (const auto& column : columns) rows[row].push_back(column[row]);
  }
  return rows;
}

ReadRequest Columns(const std::vector<std::string>& names) {
  ReadRequest request;
  for (const std::string& name : names) request.columns.push_back({.name = name});
  return request;
}

ReadLimits Limits(Holding holding, unsigned threads, const std::string& temp_folder) {
  return {.memory_bytes = uint64_t{64} << 20,
          .threads = threads,
          .temp_folder = temp_folder,
          .holding = holding};
}

Rows TextsOf(const internal::CodedTable& table) {
  Rows rows;
  for (size_t record = 0; record < table.facts.records; ++record) {
    Row row;
    for (const CodedColumn& column : table.columns) {
      if (!column.codes.empty()) row.emplace_back(column.values[column.codes[record]]);
    }
    rows.insert(rows.end(), table.held ? 1 : table.rows_of_record[record], row);
  }
  return rows;
}

std::vector<std::string> ValuesOf(const CodedColumn& column) {
  std::vector<std::string> values;
  for (size_t code = 0; code < column.values.size(); ++code) {
    values.emplace_back(column.values[code]);
  }
  return values;
}

CodeMap IdentityMap(const internal::CodedTable& table, const std::string& column) {
  CodeMap map{.column = column};
  const size_t values = table.Find(column)->values.size();
  for (uint32_t code = 0; code < values; ++code) map.codes.push_back(code);
  return map;
}

CollapseRequest CollapseBy(const internal::CodedTable& table,
                           const std::vector<std::string>& columns) {
  CollapseRequest request;
  for (const std::string& column : columns) {
    request.quasi_identifiers.push_back(IdentityMap(table, column));
  }
  return request;
}

OutputPlan KeepAll(const internal::CodedTable& table, const CollapsedTable& collapsed) {
  OutputPlan plan;
  plan.suppressed.resize(collapsed.table.tuples());
  for (const CodedColumn& column : table.columns) {
    OutputColumn output{.name = column.name, .column = column.name};
    const auto& names = collapsed.table.names;
    const auto found = std::find(names.begin(), names.end(), column.name);
    if (found != names.end()) {
      output.source = CellSource::kByTuple;
      output.texts = ValuesOf(column);
      output.text_of = collapsed.table.codes[static_cast<size_t>(found - names.begin())];
    }
    plan.columns.push_back(std::move(output));
  }
  return plan;
}

Rows ReadBack(const InputLocation& file, const std::vector<std::string>& columns) {
  return TextsOf(
      OrAbort(internal::ReadTable(file, Columns(columns), Limits(Holding::kHeld), SystemRandom())));
}

Rows Sorted(Rows rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace weir::anon::test
