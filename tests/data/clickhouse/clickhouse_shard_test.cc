// SPDX-License-Identifier: Apache-2.0
// The form in which the servers bound: exact where no bound is met, exact for its own sample where
// one is, and a sample of the right law.
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/clickhouse/cluster_table.h"
#include "tests/data/random_query.h"
#include "tests/data/slow_query.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/data/clickhouse/internal/clickhouse_answer.h"
#include "weir/data/clickhouse/internal/server.h"
#include "weir/data/clickhouse/internal/shard_answer.h"
#include "weir/data/clickhouse/internal/shard_cells.h"
#include "weir/data/clickhouse/internal/sharding_check.h"
#include "weir/data/clickhouse/internal/sql_text.h"

namespace weir::data::test_clickhouse {
namespace {

using test_query::ByLabel;
using test_query::Figures;
using test_query::KnownCell;
using test_query::KnownRow;
using test_query::LabelledFigures;
using ::testing::HasSubstr;

constexpr double kFalsePositiveRate = 1e-9;

const ClickHouseSource& SourceOf(const DatasetDescription& dataset) {
  return std::get<ClickHouseSource>(dataset.source());
}

// What the servers bound, or none if they cannot. Aborts on an error.
std::optional<AggregateTable> AskShards(const DatasetDescription& dataset,
                                        const AggregateQuery& query, uint64_t seed = 1) {
  test::SeededRandom random(seed);
  auto table =
      internal::AggregateShards(SourceOf(dataset), dataset, query, EngineOptions{}, random);
  if (!table.ok()) ADD_FAILURE() << table.status();
  return table.ok() ? *std::move(table) : std::nullopt;
}

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

// A data set of units, a zone and an amount, all ints, divided by unit.
class ClickHouseBoundsTest : public ::testing::Test {
 protected:
  struct Row {
    int64_t who, zone, amount;
  };

