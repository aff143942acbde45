// SPDX-License-Identifier: Apache-2.0
// The shared cases against files: as texts, and as Parquet in the types of the columns.
#include "tests/data/engine_cases.h"

#include <functional>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/data/compressed_text.h"
#include "tests/support/temporary_folder.h"
#include "weir/data/duckdb/internal/database.h"

namespace weir::data::engine_cases {
namespace {

using ::testing::IsEmpty;

// The file that was written, compressed, as the source.
void Compress(TestDataset& dataset, std::string (*pack)(std::string_view), const char* extension) {
  const std::string path = dataset.path() + extension;
  test::WriteTextFile(path, pack(test::ReadTextFile(dataset.path())));
  v1::Source& source = *dataset.message().mutable_source();
  if (source.has_csv()) {
    source.mutable_csv()->set_path(path);
  } else {
    source.mutable_json()->set_path(path);
  }
}

void WriteCsvFile(const CaseTable& table, TestDataset& dataset) {
  TextTable texts;
  for (const CaseColumn& column : table.columns) texts.columns.push_back(column.name);
  for (const CaseRow& row : table.rows) {
    std::vector<std::string> cells;
    for (const CaseCell& cell : row) cells.push_back(cell.value_or(""));
    texts.rows.push_back(std::move(cells));
  }
  dataset.WriteCsv(ToCsv(texts));
}

void WriteJsonFile(const CaseTable& table, TestDataset& dataset) {
  std::string lines;
  for (const CaseRow& row : table.rows) {
    nlohmann::json object = nlohmann::json::object();
    for (size_t i = 0; i < row.size(); ++i) {
      object[table.columns[i].name] = row[i].has_value() ? nlohmann::json(*row[i]) : nullptr;
    }
    lines += object.dump() + "\n";
  }
  dataset.WriteJson(lines);
}

std::string DuckDbType(Stored stored) {
  switch (stored) {
    case Stored::kText:
      return "VARCHAR";
    case Stored::kInt16:
      return "SMALLINT";
    case Stored::kInt32:
      return "INTEGER";
    case Stored::kInt64:
      return "BIGINT";
    case Stored::kDecimal:
      return "DECIMAL(18,4)";
    case Stored::kWideDecimal:
      return "DECIMAL(36,18)";
    case Stored::kFloat:
      return "FLOAT";
    case Stored::kDouble:
      return "DOUBLE";
    case Stored::kBool:
      return "BOOLEAN";
    case Stored::kDate:
    case Stored::kAnyDate:
      return "DATE";
    case Stored::kTimestamp:
    case Stored::kFineTimestamp:
      return "TIMESTAMP";
    case Stored::kInstant:
      return "TIMESTAMPTZ";
    case Stored::kUuid:
      return "UUID";
  }
  return "";
}

void WriteParquetFile(const CaseTable& table, TestDataset& dataset, bool typed) {
  std::string select = "SELECT ";
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const CaseColumn& column = table.columns[i];
    const std::string type = DuckDbType(typed ? column.stored : Stored::kText);
    select += (i == 0 ? "" : ", ") + ("CAST(c" + std::to_string(i)) + " AS " + type + ") AS " +
              internal::QuoteIdentifier(column.name);
  }
  select += " FROM (VALUES ";
  for (size_t r = 0; r < table.rows.size(); ++r) {
    select += r == 0 ? "(" : ", (";
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const CaseCell& cell = table.rows[r][i];
      select += (i == 0 ? "" : ", ") + (cell ? internal::QuoteLiteral(*cell) : "NULL");
    }
    select += ")";
  }
  select += ") AS t(";
  for (size_t i = 0; i < table.columns.size(); ++i) {
    select += (i == 0 ? "c" : ", c") + std::to_string(i);
  }
  dataset.WriteParquetOf(select + ")");
}

struct Way {
  std::string name;
  std::function<void(const CaseTable&, TestDataset&)> write;
};

class EngineCasesTest : public ::testing::TestWithParam<Way> {};

INSTANTIATE_TEST_SUITE_P(Files, EngineCasesTest,
                         ::testing::Values(Way{"Csv", WriteCsvFile}, Way{"Json", WriteJsonFile},
                                           Way{"CsvInGzip",
                                               [](const CaseTable& table, TestDataset& dataset) {
                                                 WriteCsvFile(table, dataset);
                                                 Compress(dataset, Gzip, ".gz");
                                               }},
                                           Way{"CsvInZstd",
                                               [](const CaseTable& table, TestDataset& dataset) {
                                                 WriteCsvFile(table, dataset);
                                                 Compress(dataset, Zstd, ".zst");
                                               }},
                                           Way{"JsonInZstd",
                                               [](const CaseTable& table, TestDataset& dataset) {
                                                 WriteJsonFile(table, dataset);
                                                 Compress(dataset, Zstd, ".zst");
                                               }},
                                           Way{"ParquetOfTexts",
                                               [](const CaseTable& table, TestDataset& dataset) {
                                                 WriteParquetFile(table, dataset, false);
                                               }},
                                           Way{"ParquetOfTypes",
                                               [](const CaseTable& table, TestDataset& dataset) {
                                                 WriteParquetFile(table, dataset, true);
                                               }}),
                         [](const auto& way) { return way.param.name; });

TEST_P(EngineCasesTest, GivesTheSameIntegers) {
  for (const CaseTable& table : Tables()) {
    SCOPED_TRACE(table.name);
    TestDataset dataset;
    table.Describe(dataset);
    GetParam().write(table, dataset);
    EXPECT_THAT(WrongCases(table, dataset.Description()), IsEmpty());
  }
}

// The twin: without its first row, a table has another answer to some question.
TEST_P(EngineCasesTest, SeesOneRow) {
  for (CaseTable table : Tables()) {
    SCOPED_TRACE(table.name);
    if (table.name == "random") continue;  // the same code, and many questions
    table.rows.erase(table.rows.begin());
    TestDataset dataset;
    table.Describe(dataset);
    GetParam().write(table, dataset);
    EXPECT_FALSE(WrongCases(table, dataset.Description()).empty());
  }
}

TEST(EngineCaseListTest, EveryCaseHasItsTable) {
  std::set<std::string> names;
  for (const CaseTable& table : Tables()) {
    names.insert(table.name);
    for (const CaseRow& row : table.rows) EXPECT_EQ(row.size(), table.columns.size());
  }
  for (const EngineCase& one : Cases()) EXPECT_TRUE(names.contains(one.table)) << one.name;
}

}  // namespace
}  // namespace weir::data::engine_cases
