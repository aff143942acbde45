// SPDX-License-Identifier: Apache-2.0
// Running totals and hierarchies from a file to the released table.
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/release/release_fixture.h"
#include "tests/release/structured_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/data/duckdb/parquet_reader.h"
#include "weir/release/door.h"

namespace weir::release {
namespace {

using test::Ask;
using ::testing::ElementsAre;

constexpr int kRiders = 3000;
constexpr char kExact[] = "{epsilon: 400, delta: 1e-6}";
constexpr char kOneRow[] = "{max_keys_per_unit: 1, max_rows_per_key: 1}";

double Number(const data::PlainValue& value) {
  if (const auto* whole = std::get_if<int64_t>(&value)) return static_cast<double>(*whole);
  return std::get<double>(value);
}

class StructuredDoorTest : public test::ReleaseTest {
 protected:
  void SetUp() override {
    ReleaseTest::SetUp();
    std::string csv = "rider,day,gap,cell,odd,zone,cell_level,mode,fare,wide,balance\n";
    for (int i = 0; i < kRiders; ++i) {
      csv += std::to_string(i) + ",2025-01-0" + std::to_string(Day(i)) + ",," + Cell(i) + ",a," +
             std::to_string(i % 2 + 1) + ",x," + std::to_string(Mode(i)) + "," +
             (i % 2 == 0 ? "1.5" : "4") + ",1," + std::to_string(i % 4 - 2) + "\n";
    }
    test::WriteTextFile(Path("trips.csv"), csv);
    trips_ = std::make_unique<data::DatasetDescription>(test::Trips(Path("")));
    WEIR_ASSERT_OK(ledger().Grant(
        "trips", {.epsilon = trips_->budget().epsilon, .delta = trips_->budget().delta},
        trips_->unit()));
  }

  static int Day(int rider) { return rider % 7 % 3 + 1; }
  static std::string Cell(int rider) { return {"aabcde"[rider % 6]}; }
  static int Mode(int rider) { return rider % 5 == 0 ? 2 : 1; }

  data::PlainTable RunAndRead(const test::Asked& asked, uint64_t seed = 1) {
    const ReleasePlan plan = test::PlanYaml(*trips_, Ask(asked)).value();
    test::SeededRandom random(seed);
    Door door(MakeParts(engine(), random));
    const Door::Payment payment = door.Pay(*trips_, plan, {}).value();
    return data::ReadParquet(door.Run(*trips_, plan, payment.charge).value().payload, {}).value();
  }

