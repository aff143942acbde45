// SPDX-License-Identifier: Apache-2.0
// Keys without a public domain: what one unit's values may cost, and where the texts come from.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/data/run_query.h"
#include "tests/support/seeded_random.h"
#include "weir/data/internal/source_answer.h"

namespace weir::data::test_query {
namespace {

const internal::BoundedSumOptions kOneThread{.memory_bytes = 64 << 20, .threads = 1};

// A data set of texts: who, the unit, and two more.
class OpenKeyTest : public ::testing::Test {
 protected:
  OpenKeyTest() {
    dataset_.Unit({"who"});
    for (const char* name : {"who", "a", "b"}) dataset_.Column(name, v1::COLUMN_TYPE_TEXT);
  }

  StatusOr<AggregateTable> RunFile(const AggregateQuery& query, uint64_t memory_bytes,
                                   const std::string& temp_folder = "") {
    test::SeededRandom random(1);
    return internal::AggregateSource(
        dataset_.Description(), query,
        {.memory_limit_bytes = memory_bytes, .threads = 2, .temp_folder = temp_folder}, random);
  }

  LabelledFigures FiguresOfFile(const AggregateQuery& query) {
    auto table = RunFile(query, 64 << 20);
    EXPECT_TRUE(table.ok()) << table.status();
    return table.ok() ? ByLabel(query, *table) : LabelledFigures();
  }

  TestDataset dataset_;
};

std::string OrdinaryRows() {
  std::string csv = "who,a,b\n";
  for (int i = 0; i < 6000; ++i) {
    csv += std::to_string(i % 500) + ",value " + std::to_string(i * 7 % 1000) + "," +
           std::to_string(i % 3) + "\n";
  }
  return csv;
}

std::string LongValues(int count) {
  std::string csv;
  for (int i = 0; i < count; ++i) {
    csv += "heavy," + std::string(150, 'x') + std::to_string(i) + ",0\n";
  }
  return csv;
}

TEST_F(OpenKeyTest, OneUnitWithManyLongValuesDoesNotChangeTheOutcome) {
  const test::TemporaryFolder folder;
  constexpr uint64_t kMemory = 8 << 20;
  for (const bool two_keys : {false, true}) {
    AggregateQuery query{.keys = {{.column = "a", .open = true}},
                         .measures = {Rows(), Units()},
                         .bounds = Bounds(4, 1)};
    if (two_keys) query.keys.push_back({.column = "b", .values = {"0", "1", "2"}});
    dataset_.WriteCsv(OrdinaryRows());
    const auto without = RunFile(query, kMemory, folder.path());
    ASSERT_TRUE(without.ok()) << without.status();
    dataset_.WriteCsv(OrdinaryRows() + LongValues(200000));
    const auto with = RunFile(query, kMemory, folder.path());
    ASSERT_TRUE(with.ok()) << with.status();
    LabelledFigures others;
    size_t of_the_unit = 0;
    for (const auto& [label, figures] : ByLabel(query, *with)) {
      if (!label[0].starts_with("xxx")) {
        others[label] = figures;
        continue;
      }
      ++of_the_unit;
      EXPECT_EQ(figures.values, (std::vector<int128>{1, 1}));
    }
    EXPECT_EQ(of_the_unit, 4u);
    EXPECT_EQ(others, ByLabel(query, *without));
    EXPECT_EQ(with->open_values[0].size(), without->open_values[0].size() + 4);
  }
}

TEST_F(OpenKeyTest, TuplesAreNotTheirTextsInARow) {
  dataset_.WriteCsv("who,a,b\n1,x,yz\n2,xy,z\n3,xyz,\n4,,xyz\n5,x,yz\n");
  const AggregateQuery query{.keys = {{.column = "a", .missing_is_key = true, .open = true},
                                      {.column = "b", .missing_is_key = true, .open = true}},
                             .measures = {Units()},
                             .bounds = Bounds(1, 1)};
  LabelledFigures expected;
  expected[{"x", "yz"}] = {.values = {2}};
  expected[{"xy", "z"}] = {.values = {1}};
  expected[{"xyz", "<missing>"}] = {.values = {1}};
  expected[{"<missing>", "xyz"}] = {.values = {1}};
  EXPECT_EQ(FiguresOfFile(query), expected);
}

// Whatever the order of the rows.
TEST_F(OpenKeyTest, NumbersAscendByValueAndMissingIsLast) {
  dataset_.Column("n", v1::COLUMN_TYPE_INT);
  dataset_.Column("d", v1::COLUMN_TYPE_DECIMAL);
  dataset_.Column("t", v1::COLUMN_TYPE_DATE);
  const std::vector<std::string> rows = {"1,10,0.5,2025-10-01,10", "2,9,-1e2,2025-09-01,9",
                                         "3,-2,-1,2025-01-01,-2", "4,-10,1e30,2025-12-31,-10",
                                         "5,,,,"};
  const std::vector<std::pair<std::string, std::vector<std::optional<std::string>>>> expected = {
      {"n", {"-10", "-2", "9", "10", std::nullopt}},
      {"d", {"-100", "-1", "0.5", "1000000000000000000000000000000", std::nullopt}},
      {"t", {"1", "9", "10", "12", std::nullopt}},
      {"a", {"-10", "-2", "10", "9", std::nullopt}}};
  for (const bool reversed : {false, true}) {
    std::string csv;
    for (const std::string& row : rows) csv = reversed ? row + ",\n" + csv : csv + row + ",\n";
    dataset_.WriteCsv("who,n,d,t,a,b\n" + csv);
    for (const auto& [column, values] : expected) {
      KeyDomain key{.column = column, .missing_is_key = true, .open = true};
      if (column == "t") key.part = KeyPart::kMonth;
      const auto table =
          RunFile({.keys = {key}, .measures = {Units()}, .bounds = Bounds(1, 1)}, 64 << 20);
      ASSERT_TRUE(table.ok()) << table.status();
      EXPECT_EQ(table->open_values[0], values) << column;
      EXPECT_EQ(table->key_codes, (std::vector<uint32_t>{0, 1, 2, 3, 4})) << column;
    }
  }
}

TEST_F(OpenKeyTest, EveryFormatIsReadTwice) {
  test::SeededRandom random(5);
  TextTable table{.columns = {"who", "a", "b"}};
  for (int i = 0; i < 5000; ++i) {
    table.rows.push_back({std::to_string(i % 300), "v" + std::to_string(random.Word() % 40),
                          std::to_string(random.Word() % 3)});
  }
  const AggregateQuery query{
      .keys = {{.column = "b", .values = {"2", "0"}}, {.column = "a", .open = true}},
      .measures = {Rows(), Units()},
      .bounds = Bounds(6, 1)};
  dataset_.WriteCsv(ToCsv(table));
  const LabelledFigures figures = FiguresOfFile(query);
  EXPECT_EQ(figures.size(), 80u);
  dataset_.WriteJson(ToJsonLines(table));
  EXPECT_EQ(FiguresOfFile(query), figures);
  dataset_.WriteParquet(table);
  EXPECT_EQ(FiguresOfFile(query), figures);
}

TEST_F(OpenKeyTest, TextsAreMissingBeyondTheirLength) {
  const std::string longest(1024, 'l');
  dataset_.WriteCsv("who,a,b\n1," + longest + ",0\n2," + longest + "l,0\n3,,0\n");
  AggregateQuery query{
      .keys = {{.column = "a", .open = true}}, .measures = {Rows()}, .bounds = Bounds(1, 1)};
  LabelledFigures expected;
  expected[{longest}] = {.values = {1}};
  EXPECT_EQ(FiguresOfFile(query), expected);
  query.keys[0].missing_is_key = true;
  expected[{"<missing>"}] = {.values = {2}};
  EXPECT_EQ(FiguresOfFile(query), expected);
}

class ChangingSourceTest : public ::testing::Test {
 protected:
  ChangingSourceTest() : dataset_(DescribeColumns(columns_).Description()) {}

