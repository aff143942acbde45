// SPDX-License-Identifier: Apache-2.0
// What one row contributes, in all three formats: without a bound hit the integers must be those
// that a person would add up by hand.
#include <string>
#include <vector>

#include "tests/data/data_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace weir::data {
namespace {

using test::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

enum class Format { kCsv, kJson, kParquet };

class AggregateFormatsTest : public ::testing::TestWithParam<Format> {
 protected:
  void Write(TestDataset& dataset, const TextTable& table) const {
    switch (GetParam()) {
      case Format::kCsv:
        dataset.WriteCsv(ToCsv(table));
        return;
      case Format::kJson:
        dataset.WriteJson(ToJsonLines(table));
        return;
      case Format::kParquet:
        dataset.WriteParquet(table);
    }
  }
};

std::string NameOf(const ::testing::TestParamInfo<Format>& format) {
  switch (format.param) {
    case Format::kCsv:
      return "Csv";
    case Format::kJson:
      return "Json";
    case Format::kParquet:
      break;
  }
  return "Parquet";
}
INSTANTIATE_TEST_SUITE_P(All, AggregateFormatsTest,
                         ::testing::Values(Format::kCsv, Format::kJson, Format::kParquet), NameOf);

// Sums by cell and distinct units, from typed rows, by a map of maps.
class SlowReference {
 public:
  void Add(int unit, uint64_t cell, int64_t value) {
    auto& sums = cells_[cell];
    sums.resize(3);
    sums[0] += 1;
    sums[1] += seen_.emplace(std::pair(unit, cell), true).second ? 1 : 0;
    sums[2] += value;
  }
  const Cells& cells() const { return cells_; }

 private:
  Cells cells_;
  std::map<std::pair<int, uint64_t>, bool> seen_;
};

TEST_P(AggregateFormatsTest, AgreesWithASlowReferenceWhenNoBoundIsHit) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_TEXT);
  dataset.Column("day", v1::COLUMN_TYPE_INT);
  dataset.Column("zone", v1::COLUMN_TYPE_TEXT);
  dataset.Column("value", v1::COLUMN_TYPE_INT);
  test::SeededRandom random(5);
  TextTable table{.columns = {"zone", "unused", "value", "who", "day"}};
  SlowReference reference;
  const std::vector<std::string> zones = {"north", "a,b", "quote\"d", "two\nlines", "caf\xC3\xA9"};
  for (int i = 0; i < 20000; ++i) {
    const int unit = static_cast<int>(random.Word() % 700);
    const uint64_t zone = random.Word() % zones.size();
    const uint64_t day = random.Word() % 7;
    const auto value = static_cast<int64_t>(random.Word() % 2001) - 1000;
    table.rows.push_back({zones[zone], "x", std::to_string(value), "unit-" + std::to_string(unit),
                          std::to_string(day + 1)});
    reference.Add(unit, zone * 7 + day, value);
  }
  Write(dataset, table);
  const AggregateQuery query{
      .keys = {{.column = "zone", .values = zones},
               {.column = "day", .values = {"1", "2", "3", "4", "5", "6", "7"}}},
      .measures = {Rows(), Units(), Sum("value", -1000, 1000)},
      .bounds = Bounds(kUnbounded, kUnbounded)};
  const Cells cells = Aggregate(dataset.Description(), query);
  EXPECT_EQ(cells, reference.cells());

  reference.Add(9999, 0, 1);
  EXPECT_NE(cells, reference.cells()) << "the comparison must see one row";
}

