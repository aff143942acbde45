// SPDX-License-Identifier: Apache-2.0
#include "weir/base/files.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/child_process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using test::IsOk;
using test::IsOkAndHolds;
using test::ReadTextFile;
using test::StatusIs;
using test::WriteTextFile;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr FileMode kPrivate = FileMode::kPrivate;

class FilesTest : public ::testing::Test {
 protected:
  std::string Path(std::string_view name) const { return folder_.Path(name); }
  std::vector<std::string> Names() { return *files_.List(folder_.path()); }
  mode_t ModeOf(const std::string& path) const {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
  }

  test::TemporaryFolder folder_;
  Files& files_ = SystemFiles();
};

TEST_F(FilesTest, WriteCreatesAndReplaces) {
  EXPECT_THAT(files_.WriteDurably(Path("a"), "one", kPrivate), IsOk());
  EXPECT_EQ(ReadTextFile(Path("a")), "one");
  EXPECT_THAT(files_.WriteDurably(Path("a"), "", kPrivate), IsOk());
  EXPECT_EQ(ReadTextFile(Path("a")), "");
  EXPECT_THAT(Names(), ElementsAre("a"));
}

TEST_F(FilesTest, WriteKeepsEveryByte) {
  std::string data(3 << 20, '\0');
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i * i >> 3);
  ASSERT_THAT(files_.WriteDurably(Path("a"), data, kPrivate), IsOk());
  EXPECT_TRUE(ReadTextFile(Path("a")) == data);
  EXPECT_TRUE(*files_.Read(Path("a"), data.size()) == data);
}

TEST_F(FilesTest, WriteGivesTheModeAlsoToAFileThatHadAnother) {
  ::umask(022);
  ASSERT_THAT(files_.WriteDurably(Path("a"), "x", FileMode::kPublic), IsOk());
  EXPECT_EQ(ModeOf(Path("a")), 0644u);
  ASSERT_THAT(files_.WriteDurably(Path("a"), "x", kPrivate), IsOk());
  EXPECT_EQ(ModeOf(Path("a")), 0600u);
}

TEST_F(FilesTest, WriteReplacesALinkAndNotItsTarget) {
  WriteTextFile(Path("target"), "old");
  ASSERT_EQ(::symlink(Path("target").c_str(), Path("link").c_str()), 0);
  ASSERT_THAT(files_.WriteDurably(Path("link"), "new", kPrivate), IsOk());
  EXPECT_EQ(ReadTextFile(Path("target")), "old");
  EXPECT_EQ(ReadTextFile(Path("link")), "new");
}

TEST_F(FilesTest, WriteIntoAMissingFolderIsNotFound) {
  EXPECT_THAT(files_.WriteDurably(Path("none/a"), "x", kPrivate),
              StatusIs(StatusCode::kNotFound, HasSubstr("none")));
}

TEST_F(FilesTest, WriteOverAFolderFailsAndLeavesNothing) {
  ASSERT_THAT(files_.MakeFolder(Path("a")), IsOk());
  EXPECT_THAT(files_.WriteDurably(Path("a"), "x", kPrivate),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(Names(), ElementsAre("a"));
}

TEST_F(FilesTest, RelativePathsAreRelativeToTheWorkingFolder) {
  const test::ChildResult child = test::RunInChild([this] {
    if (::chdir(folder_.path().c_str()) != 0) return std::string("chdir");
    const Status status = SystemFiles().WriteDurably("plain", "x", FileMode::kPrivate);
    return status.ToString();
  });
  EXPECT_EQ(child.output, "OK");
  EXPECT_EQ(ReadTextFile(Path("plain")), "x");
}

TEST_F(FilesTest, ReadStopsAtTheLimit) {
  WriteTextFile(Path("a"), "12345");
  EXPECT_THAT(files_.Read(Path("a"), 5), IsOkAndHolds("12345"));
  EXPECT_THAT(files_.Read(Path("a"), UINT64_MAX), IsOkAndHolds("12345"));
  EXPECT_THAT(files_.Read(Path("a"), 4),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("larger than 4 bytes")));
  EXPECT_THAT(files_.Read(Path("a"), 0), StatusIs(StatusCode::kInvalidArgument));
  WriteTextFile(Path("empty"), "");
  EXPECT_THAT(files_.Read(Path("empty"), 0), IsOkAndHolds(""));
}