 private:
  std::unique_ptr<data::DatasetDescription> trips_;
};

std::vector<std::string> Names(const data::PlainTable& table) {
  std::vector<std::string> names;
  for (const data::PlainColumn& column : table.columns) names.push_back(column.name);
  return names;
}

// With hardly any noise the value lies within a few standard errors of the truth, and its interval
// holds the value. (Coverage is dp's statistical test.)
void ExpectNear(const std::vector<data::PlainValue>& row, size_t column, double truth) {
  const double se = Number(row[column + 3]);
  EXPECT_GT(se, 0);
  EXPECT_LT(se, 20);
  EXPECT_NEAR(Number(row[column]), truth, 8 * se);
  EXPECT_LE(Number(row[column + 1]), Number(row[column]));
  EXPECT_GE(Number(row[column + 2]), Number(row[column]));
  EXPECT_LE(Number(row[column + 2]) - Number(row[column + 1]), 4.2 * se + 2);
}

TEST_F(StructuredDoorTest, TotalsRunOverThePeriodsOfEachSeries) {
  const data::PlainTable table =
      RunAndRead({.keys = std::string("[mode, ") + test::kThreeDays + "]",
                  .measures = "rows: {running: true}, sum: {column: fare, running: true}, rows",
                  .bounds = kOneRow,
                  .privacy = kExact});
  EXPECT_THAT(Names(table), ElementsAre("mode", "day", "running_rows", "running_rows_low",
                                        "running_rows_high", "running_rows_se", "running_sum_fare",
                                        "running_sum_fare_low", "running_sum_fare_high",
                                        "running_sum_fare_se", "rows", "rows_low", "rows_high"));
  ASSERT_EQ(table.rows.size(), 6u);
  for (size_t i = 0; i < 6; ++i) {
    const auto mode = static_cast<int>(i / 3) + 1;
    const auto last = static_cast<int>(i % 3) + 1;
    double rows = 0;
    double fares = 0;
    double on_day = 0;
    for (int rider = 0; rider < kRiders; ++rider) {
      if (Mode(rider) != mode || Day(rider) > last) continue;
      rows += 1;
      fares += rider % 2 == 0 ? 1.5 : 4;
      on_day += Day(rider) == last ? 1 : 0;
    }
    EXPECT_EQ(std::get<int64_t>(table.rows[i][0]), mode);
    EXPECT_EQ(std::get<std::string>(table.rows[i][1]), "2025-01-0" + std::to_string(last));
    ExpectNear(table.rows[i], 2, rows);
    ExpectNear(table.rows[i], 6, fares);
    EXPECT_NEAR(Number(table.rows[i][10]), on_day, 10);
  }
  // Later totals have larger errors.
  EXPECT_LT(Number(table.rows[0][5]), Number(table.rows[2][5]));
  EXPECT_EQ(Number(table.rows[0][5]), Number(table.rows[3][5]));
}

TEST_F(StructuredDoorTest, IntervalsOfTotalsEndAtZeroUnlessTheyMayBeNegative) {
  test::WriteTextFile(Path("trips.csv"),
                      "rider,day,gap,cell,odd,zone,cell_level,mode,fare,wide,balance\n");
  const data::PlainTable table =
      RunAndRead({.keys = std::string("[") + test::kThreeDays + "]",
                  .measures = "rows: {running: true}, sum: {column: balance, running: true}",
                  .bounds = kOneRow});
  ASSERT_EQ(table.rows.size(), 3u);
  for (const auto& row : table.rows) {
    EXPECT_GE(Number(row[2]), 0);
    EXPECT_LT(Number(row[6]), 0);
  }
}

// Regression: the grid of the column was multiplied in twice.
TEST_F(StructuredDoorTest, TheErrorOfAnEstimatedSumIsInTheUnitOfItsInterval) {
  const data::PlainTable table = RunAndRead({.keys = "[mode]",
                                             .measures = "sum: {column: fare, estimate: 0.5}",
                                             .bounds = kOneRow,
                                             .privacy = "{epsilon: 0.2}"});
  EXPECT_EQ(Names(table)[4], "sum_fare_se");
  for (const auto& row : table.rows) {
    const double half_width = Number(row[3]) - Number(row[1]);
    EXPECT_NEAR(half_width / Number(row[4]), std::log(20) / std::sqrt(2), 0.1)
        << "of Laplace noise";
  }
}

class LevelTableTest : public StructuredDoorTest {
 protected:
  struct Node {
    double value;
    size_t row;
  };
  // By mode, level and name.
  using Nodes = std::map<std::array<std::string, 3>, Node>;

  // Keys mode and cell, in either order.
  static Nodes NodesOf(const data::PlainTable& table, bool mode_first, size_t column) {
    Nodes nodes;
    for (size_t i = 0; i < table.rows.size(); ++i) {
      const auto& row = table.rows[i];
      const size_t level = mode_first ? 1 : 0;
      nodes[{std::to_string(std::get<int64_t>(row[mode_first ? 0 : 2])),
             std::get<std::string>(row[level]), std::get<std::string>(row[level + 1])}] = {
          Number(row[column]), i};
    }
    return nodes;
  }

  static void ExpectConsistent(Nodes nodes) {
    ASSERT_EQ(nodes.size(), 16u);
    for (const std::string mode : {"1", "2"}) {
      const auto at = [&](const char* level, const char* name) {
        return nodes.at({mode, level, name}).value;
      };
      EXPECT_EQ(at("city", "all"), at("district", "north") + at("district", "south"));
      EXPECT_EQ(at("district", "north"), at("cell", "a") + at("cell", "b") + at("cell", "c"));
      EXPECT_EQ(at("district", "south"), at("cell", "d") + at("cell", "e"));
    }
  }

