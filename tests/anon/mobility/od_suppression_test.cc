// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/mobility/od_suppression.h"

#include <algorithm>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/anon/mobility/brute_force.h"
#include "tests/support/status_matchers.h"

namespace weir::anon {
namespace {

using test::AllTables;
using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::StatusIs;

std::vector<std::string> Names(char first, size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back(first + std::to_string(i));
  return names;
}

OdTable TableOf(const std::vector<std::vector<uint64_t>>& cells,
                const std::vector<std::pair<std::string, std::string>>& impossible = {}) {
  std::vector<OdTrip> trips;
  for (uint32_t row = 0; row < cells.size(); ++row) {
    for (uint32_t column = 0; column < cells[row].size(); ++column) {
      trips.insert(trips.end(), cells[row][column], OdTrip{row, column, 0});
    }
  }
  auto table = CountTrips(trips,
                          {.origins = Names('o', cells.size()),
                           .destinations = Names('d', cells[0].size()),
                           .impossible = impossible},
                          OdCount::kRows);
  EXPECT_THAT(table, IsOk());
  return *std::move(table);
}

std::set<size_t> PlacesOf(const std::vector<bool>& cells) {
  std::set<size_t> places;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i]) places.insert(i);
  }
  return places;
}

const std::vector<std::vector<uint64_t>> kNine = {{3, 20, 30}, {25, 40, 12}, {50, 9, 18}};

TEST(OdSuppressionTest, HidesASmallCellBehindARectangle) {
  const OdTable table = TableOf(kNine);
  const auto result = SuppressCells(table, {.least = 5, .protection = 5});
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->primary, 1u);
  EXPECT_EQ(result->complementary, 3u);
  EXPECT_TRUE(result->suppressed[0]);
  EXPECT_EQ(result->audit.narrow, 0u);
  EXPECT_EQ(result->audit.cells.size(), 4u);
}

// The twin of every test that finds the audit content.
TEST(OdAuditTest, CatchesATableWithoutComplementarySuppression) {
  const OdTable table = TableOf(kNine);
  const auto audit = AuditOdTable(table, SmallCells(table, 5), 1, AuditDepth::kExact);
  ASSERT_THAT(audit, IsOk());
  ASSERT_EQ(audit->cells.size(), 1u);
  EXPECT_EQ(audit->narrow, 1u);
  EXPECT_EQ(audit->cells[0].bounds.lower, 3u);
  EXPECT_EQ(audit->cells[0].bounds.upper, 3u);
  EXPECT_EQ(audit->programs, 0u);  // its margins tell it
}

// A chain of cells that hangs on a rectangle, and one that hangs on nothing.
TEST(OdAuditTest, CellsOnNoCycleAreTold) {
  const OdTable table = TableOf({{5, 6, 0, 0}, {7, 8, 9, 0}, {0, 0, 4, 3}, {1, 1, 1, 1}});
  std::vector<bool> suppressed(table.cells(), false);
  for (const auto& [row, column] : std::vector<std::pair<size_t, size_t>>{
           {0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 2}, {2, 2}, {2, 3}}) {
    suppressed[table.CellOf(row, column)] = true;
  }
  for (const AuditDepth depth : {AuditDepth::kExact, AuditDepth::kWitness}) {
    const auto audit = AuditOdTable(table, suppressed, 4, depth);
    ASSERT_THAT(audit, IsOk());
    std::set<size_t> narrow;
    for (const AuditedCell& cell : audit->cells) {
      if (!cell.is_narrow) continue;
      narrow.insert(cell.cell);
      EXPECT_EQ(cell.bounds.lower, table.counts[cell.cell]);
      EXPECT_EQ(cell.bounds.upper, table.counts[cell.cell]);
    }
    EXPECT_EQ(narrow,
              (std::set<size_t>{table.CellOf(1, 2), table.CellOf(2, 2), table.CellOf(2, 3)}));
  }
}

