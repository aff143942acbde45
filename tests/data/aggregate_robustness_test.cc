// SPDX-License-Identifier: Apache-2.0
// Promise 5: what the data holds changes no status and no message; what a caller asks wrongly does.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/data/data_fixture.h"
#include "tests/support/status_matchers.h"

namespace weir::data {
namespace {

using test::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(AggregateRobustnessTest, NothingInACsvCellOrRowChangesTheStatus) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_TEXT);
  dataset.Column("value", v1::COLUMN_TYPE_INT);
  const AggregateQuery query{.measures = {Rows(), Sum("value", 0, 10)}, .bounds = Bounds(1, 1)};
  const std::pair<std::string, std::vector<int128>> cases[] = {
      {"x,5\n", {2, 6}},
      {"x,N\n", {2, 1}},
      {"x,99999999999999999999999999\n", {2, 1}},
      {"x\n", {1, 1}},
      {"x,1,2\n", {1, 1}},
      {"\xff\xfe,5\n", {1, 1}},
      {"x,\xff\n", {2, 1}},
      {std::string("x\0y,5\n", 6), {2, 6}},
      {"\"x,5\n", {1, 1}},
      {"\"x\"\"\ny\",5\n", {2, 6}}};
  for (const auto& [row, sums] : cases) {
    dataset.WriteCsv("who,value\nfirst,1\n" + row);
    EXPECT_EQ(Aggregate(dataset.Description(), query).at(0), sums) << row;
  }
}

TEST(AggregateRobustnessTest, NothingInAJsonLineChangesTheStatus) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_TEXT);
  dataset.Column("value", v1::COLUMN_TYPE_DECIMAL);
  const AggregateQuery query{.measures = {Rows(), Sum("value", 0, 10)}, .bounds = Bounds(1, 1)};
  const std::pair<std::string, std::vector<int128>> cases[] = {
      {R"({"who":"x","value":5})", {2, 6}},
      {R"({"who":"x","value":4.5e0})", {2, 6}},
      {R"({"who":7,"value":5})", {2, 6}},
      {R"({"who":"x","value":1e999})", {1, 1}},
      {R"({"who":"x","value":[1]})", {2, 1}},
      {R"({"who":"x"})", {2, 1}},
      {R"({"who":null,"value":5})", {1, 1}},
      {"not json", {1, 1}},
      {"[1,2]", {1, 1}},
      {"{\"who\":\"\xff\",\"value\":5}", {1, 1}},
      {R"({"who":"x","value":5)", {1, 1}},
      {"", {1, 1}}};
  for (const auto& [line, sums] : cases) {
    dataset.WriteJson("{\"who\":\"first\",\"value\":1}\n" + line + "\n");
    EXPECT_EQ(Aggregate(dataset.Description(), query).at(0), sums) << line;
  }
}

TEST(AggregateRobustnessTest, AParquetFileKeepsItsTypes) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  for (const char* name : {"real", "single", "dec", "huge", "small", "flag"}) {
    dataset.Column(name, v1::COLUMN_TYPE_DECIMAL);
  }
  dataset.Column("flag", v1::COLUMN_TYPE_BOOL);
  dataset.Column("day", v1::COLUMN_TYPE_DATE);
  dataset.Column("time", v1::COLUMN_TYPE_TIMESTAMP);
  dataset.Column("kind", v1::COLUMN_TYPE_TEXT);
  dataset.WriteParquetOf(
      "SELECT who::SMALLINT AS who, real::DOUBLE AS real, real::FLOAT AS single, "
      "dec::DECIMAL(38,20) AS dec, huge::HUGEINT AS huge, 7::UTINYINT AS small, flag::BOOLEAN AS "
      "flag, day::DATE AS day, time::TIMESTAMP_NS AS time, who::BIGINT AS kind FROM (VALUES "
      "(1, '0.145', '0.145', '1e18', true, '2015-03-31', '2015-03-31 10:00:00'), "
      "(2, 'nan', '9999999999999999.00000000000000000001', '1', false, 'infinity', NULL), "
      "(3, 'inf', NULL, NULL, NULL, '2015-04-01', '2015-03-31 10:00:00.5'), "
      "(NULL, '1', '1', '1', true, '2015-03-31', NULL)"
      ") t(who, real, dec, huge, flag, day, time)");
  const DatasetDescription description = dataset.Description();
  const AggregateQuery query{
      .measures = {Rows(), Sum("real", 0, 1000, {1, -2}), Sum("single", 0, 1000, {1, -2}),
                   Sum("dec", 0, INT64_MAX, {1, -3}), Sum("huge", 0, INT64_MAX),
                   Sum("small", 0, 100)},
      .bounds = Bounds(1, 1)};
  const Cells cells = Aggregate(description, query);
  EXPECT_EQ(cells.at(0), (std::vector<int128>{3, 15, 15, int128{145} + INT64_MAX,
                                              int128{1} + 1000000000000000000, 21}));
  const auto touched = [&](KeyDomain key) {
    std::vector<uint64_t> codes;
    for (const auto& [cell, sums] :
         Aggregate(description,
                   {.keys = {std::move(key)}, .measures = {Rows()}, .bounds = Bounds(1, 1)})) {
      codes.push_back(cell);
    }
    return codes;
  };
  EXPECT_THAT(touched({.column = "flag", .values = {"true", "false"}}), ElementsAre(0, 1));
  EXPECT_THAT(
      touched({.column = "day", .values = {"2015-03-31", "2015-04-01"}, .missing_is_key = true}),
      ElementsAre(0, 1, 2));
  EXPECT_THAT(
      touched({.column = "time", .values = {"2015-03-31T10:00:00Z", "2015-03-31T10:00:00.5Z"}}),
      ElementsAre(0, 1));
  EXPECT_THAT(touched({.column = "kind", .values = {"3", "1"}}), ElementsAre(0, 1));
}