TEST_P(AggregateFormatsTest, DropsRowsWithoutAUnit) {
  TestDataset dataset;
  dataset.Unit({"a", "b"});
  dataset.Column("a", v1::COLUMN_TYPE_TEXT).mutable_missing()->add_values("N");
  dataset.Column("b", v1::COLUMN_TYPE_INT).mutable_missing()->add_values("0");
  Write(dataset, {.columns = {"a", "b"},
                  .rows = {{"x", "1"},
                           {"", "1"},
                           {"N", "1"},
                           {"x", ""},
                           {"x", "0"},
                           {"x", "00"},
                           {"x", "not a number"},
                           {"", ""}}});
  const AggregateQuery query{.measures = {Rows(), Units()}, .bounds = Bounds(1, 1000)};
  EXPECT_THAT(Aggregate(dataset.Description(), query), ElementsAre(Pair(0, ElementsAre(1, 1))));

  // The twin: a unit column without sentinels keeps the four rows that have some text and number.
  dataset.message().mutable_columns()->at("a").clear_missing();
  dataset.message().mutable_columns()->at("b").clear_missing();
  EXPECT_THAT(Aggregate(dataset.Description(), query), ElementsAre(Pair(0, ElementsAre(4, 3))));
}

TEST_P(AggregateFormatsTest, TuplesOfUnitsDoNotRunTogether) {
  TestDataset dataset;
  dataset.Unit({"a", "b"});
  dataset.Column("a", v1::COLUMN_TYPE_TEXT);
  dataset.Column("b", v1::COLUMN_TYPE_TEXT);
  Write(dataset,
        {.columns = {"a", "b"}, .rows = {{"ab", "c"}, {"a", "bc"}, {"abc", "x"}, {"ab", "c"}}});
  const AggregateQuery query{.measures = {Units()}, .bounds = Bounds(1, 1)};
  EXPECT_THAT(Aggregate(dataset.Description(), query), ElementsAre(Pair(0, ElementsAre(3))));
}

TEST_P(AggregateFormatsTest, CodesKeysOfEveryType) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  dataset.Column("int", v1::COLUMN_TYPE_INT);
  dataset.Column("fips", v1::COLUMN_TYPE_TEXT);
  dataset.Column("dec", v1::COLUMN_TYPE_DECIMAL);
  dataset.Column("yes", v1::COLUMN_TYPE_BOOL);
  dataset.Column("day", v1::COLUMN_TYPE_DATE);
  dataset.Column("time", v1::COLUMN_TYPE_TIMESTAMP);
  Write(dataset,
        {.columns = {"who", "int", "fips", "dec", "yes", "day", "time"},
         .rows = {
             {"1", "-5", "08001", "0.50", "true", "2015-03-31", "2015-03-31T10:00:00Z"},
             {"2", "9000000000", "8001", "1.5", "0", "2015-04-01", "2015-03-31 12:00:00+02:00"}}});
  const DatasetDescription description = dataset.Description();
  const std::pair<KeyDomain, std::vector<uint64_t>> cases[] = {
      {{.column = "int", .values = {"9000000000", "-5"}}, {0, 1}},
      {{.column = "int", .values = {"-5", "-4"}}, {0}},
      {{.column = "fips", .values = {"08001", "8001"}}, {0, 1}},
      {{.column = "fips", .values = {"8001"}}, {0}},
      {{.column = "dec", .values = {"1.5", "0.5"}}, {0, 1}},
      {{.column = "yes", .values = {"false", "true"}}, {0, 1}},
      {{.column = "day", .values = {"2015-04-01", "2015-03-31"}}, {0, 1}},
      {{.column = "time", .values = {"2015-03-31T10:00:00Z"}}, {0}}};
  for (const auto& [key, touched] : cases) {
    const AggregateQuery query{.keys = {key}, .measures = {Rows()}, .bounds = Bounds(1, 1)};
    std::vector<uint64_t> found;
    for (const auto& [cell, sums] : Aggregate(description, query)) found.push_back(cell);
    EXPECT_EQ(found, touched) << key.column;
  }
}

