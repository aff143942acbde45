// SPDX-License-Identifier: Apache-2.0
// What happens when the system fails: full disk, lost fsync, short writes, foreign locks and
// permissions. The calls of the system are replaced in this program, which can make them fail.
#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/child_process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "weir/base/files.h"

namespace weir {
namespace {

using test::IsOk;
using test::ReadTextFile;
using test::StatusIs;
using test::WriteTextFile;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr FileMode kPrivate = FileMode::kPrivate;

struct Faults {
  std::vector<std::string> calls;
  int failing_fsync = 0;       // this one fails with EIO, counted from 1
  std::string lock_probe;      // a file that every write tries to lock, noting what happens
  int interrupted_writes = 0;  // so many writes fail with EINTR
  size_t longest_write = 1 << 30;
};
Faults faults;

void ProbeLock(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool locked = ::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  faults.calls.emplace_back(locked ? "locked by the writer" : "not locked");
  ::close(fd);
}

}  // namespace
}  // namespace weir

extern "C" {

int fsync(int fd) {
  auto& calls = weir::faults.calls;
  calls.emplace_back("fsync");
  if (std::count(calls.begin(), calls.end(), "fsync") == weir::faults.failing_fsync) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  weir::faults.calls.emplace_back("rename");
  return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, 0));
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  weir::faults.calls.emplace_back("write");
  if (!weir::faults.lock_probe.empty()) weir::ProbeLock(weir::faults.lock_probe);
  if (weir::faults.interrupted_writes > 0) {
    --weir::faults.interrupted_writes;
    errno = EINTR;
    return -1;
  }
  return ::syscall(SYS_pwrite64, fd, data, std::min(size, weir::faults.longest_write), offset);
}

}  // extern "C"

namespace weir {
namespace {

class FilesFaultsTest : public ::testing::Test {
 protected:
  FilesFaultsTest() { faults = {}; }
  std::string Path(std::string_view name) const { return folder_.Path(name); }

