// SPDX-License-Identifier: Apache-2.0
// The small parts of the wire: addresses, work queue, log, signals, own certificate.
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grpc/support/log.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/wire/address.h"
#include "services/wire/log.h"
#include "services/wire/own_certificate.h"
#include "services/wire/stop_signal.h"
#include "services/wire/work_queue.h"
#include "tests/services/wire_calls.h"
#include "tests/services/wire_coalition.h"
#include "tests/support/child_process.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace weir::wire {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::weir::test::IsOkAndHolds;
using ::weir::test::ReadTextFile;
using ::weir::test::StatusIs;
using ::weir::test::TemporaryFolder;

// --- addresses -----------------------------------------------------------------------------------

struct AddressCase {
  const char* text;
  const char* target;  // empty: refused
};

class HostPortTest : public ::testing::TestWithParam<AddressCase> {};

TEST_P(HostPortTest, TakesHostAndPortOnly) {
  const auto parsed = ParseHostPort(GetParam().text);
  EXPECT_EQ(parsed.ok() ? parsed->ToGrpcTarget() : "", GetParam().target);
  EXPECT_EQ(parsed.ok() ? parsed->ToString() : GetParam().text, GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Addresses, HostPortTest,
    ::testing::Values(AddressCase{"127.0.0.1:7001", "ipv4:127.0.0.1:7001"},
                      AddressCase{"127.0.0.1:0", "ipv4:127.0.0.1:0"},
                      AddressCase{"127.0.0.1:65535", "ipv4:127.0.0.1:65535"},
                      AddressCase{"[::1]:7001", "ipv6:[::1]:7001"},
                      AddressCase{"weir.example.org:7001", "dns:///weir.example.org:7001"},
                      AddressCase{"localhost:1", "dns:///localhost:1"}, AddressCase{"", ""},
                      AddressCase{":", ""}, AddressCase{":7001", ""}, AddressCase{"127.0.0.1", ""},
                      AddressCase{"127.0.0.1:", ""}, AddressCase{"127.0.0.1:65536", ""},
                      AddressCase{"127.0.0.1:-1", ""}, AddressCase{"127.0.0.1:+1", ""},
                      AddressCase{"127.0.0.1:07", ""}, AddressCase{"127.0.0.1:1 ", ""},
                      AddressCase{"127.0.0.1:1x", ""}, AddressCase{"256.0.0.1:1", ""},
                      AddressCase{"::1:7001", ""}, AddressCase{"[::1:7001", ""},
                      AddressCase{"[]:7001", ""}, AddressCase{"unix:/tmp/s:1", ""},
                      AddressCase{"dns:///a:1", ""}, AddressCase{"a..b:1", ""},
                      AddressCase{"-a:1", ""}, AddressCase{"a b:1", ""}, AddressCase{"a%00:1", ""},
                      AddressCase{"a\n:1", ""}));

// --- work queue ----------------------------------------------------------------------------------

TEST(WorkQueueTest, RunsEverythingThatWasAccepted) {
  std::atomic<int> done = 0;
  {
    WorkQueue queue({.threads = 3, .max_waiting = 1000});
    for (int i = 0; i < 1000; ++i) WEIR_EXPECT_OK(queue.Submit([&done] { ++done; }));
  }
  EXPECT_EQ(done, 1000);
}

TEST(WorkQueueTest, TakesAsManyAsItSaysAndNoMore) {
  test::Barrier barrier;
  WorkQueue queue({.threads = 2, .max_waiting = 3});
  for (int i = 0; i < 5; ++i) WEIR_EXPECT_OK(queue.Submit([&barrier] { barrier.Pass(); }));
  EXPECT_THAT(queue.Submit([] {}), StatusIs(StatusCode::kUnavailable, HasSubstr("busy: 3")));
  barrier.WaitForArrivals(2);
  EXPECT_EQ(barrier.arrived(), 2);
  barrier.Open();
}

TEST(WorkQueueTest, TakesNothingAfterClose) {
  WorkQueue queue({.threads = 1, .max_waiting = 1});
  queue.Close();
  EXPECT_THAT(queue.Submit([] {}), StatusIs(StatusCode::kUnavailable, HasSubstr("stopping")));
}

// --- log -----------------------------------------------------------------------------------------

class EventLogTest : public ::testing::Test {
 protected:
  EventLogTest()
      : descriptor_(open(folder_.Path("log").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600)) {}
  ~EventLogTest() override { close(descriptor_); }
  std::string Text() { return ReadTextFile(folder_.Path("log")); }

  TemporaryFolder folder_;
  weir::test::FakeClock clock_;
  int descriptor_;
};

TEST_F(EventLogTest, WritesOneObjectALine) {
  EventLog log({.descriptor = descriptor_}, clock_);
  log.Write(Severity::kInfo, "listening", {{"address", "127.0.0.1:1"}, {"calls", 7}});
  EXPECT_EQ(Text(),
            "{\"time\": \"2026-01-01T00:00:00Z\", \"level\": \"info\", \"event\": \"listening\", "
            "\"address\": \"127.0.0.1:1\", \"calls\": 7}\n");
}

TEST_F(EventLogTest, ForgesNoLine) {
  EventLog log({.descriptor = descriptor_}, clock_);
  log.Write(Severity::kInfo, "e", {{"text", "a\n{\"level\": \"error\"}\\\x1b"}});
  EXPECT_THAT(Text(), HasSubstr("\"text\": \"a?{\\\"level\\\": \\\"error\\\"}\\\\?\"}\n"));
}

TEST_F(EventLogTest, CutsLongFields) {
  EventLog log({.descriptor = descriptor_}, clock_);
  log.Write(Severity::kInfo, "e", {{"text", std::string(100'000, 'x')}});
  EXPECT_LT(Text().size(), EventLog::kMaxFieldBytes + 200);
}

TEST_F(EventLogTest, DropsWhatIsBelowTheThreshold) {
  EventLog log({.descriptor = descriptor_, .threshold = Severity::kWarning}, clock_);
  log.Write(Severity::kInfo, "quiet", {});
  log.Write(Severity::kWarning, "loud", {});
  EXPECT_THAT(Text(), Not(HasSubstr("quiet")));
  EXPECT_THAT(Text(), HasSubstr("loud"));
}

TEST_F(EventLogTest, ThinsAFloodOfOneEventAndCountsIt) {
  EventLog log({.descriptor = descriptor_}, clock_);
  for (int i = 0; i < EventLog::kMaxLinesPerSecond + 10; ++i) log.Write(Severity::kInfo, "e", {});
  log.Write(Severity::kInfo, "other", {});
  clock_.Advance(std::chrono::seconds(1));
  log.Write(Severity::kInfo, "e", {});
  const std::string text = Text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), EventLog::kMaxLinesPerSecond + 2);
  EXPECT_THAT(text, HasSubstr("\"suppressed\": 10}"));
}

TEST_F(EventLogTest, KeepsLinesOfThreadsApart) {
  EventLog log({.descriptor = descriptor_}, clock_);
  std::vector<std::thread> threads;
  for (const char* event : {"a", "b", "c", "d"}) {
    threads.emplace_back([&log, event] {
      for (int i = 0; i < EventLog::kMaxLinesPerSecond; ++i) log.Write(Severity::kInfo, event, {});
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string text = Text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4 * EventLog::kMaxLinesPerSecond);
  EXPECT_THAT(text, Not(HasSubstr("}{")));
}

TEST_F(EventLogTest, TakesOverTheLogOfGrpc) {
  {
    EventLog log({.descriptor = descriptor_}, clock_);
    log.TakeOverGrpcLog();
    gpr_log(GPR_ERROR, "a handshake failed");
  }
  gpr_log(GPR_ERROR, "after the log has ended");
  EXPECT_THAT(Text(), HasSubstr("\"event\": \"grpc\", \"message\": \"a handshake failed\""));
  EXPECT_THAT(Text(), Not(HasSubstr("after")));
}

// --- signals -------------------------------------------------------------------------------------

const char* NameOf(StopSignal::Wish wish) {
  switch (wish) {
    case StopSignal::Wish::kStop:
      return "stop";
    case StopSignal::Wish::kReload:
      return "reload";
    case StopSignal::Wish::kTimeout:
      return "timeout";
  }
  return "unknown";
}

// In a child, since signals and masks belong to the process.
std::string WishAfter(const std::function<void(StopSignal&)>& act) {
  return weir::test::RunInChild([&act] {
           const auto signals = StopSignal::Install();
           WEIR_CHECK(signals.ok());
           act(**signals);
           const std::string first = NameOf((*signals)->WaitFor(std::chrono::milliseconds(20)));
           return first + " " + NameOf((*signals)->WaitFor(std::chrono::milliseconds(20)));
         })
      .output;
}

TEST(StopSignalTest, StopsForEverOnTermAndInt) {
  EXPECT_EQ(WishAfter([](StopSignal&) { kill(getpid(), SIGTERM); }), "stop stop");
  EXPECT_EQ(WishAfter([](StopSignal&) { kill(getpid(), SIGINT); }), "stop stop");
}

TEST(StopSignalTest, ReloadsOnceOnHup) {
  EXPECT_EQ(WishAfter([](StopSignal&) { kill(getpid(), SIGHUP); }), "reload timeout");
}

TEST(StopSignalTest, WaitsOtherwise) {
  EXPECT_EQ(WishAfter([](StopSignal&) {}), "timeout timeout");
}

TEST(StopSignalTest, StopsOnRequestFromAnotherThread) {
  EXPECT_EQ(WishAfter([](StopSignal& signals) {
              std::thread([&signals] { signals.RequestStop(); }).join();
            }),
            "stop stop");
}

TEST(StopSignalTest, SurvivesABrokenPipe) {
  EXPECT_EQ(WishAfter([](StopSignal&) {
              int ends[2];
              WEIR_CHECK(pipe(ends) == 0);
              close(ends[0]);
              WEIR_CHECK(write(ends[1], "x", 1) < 0);
            }),
            "timeout timeout");
}

TEST(StopSignalTest, WithoutItTermWouldEndTheProcess) {
  EXPECT_EQ(weir::test::RunInChild([] {
              kill(getpid(), SIGTERM);
              return std::string("alive");
            }).signal,
            SIGTERM);
}

// --- own certificate -----------------------------------------------------------------------------

class OwnCertificateTest : public ::testing::Test {
 protected:
  OwnCertificateTest() { WEIR_CHECK(trust_.Replace(coalition_.Trusted()).ok()); }
  StatusOr<std::unique_ptr<OwnCertificate>> Load(const test::Credential& credential) {
    return OwnCertificate::Load(
        {.certificate_path = credential.certificate_path, .key_path = credential.key_path}, trust_,
        SystemFiles());
  }

  test::WireCoalition coalition_;
  TrustStore trust_{coalition_.clock()};
};

TEST_F(OwnCertificateTest, KnowsWhoItIs) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto own, Load(coalition_.Issue("kc", "steward/ann")));
  EXPECT_EQ(own->identity().ToString(), "steward ann of kc");
}

TEST_F(OwnCertificateTest, RefusesWhatNobodyWouldAccept) {
  for (const test::Credential& credential :
       {coalition_.Issue("kc", "node", 1), coalition_.Issue("elsewhere", "node"),
        coalition_.Forge("il", "kc", "node"), coalition_.IssueByImpostor("kc", "node")}) {
    EXPECT_THAT(Load(credential), StatusIs(StatusCode::kFailedPrecondition));
  }
}

TEST_F(OwnCertificateTest, SaysWhatIsMissing) {
  test::Credential credential = coalition_.Issue("kc", "node");
  std::filesystem::remove(credential.key_path);
  EXPECT_THAT(Load(credential), StatusIs(StatusCode::kNotFound, HasSubstr(credential.key_path)));
}

TEST_F(OwnCertificateTest, RefusesAKeyThatOthersMayRead) {
  const test::Credential credential = coalition_.Issue("kc", "node");
  WEIR_CHECK(chmod(credential.key_path.c_str(), 0644) == 0);
  EXPECT_THAT(Load(credential), StatusIs(StatusCode::kPermissionDenied));
}

TEST_F(OwnCertificateTest, CountsOnlyReloadsThatChangeSomething) {
  const test::Credential credential = coalition_.Issue("kc", "node");
  WEIR_ASSERT_OK_AND_ASSIGN(const auto own, Load(credential));
  EXPECT_THAT(own->Reload(), IsOkAndHolds(false));
  EXPECT_EQ(own->generation(), 1u);
  test::WireCoalition::Install(coalition_.Issue("kc", "node"), credential);
  EXPECT_THAT(own->Reload(), IsOkAndHolds(true));
  EXPECT_EQ(own->generation(), 2u);
}

TEST_F(OwnCertificateTest, KeepsThePairOfBeforeOnAnError) {
  const test::Credential credential = coalition_.Issue("kc", "node");
  WEIR_ASSERT_OK_AND_ASSIGN(const auto own, Load(credential));
  weir::test::WriteTextFile(credential.certificate_path, "no certificate");
  EXPECT_THAT(own->Reload(), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_EQ(own->Get()->certificate_pem, credential.certificate_pem);
  EXPECT_EQ(own->generation(), 1u);
}

TEST(PublishedCertificateTest, AlwaysHoldsOneCompleteGeneration) {
  TemporaryFolder folder;
  const std::string path = folder.Path("published");
  WEIR_ASSERT_OK_AND_ASSIGN(auto published, PublishedCertificate::Create(path, SystemFiles()));
  for (const char* text : {"1", "2", "3", "4"}) {
    const CertificateAndKey own(std::string("certificate ") + text, std::string("key ") + text);
    WEIR_ASSERT_OK(published->Publish(own, std::string("roots ") + text));
    EXPECT_EQ(ReadTextFile(published->certificate_path()), std::string("certificate ") + text);
    EXPECT_EQ(ReadTextFile(published->key_path()), std::string("key ") + text);
    EXPECT_EQ(ReadTextFile(published->authorities_path()), std::string("roots ") + text);
  }
  EXPECT_FALSE(std::filesystem::exists(path + "/generation-2"));
  struct stat key {};
  ASSERT_EQ(stat(published->key_path().c_str(), &key), 0);
  EXPECT_EQ(key.st_mode & 0777, 0600u);
  published.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(PublishedCertificateTest, GivesEveryGenerationItsOwnSecond) {
  TemporaryFolder folder;
  WEIR_ASSERT_OK_AND_ASSIGN(auto published,
                            PublishedCertificate::Create(folder.Path("published"), SystemFiles()));
  const auto second = [&published] {
    struct stat key {};
    WEIR_CHECK(stat(published->key_path().c_str(), &key) == 0);
    return key.st_mtim.tv_sec;
  };
  WEIR_ASSERT_OK(published->Publish(CertificateAndKey("c", "k"), "roots"));
  const auto first = second();
  WEIR_ASSERT_OK(published->Publish(CertificateAndKey("c", "k"), "roots"));
  EXPECT_GT(second(), first);
}

TEST(PublishedCertificateTest, RefusesAnEmptyBundle) {
  TemporaryFolder folder;
  WEIR_ASSERT_OK_AND_ASSIGN(auto published,
                            PublishedCertificate::Create(folder.Path("published"), SystemFiles()));
  EXPECT_THAT(published->Publish(CertificateAndKey("c", "k"), ""),
              StatusIs(StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace weir::wire