  DatasetDescription Load(const std::string& name, const std::vector<Row>& rows) {
    ClusterTable table{.name = name,
                       .columns = {{"who", "UInt32"}, {"zone", "UInt16"}, {"amount", "Int64"}}};
    for (const Row& row : rows) {
      table.rows.push_back(
          {std::to_string(row.who), std::to_string(row.zone), std::to_string(row.amount)});
    }
    CreateTable(table, ByFirstColumn);
    TestDataset dataset;
    dataset.Unit({"who"});
    for (const char* column : {"who", "zone", "amount"}) {
      dataset.Column(column, v1::COLUMN_TYPE_INT);
    }
    UseServers(dataset, name, {"who"});
    return dataset.Description();
  }
};

// The servers' hashes of all pairs, asked for in another way, choose the cells once more.
TEST_F(ClickHouseBoundsTest, CellsAreThoseOfTheSmallestHashes) {
  test::SeededRandom random(33);
  std::vector<Row> rows;
  for (int i = 0; i < 6000; ++i) {
    rows.push_back({static_cast<int64_t>(random.Word() % 200),
                    static_cast<int64_t>(random.Word() % 30),
                    static_cast<int64_t>(random.Word() % 1000)});
  }
  const DatasetDescription dataset = Load("hashes", rows);
  AggregateQuery query{.keys = {{.column = "zone", .open = true}},
                       .measures = {Rows(), Units(), Sum("amount", 0, 600)},
                       .bounds = Bounds(4, kUnbounded)};
  WEIR_ASSERT_OK_AND_ASSIGN(const auto bounded, internal::ResolveQuery(dataset, query, random));
  const internal::ShardSecrets secrets{.of_cells = "a secret", .of_rows = "another"};
  internal::ShardCells cells(query, bounded, uint64_t{1} << 30);
  std::map<int64_t, std::set<std::pair<uint64_t, int64_t>>> hashes;  // by unit
  for (const auto& test_server : ThreeServers()) {
    WEIR_ASSERT_OK_AND_ASSIGN(const auto server,
                              internal::Server::Connect(SourceOf(dataset), test_server->url(), {}));
    WEIR_ASSERT_OK_AND_ASSIGN(const auto found, server->DescribeTable(SourceOf(dataset)));
    const auto sql = internal::MakeShardSql(SourceOf(dataset), query, bounded, found, secrets,
                                            /*choose_rows=*/false);
    ASSERT_TRUE(sql.has_value());
    WEIR_ASSERT_OK(server->Ask(sql->cells, 1 << 20, [&](const internal::NativeBlock& block) {
      return cells.AddCells(sql->layout, block);
    }));
    const internal::ServerQuery pairs{
        .sql =
            "SELECT who, zone, sipHash64('a secret', toInt64(who), toInt64(zone)) AS h FROM "
            "hashes GROUP BY who, zone",
        .names = {"who", "zone", "h"}};
    WEIR_ASSERT_OK(server->Ask(pairs, 1 << 20, [&](const internal::NativeBlock& block) {
      for (size_t row = 0; row < block.rows; ++row) {
        hashes[block.columns[0].IntAt(row)].emplace(
            static_cast<uint64_t>(block.columns[2].IntAt(row)), block.columns[1].IntAt(row));
      }
      return OkStatus();
    }));
  }
  std::map<int64_t, std::set<int64_t>> kept;
  size_t dropped = 0;
  for (const auto& [who, zones] : hashes) {
    for (const auto& [hash, zone] : zones) {
      if (kept[who].size() < 4) kept[who].insert(zone);
    }
    dropped += zones.size() - kept[who].size();
  }
  EXPECT_GT(dropped, 1000u);
  LabelledFigures expected;
  std::map<int64_t, std::set<int64_t>> units;
  for (const Row& row : rows) {
    if (!kept[row.who].contains(row.zone)) continue;
    Figures& figures = expected[{std::to_string(row.zone)}];
    figures.values.resize(3);
    figures.values[0] += 1;
    figures.values[1] += units[row.zone].insert(row.who).second ? 1 : 0;
    figures.values[2] += std::min<int64_t>(row.amount, 600);
  }
  EXPECT_EQ(ByLabel(query, cells.Finish()), expected);
}

// By how much a count of `trials` may differ from its mean, by Hoeffding, over `looks` looks.
double Slack(double trials, double looks) {
  return std::sqrt(trials * std::log(2 * looks / kFalsePositiveRate) / 2);
}

TEST_F(ClickHouseBoundsTest, RowsAndCellsAreChosenEvenly) {
  constexpr int64_t kUnits = 20000;
  std::vector<Row> rows;
  for (int64_t who = 0; who < kUnits; ++who) {
    for (int64_t zone = 0; zone < 5; ++zone) rows.push_back({who, zone, zone});
  }
  const DatasetDescription dataset = Load("even", rows);
  const double mean = kUnits * 2.0 / 5, slack = Slack(kUnits, 10);
  // Two of five cells of every unit.
  AggregateQuery query{.keys = {{.column = "zone", .values = {"0", "1", "2", "3", "4"}}},
                       .measures = {Units(), Rows(), Sum("amount", 0, 9)},
                       .bounds = Bounds(2, 7)};
  auto table = AskShards(dataset, query);
  ASSERT_TRUE(table.has_value());
  int128 all = 0;
  for (size_t cell = 0; cell < 5; ++cell) {
    const int128 units = table->values[cell * 3];
    EXPECT_NEAR(static_cast<double>(units), mean, slack);
    EXPECT_EQ(table->values[cell * 3 + 1], units);
    EXPECT_EQ(table->values[cell * 3 + 2], units * static_cast<int>(cell));
    all += units;
  }
  EXPECT_EQ(all, kUnits * 2);
  // Two of five rows of every unit, which are told apart by their amounts.
  query = {.measures = {Rows(),
                        {.kind = ContributionKind::kBins,
                         .column = "amount",
                         .lowest = 0,
                         .highest = 4,
                         .bin_steps = 1}},
           .bounds = Bounds(1, 2)};
  table = AskShards(dataset, query);
  ASSERT_TRUE(table.has_value());
  EXPECT_EQ(table->values[0], kUnits * 2);
  ASSERT_EQ(table->bins[0].size(), 5u);
  for (const auto& bin : table->bins[0]) EXPECT_NEAR(static_cast<double>(bin.rows), mean, slack);
  // A choice of the first two would be seen, and one that prefers a row by a tenth.
  EXPECT_GT(kUnits - mean, slack);
  EXPECT_GT(mean * 0.1, slack);
}

// Every call chooses anew.
TEST_F(ClickHouseBoundsTest, EachCallHasItsOwnKey) {
  std::vector<Row> rows;
  for (int64_t who = 0; who < 300; ++who) {
    for (int64_t zone = 0; zone < 10; ++zone) rows.push_back({who, zone, 1});
  }
  const DatasetDescription dataset = Load("keys", rows);
  const AggregateQuery query{
      .keys = {{.column = "zone", .open = true}}, .measures = {Units()}, .bounds = Bounds(1, 1)};
  EXPECT_EQ(AskShards(dataset, query, 1)->values, AskShards(dataset, query, 1)->values);
  EXPECT_NE(AskShards(dataset, query, 1)->values, AskShards(dataset, query, 2)->values);
}

TEST_F(ClickHouseBoundsTest, SumsOfManyRowsStayWithinTheirBounds) {
  test::SeededRandom random(34);
  std::vector<Row> rows;
  std::map<std::pair<int64_t, int64_t>, int64_t> counts;
  for (int i = 0; i < 3000; ++i) {
    rows.push_back(
        {static_cast<int64_t>(random.Word() % 60), static_cast<int64_t>(random.Word() % 4), 1000});
    ++counts[{rows.back().who, rows.back().zone}];
  }
  const DatasetDescription dataset = Load("many_rows", rows);
  const AggregateQuery query{.keys = {{.column = "zone", .values = {"0", "1", "2", "3"}}},
                             .measures = {Rows(),
                                          Sum("amount", -INT64_MAX, INT64_MAX),
                                          {.kind = ContributionKind::kPresent, .column = "amount"},
                                          {.kind = ContributionKind::kSquares,
                                           .column = "amount",
                                           .lowest = 0,
                                           .highest = 1 << 20}},
                             .bounds = Bounds(4, 3)};
  const auto table = AskShards(dataset, query);
  ASSERT_TRUE(table.has_value());
  for (size_t zone = 0; zone < 4; ++zone) {
    int64_t expected = 0;
    for (const auto& [pair, count] : counts) {
      if (pair.second == static_cast<int64_t>(zone)) expected += std::min<int64_t>(count, 3);
    }
    EXPECT_EQ(table->values[zone * 4], expected);
    EXPECT_EQ(table->values[zone * 4 + 1], expected * 1000);
    EXPECT_EQ(table->values[zone * 4 + 2], expected);
    EXPECT_EQ(table->values[zone * 4 + 3], expected * 1000000);
  }
}

// A bound on all rows of a unit, or unit sums beside other sums: rows come here, and it holds.
TEST_F(ClickHouseBoundsTest, OtherBoundsHoldByReadingTheRows) {
  std::vector<Row> rows;
  for (int64_t who = 0; who < 50; ++who) {
    for (int64_t i = 0; i < 12; ++i) rows.push_back({who, i % 4, 1});
  }
  const DatasetDescription dataset = Load("other_bounds", rows);
  AggregateQuery query{.keys = {{.column = "zone", .open = true}},
                       .measures = {Rows(), Units()},
                       .bounds = Bounds(4, 3)};
  query.bounds.max_rows_per_unit = 5;
  EXPECT_FALSE(AskShards(dataset, query).has_value());
  WEIR_ASSERT_OK_AND_ASSIGN(const AggregateTable table, TryAggregate(dataset, query));
  int128 all = 0, units = 0;
  for (size_t cell = 0; cell < table.cells.size(); ++cell) {
    all += table.values[cell * 2];
    units += table.values[cell * 2 + 1];
  }
  EXPECT_EQ(all, 50 * 5);
  EXPECT_EQ(units, 50 * 4);
}

TEST_F(ClickHouseBoundsTest, ADivisionIsBelievedOnlyOnceItIsSeen) {
  std::vector<Row> rows;
  for (int64_t who = 0; who < 3000; ++who) rows.push_back({who, who % 3, 1});
  const DatasetDescription right = Load("divided_right", rows);
  test::SeededRandom random(35);
  EXPECT_EQ(*internal::IsDividedByUnit(SourceOf(right), right, EngineOptions{}, random), true);

  // One row of one unit on another server.
  const DatasetDescription wrong = Load("divided_wrong", rows);
  const size_t home = ByFirstColumn(0, "77");
  ThreeServers()[(home + 1) % 3]->Run("INSERT INTO divided_wrong VALUES (77, 2, 1)");
  EXPECT_EQ(*internal::IsDividedByUnit(SourceOf(wrong), wrong, EngineOptions{}, random), false);
  const AggregateQuery query{
      .keys = {{.column = "zone", .open = true}}, .measures = {Units()}, .bounds = Bounds(1, 1)};
  int128 units = 0;
  WEIR_ASSERT_OK_AND_ASSIGN(const AggregateTable table, TryAggregate(wrong, query));
  for (const int128 value : table.values) units += value;
  EXPECT_EQ(units, 3000) << "a unit on two servers counts once";
  WEIR_ASSERT_OK_AND_ASSIGN(const SourceReport report, Check(wrong));
  EXPECT_EQ(report.fault_count, 1u);
  EXPECT_THAT(report.faults.front().what, HasSubstr("on two servers"));
  EXPECT_EQ(report.privacy_units, 3000u);
  EXPECT_EQ(Check(right)->fault_count, 0u);
}

// Rounds by hash, as for more units than fit the memory.
TEST_F(ClickHouseBoundsTest, ADivisionIsComparedInRounds) {
  for (const bool is_right : {true, false}) {
    const std::string name = is_right ? "rounds_right" : "rounds_wrong";
    TestDataset dataset;
    dataset.Unit({"who"}).Column("who", v1::COLUMN_TYPE_INT);
    UseServers(dataset, name, {"who"});
    for (size_t i = 0; i < 3; ++i) {
      const TestServer& server = *ThreeServers()[i];
      server.Run("DROP TABLE IF EXISTS " + name);
      server.Run("CREATE TABLE " + name + " (who UInt32) ENGINE = MergeTree ORDER BY who");
      server.Run("INSERT INTO " + name + " SELECT toUInt32(number * 3 + " + std::to_string(i) +
                 ") FROM numbers(20000)");
    }
    if (!is_right) ThreeServers()[1]->Run("INSERT INTO " + name + " VALUES (300)");
    const DatasetDescription description = dataset.Description();
    test::SeededRandom random(36);
    // 5,000 hashes a round.
    EXPECT_EQ(*internal::IsDividedByUnit(SourceOf(description), description,
                                         EngineOptions{.memory_limit_bytes = 160'000}, random),
              is_right);
  }
}

}  // namespace
}  // namespace weir::data::test_clickhouse
