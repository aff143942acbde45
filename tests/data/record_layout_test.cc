// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/record_layout.h"

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "weir/data/record_store.h"

namespace weir::data::internal {
namespace {

// A word of a record between its ends, both of which it may take, and 0.
struct Range {
  uint64_t least = 0;
  uint64_t span = 0;
};

struct Shape {
  BoundedQuery query;
  std::vector<Range> ranges;
};

template <class T>
T OneOf(const std::vector<T>& values) {
  return *rc::gen::elementOf(values);
}

// Numbers of cells around powers of two, up to the most there can be.
uint64_t SomeCells() {
  const auto bits = *rc::gen::inRange(0, 63);
  const auto step = *rc::gen::inRange(0, 3);
  const uint64_t cells = (uint64_t{1} << bits) + static_cast<uint64_t>(step) - 1;
  return std::max<uint64_t>(1, cells);
}

void AddValue(Shape& shape, int64_t lowest, int64_t highest, int64_t origin) {
  shape.query.values.push_back({.lowest = lowest, .highest = highest, .origin = origin});
  const int64_t least = std::min<int64_t>(0, lowest - origin);
  const int64_t most = std::max<int64_t>(0, highest - origin);
  shape.ranges.push_back({.least = static_cast<uint64_t>(least),
                          .span = static_cast<uint64_t>(most) - static_cast<uint64_t>(least)});
}

void AddSomeValue(Shape& shape) {
  const int64_t end =
      OneOf<int64_t>({INT64_MIN, -(int64_t{1} << 40), -3000, -1, 0, 1, 255, 256, 3000, INT64_MAX});
  const int64_t other = OneOf<int64_t>({end, INT64_MIN, -4096, 0, 4095, 1 << 20, INT64_MAX});
  const auto [lowest, highest] = std::minmax(end, other);
  // An origin within the range may put its ends out of reach of 64 bits.
  const int64_t origin = lowest > INT64_MIN / 2 && highest < INT64_MAX / 2
                             ? OneOf<int64_t>({0, lowest, highest, lowest - 1})
                             : 0;
  AddValue(shape, lowest, highest, origin);
}

Shape SomeShape() {
  Shape shape;
  shape.query.has_open_key = *rc::gen::arbitrary<bool>();
  shape.query.cells = SomeCells();
  const Range any{.least = 0, .span = UINT64_MAX};
  shape.ranges = {any, any};
  shape.ranges.push_back(
      shape.query.has_open_key ? any : Range{.least = 0, .span = shape.query.cells - 1});
  for (int left = *rc::gen::inRange(0, 8); left > 0; --left) AddSomeValue(shape);
  const size_t present = OneOf<size_t>({0, 1, 63, 64, 65, 130});
  shape.query.present_columns.resize(present);
  for (size_t first = 0; first < present; first += 64) {
    const size_t here = std::min<size_t>(64, present - first);
    shape.ranges.push_back({.least = 0, .span = UINT64_MAX >> (64 - here)});
  }
  for (int left = *rc::gen::inRange(0, 3); left > 0; --left) {
    const int64_t highest = OneOf<int64_t>({0, 6, 7, 8, 1023, 1024, INT64_MAX});
    const auto steps = static_cast<uint64_t>(OneOf<int64_t>({1, 7, int64_t{1} << 33}));
    shape.query.bins.push_back({.value = {.highest = highest}, .steps = steps});
    shape.ranges.push_back({.least = 0, .span = static_cast<uint64_t>(highest) / steps + 1});
  }
  if (shape.query.has_open_key) shape.ranges.push_back(any);
  return shape;
}

uint64_t SomeWord(const Range& range) {
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return range.least;
    case 1:
      return range.least + range.span;
    case 2:
      return 0;  // no value
    default: {
      const auto word = *rc::gen::arbitrary<uint64_t>();
      return range.least + (range.span == UINT64_MAX ? word : word % (range.span + 1));
    }
  }
}

// As a store keeps them: one behind the other, with some bytes behind the last.
std::string ToBytes(const RecordLayout& layout, const std::vector<uint64_t>& packed, size_t count) {
  std::string bytes(count * layout.bytes() + RecordStore::kSlackBytes, '\x5a');
  for (size_t n = 0; n < count; ++n) {
    for (size_t i = 0; i < layout.packed_words(); ++i) {
      std::memcpy(&bytes[n * layout.bytes() + i * 8], &packed[i * count + n], 8);
    }
  }
  return bytes;
}

// Of record-major words.
std::string PackAll(const RecordLayout& layout, const std::vector<uint64_t>& records) {
  const size_t count = records.size() / layout.words();
  std::vector<uint64_t> words(records.size());
  for (size_t n = 0; n < count; ++n) {
    for (size_t i = 0; i < layout.words(); ++i) {
      words[i * count + n] = records[n * layout.words() + i];
    }
  }
  std::vector<uint64_t> packed(layout.packed_words() * count);
  layout.Pack(words, count, packed);
  return ToBytes(layout, packed, count);
}

RC_GTEST_PROP(RecordLayoutPropertyTest, WhatIsPackedComesBack, ()) {
  const Shape shape = SomeShape();
  const RecordLayout layout(shape.query);
  RC_ASSERT(layout.words() == shape.ranges.size());
  const auto partition = static_cast<size_t>(*rc::gen::inRange<uint64_t>(0, kPartitions));
  const auto count = static_cast<size_t>(*rc::gen::inRange(1, 20));
  std::vector<uint64_t> records;
  for (size_t n = 0; n < count; ++n) {
    for (const Range& range : shape.ranges) records.push_back(SomeWord(range));
    uint64_t& high = records[n * layout.words() + 1];
    high = uint64_t{partition} << (64 - kPartitionBits) | high >> kPartitionBits;
  }
  const std::string bytes = PackAll(layout, records);
  std::vector<uint64_t> unpacked(records.size());
  layout.Unpack(bytes.data(), count, partition, unpacked.data());
  RC_ASSERT(unpacked == records);
}

// No two units are taken for one: each of the 128 bits is in the bytes, or in the partition.
TEST(RecordLayoutTest, EveryBitOfAUnitIsKept) {
  Shape shape;
  shape.query.cells = 400;
  AddValue(shape, 0, 3000, 0);
  const RecordLayout layout(shape.query);
  const std::vector<uint64_t> record = {0x0123456789abcdef, 0xfedcba9876543210, 399, 3000};
  const std::string bytes = PackAll(layout, record);
  for (size_t bit = 0; bit < 128; ++bit) {
    std::vector<uint64_t> other = record;
    other[bit / 64] ^= uint64_t{1} << (bit % 64);
    const bool same_partition = PartitionOf(other[1]) == PartitionOf(record[1]);
    EXPECT_EQ(PackAll(layout, other) == bytes, !same_partition) << bit;
  }
  EXPECT_EQ(PackAll(layout, record), bytes);
}

TEST(RecordLayoutTest, TakesNoMoreBitsThanTheRangesNeed) {
  Shape shape;
  shape.query.cells = 1;
  EXPECT_EQ(RecordLayout(shape.query).bytes(), 15u) << "128 bits less 9 of the partition";
  shape.query.cells = 512;
  EXPECT_EQ(RecordLayout(shape.query).bytes(), 16u);
  shape.query.cells = 513;
  EXPECT_EQ(RecordLayout(shape.query).bytes(), 17u);
  shape.query.cells = 400;
  AddValue(shape, 0, 3000, 0);
  EXPECT_EQ(RecordLayout(shape.query).bytes(), 18u) << "rows, units and a sum by zone";
  AddValue(shape, INT64_MIN, INT64_MAX, 0);
  EXPECT_EQ(RecordLayout(shape.query).bytes(), 26u);
  shape.query.has_open_key = true;
  EXPECT_EQ(RecordLayout(shape.query).bytes(), 41u) << "the cell is a hash of 128 bits";
}

TEST(RecordLayoutDeathTest, AWordOutOfItsRangeIsNotCutOff) {
  Shape shape;
  shape.query.cells = 400;
  AddValue(shape, -5, 3000, 0);
  const RecordLayout layout(shape.query);
  const auto pack = [&layout](uint64_t cell, int64_t value) {
    return PackAll(layout, {1, 2, cell, static_cast<uint64_t>(value)});
  };
  EXPECT_FALSE(pack(399, -5).empty());
  EXPECT_FALSE(pack(399, 3000).empty());
  EXPECT_DEATH(pack(512, 0), "beyond == 0");
  EXPECT_DEATH(pack(0, -6), "beyond == 0");
  EXPECT_DEATH(pack(0, 5000), "beyond == 0");
}

}  // namespace
}  // namespace weir::data::internal