TEST_P(AggregateFormatsTest, BucketsAreHalfOpen) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  dataset.Column("int", v1::COLUMN_TYPE_INT);
  dataset.Column("dec", v1::COLUMN_TYPE_DECIMAL);
  TextTable table{.columns = {"who", "int", "dec"}};
  const char* values[] = {"-1", "0", "3", "4", "11", "12", "-99999999999"};
  int unit = 0;
  for (const char* value : values) {
    table.rows.push_back({std::to_string(++unit), value, std::string(value) + ".0"});
  }
  table.rows.push_back({"100", "", "3.999999999999999999"});
  table.rows.push_back({"101", "", "-0.000000000000000001"});
  Write(dataset, table);
  const auto rows = [&](const std::string& column, std::vector<Decimal> edges) {
    return Aggregate(dataset.Description(),
                     {.keys = {{.column = column, .edges = std::move(edges)}},
                      .measures = {Rows()},
                      .bounds = Bounds(1, 1)});
  };
  EXPECT_THAT(rows("int", {{0, 0}, {4, 0}, {12, 0}}),
              ElementsAre(Pair(0, ElementsAre(2)), Pair(1, ElementsAre(2))));
  EXPECT_THAT(rows("int", {{-5, -1}, {35, -1}, {12, 0}}),
              ElementsAre(Pair(0, ElementsAre(2)), Pair(1, ElementsAre(2))));
  EXPECT_THAT(rows("dec", {{0, 0}, {4, 0}, {12, 0}}),
              ElementsAre(Pair(0, ElementsAre(3)), Pair(1, ElementsAre(2))));
}

TEST_P(AggregateFormatsTest, MissingKeysAreDroppedOrAKeyOfTheirOwn) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  dataset.Column("hour", v1::COLUMN_TYPE_INT).mutable_missing()->add_values("99");
  Write(dataset, {.columns = {"who", "hour"},
                  .rows = {{"1", "0"},
                           {"2", "1"},
                           {"3", "99"},
                           {"4", "99.0"},
                           {"5", ""},
                           {"6", "N"},
                           {"7", "25"}}});
  AggregateQuery query{.keys = {{.column = "hour", .values = {"0", "1"}}},
                       .measures = {Rows()},
                       .bounds = Bounds(1, 1)};
  EXPECT_THAT(Aggregate(dataset.Description(), query),
              ElementsAre(Pair(0, ElementsAre(1)), Pair(1, ElementsAre(1))));
  query.keys[0].missing_is_key = true;
  EXPECT_THAT(
      Aggregate(dataset.Description(), query),
      ElementsAre(Pair(0, ElementsAre(1)), Pair(1, ElementsAre(1)), Pair(2, ElementsAre(4))));
}

TEST_P(AggregateFormatsTest, SumsClampRoundAndLeaveOutWhatIsMissing) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  dataset.Column("value", v1::COLUMN_TYPE_DECIMAL).mutable_missing()->add_values("-7");
  const auto sum_of = [&](const std::string& value) {
    Write(dataset, {.columns = {"who", "value"}, .rows = {{"1", value}}});
    const Cells cells = Aggregate(
        dataset.Description(),
        {.measures = {Rows(), Sum("value", -1000, 2000, {1, -2})}, .bounds = Bounds(1, 1)});
    EXPECT_EQ(cells.at(0)[0], 1) << "the row counts whatever its value";
    return static_cast<int64_t>(cells.at(0)[1]);
  };
  const std::pair<const char*, int64_t> cases[] = {{"1.23", 123},
                                                   {"1.235", 124},
                                                   {"-1.235", -124},
                                                   {"1.2349999999999999", 123},
                                                   {"20", 2000},
                                                   {"20.004", 2000},
                                                   {"99999999999999999999", 2000},
                                                   {"-1e30", -1000},
                                                   {"0", 0},
                                                   {"-7", 0},
                                                   {"-7.00", 0},
                                                   {"NaN", 0},
                                                   {"inf", 0},
                                                   {"-Infinity", 0},
                                                   {"1e999", 0},
                                                   {"", 0},
                                                   {"abc", 0},
                                                   {"1,5", 0}};
  for (const auto& [text, steps] : cases) EXPECT_EQ(sum_of(text), steps) << text;
}

TEST_P(AggregateFormatsTest, AddsBeyondSixtyFourBits) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  dataset.Column("value", v1::COLUMN_TYPE_INT);
  TextTable table{.columns = {"who", "value"}};
  for (int i = 0; i < 8; ++i) {
    table.rows.push_back({std::to_string(i), "9223372036854775807"});
  }
  table.rows.push_back({"8", "9223372036854775808"});
  Write(dataset, table);
  const Cells cells =
      Aggregate(dataset.Description(),
                {.measures = {Rows(), Sum("value", INT64_MIN, INT64_MAX)}, .bounds = Bounds(1, 1)});
  EXPECT_EQ(cells.at(0)[0], 9);
  EXPECT_EQ(cells.at(0)[1], int128{INT64_MAX} * 8) << "beyond 64 bits a value is missing";
}

