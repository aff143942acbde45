// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/packing.h"

#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "tests/anon/stepped_hierarchies.h"

namespace weir::anon::internal {
namespace {

using test::SteppedHierarchies;

// Wide and narrow attributes, some of one value, more than a word together.
const std::vector<uint32_t> kValues = {2,     5000, 1, 41, 9, 300, 16, 1,
                                       70000, 3,    7, 2,  2, 2,   2,  1024};
constexpr size_t kTuples = 500;

TupleTable DrawTable() {
  std::mt19937 random(20261123);
  TupleTable table;
  table.total_rows = kTuples;
  table.rows.assign(kTuples, 1);
  for (const uint32_t count : kValues) {
    std::vector<uint32_t>& codes = table.codes.emplace_back();
    for (size_t i = 0; i < kTuples; ++i) codes.push_back(static_cast<uint32_t>(random()) % count);
  }
  return table;
}

TEST(PackingTest, GivesBackTheCodeOfEachAttribute) {
  const SteppedHierarchies hierarchies(kValues);
  const Packing packing(hierarchies.pointers());
  const TupleTable table = DrawTable();
  const std::vector<uint64_t> keys = packing.Pack(table);
  ASSERT_GT(packing.words(), 1U);
  for (size_t a = 0; a < kValues.size(); ++a) {
    const BitField& field = packing.field(a);
    for (size_t i = 0; i < kTuples; ++i) {
      ASSERT_EQ(field.Of(keys[field.word * kTuples + i]), table.codes[a][i]) << a;
    }
  }
}

TEST(PackingTest, NumbersOfAChunkTellItsLabelsApart) {
  const SteppedHierarchies hierarchies(kValues);
  Packing packing(hierarchies.pointers());
  const TupleTable table = DrawTable();
  const std::vector<uint64_t> keys = packing.Pack(table);
  size_t attributes = 0;
  for (size_t place = 0; place < packing.chunks(); ++place) {
    attributes += packing.chunk_attributes(place).size();
    for (uint8_t level = 0; level < 3; ++level) {
      const ChunkTable chunk = packing.TableOf(place, Levels(kValues.size(), level));
      const BitField& field = packing.chunk(place);
      std::map<std::vector<uint32_t>, uint32_t> number_of;
      std::map<uint32_t, std::vector<uint32_t>> labels_of;
      for (size_t i = 0; i < kTuples; ++i) {
        std::vector<uint32_t> labels;
        for (const size_t a : packing.chunk_attributes(place)) {
          labels.push_back(hierarchies.LabelOf(a, level, table.codes[a][i]));
        }
        const uint32_t number = chunk.index[field.Of(keys[field.word * kTuples + i])];
        ASSERT_LT(number, chunk.radix);
        ASSERT_EQ(number_of.emplace(labels, number).first->second, number);
        ASSERT_EQ(labels_of.emplace(number, labels).first->second, labels);
      }
    }
  }
  EXPECT_EQ(attributes, kValues.size());
}

}  // namespace
}  // namespace weir::anon::internal
