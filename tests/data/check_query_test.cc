// SPDX-License-Identifier: Apache-2.0
// What is refused of a query before anybody pays for it.
#include <functional>
#include <string>

#include "tests/data/run_query.h"
#include "tests/support/status_matchers.h"

namespace weir::data::test_query {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;

class CheckQueryTest : public ::testing::Test {
 protected:
  CheckQueryTest() : dataset_(DescribeColumns(columns_).Description()) {}

  Status CheckKey(KeyDomain key) const {
    return CheckQuery(dataset_,
                      {.keys = {std::move(key)}, .measures = {Rows()}, .bounds = Bounds(1, 1)});
  }
  Status CheckCondition(Condition condition) const {
    return CheckQuery(
        dataset_, {.measures = {Rows()}, .bounds = Bounds(1, 1), .filter = {std::move(condition)}});
  }
  Status CheckMeasure(Contribution measure) const {
    return CheckQuery(dataset_, {.measures = {std::move(measure)}, .bounds = Bounds(1, 1)});
  }

  TestDataset columns_;
  DatasetDescription dataset_;
};

TEST_F(CheckQueryTest, RefusesConditionsThatCannotHoldOrMeanNothing) {
  const std::pair<Condition, const char*> cases[] = {
      {{.column = "none", .in = {"1"}}, "describes no column none"},
      {{.column = "int"}, "asks nothing"},
      {{.column = "int", .in = {"one"}}, "column int: "},
      {{.column = "int", .in = {"1.5"}}, "1.5"},
      {{.column = "int", .not_in = {""}}, "column int"},
      {{.column = "int", .below = "9223372036854775808"}, "64 bits"},
      {{.column = "dec", .above = "1,5"}, "column dec"},
      {{.column = "yes", .in = {"1"}}, "true or false"},
      {{.column = "yes", .at_least = "false"}, "no order"},
      {{.column = "txt", .below = "m"}, "no order"},
      {{.column = "txt", .in = {"\xFF"}}, "column txt"},
      {{.column = "day", .at_most = "2015-02-29"}, "YYYY-MM-DD"},
      {{.column = "day", .at_most = "-0001-01-01"}, "YYYY-MM-DD"},
      {{.column = "when", .at_most = "2015-02-28T00:00:00+01:00"}, "SSZ"}};
  for (const auto& [condition, message] : cases) {
    EXPECT_THAT(CheckCondition(condition),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr(message)));
  }
}

TEST_F(CheckQueryTest, TakesConditionsThatNothingPasses) {
  EXPECT_TRUE(CheckCondition({.column = "int", .at_least = "5", .below = "5"}).ok());
  EXPECT_TRUE(CheckCondition({.column = "int", .in = {"5"}, .not_in = {"5", "5"}}).ok());
  EXPECT_TRUE(CheckCondition({.column = "int", .above = "9223372036854775807"}).ok());
  EXPECT_TRUE(CheckCondition({.column = "int", .below = "-9223372036854775808"}).ok());
  EXPECT_TRUE(CheckCondition({.column = "day", .at_least = "2015-02-28"}).ok());
  EXPECT_TRUE(CheckCondition({.column = "when", .above = "2015-02-28T00:00:00Z"}).ok());
}

TEST_F(CheckQueryTest, RefusesKeysThatDoNotFitTheirColumn) {
  const std::pair<KeyDomain, const char*> cases[] = {
      {{.column = "none", .open = true}, "describes no column none"},
      {{.column = "txt", .values = {"a"}, .open = true}, "open key has no values"},
      {{.column = "int", .edges = {{0, 0}, {1, 0}}, .open = true}, "open key has no values"},
      {{.column = "txt", .values = {"g"}, .members = {{"a"}}, .open = true}, "open key"},
      {{.column = "when", .open = true}, "whole time stamps"},
      {{.column = "int", .part = KeyPart::kMonth, .open = true}, "dates or times"},
      {{.column = "int", .part = KeyPart::kMonth, .values = {"1"}}, "dates or times"},
      {{.column = "txt"}, "either values or bucket edges"},
      {{.column = "day", .part = KeyPart::kMonth, .values = {"13"}}, "13"},
      {{.column = "day", .part = KeyPart::kMonth, .values = {"1", "1"}}, "twice"},
      {{.column = "when", .part = KeyPart::kPeriodHour, .values = {"2015-01-01"}}, "YYYY-MM-DDTHH"},
      {{.column = "txt", .values = {"g", "h"}, .members = {{"a"}}}, "one group"},
      {{.column = "txt", .values = {"g", "h"}, .members = {{"a"}, {"a"}}}, "twice"},
      {{.column = "txt", .values = {"g", "g"}, .members = {{"a"}, {"b"}}}, "twice"},
      {{.column = "dec", .values = {"g", "h"}, .members = {{"1"}, {"1.0"}}}, "twice"},
      {{.column = "int", .values = {"g"}, .members = {{"one"}}}, "one"},
      {{.column = "day", .part = KeyPart::kMonth, .values = {"1"}, .members = {{"1"}}},
       "one group"}};
  for (const auto& [key, message] : cases) {
    EXPECT_THAT(CheckKey(key), StatusIs(StatusCode::kInvalidArgument, HasSubstr(message)));
  }
  EXPECT_TRUE(CheckKey({.column = "day", .part = KeyPart::kHour, .open = true}).ok());
  EXPECT_TRUE(CheckKey({.column = "txt", .values = {"g", "h"}, .members = {{"a"}, {}}}).ok());
}

