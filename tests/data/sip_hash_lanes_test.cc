// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/sip_hash_lanes.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace weir::data::internal {
namespace {

constexpr SipKey kKey{.low = 0x0706050403020100, .high = 0x0f0e0d0c0b0a0908};

// Every byte differs from its neighbours, in the same message and in the others.
std::string Message(size_t lane, size_t size) {
  std::string message;
  for (size_t i = 0; i < size; ++i) message += static_cast<char>(lane * 31 + i * 7);
  return message;
}

void ExpectTexts(const std::array<std::string, kLanes>& messages) {
  LaneTexts texts{};
  std::copy(messages.begin(), messages.end(), texts.begin());
  for (const LaneFunctions& functions : SupportedLaneFunctions()) {
    LaneHashes hashes;
    functions.texts(kKey, texts, hashes);
    for (size_t i = 0; i < kLanes; ++i) {
      EXPECT_EQ(hashes.At(i), SipHash128(kKey, messages[i])) << functions.name << " lane " << i;
    }
  }
}

TEST(SipHashLanesTest, TextsOfOneLengthHashAsOneByOne) {
  for (size_t size = 0; size <= 70; ++size) {
    std::array<std::string, kLanes> messages;
    for (size_t i = 0; i < kLanes; ++i) messages[i] = Message(i, size);
    ExpectTexts(messages);
  }
}

TEST(SipHashLanesTest, TextsOfAllLengthsHashAsOneByOne) {
  test::SeededRandom random(1);
  for (int round = 0; round < 300; ++round) {
    std::array<std::string, kLanes> messages;
    for (size_t i = 0; i < kLanes; ++i) messages[i] = Message(i, random.Word() % 40);
    ExpectTexts(messages);
  }
}

TEST(SipHashLanesTest, WordsHashAsOneByOne) {
  test::SeededRandom random(2);
  for (int round = 0; round < 50; ++round) {
    LaneWords first{};
    LaneWords second{};
    for (size_t i = 0; i < kLanes; ++i) {
      first[i] = i == 0 ? UINT64_MAX : random.Word();
      second[i] = i == 1 ? 0 : random.Word();
    }
    for (const LaneFunctions& functions : SupportedLaneFunctions()) {
      LaneHashes hashes;
      LaneWords of_pairs{};
      functions.words(kKey, first, hashes);
      functions.pairs(kKey, first, second, of_pairs);
      for (size_t i = 0; i < kLanes; ++i) {
        EXPECT_EQ(hashes.At(i), SipHash128(kKey, first[i])) << functions.name;
        EXPECT_EQ(of_pairs[i], SipHash64(kKey, first[i], second[i])) << functions.name;
      }
    }
  }
}

TEST(SipHashLanesTest, TheFastestIsTaken) {
  LaneTexts texts{};
  for (size_t i = 0; i < kLanes; ++i) texts[i] = std::string_view("R-0000001").substr(i);
  const LaneHashes hashes = SipHash128Lanes(kKey, texts);
  for (size_t i = 0; i < kLanes; ++i) EXPECT_EQ(hashes.At(i), SipHash128(kKey, texts[i]));
  EXPECT_EQ(SipHash128Lanes(kKey, LaneWords{7}).At(0), SipHash128(kKey, uint64_t{7}));
  EXPECT_EQ(SipHash64Lanes(kKey, LaneWords{7}, LaneWords{9})[0], SipHash64(kKey, 7, 9));
}

}  // namespace
}  // namespace weir::data::internal