TEST(OdAuditTest, PartsDoNotTellAboutEachOther) {
  // Two rectangles without a common origin or destination.
  const OdTable table = TableOf({{3, 4, 9, 9}, {5, 2, 9, 9}, {9, 9, 1, 6}, {9, 9, 8, 2}});
  std::vector<bool> suppressed(table.cells(), false);
  for (const size_t corner : {table.CellOf(0, 0), table.CellOf(2, 2)}) {
    for (const size_t cell :
         {corner, corner + 1, corner + table.columns(), corner + table.columns() + 1}) {
      suppressed[cell] = true;
    }
  }
  const auto audit = AuditOdTable(table, suppressed, 1, AuditDepth::kExact);
  ASSERT_THAT(audit, IsOk());
  ASSERT_EQ(audit->cells.size(), 8u);
  EXPECT_EQ(audit->cells[0].bounds.lower, 1u);  // 3 and 2 can lose 2, 4 and 5 lose 4
  EXPECT_EQ(audit->cells[0].bounds.upper, 7u);
  EXPECT_EQ(audit->cells[4].bounds.lower, 0u);
  EXPECT_EQ(audit->cells[4].bounds.upper, 7u);
}

// Thousands of suppressed cells that one flow each proves wide: no program is left to be solved.
TEST(OdAuditTest, LargeTablesNeedFewPrograms) {
  std::vector<std::vector<uint64_t>> cells(120, std::vector<uint64_t>(120));
  for (size_t i = 0; i < cells.size(); ++i) {
    for (size_t j = 0; j < cells[i].size(); ++j) cells[i][j] = (i * 31 + j * 17) % 13;
  }
  const OdTable table = TableOf(cells);
  const auto result = SuppressCells(table, {.least = 5, .protection = 5});
  ASSERT_THAT(result, IsOk());
  EXPECT_GT(result->audit.cells.size(), 4000u);
  EXPECT_EQ(result->audit.narrow, 0u);
  EXPECT_EQ(result->audit.programs, 0u);
  // The twin: one published figure more and cells are told.
  std::vector<bool> small = SmallCells(table, 5);
  for (size_t column = 1; column < table.destinations.size(); ++column) {
    small[table.CellOf(7, column)] = false;
  }
  small[table.CellOf(7, 0)] = true;
  const auto told = AuditOdTable(table, small, 5, AuditDepth::kWitness);
  ASSERT_THAT(told, IsOk());
  EXPECT_EQ(told->narrow, 1u);
}

TEST(OdAuditTest, CatchesARectangleThatIsTooTight) {
  const OdTable table = TableOf({{3, 20, 30}, {25, 1, 12}, {50, 9, 18}});
  std::vector<bool> suppressed(table.cells(), false);
  for (const size_t cell :
       {table.CellOf(0, 0), table.CellOf(0, 1), table.CellOf(1, 0), table.CellOf(1, 1)}) {
    suppressed[cell] = true;
  }
  for (const AuditDepth depth : {AuditDepth::kExact, AuditDepth::kWitness}) {
    EXPECT_EQ(AuditOdTable(table, suppressed, 21, depth)->narrow, 0u);
    EXPECT_EQ(AuditOdTable(table, suppressed, 22, depth)->narrow, 4u);
  }
}

TEST(OdSuppressionTest, ASmallMarginIsHiddenToo) {
  const OdTable table = TableOf({{3, 0, 0}, {25, 40, 12}, {50, 9, 18}});
  const auto result = SuppressCells(table, {.least = 5, .protection = 5});
  ASSERT_THAT(result, IsOk());
  EXPECT_TRUE(result->suppressed[table.CellOf(0, 3)]);
  EXPECT_GT(result->complementary, 0u);
}

TEST(OdSuppressionTest, StructuralZerosHideNothing) {
  const std::vector<std::pair<std::string, std::string>> impossible = {{"o1", "d0"}, {"o2", "d0"}};
  const OdTable table = TableOf({{3, 20, 30}, {0, 40, 12}, {0, 9, 18}}, impossible);
  const auto result = SuppressCells(table, {.least = 5, .protection = 5});
  ASSERT_THAT(result, IsOk());
  EXPECT_FALSE(result->suppressed[table.CellOf(1, 0)]);
  EXPECT_FALSE(result->suppressed[table.CellOf(2, 0)]);
  // d0 gets people from o0 only, so its margin tells the cell.
  EXPECT_TRUE(result->suppressed[table.CellOf(3, 0)]);
}

TEST(OdSuppressionTest, NothingSmallNothingHidden) {
  const auto result = SuppressCells(TableOf({{9, 20}, {0, 40}}), {.least = 5, .protection = 5});
  ASSERT_THAT(result, IsOk());
  EXPECT_TRUE(PlacesOf(result->suppressed).empty());
}

TEST(OdSuppressionTest, RefusesRulesThatProtectNothing) {
  const OdTable table = TableOf(kNine);
  EXPECT_THAT(SuppressCells(table, {.least = 1, .protection = 5}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("least")));
  EXPECT_THAT(SuppressCells(table, {.least = 5, .protection = 0}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("protection")));
}

