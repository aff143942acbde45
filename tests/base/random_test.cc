// SPDX-License-Identifier: Apache-2.0
#include "weir/base/random.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/child_process.h"
#include "tests/support/seeded_random.h"

namespace weir {
namespace {

constexpr double kFalsePositiveRate = 1e-9;
constexpr size_t kManyWords = 1'000'000;

// The system's generator is replaced in this program: it counts its calls and can misbehave.
std::atomic<int> seedings{0};
enum class SystemBehaviour { kNormal, kInterruptedAndShort, kFailing };
std::atomic<SystemBehaviour> behaviour{SystemBehaviour::kNormal};
std::atomic<bool> interrupt_next{true};
std::atomic<bool> kernel_wipes_on_fork{true};

constexpr uint8_t kMask = 0x5a;
// The first half of the last seed's key, masked.
std::string last_key_masked;

std::string Mask(std::span<const uint8_t> bytes) {
  std::string masked;
  for (const uint8_t byte : bytes) masked.push_back(static_cast<char>(byte ^ kMask));
  return masked;
}

}  // namespace
}  // namespace weir

extern "C" ssize_t getrandom(void* out, size_t size, unsigned flags) {
  using weir::SystemBehaviour;
  if (weir::behaviour == SystemBehaviour::kFailing) {
    errno = ENOSYS;
    return -1;
  }
  if (weir::behaviour == SystemBehaviour::kInterruptedAndShort) {
    if (weir::interrupt_next.exchange(!weir::interrupt_next)) {
      errno = EINTR;
      return -1;
    }
    return ::syscall(SYS_getrandom, out, std::min<size_t>(size, 7), flags);
  }
  ++weir::seedings;
  const ssize_t filled = ::syscall(SYS_getrandom, out, size, flags);
  if (filled >= 16) weir::last_key_masked = weir::Mask({static_cast<const uint8_t*>(out), 16});
  return filled;
}

extern "C" int madvise(void* pages, size_t size, int advice) noexcept {
  if (advice == MADV_WIPEONFORK && !weir::kernel_wipes_on_fork) {
    errno = EINVAL;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_madvise, pages, size, advice));
}

