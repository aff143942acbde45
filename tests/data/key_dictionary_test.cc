// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/key_dictionary.h"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace weir::data::internal {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;

TEST(KeyDictionaryTest, NumbersValuesAsTheyAreMet) {
  MemoryBudget memory(1 << 20);
  KeyDictionary dictionary(memory);
  KeyDictionary::Cache cache;
  EXPECT_EQ(dictionary.Find("b", 7, cache)->code, 0u);
  EXPECT_EQ(dictionary.Find("a", 8, cache)->code, 1u);
  EXPECT_EQ(dictionary.Find("", 9, cache)->code, 2u);
  EXPECT_EQ(dictionary.Find("b", 7, cache)->code, 0u);
  EXPECT_EQ(dictionary.size(), 3u);
  const auto entries = dictionary.Entries();
  EXPECT_EQ(entries[1].bytes(), "a");
  EXPECT_EQ(entries[2].bytes(), "");
  EXPECT_EQ(entries[2].hash, 9u);
}

TEST(KeyDictionaryTest, EqualHashesAreNotEqualValues) {
  MemoryBudget memory(1 << 20);
  KeyDictionary dictionary(memory);
  KeyDictionary::Cache cache;
  std::set<uint32_t> codes;
  for (int i = 0; i < 300; ++i) codes.insert(dictionary.Find(std::to_string(i), 1, cache)->code);
  EXPECT_EQ(codes.size(), 300u);
  for (int i = 0; i < 300; ++i) codes.insert(dictionary.Find(std::to_string(i), 1, cache)->code);
  EXPECT_EQ(codes.size(), 300u);
}

TEST(KeyDictionaryTest, ThreadsAgree) {
  constexpr size_t kThreads = 4;
  constexpr uint64_t kValues = 20000;
  MemoryBudget memory(1 << 24);
  KeyDictionary dictionary(memory);
  std::vector<std::vector<uint32_t>> codes(kThreads, std::vector<uint32_t>(kValues));
  const auto add = [&](size_t thread) {
    KeyDictionary::Cache cache;
    test::SeededRandom random(thread);
    for (uint64_t i = 0; i < kValues * 4; ++i) {
      const uint64_t value = i < kValues ? i : random.Word() % kValues;
      const uint64_t hash = value * 0x9e3779b97f4a7c15;
      codes[thread][value] = dictionary.Find("value " + std::to_string(value), hash, cache)->code;
    }
  };
  std::vector<std::thread> threads;
  for (size_t thread = 0; thread < kThreads; ++thread) threads.emplace_back(add, thread);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(dictionary.size(), kValues);
  for (size_t thread = 1; thread < kThreads; ++thread) EXPECT_EQ(codes[thread], codes[0]);
  const auto entries = dictionary.Entries();
  for (uint64_t value = 0; value < kValues; ++value) {
    EXPECT_EQ(entries[codes[0][value]].bytes(), "value " + std::to_string(value));
  }
}

TEST(KeyDictionaryTest, StopsAtItsMemory) {
  MemoryBudget memory(100'000);
  KeyDictionary dictionary(memory);
  KeyDictionary::Cache cache;
  const std::string value(1000, 'x');
  Status status;
  uint64_t stored = 0;
  while (status.ok() && stored < 1000) {
    status = dictionary.Find(value + std::to_string(stored), stored << 55, cache).status();
    if (status.ok()) ++stored;
  }
  EXPECT_THAT(status, StatusIs(StatusCode::kResourceExhausted, HasSubstr("memory")));
  EXPECT_GT(stored, 10u);
  EXPECT_LT(stored, 50u);
  EXPECT_EQ(dictionary.size(), stored);
}

}  // namespace
}  // namespace weir::data::internal
