// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/cell_filter.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/seeded_random.h"

namespace weir::data::internal {
namespace {

constexpr size_t kStride = 4;

BoundedQuery QueryOf(uint64_t cells, uint64_t max_keys) {
  BoundedQuery query;
  query.cells = cells;
  query.max_keys_per_unit = max_keys;
  query.cell_key = {.low = 17, .high = 4};
  return query;
}

struct Rows {
  size_t count = 0;
  uint64_t units = 1;
  uint64_t cells = 1;
};

std::vector<uint64_t> Records(const Rows& rows, uint64_t seed) {
  test::SeededRandom random(seed);
  std::vector<uint64_t> records;
  for (size_t i = 0; i < rows.count; ++i) {
    const uint64_t unit = random.Word() % rows.units;
    // Units that differ in one half only must not be taken for one.
    records.insert(records.end(), {unit / 2, unit, random.Word() % rows.cells, i});
  }
  return records;
}

// Numbers of all records that pass, some at a time, as a partition's come.
std::set<uint64_t> PassAll(CellFilter& filter, const std::vector<uint64_t>& records) {
  std::set<uint64_t> passed;
  filter.Start();
  for (size_t at = 0; at < records.size(); at += 100 * kStride) {
    const size_t some = std::min(100 * kStride, records.size() - at);
    const auto chunk = std::span<const uint64_t>(records).subspan(at, some);
    for (const uint32_t i : filter.Pass(chunk, kStride)) passed.insert(chunk[i * kStride + 3]);
  }
  return passed;
}

// The records of the cells that bounding keeps, by sorting.
std::set<uint64_t> KeptRecords(const BoundedQuery& query, const std::vector<uint64_t>& records) {
  std::map<std::pair<uint64_t, uint64_t>, std::set<std::pair<uint64_t, uint64_t>>> cells;
  for (size_t i = 0; i < records.size(); i += kStride) {
    const uint64_t hash = SipHash64(query.cell_key, records[i], records[i + 2]);
    cells[{records[i], records[i + 1]}].emplace(hash, records[i + 2]);
  }
  std::set<uint64_t> kept;
  for (size_t i = 0; i < records.size(); i += kStride) {
    const auto& of_unit = cells.at({records[i], records[i + 1]});
    uint64_t place = 0;
    for (const auto& [hash, cell] : of_unit) {
      if (cell == records[i + 2]) break;
      ++place;
    }
    if (place < query.max_keys_per_unit) kept.insert(records[i + 3]);
  }
  return kept;
}

RC_GTEST_PROP(CellFilterPropertyTest, PassesAllRecordsOfTheCellsThatAreKept, ()) {
  const auto max_keys = *rc::gen::inRange<uint64_t>(1, 12);
  const Rows rows{.count = *rc::gen::inRange<size_t>(1, 3000),
                  .units = *rc::gen::inRange<uint64_t>(1, 900),
                  .cells = *rc::gen::inRange<uint64_t>(max_keys + 1, 60)};
  const BoundedQuery query = QueryOf(rows.cells, max_keys);
  CellFilter filter(query);
  const auto records = Records(rows, *rc::gen::arbitrary<uint64_t>());
  const std::set<uint64_t> passed = PassAll(filter, records);
  const std::set<uint64_t> kept = KeptRecords(query, records);
  RC_ASSERT(std::includes(passed.begin(), passed.end(), kept.begin(), kept.end()));
}

TEST(CellFilterTest, PassesOverMostRecordsOfUnitsWithManyCells) {
  const BoundedQuery query = QueryOf(400, 4);
  CellFilter filter(query);
  const auto records = Records({.count = 20'000, .units = 50, .cells = 400}, 3);
  const std::set<uint64_t> kept = KeptRecords(query, records);
  const std::set<uint64_t> passed = PassAll(filter, records);
  EXPECT_LT(passed.size(), records.size() / kStride / 4);
  EXPECT_GT(passed.size(), kept.size()) << "it cannot know what comes";
  // Nothing of one partition is left for the next.
  EXPECT_EQ(PassAll(filter, records), passed);
}

// Of the units that come when there is no room any more all records pass, of the others few.
TEST(CellFilterTest, UnitsThatFindNoRoomPassWhole) {
  constexpr uint64_t kKeys = 64;
  constexpr uint64_t kRoom = CellFilter::kMostHashes / kKeys;
  constexpr uint64_t kCells = 400;
  const BoundedQuery query = QueryOf(kCells, kKeys);
  CellFilter filter(query);
  std::vector<uint64_t> records;
  for (uint64_t unit = 0; unit < kRoom; ++unit) records.insert(records.end(), {unit, unit, 0, 0});
  for (const uint64_t unit : {uint64_t{0}, kRoom}) {
    for (uint64_t cell = 0; cell < kCells; ++cell) {
      records.insert(records.end(), {unit, unit, cell, 1 + unit * kCells + cell});
    }
  }
  const std::set<uint64_t> passed = PassAll(filter, records);
  const auto last_unit = passed.lower_bound(1 + kRoom * kCells);
  EXPECT_EQ(std::distance(last_unit, passed.end()), kCells);
  EXPECT_LT(std::distance(passed.begin(), last_unit), kCells - kKeys);
}

TEST(CellFilterTest, IsOffWhereItCannotPay) {
  EXPECT_FALSE(CellFilter(QueryOf(4, 4)).is_on()) << "nothing is dropped";
  EXPECT_TRUE(CellFilter(QueryOf(5, 4)).is_on());
  EXPECT_TRUE(CellFilter(QueryOf(1000, 64)).is_on());
  EXPECT_FALSE(CellFilter(QueryOf(1000, 65)).is_on()) << "too many to look through";
}

TEST(CellFilterTest, TurnsItselfOffWhereUnitsHaveFewCells) {
  const BoundedQuery query = QueryOf(400, 4);
  CellFilter filter(query);
  PassAll(filter, Records({.count = 5000, .units = 3000, .cells = 400}, 4));
  filter.Start();
  EXPECT_FALSE(filter.is_on());
}

TEST(CellFilterTest, StaysOnAfterFewRecords) {
  const BoundedQuery query = QueryOf(400, 4);
  CellFilter filter(query);
  PassAll(filter, Records({.count = 500, .units = 3000, .cells = 400}, 5));
  filter.Start();
  EXPECT_TRUE(filter.is_on());
}

}  // namespace
}  // namespace weir::data::internal
