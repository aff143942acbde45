// SPDX-License-Identifier: Apache-2.0
// The form in which the servers bound, where bounds are met: exact for its own sample, and a sample
// of the right law; and what it rests on, that no unit is on two servers.
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/clickhouse/cluster_table.h"
#include "tests/data/slow_query.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/data/clickhouse/internal/server.h"
#include "weir/data/clickhouse/internal/shard_cells.h"
#include "weir/data/clickhouse/internal/sharding_check.h"

namespace weir::data::test_clickhouse {
namespace {

using test_query::ByLabel;
using test_query::Figures;
using test_query::LabelledFigures;
using ::testing::HasSubstr;

constexpr double kFalsePositiveRate = 1e-9;

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

// The zones of each unit, by their hashes.
using Hashes = std::map<int64_t, std::set<std::pair<uint64_t, int64_t>>>;

// The four cells of each unit that come first.
std::map<int64_t, std::set<int64_t>> FirstFour(const Hashes& hashes) {
  std::map<int64_t, std::set<int64_t>> kept;
  for (const auto& [who, zones] : hashes) {
    for (const auto& [hash, zone] : zones) {
      if (kept[who].size() < 4) kept[who].insert(zone);
    }
  }
  return kept;
}

// Rows, units, and amounts up to 600 by zone, of the zones that each unit keeps.
template <class Row>
LabelledFigures FiguresOf(const std::vector<Row>& rows,
                          const std::map<int64_t, std::set<int64_t>>& kept) {
  LabelledFigures all;
  std::map<int64_t, std::set<int64_t>> units;
  for (const Row& row : rows) {
    if (!kept.at(row.who).contains(row.zone)) continue;
    Figures& figures = all[{std::to_string(row.zone)}];
    figures.values.resize(3);
    figures.values[0] += 1;
    figures.values[1] += units[row.zone].insert(row.who).second ? 1 : 0;
    figures.values[2] += std::min<int64_t>(row.amount, 600);
  }
  return all;
}

// The servers' hashes of all pairs, asked for in another way, choose the cells once more.
class ClickHouseHashesTest : public ClickHouseBoundsTest {
 protected:
  // Asks every server for the table in this form, and for `hash` of each pair.
  void Ask(const std::string& name, KeyDomain zones, internal::ShardForm form,
           const std::string& hash) {
    test::SeededRandom random(33);
    for (int i = 0; i < 6000; ++i) {
      rows_.push_back({static_cast<int64_t>(random.Word() % 200),
                       static_cast<int64_t>(random.Word() % 30),
                       static_cast<int64_t>(random.Word() % 1000)});
    }
    const DatasetDescription dataset = Load(name, rows_);
    const AggregateQuery query{.keys = {std::move(zones)},
                               .measures = {Rows(), Units(), Sum("amount", 0, 600)},
                               .bounds = Bounds(4, kUnbounded)};
    WEIR_ASSERT_OK_AND_ASSIGN(const auto bounded, internal::ResolveQuery(dataset, query, random));
    internal::ShardCells cells(query, bounded, uint64_t{1} << 30);
    for (const auto& server : ThreeServers()) {
      WEIR_ASSERT_OK_AND_ASSIGN(const auto connection,
                                internal::Server::Connect(SourceOf(dataset), server->url(), {}));
      WEIR_ASSERT_OK_AND_ASSIGN(const auto found, connection->DescribeTable(SourceOf(dataset)));
      const auto sql = internal::MakeShardSql(SourceOf(dataset), query, bounded, found,
                                              {.of_cells = "a secret", .of_rows = "another"}, form);
      ASSERT_TRUE(sql.has_value());
      WEIR_ASSERT_OK(connection->Ask(sql->cells, 1 << 20, [&](const internal::NativeBlock& block) {
        return cells.AddCells(sql->layout, block);
      }));
      AskHashes(*connection, name, hash);
    }
    EXPECT_FALSE(cells.is_over());
    answer_ = ByLabel(query, cells.Finish());
  }
  void AskHashes(internal::Server& server, const std::string& table, const std::string& hash) {
    const internal::ServerQuery pairs{
        .sql = "SELECT who, zone, " + hash + " AS h FROM " + table + " GROUP BY who, zone",
        .names = {"who", "zone", "h"}};
    WEIR_ASSERT_OK(server.Ask(pairs, 1 << 20, [&](const internal::NativeBlock& block) {
      for (size_t row = 0; row < block.rows; ++row) {
        hashes_[block.columns[0].IntAt(row)].emplace(
            static_cast<uint64_t>(block.columns[2].IntAt(row)), block.columns[1].IntAt(row));
      }
      return OkStatus();
    }));
  }
  void ExpectTheFirstFourOfEachUnit() {
    size_t dropped = 0;
    const auto kept = FirstFour(hashes_);
    for (const auto& [who, zones] : hashes_) dropped += zones.size() - kept.at(who).size();
    EXPECT_GT(dropped, 1000u);
    EXPECT_EQ(answer_, FiguresOf(rows_, kept));
    // Other cells give other figures.
    for (auto& [who, zones] : hashes_) zones.erase(zones.begin());
    EXPECT_NE(answer_, FiguresOf(rows_, FirstFour(hashes_)));
  }

