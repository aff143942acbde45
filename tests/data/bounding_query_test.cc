// SPDX-License-Identifier: Apache-2.0
// What the bounds promise for every kind of measure: how far one unit moves the figures, and that
// the rows that are kept are a uniform choice which all measures share.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/data/run_query.h"
#include "tests/support/status_matchers.h"

namespace weir::data::test_query {
namespace {

constexpr double kFalsePositiveRate = 1e-9;
const internal::BoundedSumOptions kOneThread{.memory_bytes = 64 << 20, .threads = 1};

struct Limits {
  int64_t keys, rows_per_key, rows_per_unit;
};

ContributionBounds ToBounds(const Limits& limits) {
  ContributionBounds bounds = Bounds(limits.keys, limits.rows_per_key);
  bounds.max_rows_per_unit = limits.rows_per_unit;
  return bounds;
}

enum Position : size_t { kRowCount, kUnitCount, kPresentCount, kPlainSum, kSquareSum, kUnitSum };
constexpr int64_t kLowest = -9, kHighest = 6, kOrigin = 2, kUnitLowest = -4, kUnitHighest = 11;

// One measure of each kind, all of column `int`.
AggregateQuery EveryKind(const Limits& limits) {
  Contribution sum = Sum("int", kLowest, kHighest);
  sum.origin = kOrigin;
  Contribution squares = sum;
  squares.kind = ContributionKind::kSquares;
  Contribution unit_sum = sum;
  unit_sum.unit_lowest = kUnitLowest;
  unit_sum.unit_highest = kUnitHighest;
  Contribution steps = sum;
  steps.kind = ContributionKind::kBins;
  steps.bin_steps = 4;
  return {.keys = {{.column = "txt", .missing_is_key = true, .open = true},
                   {.column = "yes", .values = {"true", "false"}}},
          .measures = {Rows(),
                       Units(),
                       {.kind = ContributionKind::kPresent, .column = "int"},
                       sum,
                       squares,
                       unit_sum,
                       steps,
                       {.kind = ContributionKind::kBins,
                        .column = "int",
                        .edges = {{-5, 0}, {0, 0}, {3, 0}}}},
          .bounds = ToBounds(limits)};
}

// What `with` has more than `without`, in the cells that differ.
LabelledFigures Difference(const LabelledFigures& with, LabelledFigures without) {
  LabelledFigures more;
  for (const auto& [label, figures] : with) {
    Figures& other = without[label];
    other.values.resize(figures.values.size());
    other.bins.resize(figures.bins.size());
    if (figures == other) continue;
    Figures& difference = more[label];
    for (size_t m = 0; m < figures.values.size(); ++m) {
      difference.values.push_back(figures.values[m] - other.values[m]);
    }
    difference.bins = figures.bins;
    for (size_t b = 0; b < other.bins.size(); ++b) {
      for (const auto& [bin, rows] : other.bins[b]) difference.bins[b][bin] -= rows;
    }
  }
  return more;
}

// Rows in the bins of one measure; -1 if there is a negative number.
int64_t RowsIn(const std::map<uint32_t, int64_t>& bins) {
  int64_t rows = 0;
  for (const auto& [bin, count] : bins) {
    if (count < 0) return -1;
    rows += count;
  }
  return rows;
}

bool KeepsCellBounds(const Figures& more, const Limits& limits) {
  const int128 rows = more.values[kRowCount];
  const int128 present = more.values[kPresentCount];
  const int64_t furthest = std::max(kHighest - kOrigin, kOrigin - kLowest);
  return more.values[kUnitCount] == 1 && rows >= 0 && rows <= limits.rows_per_key && present >= 0 &&
         present <= rows && more.values[kPlainSum] >= present * (kLowest - kOrigin) &&
         more.values[kPlainSum] <= present * (kHighest - kOrigin) && more.values[kSquareSum] >= 0 &&
         more.values[kSquareSum] <= present * furthest * furthest &&
         more.values[kUnitSum] >= kUnitLowest && more.values[kUnitSum] <= kUnitHighest &&
         RowsIn(more.bins[0]) == present && RowsIn(more.bins[1]) >= 0 &&
         RowsIn(more.bins[1]) <= present;
}

// Whether `more` is what one unit may contribute.
bool KeepsBounds(const LabelledFigures& more, const Limits& limits) {
  int128 rows = 0;
  for (const auto& [label, figures] : more) {
    if (!KeepsCellBounds(figures, limits)) return false;
    rows += figures.values[kRowCount];
  }
  return static_cast<int64_t>(more.size()) <= limits.keys && rows <= limits.rows_per_unit;
}

class BoundingQueryTest : public ::testing::Test {
 protected:
  BoundingQueryTest() : dataset_(DescribeColumns(columns_).Description()) {}