std::vector<std::vector<uint64_t>> AnyCells(size_t rows, size_t columns, uint64_t below) {
  std::vector<std::vector<uint64_t>> cells(rows, std::vector<uint64_t>(columns, 0));
  for (auto& row : cells) {
    for (uint64_t& cell : row) cell = *rc::gen::inRange<uint64_t>(0, below);
  }
  cells[0][0] += 1;
  return cells;
}

RC_GTEST_PROP(OdAuditProperty, SolverNetworkAndBruteForceAgree, ()) {
  const OdTable table = TableOf(AnyCells(3, 3, 3));
  std::vector<bool> suppressed(table.cells(), false);
  for (size_t cell = 0; cell + 1 < table.cells(); ++cell) {
    suppressed[cell] = *rc::gen::inRange(0, 2) == 1;
  }
  const auto audit = AuditOdTable(table, suppressed, 2, AuditDepth::kExact);
  RC_ASSERT(audit.ok());
  const AllTables all(table, suppressed);
  OdNetwork network(table, suppressed);
  RC_ASSERT(audit->cells.size() == all.bounds().size());
  for (const AuditedCell& cell : audit->cells) {
    const CellBounds expected = all.bounds().at(cell.cell);
    RC_ASSERT(cell.bounds.lower == expected.lower);
    RC_ASSERT(cell.bounds.upper == expected.upper);
    const CellBounds flow = network.Bounds(cell.cell);
    RC_ASSERT(flow.lower == expected.lower);
    RC_ASSERT(flow.upper == expected.upper);
    RC_ASSERT(network.WidthUpTo(cell.cell, 2) == std::min<uint64_t>(2, expected.width()));
    RC_ASSERT(cell.is_narrow == (expected.width() < 2));
  }
}

// Flows find what programs find; bounds by witnesses lie inside the exact ones.
RC_GTEST_PROP(OdAuditProperty, WitnessesAndProgramsFindTheSameNarrowCells, ()) {
  const OdTable table = TableOf(AnyCells(4, 5, 6));
  const auto protection = *rc::gen::inRange<uint64_t>(1, 8);
  std::vector<bool> suppressed(table.cells(), false);
  for (size_t cell = 0; cell + 1 < table.cells(); ++cell) {
    suppressed[cell] = *rc::gen::inRange(0, 2) == 1;
  }
  const auto exact = AuditOdTable(table, suppressed, protection, AuditDepth::kExact);
  const auto witness = AuditOdTable(table, suppressed, protection, AuditDepth::kWitness);
  RC_ASSERT(exact.ok());
  RC_ASSERT(witness.ok());
  RC_ASSERT(exact->narrow == witness->narrow);
  for (size_t i = 0; i < exact->cells.size(); ++i) {
    const AuditedCell& wide = exact->cells[i];
    const AuditedCell& seen = witness->cells[i];
    RC_ASSERT(wide.is_narrow == seen.is_narrow);
    RC_ASSERT(wide.bounds.lower <= seen.bounds.lower);
    RC_ASSERT(wide.bounds.upper >= seen.bounds.upper);
    if (wide.is_narrow) RC_ASSERT(wide.bounds.width() == seen.bounds.width());
  }
}

RC_GTEST_PROP(OdSuppressionProperty, NoSuppressedCellCanBeComputed, ()) {
  const OdTable table = TableOf(AnyCells(3, 3, 4));
  const auto protection = *rc::gen::inRange<uint64_t>(1, 4);
  const auto result = SuppressCells(table, {.least = 3, .protection = protection});
  RC_ASSERT(result.ok());
  const std::vector<bool> small = SmallCells(table, 3);
  const bool has_total = !result->suppressed[table.total()];
  RC_CLASSIFY(has_total);
  if (has_total) {
    // Without the total there is no end of tables.
    const AllTables all(table, result->suppressed);
    for (const auto& [cell, bounds] : all.bounds()) RC_ASSERT(bounds.width() >= protection);
  }
  for (size_t cell = 0; cell < table.cells(); ++cell) {
    const bool holds = !small[cell] || result->suppressed[cell];
    RC_ASSERT(holds);
  }
}