  std::vector<Row> rows_;
  Hashes hashes_;
  LabelledFigures answer_;
};

TEST_F(ClickHouseHashesTest, PairsKeepTheSmallest) {
  Ask("hashes", {.column = "zone", .open = true}, internal::ShardForm::kPairs,
      "sipHash64('a secret', toInt64(who), toInt64(zone))");
  ExpectTheFirstFourOfEachUnit();
}

// By the upper half of the hash of the unit's hash and what is above the values in a packed row.
TEST_F(ClickHouseHashesTest, ArraysKeepTheSmallest) {
  KeyDomain zones{.column = "zone"};
  for (int zone = 0; zone < 30; ++zone) zones.values.push_back(std::to_string(zone));
  Ask("array_hashes", zones, internal::ShardForm::kArrays,
      "bitShiftRight(sipHash64(bitXor(sipHash64('a secret', toInt64(who)), toUInt64(zone))), 32)");
  ExpectTheFirstFourOfEachUnit();
}

// By how much a count of `trials` may differ from its mean, by Hoeffding, over `looks` looks.
double Slack(double trials, double looks) {
  return std::sqrt(trials * std::log(2 * looks / kFalsePositiveRate) / 2);
}

// Texts as units, and rows over their bound: each row of a pair is as likely as any other.
TEST_F(ClickHouseBoundsTest, ArraysChooseRowsEvenly) {
  constexpr int kUnits = 20000;
  ClusterTable table{.name = "array_rows",
                     .columns = {{"who", "String"}, {"zone", "UInt16"}, {"amount", "Int64"}}};
  for (int who = 0; who < kUnits; ++who) {
    for (int amount = 0; amount < 5; ++amount) {
      table.rows.push_back({"unit " + std::to_string(who), "0", std::to_string(amount)});
    }
  }
  CreateTable(table, ByFirstColumn);
  TestDataset description;
  description.Unit({"who"}).Column("who", v1::COLUMN_TYPE_TEXT);
  description.Column("zone", v1::COLUMN_TYPE_INT);
  description.Column("amount", v1::COLUMN_TYPE_INT);
  UseServers(description, "array_rows", {"who"});
  const DatasetDescription dataset = description.Description();
  // Of five rows two; each amount by itself is a sum of what is above it, less the next.
  std::vector<Contribution> measures = {Rows(), Units()};
  for (int amount = 0; amount < 5; ++amount) measures.push_back(Sum("amount", amount, amount + 1));
  const auto answer = AskShards(dataset, {.measures = measures, .bounds = Bounds(1, 2)});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->values[0], kUnits * 2);
  EXPECT_EQ(answer->values[1], kUnits);
  const double slack = Slack(kUnits, 5);
  for (int amount = 0; amount < 4; ++amount) {
    const auto above = static_cast<double>(answer->values[2 + amount] - kUnits * 2 * amount);
    EXPECT_NEAR(above, kUnits * 2.0 * (4 - amount) / 5, slack * (4 - amount)) << amount;
    // A choice of the first two or of the last two would be seen.
    EXPECT_GT(kUnits * 2.0 / 5, slack);
  }
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
  EXPECT_EQ(*internal::FindDivision(SourceOf(right), right, EngineOptions{}, random),
            internal::Division::kByUnit);

