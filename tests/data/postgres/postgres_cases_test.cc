// SPDX-License-Identifier: Apache-2.0
// The shared cases against a PostgreSQL server.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/engine_cases.h"
#include "tests/data/postgres/postgres_server.h"
#include "tests/support/seeded_random.h"
#include "weir/data/internal/row_aggregate.h"
#include "weir/data/postgres/internal/postgres_rows.h"

namespace weir::data::test_postgres {
namespace {

using engine_cases::CaseTable;
using engine_cases::Tables;
using engine_cases::WrongCases;
using ::testing::IsEmpty;

std::vector<std::string> WrongCasesOf(const CaseTable& table, const std::string& relation) {
  TestDataset dataset;
  table.Describe(dataset);
  UseRelation(dataset, relation, PostgresServer::Shared().ReaderDsn());
  return WrongCases(table, dataset.Description());
}

TEST(PostgresCasesTest, TablesOfTypesGiveTheIntegersOfFiles) {
  for (const CaseTable& table : Tables()) {
    CreateTable(PostgresServer::Shared(), table);
    EXPECT_THAT(WrongCasesOf(table, table.name), IsEmpty()) << table.name;
  }
}

TEST(PostgresCasesTest, TablesOfTextsGiveTheIntegersOfFiles) {
  for (const CaseTable& table : Tables()) {
    CreateTable(PostgresServer::Shared(), table, /*typed=*/false);
    EXPECT_THAT(WrongCasesOf(table, table.name), IsEmpty()) << table.name;
  }
}

TEST(PostgresCasesTest, ViewsGiveTheIntegersOfTheirTables) {
  for (const CaseTable& table : Tables()) {
    CreateTable(PostgresServer::Shared(), table);
    PostgresServer::Shared().Run("CREATE VIEW \"a view\" AS SELECT * FROM " + table.name);
    EXPECT_THAT(WrongCasesOf(table, "public.a view"), IsEmpty()) << table.name;
    PostgresServer::Shared().Run("DROP VIEW \"a view\"");
  }
}

// Equal rows as one with their number: the same integers as row by row, and as slow_query's.
TEST(PostgresCasesTest, GroupedRowsGiveTheIntegersOfFiles) {
  for (const CaseTable& table : Tables()) {
    CreateTable(PostgresServer::Shared(), table);
    TestDataset columns;
    table.Describe(columns);
    UseRelation(columns, table.name, PostgresServer::Shared().ReaderDsn());
    const DatasetDescription dataset = columns.Description();
    EXPECT_THAT(WrongCases(table,
                           [&dataset](const AggregateQuery& query) {
                             test::SeededRandom random(1);
                             internal::PostgresRows rows(std::get<PostgresSource>(dataset.source()),
                                                         internal::FilterOf(dataset, query),
                                                         internal::Grouping::kAlways);
                             return internal::AggregateRows(rows, dataset, query, {}, random);
                           }),
                IsEmpty())
        << table.name;
  }
}

TEST(PostgresCasesTest, GroupsWhereTheServerExpectsFewGroups) {
  PostgresServer::Shared().Run(
      "DROP TABLE IF EXISTS readings; CREATE TABLE readings AS SELECT i * 7919 % 10 AS device, "
      "i * 7919 % 4000 AS value FROM generate_series(1, 4000) i; ANALYZE readings");
  TestDataset columns;
  columns.Unit({"device"});
  columns.Column("device", v1::COLUMN_TYPE_INT);
  columns.Column("value", v1::COLUMN_TYPE_INT);
  UseRelation(columns, "readings", PostgresServer::Shared().ReaderDsn());
  const DatasetDescription dataset = columns.Description();
  // Rows, and how often two neighbours differ in the first column.
  const auto scan = [&dataset](const std::vector<std::string>& names, bool ordered) {
    std::vector<const ColumnDescription*> read;
    for (const std::string& name : names) read.push_back(dataset.FindColumn(name));
    std::pair<size_t, size_t> seen;
    std::optional<int64_t> last;
    internal::PostgresRows rows(std::get<PostgresSource>(dataset.source()), {});
    const Status status = rows.Scan(read, {.ordered = ordered}, [&](const Batch& batch) {
      const auto* cells = static_cast<const int64_t*>(batch.columns[0].cells);
      for (size_t row = 0; row < batch.rows; ++row) {
        seen.second += last != cells[row] ? 1 : 0;
        last = cells[row];
      }
      seen.first += batch.rows;
      return OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return seen;
  };
  EXPECT_EQ(scan({"device"}, false), std::pair(size_t{4000}, size_t{10})) << "grouped";
  EXPECT_GT(scan({"device"}, true).second, 1000u) << "not where the order counts";
  EXPECT_GT(scan({"device", "value"}, false).second, 1000u) << "not where all rows differ";
}

// What the server leaves out is what our own filter, keys and windows drop.
TEST(PostgresCasesTest, TheServerSendsOnlyWhatMayCount) {
  const CaseTable& table = Tables().front();
  CreateTable(PostgresServer::Shared(), table);
  TestDataset columns;
  table.Describe(columns);
  UseRelation(columns, table.name, PostgresServer::Shared().ReaderDsn());
  const DatasetDescription dataset = columns.Description();
  const auto sent = [&](AggregateQuery query) {
    query.measures = {Rows()};
    std::vector<const ColumnDescription*> read = {dataset.FindColumn("who")};
    for (const KeyDomain& key : query.keys) read.push_back(dataset.FindColumn(key.column));
    for (const Condition& one : query.filter) read.push_back(dataset.FindColumn(one.column));
    size_t rows = 0;
    internal::PostgresRows source(std::get<PostgresSource>(dataset.source()),
                                  internal::FilterOf(dataset, query));
    const Status status = source.Scan(read, {}, [&rows](const Batch& batch) {
      rows += batch.rows;
      return OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return rows;
  };
  const ContributionBounds bounds = Bounds(1, 1);
  EXPECT_EQ(sent({.bounds = bounds}), 9u) << "rows without a unit";
  EXPECT_EQ(sent({.bounds = bounds, .filter = {{.column = "big", .in = {"0", "7", "12"}}}}), 2u);
  EXPECT_EQ(sent({.bounds = bounds, .filter = {{.column = "small", .in = {"70000"}}}}), 0u);
  EXPECT_EQ(sent({.bounds = bounds, .filter = {{.column = "small", .below = "70000"}}}), 8u);
  EXPECT_EQ(sent({.bounds = bounds, .filter = {{.column = "name", .in = {"NULL", "\\N"}}}}), 2u);
  EXPECT_EQ(sent({.keys = {{.column = "yes", .values = {"true"}}}, .bounds = bounds}), 4u);
  EXPECT_EQ(sent({.bounds = bounds, .filter = {{.column = "at", .above = "2015-03-08T02:30:00Z"}}}),
            5u);
  EXPECT_EQ(sent({.bounds = bounds, .filter = {{.column = "day", .at_most = "0000-01-01"}}}), 9u)
      << "a year that the server does not know is filtered here";
  EXPECT_EQ(
      sent({.bounds = bounds, .filter = {{.column = "name", .in = {std::string("a\0b", 3)}}}}), 9u);
}

// The twin: without its first row a table has another answer to some question.
TEST(PostgresCasesTest, SeesOneRow) {
  for (CaseTable table : Tables()) {
    table.rows.erase(table.rows.begin());
    CreateTable(PostgresServer::Shared(), table);
    EXPECT_FALSE(WrongCasesOf(table, table.name).empty()) << table.name;
  }
}

}  // namespace
}  // namespace weir::data::test_postgres
