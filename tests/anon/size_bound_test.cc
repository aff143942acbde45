// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/size_bound.h"

#include <algorithm>
#include <bit>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/anon/small_table.h"
#include "tests/anon/stepped_hierarchies.h"
#include "weir/anon/internal/size_counter.h"

namespace weir::anon::internal {
namespace {

using test::Row;
using test::Rows;
using test::SteppedHierarchies;

constexpr size_t kAttributes = 6;
constexpr uint32_t kValues = 8;

// The bound of a table beside the rows of its classes, counted plainly.
class Counted {
 public:
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): rows, then levels
  Counted(const Rows& rows, const Levels& levels)
      : table_(test::TableOfRows(rows, kAttributes)),
        hierarchies_(std::vector<uint32_t>(kAttributes, kValues)),
        packing_(hierarchies_.pointers()),
        keys_(packing_.Pack(table_)),
        levels_(levels) {
    for (const Row& row : rows) ++rows_of_[LabelsOf(row)];
  }

  uint64_t Bound(uint64_t least) {
    const KeyList items = {.size = table_.tuples(), .keys = keys_, .rows = table_.rows};
    return bound_.RowsInSmallClasses(packing_, items, levels_, least);
  }
  uint64_t Truth(uint64_t least) const {
    uint64_t small = 0;
    for (const auto& [labels, rows] : rows_of_) small += rows < least ? rows : 0;
    return small;
  }
  // Ascending.
  std::vector<uint64_t> TrueSizes() const {
    std::vector<uint64_t> sizes;
    for (const auto& [labels, rows] : rows_of_) sizes.push_back(rows);
    std::sort(sizes.begin(), sizes.end());
    return sizes;
  }
  std::vector<uint64_t> CountedSizes(SizeCounter& counter) {
    const KeyList items = {.size = table_.tuples(), .keys = keys_, .rows = table_.rows};
    if (!counter.Count(packing_, items, levels_)) return {};
    std::vector<uint64_t> sizes(counter.sizes().begin(), counter.sizes().end());
    std::sort(sizes.begin(), sizes.end());
    return sizes;
  }
  // Tuples without rows, as those of a population alone are.
  void EmptyTuplesOf(const Row& first) {
    for (size_t tuple = 0; tuple < table_.tuples(); ++tuple) {
      Row row;
      for (size_t a = 0; a < kAttributes; ++a) row.push_back(table_.codes[a][tuple]);
      if (row[0] != first[0]) continue;
      const auto left = rows_of_.find(LabelsOf(row));
      left->second -= table_.rows[tuple];
      if (left->second == 0) rows_of_.erase(left);
      table_.rows[tuple] = 0;
    }
  }
  // Rows of the classes that the last bound names.
  std::vector<uint64_t> RowsOfSmallest(size_t most) const {
    std::vector<uint64_t> rows;
    for (const uint32_t tuple : bound_.SmallestClasses(most)) {
      Row row;
      for (size_t a = 0; a < kAttributes; ++a) row.push_back(table_.codes[a][tuple]);
      const auto found = rows_of_.find(LabelsOf(row));
      rows.push_back(found == rows_of_.end() ? 0 : found->second);
    }
    return rows;
  }
  bool HasAPlaceForEachLabel() const {
    uint64_t space = 1;
    for (const uint8_t level : levels_) space *= level == 0 ? kValues : (level == 1 ? 4 : 1);
    return space <= std::bit_ceil(2 * table_.tuples());
  }

 private:
  Row LabelsOf(const Row& row) const {
    Row labels;
    for (size_t a = 0; a < kAttributes; ++a) {
      labels.push_back(hierarchies_.LabelOf(a, levels_[a], row[a]));
    }
    return labels;
  }