  // One row of one unit on another server.
  const DatasetDescription wrong = Load("divided_wrong", rows);
  const size_t home = ByFirstColumn(0, "77");
  ThreeServers()[(home + 1) % 3]->Run("INSERT INTO divided_wrong VALUES (77, 2, 1)");
  EXPECT_EQ(*internal::FindDivision(SourceOf(wrong), wrong, EngineOptions{}, random),
            internal::Division::kByOther);
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
    EXPECT_EQ(*internal::FindDivision(SourceOf(description), description,
                                      EngineOptions{.memory_limit_bytes = 160'000}, random),
              is_right ? internal::Division::kByUnit : internal::Division::kByOther);
  }
}

// Names that could be ones of the questions themselves.
TEST(ClickHouseDivisionTest, KeysOfAnyNameAreCompared) {
  for (const char* name : {"h", "c", "weir_h", "count"}) {
    const ClusterTable::Column column{.name = name, .type = "String"};
    const std::string on = std::string("divided_by_") + name;
    CreateTable({.name = on, .columns = {column}, .rows = {{"7"}, {"8"}, {"9"}, {"N"}}},
                ByFirstColumn);
    for (const auto& server : ThreeServers()) server->Run("INSERT INTO " + on + " VALUES ('N')");
    TestDataset dataset;
    dataset.Unit({name});
    dataset.Column(name, v1::COLUMN_TYPE_TEXT).mutable_missing()->add_values("N");
    UseServers(dataset, on, {name});
    const DatasetDescription description = dataset.Description();
    test::SeededRandom random(37);
    WEIR_ASSERT_OK_AND_ASSIGN(
        const internal::Division division,
        internal::FindDivision(SourceOf(description), description, EngineOptions{}, random));
    EXPECT_EQ(division, internal::Division::kByUnit) << name;
  }
}

// The same table, described so that a value which is on all servers is a unit.
TEST(ClickHouseDivisionTest, AYesHoldsForItsDescriptionAlone) {
  CreateTable({.name = "described",
               .columns = {{"who", "Int32"}},
               .rows = {{"7"}, {"8"}, {"9"}, {"999"}, {"999"}, {"999"}}},
              InTurn);
  for (const bool is_missing : {true, false}) {
    TestDataset dataset;
    dataset.Unit({"who"});
    v1::Column& column = dataset.Column("who", v1::COLUMN_TYPE_INT);
    if (is_missing) column.mutable_missing()->add_values("999");
    UseServers(dataset, "described", {"who"});
    const DatasetDescription description = dataset.Description();
    test::SeededRandom random(38);
    WEIR_ASSERT_OK_AND_ASSIGN(
        const internal::Division division,
        internal::FindDivision(SourceOf(description), description, EngineOptions{}, random));
    EXPECT_EQ(division, is_missing ? internal::Division::kByUnit : internal::Division::kByOther);
    WEIR_ASSERT_OK_AND_ASSIGN(
        const AggregateTable table,
        TryAggregate(description, {.measures = {Units(), Rows()}, .bounds = Bounds(1, 1)}));
    EXPECT_THAT(table.values, ::testing::ElementsAre(is_missing ? 3 : 4, is_missing ? 3 : 4));
  }
}

}  // namespace
}  // namespace weir::data::test_clickhouse
