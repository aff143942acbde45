// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/mobility/od_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/status_matchers.h"

namespace weir::anon {
namespace {

using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::StatusIs;

const OdPlaces kTwoByTwo = {.origins = {"a", "b"}, .destinations = {"x", "y"}};

// Unit 1 goes a-x twice and a-y, unit 2 goes b-x, and a row without a unit b-y.
const std::vector<OdTrip> kFive = {{0, 0, 1}, {0, 0, 1}, {0, 1, 1}, {1, 0, 2}, {1, 1, 0}};

TEST(OdTableTest, RowsAddUpToMargins) {
  const auto table = CountTrips(kFive, kTwoByTwo, OdCount::kRows);
  ASSERT_THAT(table, IsOk());
  EXPECT_THAT(table->counts, ElementsAre(2, 1, 3, 1, 1, 2, 3, 2, 5));
  EXPECT_EQ(table->counts, table->movable);
  EXPECT_EQ(table->counts, table->contributors);
}

TEST(OdTableTest, DistinctUnitsAreCountedOnceInEachMargin) {
  const auto table = CountTrips(kFive, kTwoByTwo, OdCount::kDistinctUnits);
  ASSERT_THAT(table, IsOk());
  EXPECT_THAT(table->counts, ElementsAre(1, 1, 1, 1, 0, 1, 2, 1, 2));
  // Only unit 2 is in one cell.
  EXPECT_THAT(table->movable, ElementsAre(0, 0, 0, 1, 0, 1, 1, 0, 1));
  EXPECT_FALSE(table->is_additive);
}

TEST(OdTableTest, RowsOfUnitsAreJudgedByUnits) {
  const auto table = CountTrips(kFive, kTwoByTwo, OdCount::kRowsOfUnits);
  ASSERT_THAT(table, IsOk());
  EXPECT_THAT(table->counts, ElementsAre(2, 1, 3, 1, 1, 2, 3, 2, 5));
  EXPECT_THAT(table->contributors, ElementsAre(1, 1, 1, 1, 0, 1, 2, 1, 2));
}

TEST(OdTableTest, RefusesWhatCannotBe) {
  EXPECT_THAT(CountTrips({}, kTwoByTwo, OdCount::kRows),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("at least one trip")));
  EXPECT_THAT(CountTrips({{2, 0, 1}}, kTwoByTwo, OdCount::kRows),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("out of range")));
  OdPlaces places = kTwoByTwo;
  places.impossible = {{"a", "x"}};
  EXPECT_THAT(CountTrips(kFive, places, OdCount::kRows),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("impossible")));
  places.impossible = {{"a", "z"}};
  EXPECT_THAT(CountTrips(kFive, places, OdCount::kRows),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("no cell")));
}

RC_GTEST_PROP(OdTableProperty, MovableAddsUpAndIsPartOfTheCounts, ()) {
  std::vector<OdTrip> trips;
  const auto size = *rc::gen::inRange<size_t>(1, 40);
  for (size_t i = 0; i < size; ++i) {
    trips.push_back({*rc::gen::inRange<uint32_t>(0, 3), *rc::gen::inRange<uint32_t>(0, 2),
                     *rc::gen::inRange<uint64_t>(0, 9)});
  }
  const OdPlaces places = {.origins = {"a", "b", "c"}, .destinations = {"x", "y"}};
  for (const OdCount count : {OdCount::kRows, OdCount::kRowsOfUnits, OdCount::kDistinctUnits}) {
    const auto table = CountTrips(trips, places, count);
    RC_ASSERT(table.ok());
    uint64_t total = 0;
    for (size_t row = 0; row < 3; ++row) {
      uint64_t sum = 0;
      for (size_t column = 0; column < 2; ++column) {
        sum += table->movable[table->CellOf(row, column)];
      }
      RC_ASSERT(sum == table->movable[table->CellOf(row, 2)]);
      total += sum;
    }
    RC_ASSERT(total == table->movable[table->total()]);
    for (size_t cell = 0; cell < table->cells(); ++cell) {
      RC_ASSERT(table->movable[cell] <= table->counts[cell]);
    }
  }
}

}  // namespace
}  // namespace weir::anon
