// SPDX-License-Identifier: Apache-2.0
// What the bounds promise: no unit reaches more cells, or a cell with more rows, than allowed; and
// who is dropped is chosen uniformly, afresh in every call.
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "tests/data/data_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/base/random.h"
#include "weir/data/duckdb/internal/database.h"
#include "weir/data/internal/bounded_query.h"
#include "weir/data/internal/bounded_sum.h"

namespace weir::data {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;

constexpr double kFalsePositiveRate = 1e-9;

KeyDomain CellKey(int cells) {
  KeyDomain key{.column = "cell"};
  for (int i = 0; i < cells; ++i) key.values.push_back(std::to_string(i));
  return key;
}

struct Row {
  int64_t unit;
  int64_t cell;
  int64_t value;
};

// Rows in memory, straight into the sums: no file, no DuckDB.
class BoundingTest : public ::testing::Test {
 protected:
  BoundingTest() {
    dataset_.Unit({"unit"}).WriteCsv("unit,cell,value\n");
    for (const char* name : {"unit", "cell", "value"}) dataset_.Column(name, v1::COLUMN_TYPE_INT);
  }

  StatusOr<AggregateTable> TrySum(const std::vector<Row>& rows, const AggregateQuery& query,
                                  RandomSource& random,
                                  const internal::BoundedSumOptions& options) {
    const DatasetDescription dataset = dataset_.Description();
    WEIR_ASSIGN_OR_RETURN(const auto bounded, internal::ResolveQuery(dataset, query, random));
    internal::BoundedSum sum(bounded, options);
    constexpr size_t kBatchRows = 1000;
    for (size_t first = 0; first < rows.size(); first += kBatchRows) {
      const size_t count = std::min(kBatchRows, rows.size() - first);
      std::vector<std::vector<int64_t>> columns;
      Batch batch{.rows = count};
      for (const ColumnDescription* column : bounded.columns) {
        columns.emplace_back();
        for (size_t i = first; i < first + count; ++i) {
          columns.back().push_back(column->name == "unit"   ? rows[i].unit
                                   : column->name == "cell" ? rows[i].cell
                                                            : rows[i].value);
        }
      }
      for (const auto& column : columns) {
        batch.columns.push_back(
            {.kind = CellKind::kInt64, .cells = column.data(), .present = nullptr});
      }
      WEIR_RETURN_IF_ERROR(sum.Add(batch));
    }
    return sum.Finish();
  }

  Cells Sum(const std::vector<Row>& rows, const AggregateQuery& query, uint64_t seed = 1) {
    test::SeededRandom random(seed);
    auto table = TrySum(rows, query, random, {.memory_bytes = uint64_t{1} << 30, .threads = 2});
    EXPECT_TRUE(table.ok()) << table.status();
    return ToCells(*table);
  }

