// SPDX-License-Identifier: Apache-2.0
#include "weir/data/record_store.h"

#include <array>
#include <cstring>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "weir/data/word_store.h"

namespace weir::data {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;

constexpr uint64_t kMebibyte = uint64_t{1} << 20;

using Contents = std::array<std::string, kPartitions>;

// Fills each record with random bytes, and its slack with others, as its writer may.
Contents Fill(RecordStore& store, size_t records) {
  test::SeededRandom random(1);
  Contents contents;
  for (size_t i = 0; i < records; ++i) {
    std::string record(store.stride() + RecordStore::kSlackBytes, '\0');
    for (char& byte : record) byte = static_cast<char>(random.Word());
    const size_t partition = PartitionOf(random.Word());
    auto room = store.Add(partition);
    EXPECT_TRUE(room.ok()) << room.status();
    if (!room.ok()) break;
    std::memcpy(*room, record.data(), record.size());
    contents[partition].append(record, 0, store.stride());
  }
  return contents;
}

Contents Read(const RecordStore& store) {
  Contents contents;
  for (size_t i = 0; i < kPartitions; ++i) {
    WEIR_EXPECT_OK(store.ForEachBlock(i, [&contents, i](std::span<const char> block) {
      contents[i].append(block.data(), block.size());
    }));
  }
  return contents;
}

TEST(RecordStoreTest, GivesBackRecordsOfEveryWidthInTheirOrder) {
  for (const size_t stride : {1u, 3u, 8u, 18u, 24u, 3000u, 20000u}) {
    RecordStore store(stride, 256 * kMebibyte, {});
    const Contents written = Fill(store, 4000);
    EXPECT_EQ(Read(store), written) << stride;
    EXPECT_EQ(store.spilled_bytes(), 0u);
  }
}

TEST(RecordStoreTest, WhatDoesNotFitGoesToDisk) {
  const test::TemporaryFolder folder;
  constexpr size_t kStride = 18;
  constexpr size_t kRecords = 300'000;
  RecordStore store(kStride, 2 * kMebibyte, folder.path());
  const Contents written = Fill(store, kRecords);
  EXPECT_EQ(Read(store), written);
  EXPECT_LE(store.memory_bytes_used(), 2 * kMebibyte);
  EXPECT_GT(store.spilled_bytes(), kStride * kRecords - 2 * kMebibyte);
  EXPECT_LE(store.spilled_bytes(), kStride * kRecords);
}

TEST(RecordStoreTest, OfALittleTooMuchALittleGoesToDisk) {
  const test::TemporaryFolder folder;
  constexpr size_t kStride = 18;
  RecordStore ample(kStride, 256 * kMebibyte, {});
  Fill(ample, 600'000);
  const uint64_t needed = ample.memory_bytes_used();
  RecordStore store(kStride, needed - kMebibyte, folder.path());
  const Contents written = Fill(store, 600'000);
  EXPECT_GT(store.spilled_bytes(), 0u);
  EXPECT_LT(store.spilled_bytes(), needed / 3);
  EXPECT_EQ(Read(store), written);
}

// Blocks grow with a partition, but need not where there is no room for it.
TEST(RecordStoreTest, OnePartitionFitsALimitOfTwoBlocks) {
  const test::TemporaryFolder folder;
  for (const uint64_t limit : {4096u, 6000u, 12'000u}) {
    RecordStore store(18, limit, folder.path());
    for (int i = 0; i < 3000; ++i) WEIR_ASSERT_OK(store.Add(7));
    EXPECT_LE(store.memory_bytes_used(), limit);
  }
}

TEST(RecordStoreTest, SaysWhatIsMissing) {
  RecordStore no_folder(8, 4096, {});
  EXPECT_TRUE(no_folder.Add(0).ok());
  EXPECT_TRUE(no_folder.Add(1).ok());
  EXPECT_THAT(no_folder.Add(2),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("no temporary folder")));
  const test::TemporaryFolder folder;
  RecordStore too_small(8, 1000, folder.path());
  EXPECT_THAT(too_small.Add(0),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("memory limit is too small")));
}

TEST(RecordStoreTest, DropFreesAPartitionAlone) {
  RecordStore store(18, 256 * kMebibyte, {});
  Contents written = Fill(store, 20'000);
  store.Drop(7);
  written[7].clear();
  EXPECT_EQ(Read(store), written);
}

TEST(WordStoreTest, GivesBackWordsThroughDisk) {
  const test::TemporaryFolder folder;
  WordStore store(3, kMebibyte * 3 / 2, folder.path());
  std::vector<std::vector<uint64_t>> written(kPartitions);
  test::SeededRandom random(2);
  for (int i = 0; i < 200'000; ++i) {
    const size_t partition = PartitionOf(random.Word());
    WEIR_ASSERT_OK_AND_ASSIGN(uint64_t* const record, store.Add(partition));
    for (size_t word = 0; word < store.stride(); ++word) {
      record[word] = random.Word();
      written[partition].push_back(record[word]);
    }
  }
  EXPECT_GT(store.spilled_bytes(), 0u);
  for (size_t i = 0; i < kPartitions; ++i) {
    std::vector<uint64_t> read;
    WEIR_ASSERT_OK(store.ForEachBlock(i, [&read](std::span<const uint64_t> block) {
      read.insert(read.end(), block.begin(), block.end());
    }));
    ASSERT_EQ(read, written[i]) << i;
  }
}

}  // namespace
}  // namespace weir::data
