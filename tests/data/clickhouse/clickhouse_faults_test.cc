// SPDX-License-Identifier: Apache-2.0
// What goes wrong with servers: each with the right code, in words that hold no value, and without
// leaving anything running.
#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/data/clickhouse/cluster_table.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/data/internal/source_answer.h"

namespace weir::data::test_clickhouse {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kTable[] = "faults";

// Who, an int, and zone, a text, in the table `faults`.
TestDataset& Describe(TestDataset& dataset) {
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  dataset.Column("zone", v1::COLUMN_TYPE_TEXT);
  return dataset;
}

void CreateOn(const TestServer& server, const std::string& sql) {
  server.Run(std::string("DROP TABLE IF EXISTS ") + kTable);
  server.Run(sql);
}

void CreateSmall() {
  for (const auto& server : ThreeServers()) {
    CreateOn(*server, "CREATE TABLE faults (who Int32, zone String) ENGINE = Memory");
    server->Run("INSERT INTO faults VALUES (1, 'a'), (2, 'secret value')");
  }
}

AggregateQuery RowsByZone() {
  return {.keys = {{.column = "zone", .open = true}},
          .measures = {Rows(), Units()},
          .bounds = Bounds(kUnbounded, kUnbounded)};
}

StatusOr<AggregateTable> Ask(const TestDataset& dataset, const EngineOptions& options = {},
                             const AggregateQuery& query = RowsByZone()) {
  test::SeededRandom random(1);
  return internal::AggregateSource(dataset.Description(), query, options, random);
}

// Each fault is met by both forms.
class ClickHouseFaultsTest : public ::testing::TestWithParam<bool> {
 protected:
  ClickHouseFaultsTest() {
    CreateSmall();
    Describe(dataset_);
    source_ = &UseServers(dataset_, kTable, Key());
  }
  std::vector<std::string> Key() const {
    return GetParam() ? std::vector<std::string>{"who"} : std::vector<std::string>();
  }

  TestDataset dataset_;
  v1::ClickHouseSource* source_;
};
INSTANTIATE_TEST_SUITE_P(Forms, ClickHouseFaultsTest, ::testing::Bool(),
                         [](const auto& form) { return form.param ? "ByServers" : "ByRows"; });

TEST_P(ClickHouseFaultsTest, PasswordsComeFromAPrivateFile) {
  const auto refused = StatusIs(
      StatusCode::kUnauthenticated,
      AllOf(HasSubstr("refuses the user or the password (code 19"), Not(HasSubstr("opensesame"))));
  source_->set_user("locked");
  EXPECT_THAT(Ask(dataset_), refused);
  EXPECT_THAT(Check(dataset_.Description()), refused);
  const std::string path = dataset_.folder() + "/password";
  source_->set_password_file(path);
  EXPECT_THAT(Ask(dataset_), StatusIs(StatusCode::kUnavailable, HasSubstr("password file")));
  EXPECT_THAT(Check(dataset_.Description()),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("password file")));
  test::WriteTextFile(path, std::string("wrong\nline"));
  ::chmod(path.c_str(), 0600);
  EXPECT_THAT(Ask(dataset_), StatusIs(StatusCode::kUnavailable, HasSubstr("more than one line")));
  test::WriteTextFile(path, "opensesame");
  EXPECT_THAT(Ask(dataset_), refused);
  test::WriteTextFile(path, std::string(kPassword) + "\n");
  EXPECT_THAT(Ask(dataset_), IsOk());
  ::chmod(path.c_str(), 0640);
  EXPECT_THAT(Ask(dataset_), StatusIs(StatusCode::kPermissionDenied, HasSubstr(path)));
}

// The profile's limit of time, as for a view that is too slow.
TEST_P(ClickHouseFaultsTest, TheServersTimeIsALimit) {
  source_->set_user("hasty");
  source_->clear_urls();
  source_->add_urls(ThreeServers()[0]->url());
  CreateOn(*ThreeServers()[0],
           "CREATE VIEW faults AS SELECT toInt32(number) AS who, 'a' AS zone FROM "
           "system.numbers WHERE sleep(0.2) = 0");
  EXPECT_THAT(Ask(dataset_), StatusIs(StatusCode::kDeadlineExceeded, HasSubstr("limit of time")));
}

TEST_P(ClickHouseFaultsTest, ProfilesThatAllowNoSettingsWork) {
  source_->set_user("strict");
  EXPECT_THAT(Ask(dataset_), IsOk());
  source_->set_user("cut");
  EXPECT_THAT(Ask(dataset_),
              StatusIs(StatusCode::kUnavailable, HasSubstr("read_overflow_mode to break")));
}