TEST(AggregateRobustnessTest, AColumnOfNothingButNullLosesNoRow) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  dataset.Column("value", v1::COLUMN_TYPE_INT);
  dataset.WriteParquetOf("SELECT i AS who, NULL::INTEGER AS value FROM range(5000) t(i)");
  const AggregateQuery query{.measures = {Rows(), Sum("value", 1, 9)}, .bounds = Bounds(1, 1)};
  EXPECT_EQ(Aggregate(dataset.Description(), query).at(0), (std::vector<int128>{5000, 0}));
}

TEST(AggregateRobustnessTest, APathIsNoPattern) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_TEXT);
  dataset.WriteParquet({.columns = {"who"}, .rows = {{"x"}}});
  const std::string content = test::ReadTextFile(dataset.path());
  for (const char* name : {"a[0-9].parquet", "{a,b}.parquet", "who=7 '; --.parquet"}) {
    const std::string path = dataset.folder() + "/" + name;
    test::WriteTextFile(path, content);
    dataset.message().mutable_source()->mutable_parquet()->set_path(path);
    EXPECT_EQ(
        Aggregate(dataset.Description(), {.measures = {Rows()}, .bounds = Bounds(1, 1)}).at(0),
        (std::vector<int128>{1}));
  }
}

TEST(AggregateRobustnessTest, AFileThatIsNoParquetSaysNothingOfItsContent) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_TEXT);
  dataset.WriteParquet({.columns = {"who"}, .rows = {{"x"}}});
  const std::string good = test::ReadTextFile(dataset.path());
  const AggregateQuery query{.measures = {Rows()}, .bounds = Bounds(1, 1)};
  for (const std::string& bytes :
       {std::string("secret"), std::string(), good.substr(0, good.size() / 2),
        "PAR1" + std::string(64, 'x') + "PAR1"}) {
    test::WriteTextFile(dataset.path(), bytes);
    EXPECT_THAT(TryAggregate(dataset.Description(), query),
                StatusIs(StatusCode::kUnavailable, Not(HasSubstr("secret"))));
    EXPECT_THAT(Check(dataset.Description()), StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST(AggregateRobustnessTest, AnUnreadableSourceIsUnavailable) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_TEXT);
  const AggregateQuery query{.measures = {Rows()}, .bounds = Bounds(1, 1)};
  for (const std::string& path :
       {dataset.folder() + "/none.csv", dataset.folder(), std::string("/dev/zero")}) {
    dataset.message().mutable_source()->mutable_csv()->set_path(path);
    EXPECT_THAT(TryAggregate(dataset.Description(), query),
                StatusIs(StatusCode::kUnavailable, HasSubstr(path)));
  }
}

TEST(AggregateQueryTest, RefusesWhatDoesNotFitTheDataset) {
  TestDataset dataset;
  dataset.Unit({"who"}).WriteCsv("who,text,int\n1,a,2\n");
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  dataset.Column("text", v1::COLUMN_TYPE_TEXT);
  dataset.Column("int", v1::COLUMN_TYPE_INT);
  const KeyDomain good{.column = "int", .values = {"1", "2"}};
  const std::pair<AggregateQuery, const char*> cases[] = {
      {{.bounds = Bounds(1, 1)}, "needs a measure"},
      {{.keys = {{.column = "none", .values = {"1"}}},
        .measures = {Rows()},
        .bounds = Bounds(1, 1)},
       "no column none"},
      {{.keys = {{.column = "int"}}, .measures = {Rows()}, .bounds = Bounds(1, 1)},
       "either values"},
      {{.keys = {{.column = "int", .values = {"1"}, .edges = {{0, 0}, {1, 0}}}},
        .measures = {Rows()},
        .bounds = Bounds(1, 1)},
       "either values"},
      {{.keys = {{.column = "int", .values = {"1", "1"}}},
        .measures = {Rows()},
        .bounds = Bounds(1, 1)},
       "twice"},
      {{.keys = {{.column = "int", .values = {"x"}}}, .measures = {Rows()}, .bounds = Bounds(1, 1)},
       "type"},
      {{.keys = {{.column = "int", .edges = {{1, 0}}}},
        .measures = {Rows()},
        .bounds = Bounds(1, 1)},
       "two edges"},
      {{.keys = {{.column = "int", .edges = {{1, 0}, {1, 0}}}},
        .measures = {Rows()},
        .bounds = Bounds(1, 1)},
       "ascend"},
      {{.keys = {{.column = "text", .edges = {{0, 0}, {1, 0}}}},
        .measures = {Rows()},
        .bounds = Bounds(1, 1)},
       "int or a decimal"},
      {{.keys = std::vector<KeyDomain>(64, good), .measures = {Rows()}, .bounds = Bounds(1, 1)},
       "2^63"},
      {{.measures = {Sum("text", 0, 1)}, .bounds = Bounds(1, 1)}, "no numbers"},
      {{.measures = {Sum("none", 0, 1)}, .bounds = Bounds(1, 1)}, "no column none"},
      {{.measures = {Sum("int", 1, 0)}, .bounds = Bounds(1, 1)}, "clamps"},
      {{.measures = {Sum("int", 0, 1, {0, 0})}, .bounds = Bounds(1, 1)}, "grid"},
      {{.measures = {Sum("int", 0, 1, {-1, 0})}, .bounds = Bounds(1, 1)}, "grid"},
      {{.measures = {Rows()}, .bounds = Bounds(1, 1), .windows = {"2015"}}, "no windows"}};
  for (const auto& [query, message] : cases) {
    EXPECT_THAT(TryAggregate(dataset.Description(), query),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr(message)));
  }
}

}  // namespace
}  // namespace weir::data