  test::TemporaryFolder folder_;
  Files& files_ = SystemFiles();
};

TEST_F(FilesFaultsTest, WriteSyncsTheFileBeforeAndTheFolderAfterTheRename) {
  ASSERT_THAT(files_.WriteDurably(Path("a"), "x", kPrivate), IsOk());
  EXPECT_THAT(faults.calls, ElementsAre("write", "fsync", "rename", "fsync"));
}

TEST_F(FilesFaultsTest, AppendSyncsAfterTheWrite) {
  WriteTextFile(Path("a"), "");
  ASSERT_THAT(files_.AppendDurably(Path("a"), 0, "x"), IsOk());
  EXPECT_THAT(faults.calls, ElementsAre("write", "fsync"));
}

TEST_F(FilesFaultsTest, AppendExcludesOtherWritersBetweenCheckAndWrite) {
  WriteTextFile(Path("a"), "");
  faults.lock_probe = Path("a");
  ASSERT_THAT(files_.AppendDurably(Path("a"), 0, "x"), IsOk());
  EXPECT_THAT(faults.calls, ElementsAre("write", "locked by the writer", "fsync"));
}

TEST_F(FilesFaultsTest, FoldersAreSyncedAfterEveryChangeOfNames) {
  ASSERT_THAT(files_.MakeFolder(Path("b/c")), IsOk());
  EXPECT_THAT(faults.calls, ElementsAre("fsync", "fsync"));
  WriteTextFile(Path("a"), "");
  faults = {};
  ASSERT_THAT(files_.Rename(Path("a"), Path("b/a")), IsOk());
  EXPECT_THAT(faults.calls, ElementsAre("fsync", "fsync"));
  faults = {};
  ASSERT_THAT(files_.Remove(Path("b/a")), IsOk());
  EXPECT_THAT(faults.calls, ElementsAre("fsync"));
  faults = {};
  ASSERT_THAT(files_.RemoveTree(Path("b")), IsOk());
  EXPECT_THAT(faults.calls, ElementsAre("fsync"));
}

TEST_F(FilesFaultsTest, ShortAndInterruptedWritesGoOn) {
  faults.longest_write = 3;
  faults.interrupted_writes = 2;
  ASSERT_THAT(files_.WriteDurably(Path("a"), "0123456789", kPrivate), IsOk());
  EXPECT_EQ(ReadTextFile(Path("a")), "0123456789");
  faults.interrupted_writes = 1;
  ASSERT_THAT(files_.AppendDurably(Path("a"), 10, "abcdefg"), IsOk());
  EXPECT_EQ(ReadTextFile(Path("a")), "0123456789abcdefg");
}

using FilesFaultsDeathTest = FilesFaultsTest;

TEST_F(FilesFaultsDeathTest, AFailedFsyncEndsTheProcess) {
  WriteTextFile(Path("a"), "old");
  const std::string message = "weir: fsync of .* failed: Input/output error";
  faults.failing_fsync = 1;  // the file
  EXPECT_DEATH(static_cast<void>(files_.WriteDurably(Path("a"), "x", kPrivate)), message);
  EXPECT_EQ(ReadTextFile(Path("a")), "old");
  faults.failing_fsync = 2;  // the folder
  EXPECT_DEATH(static_cast<void>(files_.WriteDurably(Path("a"), "x", kPrivate)), message);
  faults.failing_fsync = 1;
  EXPECT_DEATH(static_cast<void>(files_.AppendDurably(Path("a"), 1, "x")), message);
  EXPECT_DEATH(static_cast<void>(files_.SyncFolder(folder_.path())), message);
}

// A file system of 64 KiB below `folder`, while this lives.
class TinyDisk {
 public:
  explicit TinyDisk(std::string folder)
      : folder_(std::move(folder)),
        mounted_(::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=64k") == 0) {}
  TinyDisk(const TinyDisk&) = delete;
  TinyDisk& operator=(const TinyDisk&) = delete;
  ~TinyDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

 private:
  std::string folder_;
  bool mounted_;
};

TEST_F(FilesFaultsTest, FullDiskKeepsTheOldContentAndLeavesNothing) {
  const TinyDisk disk(folder_.path());
  if (!disk.mounted()) GTEST_SKIP() << "mounting needs root; FileSizeLimit tests the same rules";
  const std::string old_content(20000, 'o');
  ASSERT_THAT(files_.WriteDurably(Path("a"), old_content, kPrivate), IsOk());

  EXPECT_THAT(files_.WriteDurably(Path("a"), std::string(60000, 'n'), kPrivate),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("No space left")));
  EXPECT_EQ(ReadTextFile(Path("a")), old_content);
  EXPECT_THAT(files_.AppendDurably(Path("a"), 20000, std::string(60000, 'n')),
              StatusIs(StatusCode::kResourceExhausted));
  EXPECT_EQ(ReadTextFile(Path("a")), old_content);
  EXPECT_THAT(*files_.List(folder_.path()), ElementsAre("a"));
  // What was written in vain is free again.
  EXPECT_THAT(files_.AppendDurably(Path("a"), 20000, std::string(30000, 'n')), IsOk());
}

TEST_F(FilesFaultsTest, FileSizeLimitKeepsTheOldContentAndLeavesNothing) {
  WriteTextFile(Path("a"), "old");
  const test::ChildResult child = test::RunInChild([this] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = 1000, .rlim_max = 1000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return std::string("setrlimit");
    const Status write = files_.WriteDurably(Path("a"), std::string(5000, 'n'), kPrivate);
    const Status append = files_.AppendDurably(Path("a"), 3, std::string(5000, 'n'));
    return std::string(absl::StatusCodeToString(write.code())) + " " +
           absl::StatusCodeToString(append.code());
  });
  EXPECT_EQ(child.output, "RESOURCE_EXHAUSTED RESOURCE_EXHAUSTED");
  EXPECT_EQ(ReadTextFile(Path("a")), "old");
  EXPECT_THAT(*files_.List(folder_.path()), ElementsAre("a"));
}

std::string TryLock(const std::string& path) {
  const auto lock = SystemFiles().Lock(path);
  return lock.status().ToString();
}

TEST_F(FilesFaultsTest, LockOfAnotherProcessIsRespected) {
  WEIR_ASSERT_OK_AND_ASSIGN(auto lock, files_.Lock(Path("lock")));
  const auto try_lock = [this] { return TryLock(Path("lock")); };
  EXPECT_THAT(test::RunInChild(try_lock).output, StartsWith("FAILED_PRECONDITION"));
  lock.reset();
  EXPECT_EQ(test::RunInChild(try_lock).output, "OK");
}

TEST_F(FilesFaultsTest, LockEndsWithTheProcessThatHoldsIt) {
  const test::ChildResult child = test::RunInChild([this] {
    const auto lock = files_.Lock(Path("lock"));
    if (lock.ok()) ::raise(SIGKILL);
    return lock.status().ToString();
  });
  EXPECT_EQ(child.signal, SIGKILL);
  EXPECT_THAT(files_.Lock(Path("lock")), IsOk());
}

TEST_F(FilesFaultsTest, LockIsNotHeldOnARemovedFile) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto old_lock, files_.Lock(Path("lock")));
  ASSERT_EQ(::unlink(Path("lock").c_str()), 0);
  WEIR_ASSERT_OK_AND_ASSIGN(const auto new_lock, files_.Lock(Path("lock")));
  EXPECT_THAT(files_.Lock(Path("lock")), StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(FilesFaultsTest, PermissionIsDeniedToOthers) {
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  ASSERT_THAT(files_.WriteDurably(Path("key"), "secret", kPrivate), IsOk());
  if (::geteuid() != 0) {
    ASSERT_EQ(::chmod(Path("key").c_str(), 0), 0);
    ASSERT_EQ(::chmod(folder_.path().c_str(), 0500), 0);
  }
  const test::ChildResult child = test::RunInChild(
      [this] {
        const auto code = [](const Status& status) {
          return absl::StatusCodeToString(status.code()) + "\n";
        };
        return code(files_.Read(Path("key"), 100).status()) +
               code(files_.WriteDurably(Path("key"), "x", kPrivate)) +
               code(files_.AppendDurably(Path("key"), 6, "x")) + code(files_.Remove(Path("key"))) +
               code(files_.MakeFolder(Path("b"))) + code(files_.Lock(Path("lock")).status());
      },
      test::ChildUser::kNobody);
  EXPECT_EQ(::chmod(folder_.path().c_str(), 0700), 0);
  std::string denied;
  for (int i = 0; i < 6; ++i) denied += "PERMISSION_DENIED\n";
  EXPECT_EQ(child.output, denied);
  EXPECT_THAT(*files_.List(folder_.path()), ElementsAre("key"));
}

}  // namespace
}  // namespace weir
