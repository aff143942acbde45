// SPDX-License-Identifier: Apache-2.0
// Real processes on the real file system: two owners, kill -9, no room, no permission.
#include <algorithm>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/ledger/ledger_fixture.h"
#include "tests/support/child_process.h"
#include "weir/base/random.h"

namespace weir::ledger::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::weir::test::ChildUser;
using ::weir::test::RunInChild;

class ProcessTest : public LedgerFixture {
 protected:
  // Forks a child that debits until it is killed and writes each id after Debit has returned.
  // The child's budget is the parent's: 4 in steps of 0.001.
  struct Child {
    pid_t process;
    int pipe;
  };
  Child StartDebiting() {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t process = fork();
    if (process == 0) {
      close(ends[0]);
      DebitForEver(ends[1]);
      _exit(0);
    }
    close(ends[1]);
    return {.process = process, .pipe = ends[0]};
  }
  void DebitForEver(int out) {
    auto opened =
        Ledger::Open({.path = path_, .vfs = {}}, SystemClock(), SystemRandom(), SystemFiles());
    while (opened.ok()) {
      const auto charge = (*opened)->Debit(Question("p", "0.001"));
      if (!charge.ok()) return;
      const std::string line = charge->id();
      if (write(out, line.data(), line.size()) != static_cast<ssize_t>(line.size())) return;
    }
  }
  // Reads whole ids until `count` are there, or the end.
  static size_t ReadIds(int in, size_t count, std::set<std::string>& ids) {
    constexpr size_t kIdBytes = 36;
    std::string id(kIdBytes, '\0');
    size_t filled = 0;
    size_t read_ids = 0;
    while (read_ids < count) {
      const ssize_t got = read(in, id.data() + filled, kIdBytes - filled);
      if (got <= 0) break;
      filled += static_cast<size_t>(got);
      if (filled < kIdBytes) continue;
      ids.insert(id);
      filled = 0;
      ++read_ids;
    }
    return read_ids;
  }
};

TEST_F(ProcessTest, KilledAtAnyMomentKeepsEveryAcknowledgedCharge) {
  Close();
  SeededRandom dice(30);
  std::set<std::string> acknowledged;
  constexpr size_t kRounds = 30;
  for (size_t round = 0; round < kRounds; ++round) {
    const Child child = StartDebiting();
    ReadIds(child.pipe, dice.Word() % 6, acknowledged);
    usleep(static_cast<useconds_t>(dice.Word() % 4000));
    kill(child.process, SIGKILL);
    // What the child wrote before it died is acknowledged, too.
    ReadIds(child.pipe, ~size_t{0}, acknowledged);
    close(child.pipe);
    waitpid(child.process, nullptr, 0);
    ASSERT_THAT(Open(), IsOk()) << round;
    WEIR_ASSERT_OK_AND_ASSIGN(const auto records, ledger().Export());
    std::set<std::string> found;
    for (const ChargeRecord& record : records) found.insert(record.id);
    EXPECT_TRUE(std::includes(found.begin(), found.end(), acknowledged.begin(), acknowledged.end()))
        << round;
    EXPECT_LE(found.size(), acknowledged.size() + round + 1);
    Close();
  }
  EXPECT_GT(acknowledged.size(), kRounds);
}

TEST_F(ProcessTest, AnotherProcessIsRefusedWhileOneHasItOpen) {
  const auto open = [&]() -> std::string {
    const Status status = Open();
    return status.ok() ? "opened" : MessageOf(status);
  };
  const auto open_another = [&]() -> std::string {
    auto opened = Ledger::Open({.path = path_, .vfs = {}}, clock_, random_, SystemFiles());
    return opened.ok() ? "opened" : opened.status().ToString();
  };
  EXPECT_THAT(RunInChild(open_another).output, HasSubstr("FAILED_PRECONDITION"));
  Close();
  EXPECT_EQ(RunInChild(open).output, "opened");
}