TEST_P(ClickHouseFaultsTest, TablesAreNamedThatAreNotThere) {
  ThreeServers()[1]->Run("DROP TABLE faults");
  EXPECT_THAT(Ask(dataset_),
              StatusIs(StatusCode::kUnavailable,
                       AllOf(HasSubstr(ThreeServers()[1]->url()), HasSubstr("default.faults"))));
  EXPECT_THAT(Check(dataset_.Description()),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("no table default.faults")));
}

TEST_P(ClickHouseFaultsTest, ColumnsAreNamedThatAreNotThereOrNotRead) {
  CreateOn(*ThreeServers()[2], "CREATE TABLE faults (who Int32, zona String) ENGINE = Memory");
  EXPECT_THAT(Check(dataset_.Description()),
              StatusIs(StatusCode::kInvalidArgument, AllOf(HasSubstr("zone"), HasSubstr("zona"))));
  CreateOn(*ThreeServers()[2],
           "CREATE TABLE faults (who Int32, zone Array(String)) ENGINE = Memory");
  EXPECT_THAT(Ask(dataset_),
              StatusIs(StatusCode::kUnavailable, HasSubstr("Array(String), which is not read")));
}

// A column of another type than the document says: what does not parse is missing, as in a file.
TEST_P(ClickHouseFaultsTest, OtherTypesAreReadAsTexts) {
  for (const auto& server : ThreeServers()) {
    CreateOn(*server, "CREATE TABLE faults (who String, zone Int16) ENGINE = Memory");
    server->Run("INSERT INTO faults VALUES ('1', 7), ('N', 8), (' 2 ', 7)");
  }
  WEIR_ASSERT_OK_AND_ASSIGN(const AggregateTable table, Ask(dataset_));
  EXPECT_THAT(table.values, ::testing::ElementsAre(6, 2));
  EXPECT_EQ(table.open_values[0], std::vector<std::optional<std::string>>{"7"});
  WEIR_ASSERT_OK_AND_ASSIGN(const SourceReport report, Check(dataset_.Description()));
  EXPECT_EQ(report.rows, 9u);
  EXPECT_EQ(report.rows_without_unit, 3u);
}

TEST_P(ClickHouseFaultsTest, ServersThatAreDownAreNamed) {
  uint16_t closed = 0;
  {
    const TestServer gone;
    source_->set_urls(1, gone.url());
    closed = 1;
  }
  ASSERT_EQ(closed, 1);
  EXPECT_THAT(Ask(dataset_), StatusIs(StatusCode::kUnavailable, HasSubstr(source_->urls(1))));
}

TEST_P(ClickHouseFaultsTest, TheServersMemoryIsALimit) {
  source_->set_user("small");
  for (const auto& server : ThreeServers()) {
    CreateOn(*server, "CREATE TABLE faults (who UInt32, zone String) ENGINE = Memory");
    server->Run("INSERT INTO faults SELECT number, toString(number) FROM numbers(300000)");
  }
  EXPECT_THAT(Ask(dataset_), StatusIs(StatusCode::kResourceExhausted, HasSubstr("memory")));
}

// An error of the server may come behind rows of its answer, and quote what it read.
TEST_P(ClickHouseFaultsTest, ErrorsInTheMiddleAreSeen) {
  for (const auto& server : ThreeServers()) {
    CreateOn(*server,
             "CREATE VIEW faults AS SELECT toInt32(number) AS who, if(number < 1900000, 'a', "
             "toString(toInt8(concat('no number ', toString(number))))) AS zone FROM "
             "numbers(2000000)");
  }
  EXPECT_THAT(Ask(dataset_), StatusIs(StatusCode::kUnavailable,
                                      AllOf(HasSubstr("code 6"), Not(HasSubstr("no number")))));
  for (const auto& server : ThreeServers()) server->Run("DROP TABLE faults");
}

TEST_P(ClickHouseFaultsTest, ProgressReachesTheEnd) {
  for (size_t i = 0; i < 3; ++i) {
    const TestServer& server = *ThreeServers()[i];
    CreateOn(server,
             "CREATE TABLE faults (who UInt32, zone String) ENGINE = MergeTree ORDER BY who");
    server.Run("INSERT INTO faults SELECT number * 3 + " + std::to_string(i) +
               ", 'a' FROM numbers(300000)");
  }
  std::mutex mutex;
  std::vector<double> shares;
  EngineOptions options;
  options.control.progress = [&](RunStage stage, double share) {
    const std::lock_guard lock(mutex);
    if (stage == RunStage::kReading) shares.push_back(share);
  };
  EXPECT_THAT(Ask(dataset_, options), IsOk());
  ASSERT_FALSE(shares.empty());
  EXPECT_DOUBLE_EQ(*std::max_element(shares.begin(), shares.end()), 1.0);
  EXPECT_GE(*std::min_element(shares.begin(), shares.end()), 0.0);
  // The rows of a server come in several blocks; what a server bounds comes at once.
  EXPECT_GE(shares.size(), GetParam() ? 3u : 12u);
}

