// SPDX-License-Identifier: Apache-2.0
#include "tests/data/engine_cases.h"

#include "tests/data/engine_case_tables.h"
#include "tests/data/random_query.h"

namespace weir::data::engine_cases {
namespace {

using test_query::LabelledFigures;
using Bins = std::vector<std::map<uint32_t, int64_t>>;

constexpr char kMissing[] = "<missing>";
constexpr int kRandomQueries = 60;
constexpr int128 kHighest = INT64_MAX;
constexpr int128 kLowest = INT64_MIN;
constexpr int64_t kTwo40 = int64_t{1} << 40;

Contribution Of(ContributionKind kind, const std::string& column, int64_t lowest = 0,
                int64_t highest = 0) {
  return {.kind = kind, .column = column, .lowest = lowest, .highest = highest};
}
Contribution Present(const std::string& column) { return Of(ContributionKind::kPresent, column); }
Contribution Squares(const std::string& column, int64_t lowest, int64_t highest) {
  return Of(ContributionKind::kSquares, column, lowest, highest);
}
Contribution EdgeBins(const std::string& column, std::vector<Decimal> edges) {
  Contribution bins = Of(ContributionKind::kBins, column);
  bins.edges = std::move(edges);
  return bins;
}
Contribution StepBins(const std::string& column, int64_t lowest, int64_t highest, int64_t steps) {
  Contribution bins = Of(ContributionKind::kBins, column, lowest, highest);
  bins.bin_steps = steps;
  return bins;
}

KeyDomain Open(const std::string& column, KeyPart part = KeyPart::kValue) {
  return {.column = column, .part = part, .open = true};
}
KeyDomain OrMissing(KeyDomain key) {
  key.missing_is_key = true;
  return key;
}

AggregateQuery Ask(std::vector<KeyDomain> keys, std::vector<Contribution> measures,
                   std::vector<Condition> filter = {}) {
  return {.keys = std::move(keys),
          .measures = std::move(measures),
          .bounds = Bounds(kUnbounded, kUnbounded),
          .filter = std::move(filter)};
}

// Rows and units by one key.
CaseAnswer ByKey(const std::map<std::string, std::pair<int, int>>& cells) {
  CaseAnswer answer;
  for (const auto& [label, counts] : cells) {
    answer.figures[{label}] = {.values = {counts.first, counts.second}};
  }
  return answer;
}
// Without a key.
CaseAnswer Total(std::vector<int128> values, Bins bins = {}) {
  return {.figures = {{{}, {.values = std::move(values), .bins = std::move(bins)}}}};
}

const std::vector<Contribution>& RowsAndUnits() {
  static const auto& both = *new std::vector<Contribution>{Rows(), Units()};
  return both;
}

void AddSums(std::vector<EngineCase>& cases) {
  Contribution origin = Sum("medium", -10, 10);
  origin.origin = 3;
  Contribution by_unit = Sum("medium", -10, 10);
  by_unit.unit_lowest = -4;
  by_unit.unit_highest = 6;
  cases.push_back({"integers of all widths", "types",
                   Ask({}, {Rows(), Units(), Sum("small", -32768, 32767), Present("small"),
                            Sum("medium", INT32_MIN, INT32_MAX), Sum("big", INT64_MIN, INT64_MAX),
                            Squares("big", -1000, 1000), origin, by_unit}),
                   Total({9, 6, 15, 7, 114, 114, 2009901, 2, 21})});
  cases.push_back(
      {"bins of integers", "types",
       Ask({}, {StepBins("small", -10, 10, 4), EdgeBins("big", {{0, 0}, {6, 0}, {1, 2}})}),
       Total({0, 0}, {{{0, 1}, {2, 2}, {3, 2}, {4, 1}, {5, 1}}, {{0, 3}, {1, 2}}})});
  const std::vector<Decimal> edges = {{-1, 0}, {0, 0}, {1, -2}, {1, 0}, {1, 2}};
  cases.push_back(
      {"decimals", "types",
       Ask({}, {Sum("money", -100, 1000, {1, -2}), Present("money"), EdgeBins("money", edges)}),
       Total({1294, 7, 0}, {{{0, 2}, {1, 2}, {2, 1}, {3, 1}}})});
  cases.push_back({"buckets of decimals", "types",
                   Ask({{.column = "money", .edges = edges}}, RowsAndUnits()),
                   ByKey({{"[0]", {2, 2}}, {"[1]", {2, 2}}, {"[2]", {1, 1}}, {"[3]", {1, 1}}})});
  cases.push_back({"doubles", "types", Ask({}, {Sum("ratio", -10, 100, {1, -1}), Present("ratio")}),
                   Total({125, 7})});
  cases.push_back({"floats", "types", Ask({}, {Sum("share", -100, 100, {5, -2}), Present("share")}),
                   Total({189, 8})});
  cases.push_back({"sums beyond 64 bits",
                   "sums",
                   Ask({Open("zone")},
                       {Sum("amount", INT64_MIN, INT64_MAX), Squares("amount", -kTwo40, kTwo40)}),
                   {{{{"a"}, {{5 * kHighest, int128{5} << 80}, {}}},
                     {{"b"}, {{4 * kLowest, int128{4} << 80}, {}}},
                     {{"c"}, {{2 * kHighest + kLowest, int128{3} << 80}, {}}}}}});
  cases.push_back({"decimals beyond a double",
                   "sums",
                   Ask({{.column = "wide", .edges = {{-1, -18}, {0, 0}, {1, 18}}}},
                       {Rows(), Sum("wide", INT64_MIN, INT64_MAX)}),
                   {{{{"[0]"}, {{4, 0}, {}}},
                     {{"[1]"}, {{7, int128{5} * 123456789012345678 + 1000000000000000000}, {}}}}}});
}

void AddKeys(std::vector<EngineCase>& cases) {
  cases.push_back({"open key of texts", "types", Ask({OrMissing(Open("name"))}, RowsAndUnits()),
                   ByKey({{"north", {1, 1}},
                          {kCafe, {1, 1}},
                          {"two\nlines", {1, 1}},
                          {" x", {1, 1}},
                          {kPhrase, {1, 1}},
                          {"\\N", {1, 1}},
                          {"NULL", {1, 1}},
                          {kMissing, {2, 2}}})});
  cases.push_back(
      {"closed key of texts", "types",
       Ask({OrMissing({.column = "name", .values = {"\\N", "x", "NULL", " x", kPhrase, kCafe}})},
           RowsAndUnits()),
       ByKey({{"\\N", {1, 1}},
              {"NULL", {1, 1}},
              {" x", {1, 1}},
              {kPhrase, {1, 1}},
              {kCafe, {1, 1}},
              {kMissing, {2, 2}}})});
  cases.push_back({"open key of bools", "types", Ask({OrMissing(Open("yes"))}, RowsAndUnits()),
                   ByKey({{"true", {4, 4}}, {"false", {3, 3}}, {kMissing, {2, 2}}})});
  cases.push_back({"open key of uuids", "types", Ask({Open("tag")}, RowsAndUnits()),
                   ByKey({{kTagA, {4, 4}}, {kTag0, {2, 2}}, {kTagF, {2, 2}}})});
  cases.push_back({"open key of integers", "types", Ask({Open("big")}, RowsAndUnits()),
                   ByKey({{std::to_string(INT64_MIN), {1, 1}},
                          {std::to_string(INT64_MAX), {1, 1}},
                          {"0", {1, 1}},
                          {"7", {1, 1}},
                          {"99", {1, 1}},
                          {"-1", {1, 1}},
                          {"5", {2, 2}}})});
  cases.push_back(
      {"zeros with a sign", "types",
       Ask({OrMissing({.column = "ratio", .values = {"0", "0.1", "-0.1", "2.5"}})}, RowsAndUnits()),
       ByKey({{"0", {2, 2}},
              {"0.1", {1, 1}},
              {"-0.1", {1, 1}},
              {"2.5", {1, 1}},
              {kMissing, {2, 2}}})});
  cases.push_back({"open key of floats", "types",
                   Ask({Open("share")}, RowsAndUnits(), {{.column = "share", .at_most = "3"}}),
                   ByKey({{"-1.5", {1, 1}},
                          {"0", {1, 1}},
                          {"0.1", {2, 2}},
                          {"0.25", {1, 1}},
                          {"2.5", {1, 1}},
                          {"3", {1, 1}}})});
  cases.push_back({"groups of values",
                   "types",
                   Ask({{.column = "medium",
                         .values = {"some", "others"},
                         .members = {{"5", "7"}, {"-1", "0", "2147483647"}}},
                        Open("yes")},
                       RowsAndUnits()),
                   {{{{"some", "true"}, {{2, 2}, {}}},
                     {{"some", "false"}, {{1, 1}, {}}},
                     {{"others", "false"}, {{1, 1}, {}}}}}});
  cases.push_back({"units of two columns", "pairs", Ask({Open("zone")}, RowsAndUnits()),
                   ByKey({{"x", {5, 5}}, {"y", {1, 1}}})});
}

void AddTimes(std::vector<EngineCase>& cases) {
  cases.push_back({"days", "types", Ask({Open("day")}, RowsAndUnits()),
                   ByKey({{"2015-03-08", {3, 3}},
                          {"1970-01-01", {2, 2}},
                          {"2024-02-29", {1, 1}},
                          {"2105-12-31", {1, 1}},
                          {"2015-11-01", {1, 1}}})});
  cases.push_back({"weekdays", "types", Ask({Open("day", KeyPart::kWeekday)}, RowsAndUnits()),
                   ByKey({{"7", {4, 4}}, {"4", {4, 4}}})});
  cases.push_back({"years before clocks", "types",
                   Ask({Open("any_day", KeyPart::kPeriodYear)}, RowsAndUnits()),
                   ByKey({{"0001", {2, 2}},
                          {"9999", {1, 1}},
                          {"1582", {1, 1}},
                          {"2024", {1, 1}},
                          {"1970", {1, 1}},
                          {"2015", {1, 1}}})});
  cases.push_back(
      {"a day that some calendars skip", "types",
       Ask({Open("any_day")}, RowsAndUnits(), {{.column = "any_day", .at_most = "1582-10-10"}}),
       ByKey({{"0001-01-01", {1, 1}}, {"0001-12-31", {1, 1}}, {"1582-10-10", {1, 1}}})});
  cases.push_back({"hours of time stamps", "types",
                   Ask({OrMissing(Open("at", KeyPart::kPeriodHour))}, RowsAndUnits()),
                   ByKey({{"2015-03-08T02", {1, 1}},
                          {"1970-01-01T00", {2, 2}},
                          {"2015-11-01T01", {2, 1}},
                          {"2024-02-29T23", {1, 1}},
                          {"2105-12-31T23", {1, 1}},
                          {"2015-11-01T06", {1, 1}},
                          {kMissing, {1, 1}}})});
  cases.push_back({"hours of instants", "types",
                   Ask({Open("zoned", KeyPart::kHour)}, RowsAndUnits()),
                   ByKey({{"8", {2, 2}},
                          {"9", {1, 1}},
                          {"7", {1, 1}},
                          {"23", {1, 1}},
                          {"0", {1, 1}},
                          {"6", {1, 1}}})});
  cases.push_back(
      {"days of instants", "types",
       Ask({Open("zoned", KeyPart::kPeriodDay)}, RowsAndUnits(),
           {{.column = "zoned", .above = "2015-03-08T08:59:59Z"}}),
       ByKey({{"2015-03-08", {1, 1}}, {"2015-11-01", {3, 2}}, {"2024-02-29", {1, 1}}})});
  cases.push_back({"microseconds", "types",
                   Ask({Open("fine", KeyPart::kPeriodDay)}, RowsAndUnits(),
                       {{.column = "fine",
                         .not_in = {"2015-11-01T06:59:59.000001Z"},
                         .at_most = "2015-11-01T06:59:59.000001Z"}}),
                   ByKey({{"1969-12-31", {1, 1}},
                          {"0001-01-01", {1, 1}},
                          {"1582-10-10", {1, 1}},
                          {"1970-01-01", {1, 1}}})});
  AggregateQuery february = Ask({}, RowsAndUnits());
  february.windows = {"2015-02"};
  cases.push_back({"all windows", "months", Ask({}, RowsAndUnits()), Total({5, 3})});
  cases.push_back({"one window", "months", february, Total({3, 2})});
}

void AddFilters(std::vector<EngineCase>& cases) {
  const auto rows = [&cases](const std::string& name, Condition condition, int count, int units) {
    cases.push_back({"filter by " + name, "types", Ask({}, RowsAndUnits(), {std::move(condition)}),
                     Total({count, units})});
  };
  rows("texts", {.column = "name", .in = {"NULL", "\\N", kPhrase}}, 3, 2);
  rows("other texts", {.column = "name", .not_in = {"north", " x"}}, 5, 4);
  rows("uuids", {.column = "tag", .in = {kTagF, kTag0}}, 4, 4);
  rows("bools", {.column = "yes", .in = {"true"}}, 4, 4);
  rows("integers", {.column = "small", .at_least = "-1", .below = "7"}, 4, 3);
  rows("large integers", {.column = "big", .above = std::to_string(INT64_MAX - 1)}, 1, 1);
  rows("decimals", {.column = "money", .above = "-0.05", .at_most = "0.5"}, 4, 3);
  rows("doubles", {.column = "ratio", .not_in = {"0"}, .at_least = "-0.1"}, 5, 5);
  rows("floats", {.column = "share", .in = {"0.1", "0"}}, 3, 3);
  rows("days", {.column = "day", .at_least = "1970-01-02", .below = "2105-12-31"}, 5, 5);
  rows("time stamps", {.column = "at", .in = {"2015-11-01T01:30:00Z"}}, 2, 1);
  rows("microseconds", {.column = "fine", .at_most = "1969-12-31T23:59:59.999999Z"}, 3, 3);
  rows("units", {.column = "who", .in = {std::to_string(INT64_MIN), "2"}}, 3, 2);
}

void AddHistograms(std::vector<EngineCase>& cases) {
  AggregateQuery query = Ask({}, {});
  query.histograms = {{.figure = UnitFigure::kRows, .ends = {1, 2}},
                      {.figure = UnitFigure::kHighest,
                       .column = "medium",
                       .lowest = -10,
                       .highest = 100,
                       .ends = {0, 7, 50}},
                      {.figure = UnitFigure::kLowest,
                       .column = "medium",
                       .lowest = -10,
                       .highest = 100,
                       .ends = {-5, 0, 5}}};
  cases.push_back({"units by rows and values",
                   "types",
                   query,
                   {.unit_counts = {{3, 3}, {1, 3, 2}, {3, 1, 2}}}});
  query = Ask({OrMissing(Open("yes"))}, {});
  query.histograms = {{.figure = UnitFigure::kKeys, .ends = {1, 2}},
                      {.figure = UnitFigure::kRowsOfKey, .ends = {1, 2}}};
  cases.push_back({"units by keys", "types", query, {.unit_counts = {{3, 3}, {6, 0}}}});
}

void AddRandom(std::vector<EngineCase>& cases) {
  test::SeededRandom random(6);
  for (int i = 0; i < kRandomQueries; ++i) {
    AggregateQuery query = test_query::RandomQuery(random, KnownRandomRows());
    LabelledFigures figures = test_query::SlowQuery(KnownRandomRows(), query);
    cases.push_back({"random " + std::to_string(i),
                     "random",
                     std::move(query),
                     {.figures = std::move(figures)}});
  }
}

}  // namespace

void CaseTable::Describe(TestDataset& dataset) const {
  dataset.Unit(unit);
  for (const CaseColumn& column : columns) {
    v1::Column& described = dataset.Column(column.name, column.type);
    for (const std::string& value : column.missing_values) {
      described.mutable_missing()->add_values(value);
    }
  }
  if (month_window.has_value()) dataset.Window(*month_window, v1::WINDOW_LENGTH_MONTH);
}

const std::vector<CaseTable>& Tables() {
  static const auto& tables = *new std::vector<CaseTable>{TypesTable(), SumsTable(), PairsTable(),
                                                          MonthsTable(), RandomTable()};
  return tables;
}

std::vector<EngineCase> Cases() {
  std::vector<EngineCase> cases;
  AddSums(cases);
  AddKeys(cases);
  AddTimes(cases);
  AddFilters(cases);
  AddHistograms(cases);
  AddRandom(cases);
  return cases;
}

std::vector<std::string> WrongCases(const CaseTable& table, const DatasetDescription& dataset) {
  std::vector<std::string> wrong;
  for (const EngineCase& one : Cases()) {
    if (one.table != table.name) continue;
    const StatusOr<AggregateTable> answer = TryAggregate(dataset, one.query);
    if (!answer.ok()) {
      wrong.push_back(one.name + ": " + MessageOf(answer.status()));
    } else if (test_query::ByLabel(one.query, *answer) != one.expected.figures) {
      wrong.push_back(one.name + ": other figures");
    } else if (answer->unit_counts != one.expected.unit_counts) {
      wrong.push_back(one.name + ": other histograms");
    }
  }
  return wrong;
}

}  // namespace weir::data::engine_cases
