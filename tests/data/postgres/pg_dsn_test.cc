// SPDX-License-Identifier: Apache-2.0
#include "weir/data/postgres/internal/pg_dsn.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace weir::data::internal {
namespace {

using test::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class PgDsnTest : public ::testing::Test {
 protected:
  StatusOr<PgDsn> Read(const std::string& text, mode_t mode = 0600) {
    test::WriteTextFile(path_, text);
    ::chmod(path_.c_str(), mode);
    return ReadPgDsn(path_);
  }

  // The mode that is used; "" where libpq chooses.
  std::string SslMode(const std::string& text) {
    const auto dsn = Read(text);
    EXPECT_TRUE(dsn.ok()) << dsn.status();
    if (!dsn.ok()) return "none";
    const std::map<std::string, std::string> settings(dsn->settings.begin(), dsn->settings.end());
    const auto mode = settings.find("sslmode");
    return mode == settings.end() ? "" : mode->second;
  }

  test::TemporaryFolder folder_;
  std::string path_ = folder_.Path("city.dsn");
};

TEST_F(PgDsnTest, ServersElsewhereMustProveWhoTheyAre) {
  EXPECT_EQ(SslMode("host=db.city.example user=weir"), "verify-full");
  EXPECT_EQ(SslMode("postgresql://weir@db.city.example:5433/city"), "verify-full");
  EXPECT_EQ(SslMode("hostaddr=192.0.2.1 host=localhost"), "verify-full");
  EXPECT_EQ(SslMode("host=localhost,db.city.example"), "verify-full");
  EXPECT_EQ(SslMode("host=localhost.city.example"), "verify-full");
  EXPECT_EQ(SslMode("host=db.city.example sslmode=verify-ca"), "verify-ca");
  EXPECT_EQ(SslMode("host=db.city.example sslmode=require"), "require");
  for (const char* mode : {"disable", "allow", "prefer"}) {
    EXPECT_THAT(Read(std::string("host=db.city.example sslmode=") + mode),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("sslmode must be")));
  }
}

TEST_F(PgDsnTest, ThisMachineNeedsNoTls) {
  for (const char* host : {"localhost", "127.0.0.1", "::1", "/run/postgresql"}) {
    EXPECT_EQ(SslMode(std::string("host=") + host), "") << host;
  }
  EXPECT_EQ(SslMode("host=db.city.example hostaddr=127.0.0.1"), "");
  EXPECT_EQ(SslMode("host=localhost sslmode=verify-full"), "verify-full");
}

TEST_F(PgDsnTest, RefusesWhatSomethingElseDecides) {
  EXPECT_THAT(Read("user=weir"), StatusIs(StatusCode::kInvalidArgument, HasSubstr("its host")));
  EXPECT_THAT(Read("service=city host=localhost"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("service")));
}

TEST_F(PgDsnTest, RefusesAFileThatOthersCanRead) {
  for (const mode_t mode : {0640, 0604, 0620, 0601, 0666}) {
    EXPECT_THAT(
        Read("host=localhost password=hunter2", mode),
        StatusIs(StatusCode::kPermissionDenied, AllOf(HasSubstr(path_), Not(HasSubstr("hunter2")))))
        << mode;
  }
  EXPECT_TRUE(Read("host=localhost password=hunter2", 0400).ok());
}

TEST_F(PgDsnTest, NeverQuotesTheFile) {
  for (const char* text :
       {"", "\n", "host=localhost\npassword=hunter2", "host=localhost password=a hunter2",
        "hunter2", "host=localhost hunter2=1", "host=localhost password='hunter2",
        "postgresql://weir:hunter2@[", "service=hunter2"}) {
    EXPECT_THAT(Read(text), StatusIs(StatusCode::kInvalidArgument,
                                     AllOf(HasSubstr(path_), Not(HasSubstr("hunter2")))))
        << text;
  }
  EXPECT_THAT(Read(std::string("host=localhost\0password=hunter2", 31)),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("one line")));
  EXPECT_THAT(Read(std::string(20 << 10, 'x')),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr(path_)));
  EXPECT_THAT(ReadPgDsn(folder_.Path("none")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("none")));
}

TEST_F(PgDsnTest, ShowsHostAndPortAlone) {
  const auto dsn = Read("postgresql://weir:hunter2@localhost:5433/city\r\n");
  ASSERT_TRUE(dsn.ok()) << dsn.status();
  EXPECT_EQ(dsn->server, "localhost port 5433");
  EXPECT_TRUE(dsn->is_local);
}

}  // namespace
}  // namespace weir::data::internal