TEST_P(AggregateFormatsTest, WindowsSplitUnitsAndFilterRows) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  dataset.Column("when", v1::COLUMN_TYPE_TIMESTAMP);
  Write(dataset, {.columns = {"who", "when"},
                  .rows = {{"1", "2014-12-31T23:59:59Z"},
                           {"1", "2015-01-01T00:00:00Z"},
                           {"1", "2015-01-31T12:00:00Z"},
                           {"1", "2015-02-01T01:00:00+02:00"},
                           {"1", "2015-02-01T12:00:00Z"},
                           {"1", ""},
                           {"1", "soon"},
                           {"2", "2015-01-01T10:00:00Z"}}});
  struct Case {
    v1::WindowLength per;
    std::vector<std::string> windows;
    int64_t rows, units;
  };
  const Case cases[] = {{v1::WINDOW_LENGTH_YEAR, {}, 6, 3},
                        {v1::WINDOW_LENGTH_YEAR, {"2015"}, 5, 2},
                        {v1::WINDOW_LENGTH_YEAR, {"2014"}, 1, 1},
                        {v1::WINDOW_LENGTH_MONTH, {}, 6, 4},
                        {v1::WINDOW_LENGTH_MONTH, {"2015-01", "2014-12"}, 5, 3},
                        {v1::WINDOW_LENGTH_DAY, {}, 6, 5},
                        {v1::WINDOW_LENGTH_DAY, {"2015-01-01"}, 2, 2}};
  for (const Case& c : cases) {
    dataset.Window("when", c.per);
    const Cells cells =
        Aggregate(dataset.Description(),
                  {.measures = {Rows(), Units()}, .bounds = Bounds(1, 1000), .windows = c.windows});
    EXPECT_THAT(cells, ElementsAre(Pair(0, ElementsAre(c.rows, c.units)))) << c.rows << c.units;
  }
}

TEST_P(AggregateFormatsTest, TakesNamesAndValuesFullOfSqlAsTheyAre) {
  const std::string name = "a\"b'; DROP TABLE x; -- ~/\\";
  TestDataset dataset;
  dataset.Unit({name});
  dataset.Column(name, v1::COLUMN_TYPE_TEXT);
  Write(dataset, {.columns = {"other", name},
                  .rows = {{"1", "'; DROP TABLE x; --"}, {"2", "a\"b'; DROP"}, {"3", "plain"}}});
  const AggregateQuery query{
      .keys = {{.column = name, .values = {"a\"b'; DROP", "'; DROP TABLE x; --"}}},
      .measures = {Rows()},
      .bounds = Bounds(1, 1)};
  EXPECT_THAT(Aggregate(dataset.Description(), query),
              ElementsAre(Pair(0, ElementsAre(1)), Pair(1, ElementsAre(1))));
}

TEST_P(AggregateFormatsTest, NoRowsAreNoCells) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  Write(dataset, {.columns = {"who"}});
  EXPECT_TRUE(
      Aggregate(dataset.Description(), {.measures = {Rows(), Units()}, .bounds = Bounds(1, 1)})
          .empty());
}

TEST_P(AggregateFormatsTest, AMissingColumnNamesThoseThatAreThere) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  dataset.Column("what", v1::COLUMN_TYPE_INT);
  Write(dataset, {.columns = {"whom", "what"}, .rows = {{"1", "2"}}});
  EXPECT_THAT(Check(dataset.Description()),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("whom")));
  if (GetParam() == Format::kJson) return;
  EXPECT_THAT(TryAggregate(dataset.Description(), {.measures = {Rows()}, .bounds = Bounds(1, 1)}),
              StatusIs(StatusCode::kUnavailable, HasSubstr("no column \"who\"")));
}

}  // namespace
}  // namespace weir::data