TEST_F(FilesTest, ReadTakesRegularFilesOnly) {
  ASSERT_EQ(::mkfifo(Path("pipe").c_str(), 0600), 0);
  for (const std::string& path : {folder_.path(), Path("pipe"), std::string("/dev/zero")}) {
    EXPECT_THAT(files_.Read(path, 10),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("not a regular file")));
    EXPECT_THAT(files_.ReadRange(path, 0, 10), StatusIs(StatusCode::kInvalidArgument));
    EXPECT_THAT(files_.Size(path), StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST_F(FilesTest, MissingFilesAreNotFoundAndNamed) {
  const auto not_found =
      StatusIs(StatusCode::kNotFound, AllOf(HasSubstr(Path("none")), HasSubstr("No such file")));
  EXPECT_THAT(files_.Read(Path("none"), 10), not_found);
  EXPECT_THAT(files_.ReadRange(Path("none"), 0, 10), not_found);
  EXPECT_THAT(files_.Size(Path("none")), not_found);
  EXPECT_THAT(files_.AppendDurably(Path("none"), 0, "x"), not_found);
  EXPECT_THAT(files_.Rename(Path("none"), Path("b")), not_found);
  EXPECT_THAT(files_.List(Path("none")), not_found);
  EXPECT_THAT(files_.SyncFolder(Path("none")), not_found);
  EXPECT_THAT(files_.Lock(Path("none/lock")), StatusIs(StatusCode::kNotFound));
  EXPECT_FALSE(files_.Exists(Path("none")));
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(FilesTest, APathWithAZeroByteIsNoShorterPath) {
  WriteTextFile(Path("a"), "x");
  const std::string path = Path("a") + std::string("\0b", 2);
  EXPECT_THAT(files_.Read(path, 10), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(files_.WriteDurably(path, "y", kPrivate), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(files_.Remove(path), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(files_.RemoveTree(path), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_FALSE(files_.Exists(path));
  EXPECT_EQ(ReadTextFile(Path("a")), "x");
}

TEST_F(FilesTest, ReadRangeEndsWithTheFile) {
  WriteTextFile(Path("a"), "012345");
  EXPECT_THAT(files_.ReadRange(Path("a"), 0, 0), IsOkAndHolds(""));
  EXPECT_THAT(files_.ReadRange(Path("a"), 1, 2), IsOkAndHolds("12"));
  EXPECT_THAT(files_.ReadRange(Path("a"), 4, 100), IsOkAndHolds("45"));
  EXPECT_THAT(files_.ReadRange(Path("a"), 0, UINT64_MAX), IsOkAndHolds("012345"));
  EXPECT_THAT(files_.ReadRange(Path("a"), 6, 1), IsOkAndHolds(""));
  EXPECT_THAT(files_.ReadRange(Path("a"), UINT64_MAX, UINT64_MAX), IsOkAndHolds(""));
  EXPECT_THAT(files_.Size(Path("a")), IsOkAndHolds(6u));
}

TEST_F(FilesTest, AppendNeedsTheExactOffset) {
  WriteTextFile(Path("a"), "ab");
  EXPECT_THAT(files_.AppendDurably(Path("a"), 2, "cd"), IsOk());
  for (const uint64_t offset : {uint64_t{0}, uint64_t{3}, uint64_t{5}, UINT64_MAX}) {
    EXPECT_THAT(files_.AppendDurably(Path("a"), offset, "x"),
                StatusIs(StatusCode::kFailedPrecondition, HasSubstr("has 4 bytes")));
  }
  EXPECT_EQ(ReadTextFile(Path("a")), "abcd");
}

TEST_F(FilesTest, OfManyAppendsAtOneOffsetOneWins) {
  WriteTextFile(Path("a"), "");
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([this, &won] {
      if (files_.AppendDurably(Path("a"), 0, "12345").ok()) ++won;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(ReadTextFile(Path("a")), "12345");
}

TEST_F(FilesTest, RenameMovesBetweenFoldersAndReplaces) {
  ASSERT_THAT(files_.MakeFolder(Path("to")), IsOk());
  WriteTextFile(Path("a"), "new");
  WriteTextFile(Path("to/b"), "old");
  EXPECT_THAT(files_.Rename(Path("a"), Path("to/b")), IsOk());
  EXPECT_EQ(ReadTextFile(Path("to/b")), "new");
  EXPECT_FALSE(files_.Exists(Path("a")));
}

TEST_F(FilesTest, RemoveIsContentWithNothing) {
  WriteTextFile(Path("a"), "x");
  EXPECT_THAT(files_.Remove(Path("a")), IsOk());
  EXPECT_THAT(files_.Remove(Path("a")), IsOk());
  EXPECT_THAT(files_.RemoveTree(Path("a")), IsOk());
  EXPECT_FALSE(files_.Exists(Path("a")));
  EXPECT_FALSE(files_.Remove(folder_.path()).ok());
}

TEST_F(FilesTest, RemoveTreeDoesNotFollowLinks) {
  ASSERT_THAT(files_.MakeFolder(Path("keep")), IsOk());
  WriteTextFile(Path("keep/a"), "x");
  ASSERT_THAT(files_.MakeFolder(Path("tree/deep")), IsOk());
  ASSERT_EQ(::symlink(Path("keep").c_str(), Path("tree/deep/link").c_str()), 0);
  EXPECT_THAT(files_.RemoveTree(Path("tree")), IsOk());
  EXPECT_FALSE(files_.Exists(Path("tree")));
  EXPECT_EQ(ReadTextFile(Path("keep/a")), "x");
}

TEST_F(FilesTest, MakeFolderMakesParentsForTheOwnerOnly) {
  EXPECT_THAT(files_.MakeFolder(Path("a/b//c/")), IsOk());
  EXPECT_THAT(files_.MakeFolder(Path("a/b/c")), IsOk());
  EXPECT_EQ(ModeOf(Path("a")), 0700u);
  EXPECT_EQ(ModeOf(Path("a/b/c")), 0700u);
}

TEST_F(FilesTest, MakeFolderFailsWhereAFileStands) {
  WriteTextFile(Path("a"), "x");
  EXPECT_THAT(files_.MakeFolder(Path("a")),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("File exists")));
  EXPECT_FALSE(files_.MakeFolder(Path("a/b")).ok());
  EXPECT_FALSE(files_.MakeFolder("").ok());
}

TEST_F(FilesTest, ListIsSortedAndOfNames) {
  for (const char* name : {"b", "a", ".hidden", "c"}) WriteTextFile(Path(name), "");
  EXPECT_THAT(files_.List(folder_.path()), IsOkAndHolds(ElementsAre(".hidden", "a", "b", "c")));
}

TEST_F(FilesTest, LockIsExclusiveUntilDestroyed) {
  WEIR_ASSERT_OK_AND_ASSIGN(std::unique_ptr<FileLock> lock, files_.Lock(Path("lock")));
  EXPECT_THAT(files_.Lock(Path("lock")),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("another process")));
  lock.reset();
  EXPECT_THAT(files_.Lock(Path("lock")), IsOk());
}

TEST_F(FilesTest, LockKeepsTheContent) {
  WriteTextFile(Path("lock"), "text");
  EXPECT_THAT(files_.Lock(Path("lock")), IsOk());
  EXPECT_EQ(ReadTextFile(Path("lock")), "text");
}

TEST(JoinPathTest, JoinsWithOneSlash) {
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a/", "b"), "a/b");
  EXPECT_EQ(JoinPath("/", "b"), "/b");
  EXPECT_EQ(JoinPath("", "b"), "b");
  EXPECT_EQ(JoinPath("a", ""), "a");
  EXPECT_EQ(JoinPath("a", "/b"), "/b");
}

TEST(IsTemporaryNameTest, KnowsOwnNamesOnly) {
  EXPECT_TRUE(IsTemporaryName(".weir-0123456789abcdef.tmp"));
  for (const char* name : {"", "a.tmp", ".weir-", ".weir-.tmp", ".weir-0", "weir-0.tmp"}) {
    EXPECT_FALSE(IsTemporaryName(name)) << name;
  }
}

}  // namespace
}  // namespace weir