  LabelledFigures Run(const std::vector<KnownRow>& rows, const AggregateQuery& query,
                      uint64_t seed = 1) {
    auto table = RunQuery(dataset_, rows, query, kOneThread, seed);
    EXPECT_TRUE(table.ok()) << table.status();
    return ByLabel(query, *table);
  }

  // What the rows of unit 1 contribute.
  LabelledFigures FirstUnit(const std::vector<KnownRow>& rows, const AggregateQuery& query,
                            uint64_t seed) {
    std::vector<KnownRow> others;
    for (const KnownRow& row : rows) {
      if (row.at("who").number != 1) others.push_back(row);
    }
    return Difference(Run(rows, query, seed), Run(others, query, seed));
  }

  TestDataset columns_;
  DatasetDescription dataset_;
};

TEST_F(BoundingQueryTest, OneUnitMovesNothingFurtherThanItsBounds) {
  test::SeededRandom random(31);
  int beyond = 0;
  for (int round = 0; round < 80; ++round) {
    const auto rows = RandomRows(random, random.Word() % 900 + 100, 4);
    const Limits limits{.keys = static_cast<int64_t>(random.Word() % 14) + 1,
                        .rows_per_key = static_cast<int64_t>(random.Word() % 9) + 1,
                        .rows_per_unit = static_cast<int64_t>(random.Word() % 60) + 1};
    const uint64_t seed = random.Word();
    EXPECT_TRUE(KeepsBounds(FirstUnit(rows, EveryKind(limits), seed), limits)) << round;
    // The twin: each bound missed by one is seen.
    for (const Limits wider :
         {Limits{limits.keys + 1, limits.rows_per_key, limits.rows_per_unit},
          Limits{limits.keys, limits.rows_per_key + 1, limits.rows_per_unit},
          Limits{limits.keys, limits.rows_per_key, limits.rows_per_unit + 1}}) {
      beyond += KeepsBounds(FirstUnit(rows, EveryKind(wider), seed), limits) ? 0 : 1;
    }
  }
  EXPECT_GT(beyond, 80);
}

TEST_F(BoundingQueryTest, WhatAUnitContributesDoesNotDependOnTheOthers) {
  test::SeededRandom random(32);
  const auto rows = RandomRows(random, 1500, 5);
  std::vector<KnownRow> alone;
  for (const KnownRow& row : rows) {
    if (row.at("who").number == 1) alone.push_back(row);
  }
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const AggregateQuery query = EveryKind({.keys = 6, .rows_per_key = 5, .rows_per_unit = 13});
    const LabelledFigures more = FirstUnit(rows, query, seed);
    const LabelledFigures own = Run(alone, query, seed);
    ASSERT_EQ(more.size(), 6u);
    for (const auto& [label, figures] : own) {
      EXPECT_EQ(figures.values, more.at(label).values);
      for (const auto& [bin, count] : figures.bins[0]) {
        EXPECT_EQ(more.at(label).bins[0].at(bin), count);
      }
    }
  }
}

TEST_F(BoundingQueryTest, BoundsOverAllCellsAreUsedUp) {
  test::SeededRandom random(33);
  const auto rows = RandomRows(random, 4000, 10);
  const Limits limits{.keys = 5, .rows_per_key = 4, .rows_per_unit = 17};
  int128 kept = 0;
  for (const auto& [label, figures] : Run(rows, EveryKind(limits))) {
    kept += figures.values[kRowCount];
  }
  EXPECT_EQ(kept, 10 * 17);
}

// In every row `int` is 1, so that all measures of rows must agree.
TEST_F(BoundingQueryTest, AllMeasuresTakeTheSameRows) {
  test::SeededRandom random(34);
  auto rows = RandomRows(random, 3000, 20);
  for (KnownRow& row : rows) {
    const int64_t value = random.Word() % 2 == 0 ? 1 : 2;
    row["int"] = {.text = std::to_string(value)};
    if (random.Word() % 3 == 0) row["int"] = {.text = "N"};
  }
  AggregateQuery query = EveryKind({.keys = 9, .rows_per_key = 6, .rows_per_unit = 20});
  query.measures = {
      {.kind = ContributionKind::kPresent, .column = "int"},
      Sum("int", 0, 2),
      {.kind = ContributionKind::kSquares, .column = "int", .highest = 2},
      {.kind = ContributionKind::kBins, .column = "int", .highest = 2, .bin_steps = 1}};
  for (const auto& [label, figures] : Run(rows, query)) {
    const auto& bins = figures.bins[0];
    const int128 ones = bins.contains(1) ? bins.at(1) : 0;
    const int128 twos = bins.contains(2) ? bins.at(2) : 0;
    EXPECT_EQ(figures.values[0], ones + twos);
    EXPECT_EQ(figures.values[1], ones + 2 * twos);
    EXPECT_EQ(figures.values[2], ones + 4 * twos);
  }
}

// Units with two rows in each of three cells, of which two rows are kept.
std::vector<KnownRow> TwoRowsInThreeCells(int units) {
  std::vector<KnownRow> rows;
  for (int i = 0; i < units * 6; ++i) {
    KnownRow row;
    row["who"] = {.text = std::to_string(i / 6)};
    row["txt"] = {.text = std::string(1, static_cast<char>('a' + i % 3))};
    row["int"] = {.text = std::to_string(i % 6)};
    rows.push_back(std::move(row));
  }
  return rows;
}

// Beyond this a share differs from its expectation with probability below kFalsePositiveRate
// (Hoeffding), for any of `shares`.
double Slack(int shares, int samples) {
  return std::sqrt(std::log(2.0 * shares / kFalsePositiveRate) / (2.0 * samples));
}

bool AreNear(const std::vector<int64_t>& counts, const std::vector<double>& expected, int samples) {
  const double slack = Slack(static_cast<int>(counts.size()), samples);
  for (size_t i = 0; i < counts.size(); ++i) {
    if (std::abs(static_cast<double>(counts[i]) / samples - expected[i]) > slack) return false;
  }
  return true;
}

TEST_F(BoundingQueryTest, RowsOverAllCellsAreAUniformChoice) {
  constexpr int kUnits = 40000;
  AggregateQuery query{.keys = {{.column = "txt", .values = {"a", "b", "c"}}},
                       .measures = {{.kind = ContributionKind::kBins,
                                     .column = "int",
                                     .highest = 5,
                                     .bin_steps = 1}},
                       .bounds = ToBounds({.keys = 3, .rows_per_key = 2, .rows_per_unit = 2})};
  const auto rows = TwoRowsInThreeCells(kUnits);
  std::vector<int64_t> kept(6);
  for (const auto& [label, figures] : Run(rows, query)) {
    for (const auto& [bin, count] : figures.bins[0]) kept[bin] += count;
  }
  EXPECT_TRUE(AreNear(kept, std::vector<double>(6, 1.0 / 3), kUnits));
  // With one row a cell first, the choice is of one of two rows in two of three cells.
  query.bounds = ToBounds({.keys = 3, .rows_per_key = 1, .rows_per_unit = 2});
  std::vector<int64_t> kept_of_one(6);
  for (const auto& [label, figures] : Run(rows, query)) {
    for (const auto& [bin, count] : figures.bins[0]) kept_of_one[bin] += count;
  }
  EXPECT_TRUE(AreNear(kept_of_one, std::vector<double>(6, 1.0 / 3), kUnits));
  EXPECT_FALSE(AreNear({kUnits, kUnits, 0, 0, 0, 0}, std::vector<double>(6, 1.0 / 3), kUnits));
}

TEST_F(BoundingQueryTest, RowsOfTwoCellsAreKeptTogetherAsOftenAsOthers) {
  constexpr int kUnits = 40000;
  KeyDomain unit{.column = "who"};
  for (int i = 0; i < kUnits; ++i) unit.values.push_back(std::to_string(i));
  const AggregateQuery query{
      .keys = {unit, {.column = "txt", .values = {"a", "b", "c"}}},
      .measures = {Rows(), Units()},
      .bounds = ToBounds({.keys = 3, .rows_per_key = 2, .rows_per_unit = 2})};
  // How often 0, 1 and 2 rows are kept in the first cell: hypergeometric, 2 of 6 are there.
  std::vector<int64_t> counts(3);
  for (const auto& [label, figures] : Run(TwoRowsInThreeCells(kUnits), query)) {
    EXPECT_EQ(figures.values[1], 1) << "a cell counts the unit even if no row is left there";
    if (label[1] == "a") ++counts[static_cast<size_t>(figures.values[0])];
  }
  EXPECT_TRUE(AreNear(counts, {6.0 / 15, 8.0 / 15, 1.0 / 15}, kUnits));
  // The twin: each row by itself with probability 1/3 would be binomial.
  const auto binomial = [](double share) { return static_cast<int64_t>(share * kUnits); };
  EXPECT_FALSE(AreNear({binomial(4.0 / 9), binomial(4.0 / 9), binomial(1.0 / 9)},
                       {6.0 / 15, 8.0 / 15, 1.0 / 15}, kUnits));
}

}  // namespace
}  // namespace weir::data::test_query
