// SPDX-License-Identifier: Apache-2.0
// The form in which the servers bound, where no bound is met: exact, and the same table.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/clickhouse/cluster_table.h"
#include "tests/data/random_query.h"
#include "tests/data/slow_query.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace weir::data::test_clickhouse {
namespace {

using test_query::ByLabel;
using test_query::KnownCell;
using test_query::KnownRow;
using test_query::LabelledFigures;

// Random rows in types of ClickHouse: days and whole seconds of its calendar, whole decimals.
std::vector<KnownRow> RowsForServers(test::SeededRandom& random, size_t count) {
  std::vector<KnownRow> rows = test_query::RandomRows(random, count, 25);
  for (KnownRow& row : rows) {
    KnownCell& day = row["day"];
    if (day.present && (day.number < 0 || day.number > 49000)) day = {.is_null = true};
    KnownCell& when = row["when"];
    const bool is_whole = when.number % 1000000 == 0;
    if (when.present && (when.number < 0 || when.number > 4000000000000000 || !is_whole)) {
      when = {.is_null = true};
    }
    KnownCell& dec = row["dec"];
    if (!dec.present) continue;
    const int64_t whole = dec.number / 100;
    dec = {.present = true, .label = std::to_string(whole), .number = whole * 100};
  }
  return rows;
}

ClusterTable TableOf(const std::string& name, const std::vector<KnownRow>& rows) {
  ClusterTable table{.name = name,
                     .columns = {{"who", "Int64"},
                                 {"txt", "Nullable(String)"},
                                 {"int", "Nullable(Int32)"},
                                 {"dec", "Nullable(Int16)"},
                                 {"yes", "Nullable(UInt8)"},
                                 {"day", "Nullable(Date)"},
                                 {"when", "Nullable(DateTime('America/Denver'))"}}};
  const auto number = [](const KnownCell& cell) -> std::optional<std::string> {
    if (cell.present) return std::to_string(cell.number);
    return std::nullopt;
  };
  for (const KnownRow& known : rows) {
    const KnownCell& text = known.at("txt");
    const KnownCell& count = known.at("int");
    const KnownCell& dec = known.at("dec");
    const KnownCell& when = known.at("when");
    auto& row = table.rows.emplace_back();
    row.push_back(known.at("who").label);
    row.push_back(text.is_null ? std::nullopt : std::optional(text.text));
    row.push_back(count.present ? number(count)
                                : std::optional<std::string>(count.text == "99" ? "99" : "\\N"));
    if (row.back() == "\\N") row.back() = std::nullopt;
    row.push_back(dec.present ? std::optional(dec.label) : std::nullopt);
    row.push_back(number(known.at("yes")));
    row.push_back(known.at("day").present ? std::optional(known.at("day").label) : std::nullopt);
    row.push_back(std::nullopt);
    if (when.present) {
      const std::string seconds = std::to_string(when.number / 1000000);
      row.back() = std::string(10 - seconds.size(), '0') + seconds;
    }
  }
  return table;
}

TEST(ClickHouseShardTest, AgreesOnRandomQueries) {
  test::SeededRandom random(31);
  int by_servers = 0, wrong = 0, cells = 0;
  for (int round = 0; round < 2; ++round) {
    const std::vector<KnownRow> rows = RowsForServers(random, 500);
    CreateTable(TableOf("random_shards", rows), ByFirstColumn);
    TestDataset columns;
    test_query::DescribeColumns(columns);
    UseServers(columns, "random_shards", {"who"});
    const DatasetDescription dataset = columns.Description();
    for (int i = 0; i < 25; ++i) {
      const AggregateQuery query = test_query::RandomQuery(random, rows);
      const auto table = AskShards(dataset, query);
      if (!table.has_value()) continue;
      ++by_servers;
      const LabelledFigures figures = ByLabel(query, *table);
      ASSERT_EQ(figures, test_query::SlowQuery(rows, query)) << "round " << round << ", " << i;
      cells += static_cast<int>(table->cells.size());
      const std::vector<KnownRow> fewer(rows.begin() + 1, rows.end());
      wrong += test_query::SlowQuery(fewer, query) != figures ? 1 : 0;
    }
  }
  EXPECT_GT(by_servers, 35) << "of 50: most of what can be asked";
  EXPECT_GT(cells, 1000);
  EXPECT_GT(wrong, 8) << "the comparison must see one row";
}

// The same query twice, of which the second way must give the same table, in all its parts.
TEST(ClickHouseShardTest, GivesTheTableThatRowsGive) {
  test::SeededRandom random(32);
  const std::vector<KnownRow> rows = RowsForServers(random, 400);
  CreateTable(TableOf("both_ways", rows), ByFirstColumn);
  TestDataset columns;
  test_query::DescribeColumns(columns);
  UseServers(columns, "both_ways");
  const DatasetDescription by_rows = columns.Description();
  UseServers(columns, "both_ways", {"who"});
  const DatasetDescription by_servers = columns.Description();
  int compared = 0;
  for (int i = 0; i < 12; ++i) {
    AggregateQuery query = test_query::RandomQuery(random, rows);
    query.histograms = {{.figure = UnitFigure::kKeys, .ends = {1, 2, 5}},
                        {.figure = UnitFigure::kRowsOfKey, .ends = {1, 3}},
                        {.figure = UnitFigure::kRows, .ends = {5, 10, 20}},
                        {.figure = UnitFigure::kHighest,
                         .column = "int",
                         .lowest = -12,
                         .highest = 12,
                         .ends = {-3, 0, 11}},
                        {.figure = UnitFigure::kLowest,
                         .column = "int",
                         .lowest = -12,
                         .highest = 12,
                         .ends = {-11, 0, 3}}};
    const auto table = AskShards(by_servers, query);
    if (!table.has_value()) continue;
    WEIR_ASSERT_OK_AND_ASSIGN(const AggregateTable expected, TryAggregate(by_rows, query));
    EXPECT_EQ(table->cells, expected.cells);
    EXPECT_EQ(table->values, expected.values);
    EXPECT_EQ(table->key_codes, expected.key_codes);
    EXPECT_EQ(table->open_values, expected.open_values);
    EXPECT_EQ(table->unit_counts, expected.unit_counts);
    ++compared;
  }
  EXPECT_GT(compared, 7);
}

}  // namespace
}  // namespace weir::data::test_clickhouse
