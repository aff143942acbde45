// SPDX-License-Identifier: Apache-2.0
// What goes wrong with a server, and what its owner is told of it.
#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/data/postgres/postgres_server.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/data/internal/source_answer.h"
#include "weir/data/postgres/internal/pg_error.h"
#include "weir/data/postgres/internal/postgres_rows.h"

namespace weir::data::test_postgres {
namespace {

using test::StatusIs;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

class PostgresFaultTest : public ::testing::Test {
 protected:
  PostgresFaultTest() {
    dataset_.Unit({"who"});
    dataset_.Column("who", v1::COLUMN_TYPE_INT);
    dataset_.Column("zone", v1::COLUMN_TYPE_TEXT);
    server_.Run(
        "DROP TABLE IF EXISTS faults CASCADE; CREATE TABLE faults(who int, zone text);"
        "INSERT INTO faults VALUES (1, 'a'), (2, 'secret-zone'), (2, 'a')");
    Use("faults");
  }

  void Use(const std::string& relation) { UseRelation(dataset_, relation, server_.ReaderDsn()); }
  void UseDsn(const std::string& dsn) { UseRelation(dataset_, "faults", dsn); }
  v1::PostgresSource& Source() { return *dataset_.message().mutable_source()->mutable_postgres(); }
  // By the columns of all rows.
  StatusOr<AggregateTable> Ask(EngineOptions options = {}) {
    test::SeededRandom random(1);
    const AggregateQuery query{.keys = {{.column = "zone", .open = true}},
                               .measures = {Rows(), Units()},
                               .bounds = Bounds(kUnbounded, kUnbounded)};
    return internal::AggregateSource(dataset_.Description(), query, options, random);
  }
  StatusOr<SourceReport> Look() { return Check(dataset_.Description()); }

