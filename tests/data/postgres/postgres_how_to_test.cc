// SPDX-License-Identifier: Apache-2.0
// Does what docs/how-to/read-a-live-postgresql.md says, with the page's own SQL and document.
#include <string>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/data/postgres/postgres_server.h"
#include "tests/support/status_matchers.h"
#include "weir/data/internal/source_answer.h"
#include "weir/doc/yaml_reader.h"

namespace weir::data::test_postgres {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// What stands between the fence that begins so and the next one.
std::string Block(const std::string& page, const std::string& fence) {
  const size_t begin = page.find("```" + fence + "\n");
  EXPECT_NE(begin, std::string::npos) << fence;
  if (begin == std::string::npos) return "";
  const size_t first = begin + fence.size() + 4;
  return page.substr(first, page.find("```", first) - first);
}

class PostgresHowToTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    PostgresServer::Shared().Run(
        "CREATE SCHEMA transit; CREATE TABLE transit.trips(rider_id int, zone text, minutes int, "
        "started_at timestamptz, status text, phone text);"
        "INSERT INTO transit.trips VALUES (1, 'north', 10, '2015-03-08', 'completed', '555'), "
        "(2, 'north', 20, '2015-03-08', 'completed', '556'), "
        "(2, 'south', 30, '2015-03-08', 'cancelled', '556')");
    PostgresServer::Shared().Run(Block(Page(), "sql"));
  }
  static std::string Page() {
    return test::ReadTextFile(std::string(WEIR_SOURCE_DIR) +
                              "/docs/how-to/read-a-live-postgresql.md");
  }
  // What the page's role may do, asked of the server.
  static std::string May(const std::string& question) {
    return PostgresServer::Shared().Query("SELECT " + question).front();
  }
  static std::string Dsn() {
    return PostgresServer::Shared().Dsn("weir_reader", "a long random text");
  }
};

TEST_F(PostgresHowToTest, TheRoleReadsTheViewAndNothingElse) {
  EXPECT_EQ(May("has_table_privilege('weir_reader', 'weir.trips', 'SELECT')"), "t");
  for (const char* right : {"INSERT", "UPDATE", "DELETE", "TRUNCATE"}) {
    EXPECT_EQ(May(std::string("has_table_privilege('weir_reader', 'weir.trips', '") + right + "')"),
              "f");
  }
  EXPECT_EQ(May("has_table_privilege('weir_reader', 'transit.trips', 'SELECT')"), "f");
  EXPECT_EQ(May("has_schema_privilege('weir_reader', 'transit', 'USAGE')"), "f");
  EXPECT_EQ(May("has_schema_privilege('weir_reader', 'weir', 'CREATE')"), "f");
  EXPECT_EQ(May("has_schema_privilege('weir_reader', 'public', 'CREATE')"), "f");
  EXPECT_EQ(May("rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication "
                "FROM pg_roles WHERE rolname = 'weir_reader'"),
            "f");
}

TEST_F(PostgresHowToTest, TheDocumentReadsTheView) {
  const test::TemporaryFolder folder;
  test::WriteTextFile(folder.Path("city.dsn"), Dsn() + "\n");
  ::chmod(folder.Path("city.dsn").c_str(), 0600);
  const auto document =
      doc::ParseYaml<v1::Dataset>(Block(Page(), "yaml trips.dataset.yaml"), "trips.dataset.yaml");
  ASSERT_TRUE(document.ok()) << document.status();
  const auto dataset = DatasetDescription::Create(*document, folder.path());
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ(std::get<PostgresSource>(dataset->source()).timeout, std::chrono::seconds(300));
  const auto report = Check(*dataset);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->rows, 2u);
  EXPECT_EQ(report->privacy_units, 2u);
  EXPECT_EQ(report->fault_count, 0u);
  EXPECT_THAT(Aggregate(*dataset, {.keys = {{.column = "zone", .values = {"north", "south"}}},
                                   .measures = {Rows(), Units(), Sum("minutes", 0, 120)},
                                   .bounds = Bounds(1, 1)}),
              ElementsAre(Pair(0, ElementsAre(2, 2, 30))));
}

TEST_F(PostgresHowToTest, TheTableUnderTheViewStaysClosed) {
  TestDataset dataset;
  dataset.Unit({"rider_id"});
  dataset.Column("rider_id", v1::COLUMN_TYPE_INT);
  UseRelation(dataset, "transit.trips", Dsn());
  EXPECT_THAT(Check(dataset.Description()),
              test::StatusIs(StatusCode::kPermissionDenied, ::testing::HasSubstr("GRANT USAGE")));
}

}  // namespace
}  // namespace weir::data::test_postgres