namespace weir {
namespace {

std::string ThirtyTwoBytes(RandomSource& random) { return RandomBytes(random, 32); }

// Whether a child forked now and this process draw different bytes.
bool DiffersAfterFork(RandomSource& random) {
  ThirtyTwoBytes(random);
  const std::string of_child =
      test::RunInChild([&random] { return ThirtyTwoBytes(random); }).output;
  return of_child.size() == 32 && of_child != ThirtyTwoBytes(random);
}

TEST(SystemRandomTest, ChildAndParentDifferAfterFork) {
  EXPECT_TRUE(DiffersAfterFork(SystemRandom()));
}

TEST(SystemRandomTest, TheForkTestNoticesASharedState) {
  test::SeededRandom shared(8);
  EXPECT_FALSE(DiffersAfterFork(shared));
}

TEST(SystemRandomTest, SiblingsDiffer) {
  const auto draw = [] { return ThirtyTwoBytes(SystemRandom()); };
  ThirtyTwoBytes(SystemRandom());
  EXPECT_NE(test::RunInChild(draw).output, test::RunInChild(draw).output);
}

TEST(SystemRandomTest, GrandchildDiffersFromChild) {
  const std::string of_both =
      test::RunInChild([] {
        const std::string inner =
            test::RunInChild([] { return ThirtyTwoBytes(SystemRandom()); }).output;
        return inner + ThirtyTwoBytes(SystemRandom());
      }).output;
  ASSERT_EQ(of_both.size(), 64u);
  EXPECT_NE(of_both.substr(0, 32), of_both.substr(32));
}

// What a clone that libc does not know of draws: no fork handlers run in it.
std::string DrawInSilentClone() {
  std::array<int, 2> ends;
  if (::pipe(ends.data()) != 0) return "no pipe";
  const auto child = static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  if (child == 0) {
    std::array<uint8_t, 32> bytes;
    SystemRandom().Fill(bytes);
    ::_exit(::write(ends[1], bytes.data(), bytes.size()) == 32 ? 0 : 1);
  }
  std::string of_child(32, '\0');
  EXPECT_EQ(::read(ends[0], of_child.data(), of_child.size()), 32);
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
  ::close(ends[0]);
  ::close(ends[1]);
  return of_child;
}

bool DiffersInSilentClone() {
  ThirtyTwoBytes(SystemRandom());
  const std::string of_child = DrawInSilentClone();
  return of_child != ThirtyTwoBytes(SystemRandom());
}

// In a thread whose generator was made on a kernel with or without wiping on fork.
bool InFreshThread(bool wiping, const std::function<bool()>& test) {
  kernel_wipes_on_fork = wiping;
  bool result = false;
  std::thread thread([&] { result = test(); });
  thread.join();
  kernel_wipes_on_fork = true;
  return result;
}

TEST(SystemRandomTest, WipingByTheKernelCoversChildrenWithoutForkHandlers) {
  EXPECT_TRUE(InFreshThread(true, DiffersInSilentClone));
}

TEST(SystemRandomTest, ForkHandlersCoverKernelsWithoutWiping) {
  EXPECT_TRUE(InFreshThread(false, [] { return DiffersAfterFork(SystemRandom()); }));
}

TEST(SystemRandomTest, WithoutBothDefencesAChildRepeatsItsParent) {
  EXPECT_FALSE(InFreshThread(false, DiffersInSilentClone));
}

std::string DrawInThread(RandomSource& random) {
  std::string bytes;
  std::thread thread([&] { bytes = ThirtyTwoBytes(random); });
  thread.join();
  return bytes;
}

TEST(SystemRandomTest, ThreadsDiffer) {
  EXPECT_NE(DrawInThread(SystemRandom()), DrawInThread(SystemRandom()));
  EXPECT_NE(DrawInThread(SystemRandom()), ThirtyTwoBytes(SystemRandom()));
}

TEST(SystemRandomTest, TheThreadTestNoticesOneSeed) {
  test::SeededRandom first(9);
  test::SeededRandom second(9);
  EXPECT_EQ(DrawInThread(first), DrawInThread(second));
}

TEST(SystemRandomTest, IsSeededOnceAThreadAndForkAndAfterAGibibyte) {
  ThirtyTwoBytes(SystemRandom());
  seedings = 0;
  ThirtyTwoBytes(SystemRandom());
  EXPECT_EQ(seedings, 0);
  DrawInThread(SystemRandom());
  EXPECT_EQ(seedings, 1);
  const std::string in_child = test::RunInChild([] {
                                 seedings = 0;
                                 ThirtyTwoBytes(SystemRandom());
                                 ThirtyTwoBytes(SystemRandom());
                                 return std::to_string(seedings);
                               }).output;
  EXPECT_EQ(in_child, "1");
  seedings = 0;
  std::vector<uint8_t> mebibyte(1 << 20);
  for (int i = 0; i < 1024; ++i) SystemRandom().Fill(mebibyte);
  EXPECT_EQ(seedings, 1);
}

TEST(SystemRandomTest, TakesInterruptedAndShortAnswers) {
  behaviour = SystemBehaviour::kInterruptedAndShort;
  const std::string first = DrawInThread(SystemRandom());
  const std::string second = DrawInThread(SystemRandom());
  behaviour = SystemBehaviour::kNormal;
  EXPECT_NE(first, second);
}

TEST(SystemRandomDeathTest, StopsWhenTheSystemHasNoRandomness) {
  EXPECT_DEATH(
      {
        behaviour = SystemBehaviour::kFailing;
        DrawInThread(SystemRandom());
      },
      "weir: no secure randomness: getrandom failed");
}

// Whether some 16-byte block of the first `words` words repeats. By the birthday bound a sound
// source has a repetition in 2^19 blocks with probability below 2^-90.
bool RepeatsABlock(RandomSource& random) {
  std::vector<std::pair<uint64_t, uint64_t>> blocks(kManyWords / 2);
  for (auto& block : blocks) {
    block.first = random.Word();
    block.second = random.Word();
  }
  std::sort(blocks.begin(), blocks.end());
  return std::adjacent_find(blocks.begin(), blocks.end()) != blocks.end();
}

// Starts again after 100,000 words.
class RepeatingRandom final : public RandomSource {
 public:
  void Fill(std::span<uint8_t> out) override {
    if (++fills_ % 100'000 == 0) random_ = test::SeededRandom(10);
    random_.Fill(out);
  }

 private:
  test::SeededRandom random_{10};
  int fills_ = 0;
};

TEST(SystemRandomTest, NoBlockRepeats) {
  EXPECT_FALSE(RepeatsABlock(SystemRandom()));
  RepeatingRandom repeating;
  EXPECT_TRUE(RepeatsABlock(repeating));
}

// Whether ones and zeros are balanced: Hoeffding for n fair bits,
// P[|ones - n/2| >= t] <= 2 exp(-2 t^2 / n).
bool IsBalanced(RandomSource& random) {
  double ones = 0;
  for (size_t i = 0; i < kManyWords; ++i) ones += std::popcount(random.Word());
  const double bits = 64.0 * static_cast<double>(kManyWords);
  const double slack = std::sqrt(bits * std::log(2.0 / kFalsePositiveRate) / 2.0);
  return std::abs(ones - bits / 2.0) < slack;
}

// One bit in 512 is always set.
class BiasedRandom final : public RandomSource {
 public:
  void Fill(std::span<uint8_t> out) override {
    random_.Fill(out);
    if (++fills_ % 8 == 0) out[0] |= 1;
  }