  TestDataset columns_;
  DatasetDescription dataset_;
  const AggregateQuery query_{
      .keys = {{.column = "txt", .missing_is_key = true, .open = true},
               {.column = "yes", .values = {"true", "false"}, .missing_is_key = true},
               {.column = "int", .missing_is_key = true, .open = true}},
      .measures =
          {Rows(),
           {.kind = ContributionKind::kBins, .column = "int", .highest = 9, .bin_steps = 2}},
      .bounds = Bounds(kUnbounded, kUnbounded)};
};

TEST_F(ChangingSourceTest, CellsWithoutALabelAreLeftOut) {
  test::SeededRandom random(40);
  const auto rows = RandomRows(random, 2000, 50);
  const std::vector<KnownRow> later(rows.begin(), rows.begin() + 300);
  LabelledFigures expected;
  const LabelledFigures all = SlowQuery(rows, query_);
  for (const auto& [label, figures] : SlowQuery(later, query_)) expected[label] = all.at(label);
  ASSERT_LT(expected.size(), all.size());
  for (const int threads : {1, 3}) {
    auto table = RunQueryOnTwo(dataset_, {.first = rows, .second = later}, query_,
                               {.memory_bytes = 64 << 20, .threads = threads});
    ASSERT_TRUE(table.ok()) << table.status();
    EXPECT_EQ(ByLabel(query_, *table), expected);
    for (size_t i = 0; i < table->cells.size(); ++i) EXPECT_EQ(table->cells[i], i);
  }
}

TEST_F(ChangingSourceTest, NewRowsMakeNoCells) {
  test::SeededRandom random(41);
  const auto rows = RandomRows(random, 2000, 50);
  const std::vector<KnownRow> before(rows.begin(), rows.begin() + 300);
  auto table = RunQueryOnTwo(dataset_, {.first = before, .second = rows}, query_, kOneThread);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(ByLabel(query_, *table), SlowQuery(before, query_));
}

TEST_F(ChangingSourceTest, NothingIsLeftOfAnEmptyOne) {
  test::SeededRandom random(42);
  const auto rows = RandomRows(random, 500, 50);
  auto table = RunQueryOnTwo(dataset_, {.first = rows, .second = {}}, query_, kOneThread);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_TRUE(table->cells.empty());
  EXPECT_TRUE(table->values.empty());
  EXPECT_TRUE(table->key_codes.empty());
  ASSERT_EQ(table->bins.size(), 1u);
  EXPECT_TRUE(table->bins[0].empty());
  ASSERT_EQ(table->open_values.size(), 2u);
  EXPECT_TRUE(table->open_values[0].empty());
}

}  // namespace
}  // namespace weir::data::test_query
