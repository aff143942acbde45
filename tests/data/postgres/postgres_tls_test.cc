// SPDX-License-Identifier: Apache-2.0
// The way to a server on another machine: the right name, vouched for by the right authority, or
// nothing is asked.
#include <chrono>
#include <stop_token>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/postgres/postgres_server.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/data/internal/source_answer.h"
#include "weir/data/postgres/internal/pg_dsn.h"
#include "weir/data/postgres/internal/pg_session.h"

namespace weir::data::test_postgres {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// 127.0.0.1 as one number: an address that is not known as this machine's, so that TLS is demanded
// as of any other machine.
constexpr char kElsewhere[] = " hostaddr=2130706433";

class PostgresTlsTest : public ::testing::Test {
 protected:
  static PostgresServer& Server() {
    static PostgresServer server(/*with_tls=*/true);
    return server;
  }

  PostgresTlsTest() {
    dataset_.Unit({"who"});
    dataset_.Column("who", v1::COLUMN_TYPE_INT);
    Server().Run(
        "DROP TABLE IF EXISTS secure CASCADE; CREATE TABLE secure(who int);"
        "INSERT INTO secure VALUES (1), (2), (2)");
  }

  static std::string Dsn(const PostgresServer& server, const std::string& rest) {
    return server.ReaderDsn() + kElsewhere + rest;
  }
  static std::string Named(const std::string& host, const std::string& authority) {
    return " host=" + host + " sslrootcert=" + authority;
  }
  StatusOr<SourceReport> Look(const std::string& dsn) {
    UseRelation(dataset_, relation_, dsn);
    return Check(dataset_.Description());
  }

  TestDataset dataset_;
  std::string relation_ = "secure";
};

TEST_F(PostgresTlsTest, AServerThatProvesItsNameIsRead) {
  const std::string dsn = Dsn(Server(), Named(kTlsName, Server().ca_file()));
  const auto report = Look(dsn);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->rows, 3u);
  EXPECT_EQ(report->privacy_units, 2u);
}

TEST_F(PostgresTlsTest, TheSessionIsEncryptedThoughNobodySaidSo) {
  UseRelation(dataset_, relation_, Dsn(Server(), Named(kTlsName, Server().ca_file())));
  const DatasetDescription dataset = dataset_.Description();
  const auto dsn = internal::ReadPgDsn(std::get<PostgresSource>(dataset.source()).dsn_file);
  ASSERT_THAT(dsn, IsOk());
  const auto session = internal::PgSession::Open(*dsn, {});
  ASSERT_THAT(session, IsOk());
  EXPECT_THAT(Server().Query("SELECT s.version FROM pg_stat_ssl s JOIN pg_stat_activity a "
                             "USING (pid) WHERE a.application_name = 'weir' AND s.ssl"),
              ElementsAre("TLSv1.3"));
}

TEST_F(PostgresTlsTest, AnAnswerOfAnotherWidthIsRefused) {
  UseRelation(dataset_, relation_, Dsn(Server(), Named(kTlsName, Server().ca_file())));
  const DatasetDescription dataset = dataset_.Description();
  const auto dsn = internal::ReadPgDsn(std::get<PostgresSource>(dataset.source()).dsn_file);
  ASSERT_THAT(dsn, IsOk());
  const auto session = internal::PgSession::Open(*dsn, {});
  ASSERT_THAT(session, IsOk());
  EXPECT_THAT((*session)->Query("SELECT 1, 2", /*columns=*/2), IsOk());
  for (const int columns : {1, 3}) {
    EXPECT_THAT((*session)->Query("SELECT 1, 2", columns),
                StatusIs(StatusCode::kDataLoss, HasSubstr("number of columns")));
  }
  EXPECT_THAT((*session)->Query("SELECT 1", /*columns=*/1), IsOk());
}

TEST_F(PostgresTlsTest, AnotherNameIsRefused) {
  EXPECT_THAT(Look(Dsn(Server(), Named("db.other.example", Server().ca_file()))),
              StatusIs(StatusCode::kUnavailable, HasSubstr("does not prove")));
}

TEST_F(PostgresTlsTest, AnotherAuthorityIsRefused) {
  const PostgresServer other(/*with_tls=*/true);
  EXPECT_THAT(Look(Dsn(Server(), Named(kTlsName, other.ca_file()))),
              StatusIs(StatusCode::kUnavailable, HasSubstr("does not prove")));
  EXPECT_THAT(Look(Dsn(Server(), Named(kTlsName, "/nowhere.crt"))),
              StatusIs(StatusCode::kUnavailable, HasSubstr("sslrootcert")));
}

TEST_F(PostgresTlsTest, AServerWithoutTlsIsRefused) {
  const PostgresServer& plain = PostgresServer::Shared();
  EXPECT_THAT(Look(Dsn(plain, Named(kTlsName, Server().ca_file()))),
              StatusIs(StatusCode::kUnavailable, HasSubstr("offers no TLS")));
  EXPECT_THAT(Look(Dsn(plain, " host=db.city.example sslmode=prefer")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("sslmode must be")));
}

TEST_F(PostgresTlsTest, AStopEndsTheQueryOnTheServer) {
  Server().Run("CREATE VIEW endless AS SELECT f.* FROM secure f, pg_sleep(600)");
  UseRelation(dataset_, "endless", Dsn(Server(), Named(kTlsName, Server().ca_file())));
  const auto active = [] {
    return Server()
        .Query(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'weir' "
            "AND state = 'active' AND query LIKE 'COPY%'")
        .front();
  };
  const auto becomes = [&active](const std::string& count) {
    for (int i = 0; i < 1000 && active() != count; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return active() == count;
  };
  std::stop_source stop;
  std::thread stopper([&] {
    EXPECT_TRUE(becomes("1"));
    stop.request_stop();
  });
  test::SeededRandom random(1);
  EXPECT_THAT(internal::AggregateSource(
                  dataset_.Description(), {.measures = {Units()}, .bounds = Bounds(1, 1)},
                  EngineOptions{.control = {.stop = stop.get_token()}}, random),
              StatusIs(StatusCode::kCancelled));
  stopper.join();
  EXPECT_TRUE(becomes("0")) << "the server's query runs on";
}

}  // namespace
}  // namespace weir::data::test_postgres
