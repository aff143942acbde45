// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <filesystem>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/child_process.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_folder.h"

namespace weir::test {
namespace {

// The stream of the reference implementation for seed 1234567.
TEST(SeededRandomTest, IsSplitMix64) {
  SeededRandom random(1234567);
  EXPECT_EQ(random.Word(), 6457827717110365317u);
  EXPECT_EQ(random.Word(), 3203168211198807973u);
  EXPECT_EQ(random.Word(), 9817491932198370423u);
}

TEST(SeededRandomTest, FillAgreesWithWords) {
  SeededRandom random(7);
  SeededRandom same(7);
  std::array<uint8_t, 8> bytes;
  random.Fill(bytes);
  uint64_t word = 0;
  for (size_t i = 8; i-- > 0;) word = (word << 8) | bytes[i];
  EXPECT_EQ(word, same.Word());
}

TEST(ScriptedRandomTest, HandsOutItsScript) {
  ScriptedRandom words = ScriptedRandom::OfWords({1, 0x0123456789abcdef});
  EXPECT_EQ(words.Word(), 1u);
  EXPECT_EQ(words.Word(), 0x0123456789abcdefu);
  EXPECT_EQ(words.bytes_left(), 0u);
}

TEST(ScriptedRandomDeathTest, AbortsWhenExhausted) {
  ScriptedRandom random({1, 2, 3});
  EXPECT_EQ(RandomBytes(random, 2), "\x01\x02");
  EXPECT_DEATH(RandomBytes(random, 2), "exhausted: 2 bytes asked, 1 left");
}

TEST(TemporaryFolderTest, IsGoneAfterwards) {
  auto folder = std::make_unique<TemporaryFolder>();
  const std::string path = folder->path();
  WriteTextFile(folder->Path("a"), "text");
  EXPECT_EQ(ReadTextFile(path + "/a"), "text");
  folder.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ChildProcessTest, BringsBackOutputCodeAndSignal) {
  const ChildResult good = RunInChild([] { return std::string(100000, 'x'); });
  EXPECT_EQ(good.output, std::string(100000, 'x'));
  EXPECT_EQ(good.exit_code, 0);
  EXPECT_EQ(RunInChild([]() -> std::string { ::_exit(3); }).exit_code, 3);
  const ChildResult killed = RunInChild([] {
    ::raise(SIGKILL);
    return std::string("not reached");
  });
  EXPECT_EQ(killed.signal, SIGKILL);
  EXPECT_EQ(killed.exit_code, -1);
}

TEST(ChildProcessTest, NobodyIsNotRoot) {
  const auto user = [] { return std::to_string(::geteuid()); };
  EXPECT_NE(RunInChild(user, ChildUser::kNobody).output, "0");
  EXPECT_EQ(RunInChild(user).output, user());
}

}  // namespace
}  // namespace weir::test