// Every way in which `units` units can have gone through a 2 x 2 table: sets of cells by unit.
class AllWorlds {
 public:
  AllWorlds(const OdTable& table, const std::vector<bool>& suppressed)
      : table_(table), suppressed_(suppressed) {
    const bool has_total = !suppressed[table.total()];
    const uint64_t total = table.counts[table.total()];
    for (uint64_t units = has_total ? total : 0; units <= total + (has_total ? 0 : 3); ++units) {
      std::vector<uint64_t> counts(table.cells(), 0);
      Add(units, 1, counts);
    }
  }
  const std::map<size_t, CellBounds>& bounds() const { return bounds_; }

 private:
  // Units are alike, so their sets ascend.
  void Add(uint64_t left, unsigned least, std::vector<uint64_t>& counts) {
    if (left == 0) {
      Compare(counts);
      return;
    }
    for (unsigned set = least; set < 16; ++set) {
      std::vector<uint64_t> more = counts;
      ++more[table_.total()];
      for (unsigned i = 0; i < 4; ++i) more[table_.CellOf(i / 2, i % 2)] += (set >> i) & 1U;
      for (unsigned i = 0; i < 2; ++i) {
        more[table_.CellOf(i, 2)] += (set & (3U << (2 * i))) != 0 ? 1 : 0;
        more[table_.CellOf(2, i)] += (set & (5U << i)) != 0 ? 1 : 0;
      }
      Add(left - 1, set, more);
    }
  }

  void Compare(const std::vector<uint64_t>& counts) {
    for (size_t cell = 0; cell < counts.size(); ++cell) {
      if (!suppressed_[cell] && counts[cell] != table_.counts[cell]) return;
    }
    for (size_t cell = 0; cell < counts.size(); ++cell) {
      const auto entry =
          bounds_.try_emplace(cell, CellBounds{.lower = counts[cell], .upper = counts[cell]}).first;
      entry->second.lower = std::min(entry->second.lower, counts[cell]);
      entry->second.upper = std::max(entry->second.upper, counts[cell]);
    }
  }

  const OdTable& table_;
  const std::vector<bool>& suppressed_;
  std::map<size_t, CellBounds> bounds_;
};

OdTable AnyUnits() {
  std::vector<OdTrip> trips;
  const auto units = *rc::gen::inRange<uint64_t>(1, 6);
  for (uint64_t unit = 1; unit <= units; ++unit) {
    const auto set = *rc::gen::inRange<unsigned>(1, 16);
    for (unsigned i = 0; i < 4; ++i) {
      if (((set >> i) & 1U) != 0) trips.push_back({i / 2, i % 2, unit});
    }
  }
  return *CountTrips(trips, {.origins = Names('o', 2), .destinations = Names('d', 2)},
                     OdCount::kDistinctUnits);
}

// Sums of distinct units are no sums: the proof is that all worlds with the published figures,
// one by one, leave each suppressed cell its interval.
RC_GTEST_PROP(OdSuppressionProperty, DistinctUnitsKeepTheirIntervalInAllWorlds, ()) {
  const OdTable table = AnyUnits();
  const auto protection = *rc::gen::inRange<uint64_t>(1, 4);
  const auto result = SuppressCells(table, {.least = 2, .protection = protection});
  RC_ASSERT(result.ok());
  const AllWorlds worlds(table, result->suppressed);
  for (size_t cell = 0; cell < table.cells(); ++cell) {
    if (!result->suppressed[cell]) continue;
    RC_ASSERT(worlds.bounds().at(cell).width() >= protection);
  }
}

TEST(OdSuppressionTest, DistinctUnitsNeedMoreThanSmallCellsHidden) {
  // One unit in each cell of the first row, more in the second.
  std::vector<OdTrip> trips = {{0, 0, 1}, {0, 1, 2}};
  for (uint64_t unit = 3; unit < 6; ++unit) {
    trips.push_back({1, 0, unit});
    trips.push_back({1, 1, unit});
  }
  const OdTable table = *CountTrips(
      trips, {.origins = Names('o', 2), .destinations = Names('d', 2)}, OdCount::kDistinctUnits);
  const std::vector<bool> small = SmallCells(table, 2);
  EXPECT_EQ(PlacesOf(small), (std::set<size_t>{0, 1}));
  EXPECT_EQ(AllWorlds(table, small).bounds().at(0).width(), 0u);
  EXPECT_EQ(AuditOdTable(table, small, 1, AuditDepth::kExact)->narrow, 2u);
  const auto result = SuppressCells(table, {.least = 2, .protection = 2});
  ASSERT_THAT(result, IsOk());
  EXPECT_GE(AllWorlds(table, result->suppressed).bounds().at(0).width(), 2u);
}

}  // namespace
}  // namespace weir::anon