  TestDataset dataset_;
};

// Sums of one unit's contributions over all cells.
struct Total {
  int64_t cells = 0;
  int64_t rows = 0;
  int64_t most_rows = 0;
};
Total TotalOf(const Cells& cells) {
  Total total;
  for (const auto& [cell, sums] : cells) {
    ++total.cells;
    total.rows += static_cast<int64_t>(sums[0]);
    total.most_rows = std::max(total.most_rows, static_cast<int64_t>(sums[0]));
  }
  return total;
}

bool KeepsBounds(const Total& total, int64_t max_keys, int64_t max_rows) {
  return total.cells <= max_keys && total.most_rows <= max_rows;
}

TEST_F(BoundingTest, NoUnitExceedsItsBounds) {
  test::SeededRandom random(3);
  for (int round = 0; round < 60; ++round) {
    std::vector<Row> rows;
    const auto count = random.Word() % 3000;
    for (uint64_t i = 0; i < count; ++i) {
      rows.push_back({.unit = 1, .cell = static_cast<int64_t>(random.Word() % 40), .value = 1});
    }
    const auto max_keys = static_cast<int64_t>(random.Word() % 50) + 1;
    const auto max_rows = static_cast<int64_t>(random.Word() % 100) + 1;
    AggregateQuery query{.keys = {CellKey(40)},
                         .measures = {Rows(), Units(), data::Sum("value", 0, 1)},
                         .bounds = Bounds(max_keys, max_rows)};
    const Cells cells = Sum(rows, query, random.Word());
    EXPECT_TRUE(KeepsBounds(TotalOf(cells), max_keys, max_rows));
    for (const auto& [cell, sums] : cells) {
      EXPECT_EQ(sums[0], sums[2]) << "rows and sums use the same rows";
      EXPECT_EQ(sums[1], 1);
    }
  }
}

TEST_F(BoundingTest, TheCheckSeesMissingBounds) {
  std::vector<Row> rows;
  for (int i = 0; i < 100; ++i) rows.push_back({.unit = 1, .cell = i % 10, .value = 1});
  const Cells cells =
      Sum(rows,
          {.keys = {CellKey(10)}, .measures = {Rows()}, .bounds = Bounds(kUnbounded, kUnbounded)});
  EXPECT_FALSE(KeepsBounds(TotalOf(cells), 9, 10));
  EXPECT_FALSE(KeepsBounds(TotalOf(cells), 10, 9));
  EXPECT_TRUE(KeepsBounds(TotalOf(cells), 10, 10));
}

TEST_F(BoundingTest, BoundsAreUsedUp) {
  std::vector<Row> rows;
  for (int i = 0; i < 1000; ++i) rows.push_back({.unit = i % 7, .cell = i % 10, .value = 1});
  const Cells cells =
      Sum(rows, {.keys = {CellKey(10)}, .measures = {Rows()}, .bounds = Bounds(3, 4)});
  EXPECT_EQ(TotalOf(cells).rows, 7 * 3 * 4);
}

TEST_F(BoundingTest, AddingAUnitLeavesTheOthersAlone) {
  test::SeededRandom random(9);
  std::vector<Row> rows;
  for (int i = 0; i < 20000; ++i) {
    rows.push_back({.unit = static_cast<int64_t>(random.Word() % 300),
                    .cell = static_cast<int64_t>(random.Word() % 20),
                    .value = static_cast<int64_t>(random.Word() % 100)});
  }
  const AggregateQuery query{
      .keys = {CellKey(20)}, .measures = {Rows(), Units()}, .bounds = Bounds(5, 3)};
  const Cells without = Sum(rows, query, 4);
  for (int i = 0; i < 500; ++i) rows.push_back({.unit = 1000, .cell = i % 20, .value = 1});
  const Cells with = Sum(rows, query, 4);
  int changed = 0;
  for (const auto& [cell, sums] : with) {
    const int128 rows_more = sums[0] - without.at(cell)[0];
    const int128 units_more = sums[1] - without.at(cell)[1];
    changed += units_more != 0 ? 1 : 0;
    EXPECT_EQ(rows_more, 3 * units_more);
    EXPECT_LE(units_more, 1);
  }
  EXPECT_EQ(changed, 5);
}

// |share - expected| beyond this for any of `cells` has probability below kFalsePositiveRate.
double Slack(int cells, int samples) {
  return std::sqrt(std::log(2.0 * cells / kFalsePositiveRate) / (2.0 * samples));
}

bool IsUniform(const std::vector<int64_t>& counts, int samples, double expected) {
  const double slack = Slack(static_cast<int>(counts.size()), samples);
  for (const int64_t count : counts) {
    if (std::abs(static_cast<double>(count) / samples - expected) > slack) return false;
  }
  return true;
}

TEST_F(BoundingTest, KeptCellsAreAUniformChoice) {
  constexpr int kUnits = 100000;
  constexpr int kCells = 8;
  constexpr int kKept = 3;
  std::vector<Row> rows;
  for (int i = 0; i < kUnits * kCells; ++i) {
    rows.push_back({.unit = i / kCells, .cell = i % kCells, .value = 1});
  }
  const Cells cells =
      Sum(rows, {.keys = {CellKey(kCells)}, .measures = {Units()}, .bounds = Bounds(kKept, 1)});
  std::vector<int64_t> counts;
  for (const auto& [cell, sums] : cells) counts.push_back(static_cast<int64_t>(sums[0]));
  ASSERT_EQ(counts.size(), size_t{kCells});
  EXPECT_TRUE(IsUniform(counts, kUnits, static_cast<double>(kKept) / kCells));

  const std::vector<int64_t> first_ones = {kUnits, kUnits, kUnits, 0, 0, 0, 0, 0};
  EXPECT_FALSE(IsUniform(first_ones, kUnits, static_cast<double>(kKept) / kCells));
  std::vector<int64_t> slightly = counts;
  slightly[0] += kUnits / 50;
  EXPECT_FALSE(IsUniform(slightly, kUnits, static_cast<double>(kKept) / kCells));
}

TEST_F(BoundingTest, KeptRowsAreAUniformChoice) {
  // Row i of each unit has its own decimal digit, so that the sum shows how often it was kept.
  constexpr int kUnits = 100000;
  constexpr int kRows = 3;
  constexpr int64_t kDigit = 1000000;
  std::vector<Row> rows;
  for (int i = 0; i < kUnits * kRows; ++i) {
    const int place = i / kUnits;
    rows.push_back({.unit = i % kUnits,
                    .cell = 0,
                    .value = place == 0   ? 1
                             : place == 1 ? kDigit
                                          : kDigit * kDigit});
  }
  const Cells cells = Sum(rows, {.keys = {CellKey(1)},
                                 .measures = {Rows(), data::Sum("value", 0, kDigit * kDigit)},
                                 .bounds = Bounds(1, 2)});
  const auto sum = static_cast<int64_t>(cells.at(0)[1]);
  const std::vector<int64_t> counts = {sum % kDigit, sum / kDigit % kDigit, sum / kDigit / kDigit};
  EXPECT_EQ(counts[0] + counts[1] + counts[2], kUnits * 2);
  EXPECT_TRUE(IsUniform(counts, kUnits, 2.0 / 3.0));
  EXPECT_FALSE(IsUniform({kUnits, kUnits, 0}, kUnits, 2.0 / 3.0));
}

TEST_F(BoundingTest, TheChoiceIsFreshInEveryCall) {
  std::vector<Row> rows;
  for (int i = 0; i < 100; ++i) rows.push_back({.unit = 1, .cell = i, .value = 1});
  const AggregateQuery query{
      .keys = {CellKey(100)}, .measures = {Units()}, .bounds = Bounds(10, 1)};
  const auto cells_of = [&] {
    auto table =
        TrySum(rows, query, SystemRandom(), {.memory_bytes = uint64_t{1} << 26, .threads = 1});
    EXPECT_TRUE(table.ok());
    return table->cells;
  };
  EXPECT_NE(cells_of(), cells_of());
  EXPECT_EQ(Sum(rows, query, 5), Sum(rows, query, 5)) << "it follows from the random source alone";
  EXPECT_NE(Sum(rows, query, 5), Sum(rows, query, 6));
}

TEST_F(BoundingTest, SpillingToDiskChangesNothing) {
  test::SeededRandom random(11);
  std::vector<Row> rows;
  for (int i = 0; i < 600000; ++i) {
    rows.push_back({.unit = static_cast<int64_t>(random.Word() % 100000),
                    .cell = static_cast<int64_t>(random.Word() % 30),
                    .value = static_cast<int64_t>(random.Word() % 1000)});
  }
  const AggregateQuery query{.keys = {CellKey(30)},
                             .measures = {Rows(), Units(), data::Sum("value", 0, 1000)},
                             .bounds = Bounds(30, kUnbounded)};
  const Cells in_memory = Sum(rows, query);
  const test::TemporaryFolder folder;
  test::SeededRandom key(1);
  auto spilled =
      TrySum(rows, query, key,
             {.memory_bytes = uint64_t{4} << 20, .threads = 1, .temp_folder = folder.path()});
  ASSERT_TRUE(spilled.ok()) << spilled.status();
  EXPECT_EQ(ToCells(*spilled), in_memory);

  auto refused = TrySum(rows, query, key, {.memory_bytes = uint64_t{4} << 20, .threads = 1});
  EXPECT_THAT(refused, StatusIs(StatusCode::kResourceExhausted, HasSubstr("temporary folder")));
  auto no_folder =
      TrySum(rows, query, key,
             {.memory_bytes = uint64_t{4} << 20, .threads = 1, .temp_folder = folder.Path("none")});
  EXPECT_THAT(no_folder, StatusIs(StatusCode::kResourceExhausted, HasSubstr("none")));
}

// While one unit's cells are more than the bounder remembers at once. Many keys are beyond what it
// looks through for each row: then it forgets pairs that it met.
TEST_F(BoundingTest, ForgettingCellsChangesNothing) {
  constexpr int kCells = 200000;
  const auto rows_of = [](int step, const Cells& also) {
    std::vector<Row> rows;
    for (int round = 0; round < 3; ++round) {
      for (int cell = 0; cell < kCells; ++cell) {
        if (cell % step != 0 && !also.contains(static_cast<uint64_t>(cell))) continue;
        rows.push_back({.unit = 1, .cell = cell, .value = 1});
      }
    }
    return rows;
  };
  for (const int keys : {50, 90}) {
    AggregateQuery query{.keys = {CellKey(kCells)},
                         .measures = {Rows(), Units(), data::Sum("value", 0, 5)},
                         .bounds = Bounds(keys, 2)};
    const Cells all = Sum(rows_of(1, {}), query);
    ASSERT_EQ(all.size(), static_cast<size_t>(keys));
    for (const auto& [cell, sums] : all) EXPECT_EQ(sums, (std::vector<int128>{2, 1, 2}));
    // The first ones of the unit are so among fewer, too; those can be remembered.
    EXPECT_EQ(Sum(rows_of(20, all), query), all);
    EXPECT_NE(Sum(rows_of(20, {}), query), all) << "the comparison must see a cell";
    query.bounds.max_rows_per_unit = 70;
    const Cells fewer_rows = Sum(rows_of(1, {}), query);
    EXPECT_EQ(TotalOf(fewer_rows).rows, 70);
    EXPECT_EQ(Sum(rows_of(20, all), query), fewer_rows);
  }
}

TEST_F(BoundingTest, SparseCellsBeyondThirtyTwoBits) {
  std::vector<Row> rows;
  for (int i = 0; i < 1000; ++i) rows.push_back({.unit = i, .cell = i % 3 + 997, .value = 1});
  const KeyDomain key = CellKey(1000);
  const Cells cells =
      Sum(rows, {.keys = {key, key, key, key}, .measures = {Rows()}, .bounds = Bounds(1, 1)});
  const uint64_t repeated = 1000ull * 1000 * 1000 + 1000 * 1000 + 1000 + 1;
  ASSERT_EQ(cells.size(), 3u);
  EXPECT_EQ(cells.at(repeated * 997)[0], 334);
  EXPECT_EQ(cells.at(repeated * 998)[0], 333);
  EXPECT_EQ(cells.at(repeated * 999)[0], 333);
}

// Through DuckDB, against window functions in SQL: with one row a pair the bound on rows is exact
// whatever row is kept.
TEST(BoundingSqlTest, AgreesWithRowNumberWindows) {
  TestDataset dataset;
  dataset.Unit({"unit"});
  dataset.Column("unit", v1::COLUMN_TYPE_INT);
  dataset.Column("cell", v1::COLUMN_TYPE_INT);
  dataset.WriteParquetOf(
      "SELECT (hash(i) % 5000)::INTEGER AS unit, (hash(i + 1000003) % 12)::INTEGER AS cell "
      "FROM range(300000) t(i)");
  KeyDomain key = CellKey(12);
  const Cells cells =
      Aggregate(dataset.Description(),
                {.keys = {key}, .measures = {Rows()}, .bounds = Bounds(kUnbounded, 4)});
  auto database = internal::Database::Open(
      {.memory_bytes = uint64_t{1} << 30, .threads = 2, .allowed_path = dataset.path()});
  ASSERT_TRUE(database.ok()) << database.status();
  const std::string numbered =
      "(SELECT cell, row_number() OVER (PARTITION BY unit, cell) AS place FROM read_parquet(" +
      internal::QuoteLiteral(dataset.path()) + "))";
  auto result = (*database)->Query("SELECT cell::VARCHAR, count(*)::VARCHAR FROM " + numbered +
                                   " WHERE place <= 4 GROUP BY cell");
  ASSERT_TRUE(result.ok()) << result.status();
  const auto expected = (*result)->TextColumns({0, 1});
  ASSERT_EQ(expected[0].size(), cells.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    EXPECT_EQ(FormatInt128(cells.at(std::stoull(expected[0][i]))[0]), expected[1][i]);
  }
}

}  // namespace
}  // namespace weir::data