TEST_F(CheckQueryTest, RefusesMeasuresThatDoNotFitTheirColumn) {
  using Kind = ContributionKind;
  const int64_t far = (int64_t{1} << 40) + 1;
  const std::pair<Contribution, const char*> cases[] = {
      {{.kind = Kind::kPresent, .column = "none"}, "describes no column none"},
      {{.kind = Kind::kSquares, .column = "txt"}, "no numbers"},
      {{.kind = Kind::kBins, .column = "day", .bin_steps = 1}, "no numbers"},
      {{.kind = Kind::kBins, .column = "txt", .edges = {{0, 0}, {1, 0}}}, "int or a decimal"},
      {{.kind = Kind::kBins, .column = "int", .highest = 5}, "either edges or"},
      {{.kind = Kind::kBins, .column = "int", .bin_steps = -1}, "either edges or"},
      {{.kind = Kind::kBins, .column = "int", .edges = {{0, 0}, {1, 0}}, .bin_steps = 1},
       "either edges or"},
      {{.kind = Kind::kBins, .column = "int", .edges = {{0, 0}}}, "two edges"},
      {{.kind = Kind::kBins, .column = "int", .edges = {{1, 0}, {0, 0}}}, "ascend"},
      {{.kind = Kind::kBins, .column = "int", .highest = int64_t{1} << 31, .bin_steps = 1},
       "too many bins"},
      {{.kind = Kind::kBins,
        .column = "int",
        .lowest = INT64_MIN,
        .highest = INT64_MAX,
        .bin_steps = 1},
       "too many bins"},
      {{.kind = Kind::kSum, .column = "int", .grid = {0, 0}}, "positive decimal"},
      {{.kind = Kind::kSum, .column = "int", .lowest = 1}, "do not ascend"},
      {{.kind = Kind::kSum, .column = "int", .highest = INT64_MAX, .origin = -1},
       "from the origin"},
      {{.kind = Kind::kSum, .column = "int", .lowest = INT64_MIN, .origin = 1}, "from the origin"},
      {{.kind = Kind::kSquares, .column = "int", .highest = far}, "from the origin"},
      {{.kind = Kind::kSquares, .column = "int", .lowest = -far}, "from the origin"},
      {{.kind = Kind::kSum, .column = "int", .unit_lowest = 1}, "two ascending numbers"},
      {{.kind = Kind::kSum, .column = "int", .unit_highest = 1}, "two ascending numbers"},
      {{.kind = Kind::kSum, .column = "int", .unit_lowest = 2, .unit_highest = 1},
       "two ascending numbers"},
      {{.kind = Kind::kSquares, .column = "int", .unit_lowest = 0, .unit_highest = 1},
       "two ascending numbers"}};
  for (const auto& [measure, message] : cases) {
    EXPECT_THAT(CheckMeasure(measure), StatusIs(StatusCode::kInvalidArgument, HasSubstr(message)));
  }
  EXPECT_TRUE(CheckMeasure({.kind = Kind::kSquares, .column = "int", .highest = far - 1}).ok());
  EXPECT_TRUE(CheckMeasure({.kind = Kind::kSum,
                            .column = "int",
                            .lowest = INT64_MIN,
                            .highest = INT64_MAX,
                            .unit_lowest = INT64_MIN,
                            .unit_highest = INT64_MAX})
                  .ok());
}

TEST_F(CheckQueryTest, RefusesBoundsOverAllCellsBelowOne) {
  for (const int64_t most : {int64_t{0}, int64_t{-1}, INT64_MIN}) {
    AggregateQuery query{.measures = {Rows()}, .bounds = Bounds(1, 1)};
    query.bounds.max_rows_per_unit = most;
    EXPECT_THAT(CheckQuery(dataset_, query),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("max_rows_per_unit")));
  }
  AggregateQuery query{.measures = {Rows()}, .bounds = Bounds(1, 1)};
  query.bounds.max_rows_per_unit = INT64_MAX;
  EXPECT_TRUE(CheckQuery(dataset_, query).ok());
}

// The ends of 64 bits: totals are exact, and the clamp of a unit cannot overflow.
TEST_F(CheckQueryTest, ExtremeValuesStayExact) {
  std::vector<KnownRow> rows(7);
  for (KnownRow& row : rows) {
    row["who"] = {.text = "1"};
    row["int"] = {.text = "9223372036854775807"};
  }
  const int64_t far = int64_t{1} << 40;
  Contribution unit_sum = Sum("int", INT64_MIN, INT64_MAX);
  unit_sum.unit_lowest = INT64_MIN;
  unit_sum.unit_highest = INT64_MAX;
  const AggregateQuery query{.measures = {Sum("int", INT64_MIN, INT64_MAX),
                                          unit_sum,
                                          {.kind = ContributionKind::kSquares,
                                           .column = "int",
                                           .lowest = 0,
                                           .highest = far}},
                             .bounds = Bounds(1, kUnbounded)};
  auto table = RunQuery(dataset_, rows, query, {.memory_bytes = 16 << 20, .threads = 1});
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->values[0], int128{INT64_MAX} * 7);
  EXPECT_EQ(table->values[1], INT64_MAX);
  EXPECT_EQ(table->values[2], int128{far} * far * 7);
}

}  // namespace
}  // namespace weir::data::test_query