// A view whose reading never ends: a block a second.
void CreateEndless(const TestServer& server) {
  CreateOn(server,
           "CREATE VIEW faults AS SELECT toInt32(number) AS who, 'a' AS zone FROM "
           "system.numbers WHERE sleep(0.2) = 0");
}

std::string RunningQueries(const TestServer& server) {
  return server.Run("SELECT count() FROM system.processes WHERE query_id LIKE 'weir-%'");
}

// Waits at most a minute.
bool Becomes(const std::string& expected, const std::function<std::string()>& current) {
  for (int i = 0; i < 600; ++i) {
    if (current() == expected) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

TEST_P(ClickHouseFaultsTest, StoppingEndsTheQueriesOnTheServers) {
  source_->clear_urls();
  source_->add_urls(ThreeServers()[0]->url());
  source_->set_user(GetParam() ? "strict" : "default");
  CreateEndless(*ThreeServers()[0]);
  const auto running = [] { return RunningQueries(*ThreeServers()[0]); };
  std::stop_source stop;
  std::thread stopper([&] {
    EXPECT_TRUE(Becomes("1\n", running));
    stop.request_stop();
  });
  EngineOptions options;
  options.control.stop = stop.get_token();
  EXPECT_THAT(Ask(dataset_, options), StatusIs(StatusCode::kCancelled));
  stopper.join();
  EXPECT_TRUE(Becomes("0\n", running)) << "the server goes on";

  options.control = {.deadline = RunControl::Clock::now() + std::chrono::seconds(2)};
  EXPECT_THAT(Ask(dataset_, options), StatusIs(StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(Becomes("0\n", running)) << "the server goes on";
}

TEST_P(ClickHouseFaultsTest, AQueryThatIsKilledOnTheServerIsNoShortAnswer) {
  source_->clear_urls();
  source_->add_urls(ThreeServers()[0]->url());
  CreateEndless(*ThreeServers()[0]);
  const auto running = [] { return RunningQueries(*ThreeServers()[0]); };
  std::thread killer([&] {
    EXPECT_TRUE(Becomes("1\n", running));
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    ThreeServers()[0]->Run("KILL QUERY WHERE query_id LIKE 'weir-%' ASYNC");
  });
  EXPECT_THAT(Ask(dataset_), StatusIs(StatusCode::kUnavailable));
  killer.join();
}

// The server's process is killed while the others answer; once it is back the same question has
// its answer.
TEST_P(ClickHouseFaultsTest, AServerLostInTheMiddleIsUnavailable) {
  TestServer lost;
  CreateEndless(lost);
  source_->set_urls(2, lost.url());
  std::thread killer([&] {
    EXPECT_TRUE(Becomes("1\n", [&] { return RunningQueries(lost); }));
    lost.Kill();
  });
  EXPECT_THAT(Ask(dataset_), StatusIs(StatusCode::kUnavailable, HasSubstr(lost.url())));
  killer.join();
  for (const auto& server : ThreeServers()) {
    EXPECT_TRUE(Becomes("0\n", [&] { return RunningQueries(*server); }));
  }
  lost.Restart();
  CreateOn(lost, "CREATE TABLE faults (who Int32, zone String) ENGINE = Memory");
  EXPECT_THAT(Ask(dataset_), IsOk());
}

TEST(ClickHouseTlsTest, CertificatesAndNamesAreVerified) {
  const TestServer server(/*with_tls=*/true);
  const TestServer other(/*with_tls=*/true);
  CreateOn(server, "CREATE TABLE faults (who Int32, zone String) ENGINE = Memory");
  server.Run("INSERT INTO faults VALUES (1, 'a')");
  TestDataset dataset;
  Describe(dataset);
  v1::ClickHouseSource& source = UseServers(dataset, kTable);
  source.clear_urls();
  source.add_urls(server.tls_url());
  EXPECT_THAT(Ask(dataset), StatusIs(StatusCode::kUnavailable, HasSubstr("certificate")));
  source.set_ca_file(other.ca_file());
  EXPECT_THAT(Ask(dataset), StatusIs(StatusCode::kUnavailable, HasSubstr("certificate")));
  source.set_ca_file(server.ca_file());
  EXPECT_THAT(Ask(dataset), IsOk());
  std::string by_number = server.tls_url();
  by_number.replace(by_number.find("localhost"), 9, "127.0.0.1");
  source.set_urls(0, by_number);
  EXPECT_THAT(Ask(dataset), StatusIs(StatusCode::kUnavailable, HasSubstr("127.0.0.1")));
}

}  // namespace
}  // namespace weir::data::test_clickhouse
