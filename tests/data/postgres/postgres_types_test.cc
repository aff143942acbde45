// SPDX-License-Identifier: Apache-2.0
// Types of the server's that the shared cases do not have, against every declared type.
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tests/data/engine_cases.h"
#include "tests/data/postgres/postgres_server.h"
#include "tests/support/status_matchers.h"

namespace weir::data::test_postgres {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

using Labels = std::vector<std::optional<std::string>>;
const std::optional<std::string> kMissing = std::nullopt;

constexpr v1::ColumnType kText = v1::COLUMN_TYPE_TEXT;
constexpr v1::ColumnType kInt = v1::COLUMN_TYPE_INT;
constexpr v1::ColumnType kDecimal = v1::COLUMN_TYPE_DECIMAL;
constexpr v1::ColumnType kBool = v1::COLUMN_TYPE_BOOL;
constexpr v1::ColumnType kDate = v1::COLUMN_TYPE_DATE;
constexpr v1::ColumnType kTimestamp = v1::COLUMN_TYPE_TIMESTAMP;

// The values of rows VALUES (...), (...) of that type, as an open key of the declared type.
Labels Read(const std::string& sql_type, const std::string& values, v1::ColumnType declared) {
  const PostgresServer& server = PostgresServer::Shared();
  server.Run("DROP TABLE IF EXISTS shown; CREATE TABLE shown(who int DEFAULT 1, x " + sql_type +
             "); INSERT INTO shown(x) VALUES " + values);
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", kInt);
  dataset.Column("x", declared);
  UseRelation(dataset, "shown", server.ReaderDsn());
  KeyDomain key{.column = "x", .missing_is_key = true, .open = true};
  if (declared == kTimestamp) key.part = KeyPart::kPeriodHour;
  const auto table =
      TryAggregate(dataset.Description(),
                   {.keys = {key}, .measures = {Rows()}, .bounds = Bounds(kUnbounded, kUnbounded)});
  EXPECT_TRUE(table.ok()) << table.status();
  return table.ok() && !table->open_values.empty() ? table->open_values[0] : Labels{};
}

// A person that the server knows under two spellings must not be two units here.
TEST(PostgresTypesTest, UnitsThatTheServerTakesAsEqualAreRefused) {
  const PostgresServer& server = PostgresServer::Shared();
  server.Run(
      "CREATE SCHEMA IF NOT EXISTS spelt; CREATE EXTENSION IF NOT EXISTS citext SCHEMA public; "
      "CREATE COLLATION IF NOT EXISTS any_case (provider = icu, locale = 'und-u-ks-level2', "
      "deterministic = false)");
  const auto look = [&server](const std::string& sql_type, v1::ColumnType declared) {
    server.Run("DROP TABLE IF EXISTS spellings; CREATE TABLE spellings(who " + sql_type +
               "); INSERT INTO spellings VALUES ('7'), ('7'), ('8')");
    TestDataset dataset;
    dataset.Unit({"who"});
    dataset.Column("who", declared);
    UseRelation(dataset, "spellings", server.ReaderDsn());
    const auto table =
        TryAggregate(dataset.Description(), {.measures = {Units()}, .bounds = Bounds(1, 1)});
    const auto report = Check(dataset.Description());
    EXPECT_EQ(table.ok(), report.ok()) << sql_type;
    EXPECT_THAT(report.status().code(),
                ::testing::AnyOf(StatusCode::kOk, StatusCode::kInvalidArgument));
    return report.ok() ? std::to_string(report->privacy_units)
                       : std::string(MessageOf(report.status()));
  };
  for (const char* type : {"citext", "text COLLATE any_case", "varchar(9) COLLATE any_case"}) {
    EXPECT_THAT(look(type, kText), ::testing::HasSubstr("lower(\"who\")")) << type;
  }
  for (const char* type : {"numeric", "numeric(6,2)", "float4", "float8"}) {
    EXPECT_THAT(look(type, kText), ::testing::HasSubstr("as int or decimal")) << type;
    EXPECT_EQ(look(type, kInt), "2") << type;
  }
  for (const char* type : {"text", "text COLLATE \"C\"", "varchar(9)", "char(9)", "int8"}) {
    EXPECT_EQ(look(type, kText), "2") << type;
  }
}

TEST(PostgresTypesTest, Numbers) {
  EXPECT_THAT(Read("numeric", "('NaN'), ('Infinity'), ('-Infinity'), (1.50), (0.000)", kDecimal),
              ElementsAre("0", "1.5", kMissing));
  EXPECT_THAT(Read("numeric", "(7.000), (7.5), (1e30)", kInt), ElementsAre("7", kMissing));
  EXPECT_THAT(Read("numeric(6,2)", "(7)", kText), ElementsAre("7.00"));
  EXPECT_THAT(Read("float4", "(0.1), ('NaN'), ('-Infinity')", kDecimal),
              ElementsAre("0.1", kMissing));
  EXPECT_THAT(Read("float8", "(0.1), (1e300), ('-0')", kDecimal),
              ElementsAre("0", "0.1", kMissing));
  EXPECT_THAT(Read("float8", "(3), (0.5)", kInt), ElementsAre("3", kMissing));
  EXPECT_THAT(Read("int2", "(-32768), (32767)", kDecimal), ElementsAre("-32768", "32767"));
  EXPECT_THAT(Read("int8", "(7)", kText), ElementsAre("7"));
  EXPECT_THAT(Read("int4", "(0), (1), (2)", kBool), ElementsAre("false", "true", kMissing));
  EXPECT_THAT(Read("bool", "(true), (false)", kInt), ElementsAre("0", "1"));
  EXPECT_THAT(Read("bool", "(true), (false)", kText), ElementsAre("false", "true"));
  EXPECT_THAT(Read("int4", "(7)", kDate), ElementsAre(kMissing));
  EXPECT_THAT(Read("oid", "(4000000000)", kInt), ElementsAre("4000000000"));
}

TEST(PostgresTypesTest, Texts) {
  EXPECT_THAT(Read("char(5)", "('ab'), ('ab   '), (' b')", kText), ElementsAre(" b", "ab"));
  EXPECT_THAT(Read("varchar(9)", "('ab '), ('')", kText), ElementsAre("ab ", kMissing));
  EXPECT_THAT(Read("text", "(' 7 '), ('07'), ('7.0'), ('x')", kInt), ElementsAre("7", kMissing));
  EXPECT_THAT(Read("name", "('ab')", kText), ElementsAre("ab"));
  EXPECT_THAT(Read("uuid", "('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11')", kText),
              ElementsAre("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"));
  EXPECT_THAT(Read("bytea", "('abc'), ('\\xff')", kText), ElementsAre("abc", kMissing));
  EXPECT_THAT(Read("json", "('{\"a\":  1}')", kText), ElementsAre("{\"a\":  1}"));
  EXPECT_THAT(Read("jsonb", "('{\"a\":  1}')", kText), ElementsAre("{\"a\": 1}"));
  EXPECT_THAT(Read("inet", "('10.0.0.1')", kText), ElementsAre("10.0.0.1/32"));
}

TEST(PostgresTypesTest, TypesThatSomebodyMade) {
  PostgresServer::Shared().Run(
      "CREATE TYPE mood AS ENUM ('sad', 'it''s fine'); CREATE DOMAIN small AS int2 CHECK (value < "
      "9);"
      "CREATE DOMAIN smaller AS small; CREATE EXTENSION IF NOT EXISTS citext");
  EXPECT_THAT(Read("mood", "('it''s fine'), ('sad')", kText), ElementsAre("it's fine", "sad"));
  EXPECT_THAT(Read("smaller", "(3), (-4)", kInt), ElementsAre("-4", "3"));
  EXPECT_THAT(Read("citext", "('North'), ('north')", kText), ElementsAre("North", "north"));
}

TEST(PostgresTypesTest, Times) {
  EXPECT_THAT(Read("date",
                   "('infinity'), ('-infinity'), ('0001-01-01 BC'), ('0002-12-31 BC'), "
                   "('9999-12-31'), ('10000-01-01')",
                   kDate),
              ElementsAre("0000-01-01", "9999-12-31", kMissing));
  EXPECT_THAT(Read("timestamp", "('infinity'), ('-infinity'), ('2015-03-08 02:30')", kTimestamp),
              ElementsAre("2015-03-08T02", kMissing));
  EXPECT_THAT(Read("timestamptz", "('2015-03-08 01:59:59-07'), ('infinity')", kDate),
              ElementsAre("2015-03-08", kMissing));
  EXPECT_THAT(Read("date", "('2015-03-08')", kTimestamp), ElementsAre("2015-03-08T00"));
  EXPECT_THAT(Read("date", "('2015-03-08'), ('infinity'), ('0001-01-01 BC')", kText),
              ElementsAre("2015-03-08", kMissing));
  EXPECT_THAT(Read("timestamptz", "('2015-03-08 01:59:59.5-07'), ('infinity')", kText),
              ElementsAre("2015-03-08 08:59:59.5", kMissing));
  EXPECT_THAT(Read("timestamp", "('2015-03-08 02:30')", kInt), ElementsAre(kMissing));
}

// Settings of the role and the database change nothing.
TEST(PostgresTypesTest, SettingsOfTheRoleChangeNothing) {
  const PostgresServer& server = PostgresServer::Shared();
  server.Run(
      "ALTER ROLE reader SET TimeZone = 'America/Denver';"
      "ALTER ROLE reader SET DateStyle = 'German';"
      "ALTER ROLE reader SET extra_float_digits = -9;"
      "ALTER ROLE reader SET standard_conforming_strings = off;"
      "ALTER ROLE reader SET search_path = elsewhere;"
      "ALTER ROLE reader SET bytea_output = 'escape';"
      "ALTER ROLE reader SET client_encoding = 'LATIN1';"
      "ALTER ROLE reader SET default_transaction_isolation = 'read committed'");
  const engine_cases::CaseTable& table = engine_cases::Tables().front();
  CreateTable(server, table);
  TestDataset dataset;
  table.Describe(dataset);
  UseRelation(dataset, table.name, server.ReaderDsn());
  EXPECT_THAT(engine_cases::WrongCases(table, dataset.Description()), IsEmpty());
  server.Run("ALTER ROLE reader RESET ALL");
}

TEST(PostgresTypesTest, AllKindsOfTables) {
  const PostgresServer& server = PostgresServer::Shared();
  server.Run(
      "DROP SCHEMA IF EXISTS kinds CASCADE; CREATE SCHEMA kinds;"
      "GRANT USAGE ON SCHEMA kinds TO reader;"
      "CREATE TABLE kinds.parts(who int) PARTITION BY LIST (who);"
      "CREATE TABLE kinds.part1 PARTITION OF kinds.parts FOR VALUES IN (1);"
      "CREATE TABLE kinds.rest PARTITION OF kinds.parts DEFAULT;"
      "INSERT INTO kinds.parts VALUES (1), (2), (2);"
      "CREATE TABLE kinds.parent(who int); CREATE TABLE kinds.child() INHERITS (kinds.parent);"
      "INSERT INTO kinds.parent VALUES (1); INSERT INTO kinds.child VALUES (2), (2);"
      "CREATE MATERIALIZED VIEW kinds.kept AS SELECT * FROM kinds.parts;"
      "CREATE VIEW kinds.\"Odd \"\"View\"\"; --\" AS SELECT * FROM kinds.parts;"
      "GRANT SELECT ON ALL TABLES IN SCHEMA kinds TO reader");
  for (const char* relation :
       {"kinds.parts", "kinds.parent", "kinds.kept", "kinds.\"Odd \"\"View\"\"; --\""}) {
    TestDataset dataset;
    dataset.Unit({"who"});
    dataset.Column("who", kInt);
    UseRelation(dataset, relation, server.ReaderDsn());
    EXPECT_THAT(Aggregate(dataset.Description(),
                          {.measures = {Rows(), Units()}, .bounds = Bounds(1, kUnbounded)}),
                ElementsAre(Pair(0, ElementsAre(3, 2))))
        << relation;
  }
}

}  // namespace
}  // namespace weir::data::test_postgres