  const PostgresServer& server_ = PostgresServer::Shared();
  TestDataset dataset_;
};

TEST_F(PostgresFaultTest, ATableThatIsNotThere) {
  Use("transit.trips");
  EXPECT_THAT(Look(), StatusIs(StatusCode::kInvalidArgument,
                               HasSubstr("no table or view \"transit\".\"trips\"")));
  EXPECT_THAT(Ask(), StatusIs(StatusCode::kUnavailable, HasSubstr("transit.trips of ")));
  server_.Run("CREATE SEQUENCE IF NOT EXISTS counter");
  Use("counter");
  EXPECT_THAT(Look(), StatusIs(StatusCode::kInvalidArgument, HasSubstr("is no table or view")));
}

TEST_F(PostgresFaultTest, AColumnThatIsNotThereBetweenPreviewAndRun) {
  EXPECT_TRUE(Look().ok());
  server_.Run("ALTER TABLE faults RENAME zone TO area");
  EXPECT_THAT(Ask(), StatusIs(StatusCode::kUnavailable,
                              HasSubstr("no column \"zone\"; it has: who, area")));
  EXPECT_THAT(Look(), StatusIs(StatusCode::kInvalidArgument, HasSubstr("no column \"zone\"")));
}

TEST_F(PostgresFaultTest, TypesThatAreNotRead) {
  for (const char* type : {"int[]", "int4range", "point", "time", "interval", "money", "xml",
                           "bit(3)", "tsvector", "pg_class"}) {
    server_.Run(std::string("DROP TABLE faults; CREATE TABLE faults(who int, zone ") + type + ")");
    EXPECT_THAT(Look(), StatusIs(StatusCode::kInvalidArgument,
                                 AllOf(HasSubstr("column \"zone\""), HasSubstr("is not read"))))
        << type;
    EXPECT_THAT(Ask(), StatusIs(StatusCode::kUnavailable, HasSubstr("is not read"))) << type;
  }
}

TEST_F(PostgresFaultTest, AColumnOfAnotherTypeThanTheDocumentSays) {
  server_.Run("ALTER TABLE faults ALTER who TYPE text USING 'x' || who");
  const auto report = Look();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->rows, 3u);
  EXPECT_EQ(report->rows_without_unit, 3u);
  EXPECT_EQ(report->fault_count, 3u);
  EXPECT_EQ(report->faults.at(0).what, "not an int: \"x1\"");
  const auto table = Ask();
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_TRUE(table->cells.empty()) << "what does not parse is missing";
}

TEST_F(PostgresFaultTest, NoPrivilege) {
  server_.Run("REVOKE ALL ON faults FROM reader; GRANT SELECT (who) ON faults TO reader");
  EXPECT_THAT(Look(), StatusIs(StatusCode::kPermissionDenied,
                               HasSubstr("may not read column \"zone\": GRANT SELECT")));
  EXPECT_THAT(Ask(), StatusIs(StatusCode::kPermissionDenied, HasSubstr("zone")));
  server_.Run(
      "DROP SCHEMA IF EXISTS closed CASCADE; CREATE SCHEMA closed; "
      "CREATE TABLE closed.faults AS SELECT * FROM faults");
  Use("closed.faults");
  EXPECT_THAT(Look(), StatusIs(StatusCode::kPermissionDenied, HasSubstr("GRANT USAGE")));
}

TEST_F(PostgresFaultTest, AServerThatIsDown) {
  UseDsn("host=127.0.0.1 port=1 user=reader password=hunter2 dbname=postgres");
  const auto matcher = StatusIs(
      StatusCode::kUnavailable,
      AllOf(HasSubstr("server 127.0.0.1 port 1"), HasSubstr("refused"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(Look(), matcher);
  EXPECT_THAT(Ask(), matcher);
  UseDsn("host=/nowhere user=reader dbname=postgres");
  EXPECT_THAT(Look(), StatusIs(StatusCode::kUnavailable, HasSubstr("no such socket")));
}

TEST_F(PostgresFaultTest, WrongPasswordUserOrDatabase) {
  UseDsn(server_.Dsn("reader", "hunter2"));
  const auto refused =
      StatusIs(StatusCode::kUnauthenticated, AllOf(HasSubstr("28P01"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(Look(), refused);
  EXPECT_THAT(Ask(), refused);
  UseDsn(server_.Dsn("nobody-here", "hunter2"));
  EXPECT_THAT(Look(), StatusIs(StatusCode::kUnauthenticated, Not(HasSubstr("nobody-here"))));
  UseDsn("host=127.0.0.1 port=" + std::to_string(server_.port()) + " user=reader dbname=postgres");
  EXPECT_THAT(Look(), StatusIs(StatusCode::kUnauthenticated, HasSubstr("has none")));
  UseDsn(server_.ReaderDsn() + " dbname=elsewhere");
  EXPECT_THAT(Look(), StatusIs(StatusCode::kInvalidArgument, HasSubstr("no such database")));
}

TEST_F(PostgresFaultTest, AFileOfSecretsThatOthersCanRead) {
  ::chmod(Source().dsn_file().c_str(), 0644);
  EXPECT_THAT(Look(), StatusIs(StatusCode::kPermissionDenied, HasSubstr("city.dsn")));
  EXPECT_THAT(Ask(), StatusIs(StatusCode::kPermissionDenied, Not(HasSubstr("password="))));
}

TEST_F(PostgresFaultTest, AServerWithoutTlsWhereItIsAskedFor) {
  UseDsn(server_.ReaderDsn() + " sslmode=verify-full sslrootcert=/nowhere.crt");
  EXPECT_THAT(Look(), StatusIs(StatusCode::kUnavailable,
                               AnyOf(HasSubstr("no TLS"), HasSubstr("sslrootcert"))));
}

TEST_F(PostgresFaultTest, AViewThatIsTooSlow) {
  server_.Run("CREATE VIEW slow AS SELECT f.* FROM faults f, pg_sleep(60)");
  Use("slow");
  Source().set_timeout_seconds(1);
  const auto too_slow =
      StatusIs(StatusCode::kDeadlineExceeded, HasSubstr("timeout_seconds of the data set"));
  EXPECT_THAT(Ask(), too_slow);
  EXPECT_THAT(Look(), too_slow);
}

TEST_F(PostgresFaultTest, AViewWhoseValuesCannotBeComputed) {
  server_.Run(
      "CREATE VIEW broken AS SELECT who, CASE WHEN zone::int = 0 THEN zone END AS zone "
      "FROM faults");
  Use("broken");
  EXPECT_THAT(Ask(), StatusIs(StatusCode::kUnavailable, Not(HasSubstr("secret"))));
  EXPECT_THAT(Look(), StatusIs(StatusCode::kInvalidArgument,
                               AllOf(HasSubstr("22P02"), Not(HasSubstr("secret")))));
}

TEST_F(PostgresFaultTest, AViewThatWrites) {
  server_.Run(
      "CREATE OR REPLACE FUNCTION write_it() RETURNS int LANGUAGE sql AS "
      "'INSERT INTO public.faults VALUES (9, ''z'') RETURNING 1';"
      "GRANT INSERT ON faults TO reader;"
      "CREATE VIEW writing AS SELECT write_it() AS who, 'a'::text AS zone");
  Use("writing");
  EXPECT_THAT(Look(), StatusIs(StatusCode::kInvalidArgument, HasSubstr("we only read")));
  EXPECT_THAT(server_.Query("SELECT count(*) FROM faults"), ElementsAre("3"));
}

TEST_F(PostgresFaultTest, AllScansOfACallSeeOneSnapshot) {
  const DatasetDescription dataset = dataset_.Description();
  const auto count = [&dataset](internal::PostgresRows& rows) {
    size_t seen = 0;
    const Status status = rows.Scan({dataset.FindColumn("zone")}, {}, [&seen](const Batch& batch) {
      seen += batch.rows;
      return OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return seen;
  };
  const auto& source = std::get<PostgresSource>(dataset.source());
  internal::PostgresRows rows(source, {});
  EXPECT_EQ(count(rows), 3u);
  server_.Run("INSERT INTO faults VALUES (4, 'b'); DELETE FROM faults WHERE who = 2");
  EXPECT_EQ(count(rows), 3u);
  internal::PostgresRows later(source, {});
  EXPECT_EQ(count(later), 2u) << "the twin: another call sees the change";
}

// While the server is at a view that takes ten minutes.
class PostgresStopTest : public PostgresFaultTest {
 protected:
  PostgresStopTest() {
    server_.Run("CREATE VIEW endless AS SELECT f.* FROM faults f, pg_sleep(600)");
    Use("endless");
  }
  ~PostgresStopTest() override { EXPECT_TRUE(Becomes("0")) << "the server's query runs on"; }

  // The number of our sessions at the server that are at work.
  bool Becomes(const std::string& sessions) const {
    for (int i = 0; i < 1000; ++i) {
      if (server_
              .Query("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'weir' "
                     "AND state = 'active' AND query LIKE 'COPY%'")
              .front() == sessions) {
        return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  }
};

TEST_F(PostgresStopTest, AStopEndsTheQueryOnTheServer) {
  std::stop_source stop;
  std::thread stopper([this, &stop] {
    EXPECT_TRUE(Becomes("1"));
    stop.request_stop();
  });
  EXPECT_THAT(Ask({.control = {.stop = stop.get_token()}}),
              StatusIs(StatusCode::kCancelled, HasSubstr("")));
  stopper.join();
}

TEST_F(PostgresStopTest, ADeadlineEndsTheQueryOnTheServer) {
  const auto deadline = RunControl::Clock::now() + std::chrono::milliseconds(300);
  EXPECT_THAT(Ask({.control = {.deadline = deadline}}),
              StatusIs(StatusCode::kDeadlineExceeded, Not(HasSubstr("timeout_seconds"))));
}

TEST_F(PostgresStopTest, AHandlersErrorEndsTheQueryOnTheServer) {
  server_.Run(
      "CREATE VIEW many AS SELECT i AS who, 'a'::text AS zone "
      "FROM generate_series(1, 30000) i, generate_series(1, 30000) j");
  Use("many");
  const DatasetDescription dataset = dataset_.Description();
  internal::PostgresRows rows(std::get<PostgresSource>(dataset.source()), {},
                              internal::Grouping::kNever);
  EXPECT_THAT(rows.Scan({dataset.FindColumn("who")}, {},
                        [](const Batch&) { return ResourceExhausted("enough"); }),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("enough")));
  EXPECT_TRUE(Becomes("0")) << "while the session is there";
  server_.Run("DROP VIEW many");
}

TEST_F(PostgresStopTest, AServerThatEndsTheSession) {
  std::thread ender([this] {
    EXPECT_TRUE(Becomes("1"));
    server_.Run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
        "application_name = 'weir'");
  });
  EXPECT_THAT(Ask(), StatusIs(StatusCode::kUnavailable, HasSubstr("endless of ")));
  ender.join();
}

TEST(PgErrorTest, LooksAtTheCodeAlone) {
  using internal::PgConnectError;
  const std::pair<const char*, StatusCode> cases[] = {
      {"connection to server at \"h\", port 1 failed: FATAL:  28P01\n",
       StatusCode::kUnauthenticated},
      {"connection to server at \"h\", port 1 failed: FATAL:  28000\n",
       StatusCode::kUnauthenticated},
      {"connection to server at \"h\", port 1 failed: FATAL:  3D000", StatusCode::kInvalidArgument},
      {"connection to server at \"h\", port 1 failed: FATAL:  53300\n", StatusCode::kUnavailable},
      {"connection to server at \"h\", port 1 failed: FATAL:  57P03\n", StatusCode::kUnavailable},
      {"something with hunter2", StatusCode::kUnavailable}};
  for (const auto& [message, code] : cases) {
    EXPECT_THAT(PgConnectError(message), StatusIs(code, Not(HasSubstr("hunter2")))) << message;
  }
  EXPECT_THAT(internal::PgServerError("XX000"),
              StatusIs(StatusCode::kUnavailable, HasSubstr("XX000")));
}

}  // namespace
}  // namespace weir::data::test_postgres