  static double Truth(int mode, const std::string& cells, double (*value)(int)) {
    double sum = 0;
    for (int rider = 0; rider < kRiders; ++rider) {
      if (Mode(rider) == mode && cells.find(Cell(rider)) != std::string::npos) sum += value(rider);
    }
    return sum;
  }
};

TEST_F(LevelTableTest, ShowsEveryNodeAndItsChildrenAddUp) {
  const auto one = [](int) { return 1.0; };
  const auto fare = [](int rider) { return rider % 2 == 0 ? 1.5 : 4.0; };
  const data::PlainTable table = RunAndRead({.keys = "[mode, {column: cell, all_levels: true}]",
                                             .measures = "rows, sum: fare",
                                             .bounds = kOneRow,
                                             .privacy = kExact});
  EXPECT_THAT(Names(table),
              ElementsAre("mode", "cell_level", "cell", "rows", "rows_low", "rows_high", "rows_se",
                          "sum_fare", "sum_fare_low", "sum_fare_high", "sum_fare_se"));
  ASSERT_EQ(table.rows.size(), 16u);
  const std::array<std::array<const char*, 3>, 8> order = {{{"city", "all", "abcde"},
                                                            {"district", "north", "abc"},
                                                            {"district", "south", "de"},
                                                            {"cell", "a", "a"},
                                                            {"cell", "b", "b"},
                                                            {"cell", "c", "c"},
                                                            {"cell", "d", "d"},
                                                            {"cell", "e", "e"}}};
  for (size_t i = 0; i < 16; ++i) {
    const auto& row = table.rows[i];
    const auto mode = static_cast<int>(i / 8) + 1;
    EXPECT_EQ(std::get<int64_t>(row[0]), mode);
    EXPECT_EQ(std::get<std::string>(row[1]), order[i % 8][0]);
    EXPECT_EQ(std::get<std::string>(row[2]), order[i % 8][1]);
    ExpectNear(row, 3, Truth(mode, order[i % 8][2], one));
    ExpectNear(row, 7, Truth(mode, order[i % 8][2], fare));
  }
  ExpectConsistent(NodesOf(table, true, 3));
  ExpectConsistent(NodesOf(table, true, 7));
}

// Much noise, negative sums allowed, the key in front.
TEST_F(LevelTableTest, ChildrenAddUpWhateverTheNoise) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const data::PlainTable table =
        RunAndRead({.keys = "[{column: cell, all_levels: true}, mode]",
                    .measures = "rows, sum: balance",
                    .bounds = kOneRow,
                    .privacy = "{epsilon: 0.0" + std::to_string(seed) + ", delta: 1e-6}"},
                   seed);
    EXPECT_EQ(std::get<int64_t>(table.rows[0][2]), 1);
    EXPECT_EQ(std::get<int64_t>(table.rows[15][2]), 2);
    ExpectConsistent(NodesOf(table, false, 3));
    ExpectConsistent(NodesOf(table, false, 7));
    for (const auto& row : table.rows) {
      EXPECT_GE(Number(row[3]), 0) << "a count is not negative";
      EXPECT_GE(Number(row[4]), 0);
    }
  }
}

// As asked: figures as the noise made them, which still add up; ends of intervals are possible.
TEST_F(LevelTableTest, KeepsNegativeCountsIfAsked) {
  int negative = 0;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const data::PlainTable table =
        RunAndRead({.keys = "[{column: cell, all_levels: true, keep_negative: true}, mode]",
                    .measures = "rows, sum: fare",
                    .bounds = kOneRow,
                    .privacy = "{epsilon: 0.00" + std::to_string(seed) + ", delta: 1e-6}"},
                   seed);
    for (const size_t column : {size_t{3}, size_t{7}}) {
      ExpectConsistent(NodesOf(table, false, column));
      for (const auto& row : table.rows) {
        negative += Number(row[column]) < 0 ? 1 : 0;
        EXPECT_GE(Number(row[column + 1]), 0);
        EXPECT_GE(Number(row[column + 2]), std::max(0.0, Number(row[column])));
      }
    }
  }
  // Noise far beyond the riders: about half of the 160 figures.
  EXPECT_GT(negative, 40);
}

TEST_F(LevelTableTest, SumsOfTheRightCellsWithTheKeyInFront) {
  const data::PlainTable table = RunAndRead(
      {.keys = "[{column: cell, all_levels: true}, mode]", .bounds = kOneRow, .privacy = kExact});
  const Nodes nodes = NodesOf(table, false, 3);
  const auto one = [](int) { return 1.0; };
  EXPECT_NEAR(nodes.at({"2", "district", "south"}).value, Truth(2, "de", one), 5);
  EXPECT_NEAR(nodes.at({"1", "cell", "a"}).value, Truth(1, "a", one), 5);
  EXPECT_EQ(nodes.at({"1", "city", "all"}).row, 0u);
  EXPECT_EQ(nodes.at({"2", "city", "all"}).row, 8u);
}

}  // namespace
}  // namespace weir::release