  TupleTable table_;
  SteppedHierarchies hierarchies_;
  Packing packing_;
  std::vector<uint64_t> keys_;
  Levels levels_;
  std::map<Row, uint64_t> rows_of_;
  SizeBound bound_;
};

Rows DrawRows(size_t count) {
  std::mt19937 random(20261123);
  Rows rows(count);
  for (Row& row : rows) {
    for (size_t a = 0; a < kAttributes; ++a)
      row.push_back(static_cast<uint32_t>(random()) % kValues);
  }
  return rows;
}

RC_GTEST_PROP(SizeBoundPropertyTest, IsNeverAboveTheTruth, ()) {
  const Rows rows = *rc::gen::nonEmpty(test::RandomRows(kAttributes, kValues));
  const Levels levels = *rc::gen::container<Levels>(kAttributes, rc::gen::inRange<uint8_t>(0, 3));
  const uint64_t least = *rc::gen::inRange<uint64_t>(1, 6);
  Counted counted(rows, levels);
  const uint64_t bound = counted.Bound(least);
  RC_ASSERT(bound <= counted.Truth(least));
  if (counted.HasAPlaceForEachLabel()) RC_ASSERT(bound == counted.Truth(least));
  const std::vector<uint64_t> smallest = counted.RowsOfSmallest(3);
  RC_ASSERT((bound > 0) == !smallest.empty());
  for (const uint64_t rows_of_class : smallest) RC_ASSERT(rows_of_class < least);
}

// One counter for all, so that what a call leaves behind would be seen in the next.
RC_GTEST_PROP(SizeCounterPropertyTest, CountsTheRowsOfEachClass, ()) {
  static SizeCounter counter;
  const Rows rows = *rc::gen::nonEmpty(test::RandomRows(kAttributes, kValues));
  const Levels levels = *rc::gen::container<Levels>(kAttributes, rc::gen::inRange<uint8_t>(0, 3));
  Counted counted(rows, levels);
  RC_ASSERT(counted.CountedSizes(counter) == counted.TrueSizes());
  counted.EmptyTuplesOf(rows[0]);
  RC_ASSERT(counted.CountedSizes(counter) == counted.TrueSizes());
}

TEST(SizeCounterTest, CountsManyClassesAfterFewAndBack) {
  SizeCounter counter;
  for (const size_t rows : {10U, 20'000U, 500U}) {
    Counted counted(DrawRows(rows), {0, 0, 0, 1, 0, 0});
    EXPECT_EQ(counted.CountedSizes(counter), counted.TrueSizes());
  }
}

TEST(SizeBoundTest, FindsMostOfManySmallClasses) {
  Counted counted(DrawRows(1000), Levels(kAttributes, 0));
  ASSERT_FALSE(counted.HasAPlaceForEachLabel());
  EXPECT_GE(2 * counted.Bound(2), counted.Truth(2));
}

TEST(SizeBoundTest, IsExactWhereEachLabelHasAPlace) {
  Counted counted(DrawRows(1000), {1, 1, 1, 1, 2, 2});
  ASSERT_TRUE(counted.HasAPlaceForEachLabel());
  EXPECT_GT(counted.Truth(4), 0U);
  EXPECT_EQ(counted.Bound(4), counted.Truth(4));
}

// They share places with classes that are too small, but no class with rows.
TEST(SizeBoundTest, NamesNoTupleWithoutRows) {
  const Rows rows = DrawRows(1000);
  Counted counted(rows, Levels(kAttributes, 0));
  for (const uint32_t first : {0U, 1U, 2U, 3U}) counted.EmptyTuplesOf({first});
  ASSERT_FALSE(counted.HasAPlaceForEachLabel());
  ASSERT_GT(counted.Bound(2), 0U);
  const std::vector<uint64_t> smallest = counted.RowsOfSmallest(1000);
  EXPECT_GT(smallest.size(), 100U);
  EXPECT_EQ(std::count(smallest.begin(), smallest.end(), 1U), std::ssize(smallest));
}

TEST(SizeBoundTest, FindsNothingWhereEverythingIsOneClass) {
  Counted counted(DrawRows(50), Levels(kAttributes, 2));
  EXPECT_EQ(counted.Bound(50), 0U);
  EXPECT_EQ(counted.Bound(51), 50U);
}

}  // namespace
}  // namespace weir::anon::internal
