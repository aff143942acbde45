// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/source_reader.h"

#include <string>
#include <variant>

#include "tests/support/status_matchers.h"
#include "weir/doc/yaml_reader.h"

namespace weir::data::internal {
namespace {

using test::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

StatusOr<Source> Read(const std::string& source) {
  const std::string yaml =
      "dataset: trips\ntitle: Trips\ntheme: transportation\nsource: " + source +
      "\nprivacy_unit: [rider, card]\ncolumns:\n  rider: {type: int}\n  card: {type: int}\n"
      "budget: {epsilon: 1}\n";
  WEIR_ASSIGN_OR_RETURN(const auto document, doc::ParseYaml<v1::Dataset>(yaml, "a.dataset.yaml"));
  return ReadSource(document, "/data/folder");
}

TEST(SourceReaderTest, ReadsClickHouse) {
  WEIR_ASSERT_OK_AND_ASSIGN(
      const Source source,
      Read("{clickhouse: {urls: [\"https://a.example:8443\", \"http://127.0.0.1:8123\"], database: "
           "transit, table: trips, sharding_key: [rider], user: weir, password_file: secret}}"));
  const auto& servers = std::get<ClickHouseSource>(source);
  EXPECT_THAT(servers.urls, ElementsAre("https://a.example:8443", "http://127.0.0.1:8123"));
  EXPECT_EQ(servers.database, "transit");
  EXPECT_EQ(servers.table, "trips");
  EXPECT_THAT(servers.sharding_key, ElementsAre("rider"));
  EXPECT_EQ(servers.user, "weir");
  EXPECT_EQ(servers.password_file, "/data/folder/secret");
  EXPECT_EQ(servers.ca_file, "");
  EXPECT_THAT(FilesOf(source), ElementsAre("/data/folder/secret"));
  EXPECT_EQ(NameOf(source), "table transit.trips of https://a.example:8443 and others");
}

TEST(SourceReaderTest, ReadsPostgres) {
  WEIR_ASSERT_OK_AND_ASSIGN(const Source table,
                            Read("{postgres: {dsn_file: dsn.txt, table: transit.trips}}"));
  EXPECT_EQ(std::get<PostgresSource>(table).relation, "transit.trips");
  EXPECT_EQ(std::get<PostgresSource>(table).dsn_file, "/data/folder/dsn.txt");
  EXPECT_THAT(FilesOf(table), ElementsAre("/data/folder/dsn.txt"));
  EXPECT_EQ(NameOf(table), "transit.trips of /data/folder/dsn.txt");
  WEIR_ASSERT_OK_AND_ASSIGN(const Source view,
                            Read("{postgres: {dsn_file: /etc/dsn, view: shown}}"));
  EXPECT_EQ(std::get<PostgresSource>(view).relation, "shown");
}

TEST(SourceReaderTest, RefusesWhatCannotBeASource) {
  struct Case {
    const char* source;
    const char* message;
  };
  const Case cases[] = {
      {"{}", "source needs one of: csv, parquet, json, clickhouse, postgres"},
      {"{csv: {path: \"\"}}", "path"},
      {"{postgres: {dsn_file: dsn}}", "a table or a view"},
      {"{postgres: {dsn_file: dsn, table: a, view: b}}", "a table or a view"},
      {"{clickhouse: {urls: [\"ftp://a\"], database: d, table: t}}", "https://host:port"},
      {"{clickhouse: {urls: [\"https://\"], database: d, table: t}}", "nothing behind it"},
      {"{clickhouse: {urls: [\"https://a/path\"], database: d, table: t}}", "nothing behind it"},
      {"{clickhouse: {urls: [\"https://u:p@a\"], database: d, table: t}}", "nothing behind it"},
      {"{clickhouse: {urls: [\"http://city.example:8123\"], database: d, table: t}}", "use https"},
      {"{clickhouse: {urls: [\"http://127.0.0.1.example\"], database: d, table: t}}", "use https"},
      {"{clickhouse: {urls: [\"https://a\", \"https://a\"], database: d, table: t}}", "twice"},
      {"{clickhouse: {urls: [\"https://a\"], database: d, table: t, sharding_key: [day]}}",
       "column day is not one of the privacy unit"},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(Read(c.source), StatusIs(StatusCode::kInvalidArgument,
                                         AllOf(HasSubstr("a.dataset.yaml"), HasSubstr(c.message))))
        << c.source;
  }
}

}  // namespace
}  // namespace weir::data::internal
