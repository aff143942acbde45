// SPDX-License-Identifier: Apache-2.0
// Texts that go to a server, and texts that come from one.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/clickhouse/cluster_table.h"
#include "tests/data/clickhouse/test_servers.h"
#include "tests/support/status_matchers.h"
#include "weir/data/clickhouse/internal/server_error.h"
#include "weir/data/clickhouse/internal/server_type.h"
#include "weir/data/clickhouse/internal/shard_answer.h"
#include "weir/data/clickhouse/internal/sql_text.h"

namespace weir::data::test_clickhouse {
namespace {

using test::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<std::string>& HostileTexts() {
  using std::string_literals::operator""s;
  static const auto& texts = *new std::vector<std::string>{
      "'",           "\\",           "\\'",        "'; DROP TABLE hostile; --",
      "`",           "\"",           "a\0b"s,      "\n",
      "\r\n",        "\t",           "/*",         "--",
      "caf\xC3\xA9", "\xE2\x80\xA8", "{x:String}", "$1",
      "%s",          "\x01",         "\x7F",       "\\x27",
      " a "};
  return texts;
}

// Each as it is: the server gives the bytes back in hexadecimal digits.
TEST(SqlTextTest, HostileTextsReachTheServerUnchanged) {
  for (const std::string& text : HostileTexts()) {
    std::string digits;
    for (const char c : text) {
      constexpr char kDigits[] = "0123456789ABCDEF";
      digits += kDigits[static_cast<unsigned char>(c) >> 4];
      digits += kDigits[static_cast<unsigned char>(c) & 15];
    }
    EXPECT_EQ(ThreeServers()[0]->Run("SELECT hex(" + internal::ClickHouseText(text) + ")"),
              digits + "\n");
  }
}

// As names of table and columns, as values of a domain, in both forms.
TEST(SqlTextTest, HostileNamesAndValuesAreJustNames) {
  int tables = 0;
  for (const std::string& text : HostileTexts()) {
    // A document's column is no such name, and ClickHouse keeps tables in files of their names.
    if (text.find('\0') != std::string::npos) continue;
    ClusterTable table{.name = "hostile " + text,
                       .columns = {{"who " + text, "Int32"}, {"zone " + text, "String"}},
                       .rows = {{"1", text}, {"2", text}, {"2", "other"}}};
    CreateTable(table, ByFirstColumn);
    TestDataset dataset;
    dataset.Unit({table.columns[0].name});
    dataset.Column(table.columns[0].name, v1::COLUMN_TYPE_INT);
    dataset.Column(table.columns[1].name, v1::COLUMN_TYPE_TEXT);
    const AggregateQuery query{.keys = {{.column = table.columns[1].name, .values = {text}}},
                               .measures = {Rows(), Units()},
                               .bounds = Bounds(kUnbounded, kUnbounded)};
    for (const bool by_servers : {false, true}) {
      UseServers(dataset, table.name,
                 by_servers ? std::vector<std::string>{table.columns[0].name}
                            : std::vector<std::string>());
      const DatasetDescription description = dataset.Description();
      WEIR_ASSERT_OK_AND_ASSIGN(const AggregateTable answer, TryAggregate(description, query));
      EXPECT_THAT(answer.values, ::testing::ElementsAre(2, 2)) << text;
    }
    for (const auto& server : ThreeServers()) {
      server->Run("DROP TABLE " + internal::ClickHouseName(table.name));
    }
    ++tables;
  }
  EXPECT_GT(tables, 15);
}

TEST(ServerErrorTest, KeepsTheCodeAndNoValue) {
  using internal::ReadServerError;
  EXPECT_THAT(
      ReadServerError("Code: 6, e.displayText() = DB::Exception: Cannot parse string 'secret' as "
                      "Int8, e.what() = DB::Exception"),
      StatusIs(StatusCode::kUnavailable,
               AllOf(HasSubstr("code 6: Cannot parse string"), Not(HasSubstr("secret")))));
  EXPECT_THAT(ReadServerError("Code: 27. DB::Exception: Cannot parse input: expected , before: "
                              "secret: (at row 7)"),
              StatusIs(StatusCode::kUnavailable,
                       AllOf(HasSubstr("code 27: Cannot parse input"), Not(HasSubstr("secret")))));
  EXPECT_THAT(ReadServerError("Code: 241, e.displayText() = DB::Exception: Memory limit (for "
                              "query) exceeded: would use 9.31 GiB"),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("Memory limit (for query")));
  const std::pair<int, StatusCode> refusals[] = {{193, StatusCode::kUnauthenticated},
                                                 {516, StatusCode::kUnauthenticated},
                                                 {497, StatusCode::kPermissionDenied},
                                                 {159, StatusCode::kDeadlineExceeded}};
  for (const auto& [code, meaning] : refusals) {
    EXPECT_THAT(ReadServerError("Code: " + std::to_string(code) + ". DB::Exception: No 'secret'"),
                StatusIs(meaning, Not(HasSubstr("secret"))));
  }
  EXPECT_THAT(ReadServerError("Code: 60, e.displayText() = DB::Exception: Table a.b doesn't"),
              StatusIs(StatusCode::kInvalidArgument));
  for (const char* text : {"", "secret", "<html>502 Bad Gateway secret</html>", "Code: secret"}) {
    EXPECT_THAT(ReadServerError(text), StatusIs(StatusCode::kDataLoss, Not(HasSubstr("secret"))));
  }
}

TEST(ServerTypeTest, ReadsWhatServersWrite) {
  using internal::ReadServerType;
  using internal::ServerTypeKind;
  const auto nested = ReadServerType("LowCardinality(Nullable(String))");
  EXPECT_TRUE(nested.is_dictionary);
  EXPECT_TRUE(nested.is_nullable);
  EXPECT_EQ(nested.kind, ServerTypeKind::kString);
  EXPECT_EQ(ReadServerType("DateTime('Europe/Berlin')").kind, ServerTypeKind::kDateTime);
  EXPECT_EQ(ReadServerType("DateTime64(3, 'UTC')").kind, ServerTypeKind::kFineTime);
  EXPECT_EQ(ReadServerType("Enum8('a' = 1)").kind, ServerTypeKind::kText);
  for (const char* type : {"Array(Int8)", "Tuple(Int8, String)", "Nullable(Nothing)", "", "Map("}) {
    EXPECT_EQ(ReadServerType(type).kind, ServerTypeKind::kUnreadable) << type;
  }
}

// Types beyond the shared cases, in both forms.
TEST(ServerTypeTest, OtherTypesOfColumnsAreRead) {
  ClusterTable table{.name = "other_types",
                     .columns = {{"who", "UInt64"},
                                 {"fixed", "FixedString(4)"},
                                 {"kind", "Enum8('red' = 1, 'it\\'s' = 2)"},
                                 {"tag", "Nullable(UUID)"},
                                 {"count", "UInt8"},
                                 {"at", "DateTime('Asia/Tokyo')"},
                                 {"day", "Date"},
                                 {"date_text", "Nullable(Date)"}},
                     .rows = {}};
  const std::string tag = "61f0c404-5cb3-11e7-907b-a6006ad3dba0";
  table.rows = {
      {"1", "ab", "red", tag, "255", "0000000000", "1970-01-01", "1970-01-01"},
      {"18446744073709551615", "ab", "red", tag, "1", "0000000000", "1970-01-01", std::nullopt},
      {"2", "abcd", "it's", std::nullopt, "7", "1425803400", "2015-03-08", std::nullopt}};
  CreateTable(table, ByFirstColumn);
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  dataset.Column("count", v1::COLUMN_TYPE_INT);
  for (const char* name : {"fixed", "kind", "tag", "at", "date_text"}) {
    dataset.Column(name, v1::COLUMN_TYPE_TEXT);
  }
  dataset.Column("day", v1::COLUMN_TYPE_TIMESTAMP);
  const auto count_by = [](const std::string& column, KeyPart part = KeyPart::kValue) {
    return AggregateQuery{
        .keys = {{.column = column, .part = part, .missing_is_key = true, .open = true}},
        .measures = {Rows(), Sum("count", 0, 1000)},
        .bounds = Bounds(kUnbounded, kUnbounded)};
  };
  for (const bool by_servers : {false, true}) {
    UseServers(dataset, table.name,
               by_servers ? std::vector<std::string>{"who"} : std::vector<std::string>());
    const DatasetDescription description = dataset.Description();
    const auto labels = [&](const AggregateQuery& query) {
      const auto answer = TryAggregate(description, query);
      if (!answer.ok()) return MessageOf(answer.status());
      std::string all;
      for (size_t i = 0; i < answer->cells.size(); ++i) {
        const auto& label = answer->open_values[0][answer->key_codes[i]];
        all += label.value_or("none") + "=" + FormatInt128(answer->values[i * 2]) + "/" +
               FormatInt128(answer->values[i * 2 + 1]) + " ";
      }
      return all;
    };
    // The id beyond 2^63 is no int: its row has no unit.
    EXPECT_EQ(labels(count_by("fixed")), "ab=1/255 abcd=1/7 ");
    EXPECT_EQ(labels(count_by("kind")), "it's=1/7 red=1/255 ");
    EXPECT_EQ(labels(count_by("tag")), tag + "=1/255 none=1/7 ");
    EXPECT_EQ(labels(count_by("at")), "1970-01-01 00:00:00=1/255 2015-03-08 08:30:00=1/7 ");
    EXPECT_EQ(labels(count_by("date_text")), "1970-01-01=1/255 none=1/7 ");
    EXPECT_EQ(labels(count_by("day", KeyPart::kPeriodHour)),
              "1970-01-01T00=1/255 2015-03-08T00=1/7 ");
  }
}

}  // namespace
}  // namespace weir::data::test_clickhouse