// Even without Weir's lock file SQLite's own lock holds.
TEST_F(ProcessTest, AnotherProcessIsRefusedEvenWithoutTheLockFile) {
  ASSERT_EQ(unlink((path_ + ".lock").c_str()), 0);
  const auto open_another = [&]() -> std::string {
    auto opened = Ledger::Open({.path = path_, .vfs = {}}, clock_, random_, SystemFiles());
    return opened.ok() ? "opened" : opened.status().ToString();
  };
  EXPECT_THAT(RunInChild(open_another).output, HasSubstr("is open elsewhere"));
}

TEST_F(ProcessTest, AFullDiskStopsTheLedgerAndLosesNothing) {
  const std::string first = Charged(Question("before", "0.1"));
  Close();
  const auto fill = [&]() -> std::string {
    signal(SIGXFSZ, SIG_IGN);
    struct stat facts = {};
    stat(path_.c_str(), &facts);
    const rlimit limit{.rlim_cur = static_cast<rlim_t>(facts.st_size + 20000),
                       .rlim_max = static_cast<rlim_t>(facts.st_size + 20000)};
    if (const Status opened = Open(); !opened.ok()) return "open: " + opened.ToString();
    setrlimit(RLIMIT_FSIZE, &limit);
    std::string ids;
    for (int i = 0; i < 1000; ++i) {
      const auto charge = ledger().Debit(Question("p", "0.001"));
      if (!charge.ok()) {
        const Status again = ledger().Debit(Question("q", "0.001")).status();
        return ids + "|" + charge.status().ToString() + "|" + again.ToString();
      }
      ids += charge->id();
    }
    return "never full";
  };
  const std::string output = RunInChild(fill).output;
  EXPECT_THAT(output, HasSubstr("|UNAVAILABLE"));
  EXPECT_THAT(output, HasSubstr("must be opened again"));
  ASSERT_THAT(Open(), IsOk());
  EXPECT_THAT(ledger().Get(first), IsOk());
  size_t acknowledged = 0;
  for (; output[acknowledged * 36] != '|'; ++acknowledged) {
    EXPECT_THAT(ledger().Get(output.substr(acknowledged * 36, 36)), IsOk());
  }
  EXPECT_GT(acknowledged, 0U);
  EXPECT_THAT(ledger().Debit(Question("after", "0.1")), IsOk());
}

TEST_F(ProcessTest, ALedgerThatMayNotBeWrittenIsRefused) {
  Close();
  const auto open = [&]() -> std::string {
    const Status status = Open();
    return status.ok() ? "opened" : status.ToString();
  };
  ASSERT_EQ(chmod(folder_.path().c_str(), 0755), 0);
  ASSERT_EQ(chmod(path_.c_str(), 0444), 0);
  EXPECT_THAT(RunInChild(open, ChildUser::kNobody).output, HasSubstr("FAILED_PRECONDITION"));
  ASSERT_EQ(chmod((path_ + ".lock").c_str(), 0666), 0);
  EXPECT_THAT(RunInChild(open, ChildUser::kNobody).output, HasSubstr("not writable"));
  ASSERT_EQ(chmod(path_.c_str(), 0600), 0);
  EXPECT_EQ(RunInChild(open).output, "opened");
}

TEST_F(ProcessTest, ALedgerCannotBeMadeWhereNothingMayBeWritten) {
  Close();
  ASSERT_EQ(chmod(folder_.path().c_str(), 0555), 0);
  const auto open = [&]() -> std::string {
    path_ = folder_.Path("new.db");
    const Status status = Open();
    return status.ok() ? "opened" : status.ToString();
  };
  EXPECT_THAT(RunInChild(open, ChildUser::kNobody).output, HasSubstr("FAILED_PRECONDITION"));
  ASSERT_EQ(chmod(folder_.path().c_str(), 0700), 0);
  EXPECT_EQ(RunInChild(open).output, "opened");
}

TEST_F(ProcessTest, AFolderThatIsNotThereIsNamed) {
  path_ = folder_.Path("nowhere/ledger.db");
  EXPECT_THAT(Open(), StatusIs(StatusCode::kNotFound, HasSubstr("nowhere")));
}

}  // namespace
}  // namespace weir::ledger::test
