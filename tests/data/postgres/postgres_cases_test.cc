// SPDX-License-Identifier: Apache-2.0
// The shared cases against a PostgreSQL server.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/engine_cases.h"
#include "tests/data/postgres/postgres_server.h"

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
