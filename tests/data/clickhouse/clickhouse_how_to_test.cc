// SPDX-License-Identifier: Apache-2.0
// Does what docs/how-to/ask-a-clickhouse-cluster.md says, with the page's own users, command and
// document.
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/clickhouse/cluster_table.h"
#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"
#include "weir/data/clickhouse/internal/server.h"
#include "weir/doc/yaml_reader.h"

namespace weir::data::test_clickhouse {
namespace {

using test::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr char kSecret[] = "a long random text";

std::string Page() {
  return test::ReadTextFile(std::string(WEIR_SOURCE_DIR) +
                            "/docs/how-to/ask-a-clickhouse-cluster.md");
}

// What stands between two texts of the page; the first must be there.
std::string Between(const std::string& begin, const std::string& end) {
  const std::string page = Page();
  const size_t at = page.find(begin);
  EXPECT_NE(at, std::string::npos) << begin;
  if (at == std::string::npos) return "";
  const size_t first = at + begin.size();
  return page.substr(first, page.find(end, first) - first);
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// With the digest of the test's password, and the test's machine for the node's.
std::string Users() {
  const std::string users = Between("```xml\n", "```");
  return Replaced(
      Replaced(users, "<password_sha256_hex>...", "<password_sha256_hex>" + Sha256Hex(kSecret)),
      "10.1.2.3", "127.0.0.1");
}

class ClickHouseHowToTest : public ::testing::Test {
 protected:
  ClickHouseHowToTest() {
    for (size_t i = 0; i < 2; ++i) {
      const TestServer& server = *servers_[i];
      server.Run("CREATE DATABASE transit");
      server.Run(
          "CREATE TABLE transit.trips_local (rider Int32, zone Int16, fare Decimal(9, 2)) "
          "ENGINE = Memory");
      server.Run("CREATE TABLE default.secret (rider Int32) ENGINE = Memory");
    }
    servers_[0]->Run("INSERT INTO transit.trips_local VALUES (1, 7, 2.50), (1, 8, 3.00)");
    servers_[1]->Run("INSERT INTO transit.trips_local VALUES (2, 7, 4.25)");
    test::WriteTextFile(
        folder_.Path("shards.ca.pem"),
        test::ReadTextFile(servers_[0]->ca_file()) + test::ReadTextFile(servers_[1]->ca_file()));
    MakePasswordFile();
  }

  // By the page's command.
  void MakePasswordFile() {
    const std::string command = Between("       $ ", "\n");
    const std::string line =
        "cd '" + folder_.path() + "' && printf '%s\\n' '" + kSecret + "' | " + command;
    EXPECT_EQ(std::system(line.c_str()), 0) << command;
  }

  std::string Yaml() const {
    return Replaced(Replaced(Between("```yaml\n", "```"), "https://shard1.example:8443",
                             servers_[0]->tls_url()),
                    "https://shard2.example:8443", servers_[1]->tls_url());
  }
  StatusOr<DatasetDescription> Read(const std::string& yaml) const {
    WEIR_ASSIGN_OR_RETURN(const auto document,
                          doc::ParseYaml<v1::Dataset>(yaml, "trips.dataset.yaml"));
    return DatasetDescription::Create(document, folder_.path());
  }

  const test::TemporaryFolder folder_;
  const std::vector<std::unique_ptr<TestServer>> servers_ = [] {
    std::vector<std::unique_ptr<TestServer>> servers;
    for (int i = 0; i < 2; ++i) {
      servers.push_back(std::make_unique<TestServer>(/*with_tls=*/true, Users()));
    }
    return servers;
  }();
};

TEST_F(ClickHouseHowToTest, TheDocumentReadsTheShards) {
  const auto dataset = Read(Yaml());
  ASSERT_THAT(dataset, IsOk());
  const auto report = Check(*dataset);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->rows, 3u);
  EXPECT_EQ(report->privacy_units, 2u);
  EXPECT_EQ(report->fault_count, 0u);
  EXPECT_THAT(Aggregate(*dataset, {.keys = {{.column = "zone", .values = {"7", "8"}}},
                                   .measures = {Rows(), Units(), Sum("fare", 0, 10'000, {1, -2})},
                                   .bounds = Bounds(2, 1)}),
              ElementsAre(Pair(0, ElementsAre(2, 2, 675)), Pair(1, ElementsAre(1, 1, 300))));
}

TEST_F(ClickHouseHowToTest, AKeyThatDoesNotDivideIsAFault) {
  servers_[1]->Run("INSERT INTO transit.trips_local VALUES (1, 7, 1.00)");
  const auto dataset = Read(Yaml());
  ASSERT_THAT(dataset, IsOk());
  const auto report = Check(*dataset);
  ASSERT_THAT(report, IsOk());
  ASSERT_EQ(report->fault_count, 1u);
  EXPECT_THAT(report->faults.front().what, HasSubstr("not the sharding key"));
}

TEST_F(ClickHouseHowToTest, TheUserReadsThisDatabaseAndNothingElse) {
  const auto elsewhere = Read(Replaced(Replaced(Yaml(), "database: transit", "database: default"),
                                       "table: trips_local", "table: secret"));
  ASSERT_THAT(elsewhere, IsOk());
  EXPECT_FALSE(Check(*elsewhere).ok());
  const auto dataset = Read(Yaml());
  ASSERT_THAT(dataset, IsOk());
  const auto server =
      internal::Server::Connect(SourceOf(*dataset), servers_[0]->tls_url(), RunControl{});
  ASSERT_THAT(server, IsOk());
  const auto ask = [&server](const std::string& sql) {
    return (*server)->Ask({.sql = sql, .names = {"x"}}, 1 << 20,
                          [](const internal::NativeBlock&) { return OkStatus(); });
  };
  for (const char* sql :
       {"INSERT INTO transit.trips_local VALUES (9, 9, 9)", "DROP TABLE transit.trips_local",
        "CREATE DATABASE mine", "SELECT rider AS x FROM default.secret"}) {
    EXPECT_FALSE(ask(sql).ok()) << sql;
  }
  EXPECT_EQ(servers_[0]->Run("SELECT count() FROM transit.trips_local"), "2\n");
}

}  // namespace
}  // namespace weir::data::test_clickhouse
