// SPDX-License-Identifier: Apache-2.0
// Everything that a query may ask, against maps of maps: without a bound on cells or rows that is
// met the figures are exact.
#include "tests/data/slow_query.h"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/data/random_query.h"
#include "tests/data/run_query.h"
#include "tests/support/status_matchers.h"

namespace weir::data::test_query {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;

class SlowQueryTest : public ::testing::Test {
 protected:
  SlowQueryTest() : dataset_(DescribeColumns(columns_).Description()) {}

  AggregateTable Run(const std::vector<KnownRow>& rows, const AggregateQuery& query,
                     const internal::BoundedSumOptions& options, uint64_t seed = 1) {
    auto table = RunQuery(dataset_, rows, query, options, seed);
    EXPECT_TRUE(table.ok()) << table.status();
    return table.ok() ? *std::move(table) : AggregateTable{.measures = query.measures.size()};
  }

  TestDataset columns_;
  DatasetDescription dataset_;
};

TEST_F(SlowQueryTest, AgreesOnRandomQueries) {
  test::SeededRandom random(17);
  size_t cells = 0, bins = 0, open = 0, wrong = 0;
  for (int round = 0; round < 300; ++round) {
    const auto rows = RandomRows(random, random.Word() % 700, 20);
    if (rows.size() < 50) continue;
    const AggregateQuery query = RandomQuery(random, rows);
    ASSERT_TRUE(CheckQuery(dataset_, query).ok()) << CheckQuery(dataset_, query);
    const AggregateTable table =
        Run(rows, query, {.memory_bytes = 16 << 20, .threads = round % 3 + 1});
    const LabelledFigures figures = ByLabel(query, table);
    ASSERT_EQ(figures, SlowQuery(rows, query)) << "round " << round;
    cells += table.cells.size();
    for (const auto& counts : table.bins) bins += counts.size();
    open += table.open_values.size();
    const std::vector<KnownRow> fewer(rows.begin() + 1, rows.end());
    wrong += SlowQuery(fewer, query) != figures ? 1 : 0;
  }
  EXPECT_GT(cells, 10000u);
  EXPECT_GT(bins, 10000u);
  EXPECT_GT(open, 100u);
  EXPECT_GT(wrong, 80u) << "the comparison must see one row";
}

TEST_F(SlowQueryTest, AgreesWhenRecordsGoToDisk) {
  test::SeededRandom random(18);
  const test::TemporaryFolder folder;
  const auto rows = RandomRows(random, 30000, 2000);
  for (int round = 0; round < 6; ++round) {
    AggregateQuery query = RandomQuery(random, rows);
    query.filter.clear();
    query.keys = {{.column = "txt", .open = round % 2 == 0}};
    if (round % 2 != 0) query.keys[0].values = {"north", "south", "10", "9", "N", "a,b"};
    query.measures.push_back({.kind = ContributionKind::kPresent, .column = "when"});
    const internal::BoundedSumOptions options{.memory_bytes = 512 << 10, .threads = 1 + round % 2};
    EXPECT_THAT(RunQuery(dataset_, rows, query, options),
                StatusIs(StatusCode::kResourceExhausted, HasSubstr("temporary folder")));
    const AggregateTable table =
        Run(rows, query,
            {.memory_bytes = 512 << 10, .threads = 1 + round % 2, .temp_folder = folder.path()});
    EXPECT_EQ(ByLabel(query, table), SlowQuery(rows, query)) << "round " << round;
  }
}

TEST_F(SlowQueryTest, UnitSumsTakeAllRowsOfAUnit) {
  test::SeededRandom random(19);
  for (int round = 0; round < 20; ++round) {
    const auto rows = RandomRows(random, 400, 5);
    AggregateQuery query{.keys = {{.column = "txt", .open = true}},
                         .measures = {Sum("int", -12, 12), Units()},
                         .bounds = Bounds(kUnbounded, kUnbounded)};
    query.measures[0].origin = 1;
    query.measures[0].unit_lowest = -20;
    query.measures[0].unit_highest = 9;
    const LabelledFigures exact = SlowQuery(rows, query);
    query.bounds = Bounds(kUnbounded, 1);
    query.bounds.max_rows_per_unit = 2;
    EXPECT_EQ(ByLabel(query, Run(rows, query, {.memory_bytes = 16 << 20, .threads = 1})), exact);
  }
}

// The same question, its open keys once closed over all values that occur.
TEST_F(SlowQueryTest, OpenKeysGiveTheFiguresOfClosedOnes) {
  test::SeededRandom random(20);
  for (int round = 0; round < 60; ++round) {
    const auto rows = RandomRows(random, 300, 30);
    AggregateQuery open = RandomQuery(random, rows);
    open.keys.push_back({.column = "yes", .missing_is_key = true, .open = true});
    const AggregateTable table = Run(rows, open, {.memory_bytes = 16 << 20, .threads = 2});
    AggregateQuery closed = open;
    size_t position = 0;
    bool empty = false;
    for (KeyDomain& key : closed.keys) {
      if (!key.open) continue;
      key.open = false;
      for (const auto& text : table.open_values[position++]) {
        if (text.has_value()) key.values.push_back(*text);
      }
      empty = empty || key.values.empty();
    }
    if (empty) continue;
    const AggregateTable same = Run(rows, closed, {.memory_bytes = 16 << 20, .threads = 1});
    EXPECT_EQ(ByLabel(open, table), ByLabel(closed, same));
    EXPECT_TRUE(same.open_values.empty());
    EXPECT_TRUE(same.key_codes.empty());
  }
}

std::vector<std::string> TextsOf(const std::vector<std::optional<std::string>>& values) {
  std::vector<std::string> texts;
  for (const auto& value : values) texts.push_back(value.value_or("none"));
  return texts;
}

// Ints by value, texts by their bytes.
TEST_F(SlowQueryTest, OpenTablesAreInTheOrderOfTheirValues) {
  test::SeededRandom random(21);
  auto rows = RandomRows(random, 2000, 50);
  const AggregateQuery query{.keys = {{.column = "int", .missing_is_key = true, .open = true},
                                      {.column = "yes", .values = {"true", "false"}},
                                      {.column = "txt", .open = true}},
                             .measures = {Rows(), Units()},
                             .bounds = {.max_keys_per_unit = Bounds(7, 1).max_keys_per_unit,
                                        .max_rows_per_key = Bounds(1, 2).max_rows_per_key,
                                        .max_rows_per_unit = 5}};
  const AggregateTable table = Run(rows, query, {.memory_bytes = 16 << 20, .threads = 1});
  ASSERT_EQ(table.open_values.size(), 2u);
  ASSERT_FALSE(table.open_values[0].empty());
  EXPECT_EQ(table.open_values[0].back(), std::nullopt) << "a missing value is last";
  EXPECT_TRUE(
      std::is_sorted(table.open_values[0].begin(), table.open_values[0].end() - 1,
                     [](const auto& a, const auto& b) { return std::stoll(*a) < std::stoll(*b); }));
  EXPECT_TRUE(std::is_sorted(table.open_values[1].begin(), table.open_values[1].end()));
  for (size_t i = 0; i < table.cells.size(); ++i) {
    EXPECT_EQ(table.cells[i], i);
    if (i == 0) continue;
    const auto* row = table.key_codes.data() + i * 3;
    EXPECT_TRUE(std::lexicographical_compare(row - 3, row, row, row + 3));
  }
  // Neither threads nor the order of the rows show, though every unit is over its bounds.
  for (int threads = 1; threads <= 3; ++threads) {
    for (size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[random.Word() % i]);
    const AggregateTable other = Run(rows, query, {.memory_bytes = 16 << 20, .threads = threads});
    EXPECT_EQ(other.key_codes, table.key_codes);
    EXPECT_EQ(other.values, table.values);
    EXPECT_EQ(TextsOf(other.open_values[0]), TextsOf(table.open_values[0]));
    EXPECT_EQ(TextsOf(other.open_values[1]), TextsOf(table.open_values[1]));
  }
}

TEST_F(SlowQueryTest, NoRowsAreNoOpenValues) {
  const AggregateQuery query{
      .keys = {{.column = "txt", .open = true}}, .measures = {Rows()}, .bounds = Bounds(1, 1)};
  const AggregateTable table = Run({}, query, {.memory_bytes = 16 << 20, .threads = 2});
  EXPECT_TRUE(table.cells.empty());
  ASSERT_EQ(table.open_values.size(), 1u);
  EXPECT_TRUE(table.open_values[0].empty());
}

TEST_F(SlowQueryTest, ValuesOfOpenKeysCountAgainstTheMemory) {
  std::vector<KnownRow> rows(20000);
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i]["who"] = {.text = std::to_string(i)};
    rows[i]["txt"] = {.text = "a value that is as long as values are, number " + std::to_string(i)};
  }
  const AggregateQuery query{
      .keys = {{.column = "txt", .open = true}}, .measures = {Rows()}, .bounds = Bounds(1, 1)};
  const test::TemporaryFolder folder;
  EXPECT_THAT(RunQuery(dataset_, rows, query,
                       {.memory_bytes = 2 << 20, .threads = 1, .temp_folder = folder.path()}),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("keys")));
  const AggregateTable table = Run(rows, query, {.memory_bytes = 32 << 20, .threads = 2});
  EXPECT_EQ(table.cells.size(), rows.size());
}

}  // namespace
}  // namespace weir::data::test_query