 private:
  test::SeededRandom random_{11};
  int fills_ = 0;
};

TEST(SystemRandomTest, OnesAndZerosAreBalanced) {
  EXPECT_TRUE(IsBalanced(SystemRandom()));
  BiasedRandom biased;
  EXPECT_FALSE(IsBalanced(biased));
}

// Whether bytes that, xored with kMask, read `masked` stand in this process's writable memory. The
// search never writes what it looks for: a copy of its own would be found.
bool IsInMemory(const std::string& masked) {
  const auto equal = [](char in_memory, char wanted) {
    return static_cast<char>(in_memory ^ kMask) == wanted;
  };
  std::ifstream maps("/proc/self/maps");
  std::ifstream memory("/proc/self/mem", std::ios::binary);
  std::string line;
  while (std::getline(maps, line)) {
    size_t begin = 0;
    size_t end = 0;
    if (std::sscanf(line.c_str(), "%zx-%zx rw", &begin, &end) != 2) continue;
    if (line.find(" rw-p ") == std::string::npos || end - begin > (size_t{64} << 20)) continue;
    std::string region(end - begin, '\0');
    memory.clear();
    memory.seekg(static_cast<std::streamoff>(begin));
    memory.read(region.data(), static_cast<std::streamsize>(region.size()));
    if (std::search(region.begin(), region.end(), masked.begin(), masked.end(), equal) !=
        region.end()) {
      return true;
    }
  }
  return false;
}

// Draws into `bytes`, masks them and wipes them: only the generator can still have them.
std::string DrawAndWipe(std::array<uint8_t, 32>& bytes) {
  SystemRandom().Fill(bytes);
  std::string masked = Mask(bytes);
  std::fill_n(static_cast<volatile uint8_t*>(bytes.data()), bytes.size(), uint8_t{0});
  return masked;
}

TEST(SystemRandomTest, ForgetsWhatItHandedOut) {
  std::array<uint8_t, 32> bytes;
  const std::string masked = DrawAndWipe(bytes);
  EXPECT_FALSE(IsInMemory(masked));
  // The search finds what is there.
  std::transform(masked.begin(), masked.end(), static_cast<volatile uint8_t*>(bytes.data()),
                 [](char byte) { return static_cast<uint8_t>(byte ^ kMask); });
  EXPECT_TRUE(IsInMemory(masked));
}

TEST(SystemRandomTest, ForgetsTheKeyOfWhatItHandedOut) {
  std::thread thread([] {
    ThirtyTwoBytes(SystemRandom());
    ASSERT_EQ(last_key_masked.size(), 16u);
    EXPECT_FALSE(IsInMemory(last_key_masked));
  });
  thread.join();
}

TEST(SystemRandomTest, FillsAnySize) {
  for (const size_t size : {0u, 1u, 7u, 65'487u, 65'488u, 65'489u, 65'536u, 200'000u}) {
    EXPECT_EQ(RandomBytes(SystemRandom(), size).size(), size);
  }
  // 1,000 odd requests, then words: an unaligned rest of the buffer is never handed out twice.
  std::vector<uint64_t> words;
  for (int i = 0; i < 20'000; ++i) {
    RandomBytes(SystemRandom(), static_cast<size_t>(i % 7));
    words.push_back(SystemRandom().Word());
  }
  std::sort(words.begin(), words.end());
  EXPECT_EQ(std::adjacent_find(words.begin(), words.end()), words.end());
}

TEST(SystemRandomTest, ServesThreadsThatEnd) {
  for (int i = 0; i < 200; ++i) EXPECT_EQ(DrawInThread(SystemRandom()).size(), 32u);
}

TEST(RandomSourceTest, WordIsLittleEndianFill) {
  test::ScriptedRandom random({1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(random.Word(), 0x0807060504030201u);
}

}  // namespace
}  // namespace weir
