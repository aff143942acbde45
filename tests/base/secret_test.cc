// SPDX-License-Identifier: Apache-2.0
#include "weir/base/secret.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <sstream>
#include <type_traits>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace weir {
namespace {

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);
static_assert(std::is_nothrow_move_assignable_v<SecretBytes>);
static_assert(!std::is_convertible_v<SecretBytes, std::string_view>);
static_assert(!std::is_default_constructible_v<DangerouslyRevealKey>);
static_assert(!std::is_aggregate_v<DangerouslyRevealKey>);

constexpr DangerouslyRevealKey kForTest = DangerouslyRevealKey::Because("the test looks inside");

// What a freed array held, when it is the watched one.
struct FreedMemory {
  const void* watched = nullptr;
  size_t size_bytes = 0;
  enum class State { kNotFreed, kWiped, kNotWiped } state = State::kNotFreed;
};
FreedMemory freed;

void LookAt(const void* memory) {
  if (memory == nullptr || memory != freed.watched) return;
  const auto* bytes = static_cast<const volatile uint8_t*>(memory);
  const bool wiped = std::all_of(bytes, bytes + freed.size_bytes, [](uint8_t b) { return b == 0; });
  freed.state = wiped ? FreedMemory::State::kWiped : FreedMemory::State::kNotWiped;
}

void Watch(std::string_view bytes) {
  freed = {.watched = bytes.data(), .size_bytes = bytes.size()};
}

}  // namespace
}  // namespace weir

void* operator new[](size_t size) {
  void* memory = std::malloc(std::max<size_t>(size, 1));
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete[](void* memory) noexcept {
  weir::LookAt(memory);
  std::free(memory);
}
void operator delete[](void* memory, size_t) noexcept { operator delete[](memory); }

namespace weir {
namespace {

TEST(SecretBytesTest, HoldsWhatItWasGiven) {
  const SecretBytes secret(std::string("key\0bytes", 9));
  EXPECT_EQ(secret.size_bytes(), 9u);
  EXPECT_EQ(secret.Bytes(kForTest), std::string_view("key\0bytes", 9));
  EXPECT_EQ(SecretBytes::CopyOf("abc").Bytes(kForTest), "abc");
  EXPECT_EQ(SecretBytes().size_bytes(), 0u);
  EXPECT_EQ(SecretBytes::CopyOf("").Bytes(kForTest), "");
}

TEST(SecretBytesTest, WipesTheStringItTakes) {
  for (const size_t size : {5u, 15u, 16u, 500u}) {
    std::string text(size, 'k');
    const char* bytes = text.data();
    const SecretBytes secret(std::move(text));
    EXPECT_TRUE(std::all_of(bytes, bytes + size, [](char c) { return c == '\0'; })) << size;
    EXPECT_EQ(secret.size_bytes(), size);
  }
}

TEST(SecretBytesTest, IsWipedWhenDestroyed) {
  {
    const SecretBytes secret = SecretBytes::CopyOf("0123456789abcdef0123456789abcdef");
    Watch(secret.Bytes(kForTest));
  }
  EXPECT_EQ(freed.state, FreedMemory::State::kWiped);
}

TEST(SecretBytesTest, IsWipedWhenReplaced) {
  SecretBytes secret = SecretBytes::CopyOf("0123456789abcdef0123456789abcdef");
  Watch(secret.Bytes(kForTest));
  secret = SecretBytes::CopyOf("other");
  EXPECT_EQ(freed.state, FreedMemory::State::kWiped);
  EXPECT_EQ(secret.Bytes(kForTest), "other");
}

TEST(SecretBytesTest, MoveLeavesNothingBehind) {
  SecretBytes first = SecretBytes::CopyOf("0123456789abcdef");
  const char* bytes = first.Bytes(kForTest).data();
  const SecretBytes second = std::move(first);
  EXPECT_EQ(second.Bytes(kForTest).data(), bytes);  // the buffer itself moved
  EXPECT_EQ(first.size_bytes(), 0u);                // NOLINT(bugprone-use-after-move)
}

TEST(SecretBytesTest, TheWatchNoticesBytesThatAreNotWiped) {
  auto* bytes = new char[4]{'a', 'b', 'c', 'd'};
  Watch({bytes, 4});
  delete[] bytes;
  EXPECT_EQ(freed.state, FreedMemory::State::kNotWiped);
}

TEST(SecretBytesTest, PrintsNothing) {
  std::ostringstream out;
  out << SecretBytes::CopyOf("abc");
  EXPECT_EQ(out.str(), "SecretKey(redacted)");
}

TEST(SecretBytesTest, RandomComesFromTheSource) {
  test::SeededRandom random(6);
  test::SeededRandom same(6);
  EXPECT_EQ(SecretBytes::Random(random, 32).Bytes(kForTest), RandomBytes(same, 32));
}

TEST(WipeTest, OverwritesAlsoTheSpareRoom) {
  std::string text(100, 'k');
  text.resize(60);
  const char* bytes = text.data();
  WipeText(text);
  EXPECT_TRUE(text.empty());
  EXPECT_TRUE(std::all_of(bytes, bytes + 100, [](char c) { return c == '\0'; }));
}

}  // namespace
}  // namespace weir
