// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/unit_risk.h"

#include <cstdint>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::anon::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// Six rows of three tuples. The first is one rider's three rows; the second has two riders; the row
// of the third has none.
CollapsedTable Trips() {
  CollapsedTable collapsed;
  collapsed.table.rows = {3, 2, 1};
  collapsed.table.total_rows = 6;
  collapsed.tuple_of_record = {0, 1, 0, 2, 1, 0};
  return collapsed;
}

CodedTable HeldRiders() {
  CodedTable records;
  records.request.unit = {"rider"};
  records.unit_of_row = {7, 7, 7, 0, 9, 7};
  return records;
}

ClassTable Classes(std::vector<uint32_t> class_of, std::vector<uint64_t> rows,
                   std::vector<bool> suppressed) {
  return {.class_of = std::move(class_of),
          .first_tuple = {},
          .rows = std::move(rows),
          .suppressed = std::move(suppressed)};
}

TEST(UnitRiskTest, ThreeRowsOfOneRiderHideNobody) {
  const RiskFigures risk = UnitRiskBefore(HeldRiders(), Trips());
  EXPECT_TRUE(risk.counts_units);
  EXPECT_FALSE(risk.is_bound);
  EXPECT_EQ(risk.rows, 6u);
  EXPECT_EQ(risk.classes, 3u);
  EXPECT_EQ(risk.highest, 1.0);
  EXPECT_DOUBLE_EQ(risk.average, (3 + 2 * 0.5 + 1) / 6);
  EXPECT_EQ(risk.share_at_risk, 1.0);
  EXPECT_DOUBLE_EQ(risk.sample_uniques, 4.0 / 6);
  EXPECT_THAT(risk.rows_of_size, ElementsAre(Pair(1, 4), Pair(2, 2)));
  // Its twin counts rows.
  EXPECT_DOUBLE_EQ(RiskOf({{1, 1}, {2, 1}, {3, 1}}).sample_uniques, 1.0 / 6);
}

TEST(UnitRiskTest, ARiderInTwoTuplesOfAClassIsOne) {
  const RiskFigures risk =
      UnitRiskOf(HeldRiders(), Trips(), Classes({0, 0, 1}, {5, 1}, {false, true}));
  EXPECT_EQ(risk.rows, 5u);
  EXPECT_EQ(risk.classes, 1u);
  EXPECT_EQ(risk.highest, 0.5);
  EXPECT_EQ(risk.sample_uniques, 0.0);
}

TEST(UnitRiskTest, RowsThatAreNotHeldGiveABound) {
  CodedTable records;
  records.request.unit = {"rider"};
  records.held = false;
  CollapsedTable collapsed = Trips();
  collapsed.table.units = {.begin = {0, 1, 3, 3}, .items = {7, 7, 9}};
  collapsed.table.unit_cap = 3;
  EXPECT_FALSE(UnitRiskBefore(records, collapsed).is_bound);
  EXPECT_DOUBLE_EQ(UnitRiskBefore(records, collapsed).average, (3 + 2 * 0.5 + 1) / 6);
  // Of the second tuple no more than two units would have been kept.
  collapsed.table.unit_cap = 2;
  const RiskFigures risk = UnitRiskBefore(records, collapsed);
  EXPECT_TRUE(risk.is_bound);
  EXPECT_EQ(risk.highest, 1.0);
}

}  // namespace
}  // namespace weir::anon::internal
