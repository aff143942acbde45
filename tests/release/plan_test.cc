// SPDX-License-Identifier: Apache-2.0
#include "weir/release/plan.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/release/release_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/accountant.h"
#include "weir/ledger/ledger.h"

namespace weir::release {
namespace {

using test::IsOk;
using test::PlanYaml;
using test::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

data::DatasetDescription Dataset() {
  return test::Describe(test::kCrashesDataset, "/nowhere").value();
}

constexpr char kQuestion[] = R"(dataset: crashes.dataset.yaml
keys:
  - weekday
  - {column: hour, bucket: {edges: [0, 4, 8, 12, 16, 20, 24]}}
measures: [rows, units, {sum: fatalities}]
bounds: {max_keys_per_unit: 1, max_rows_per_key: 1}
privacy: {epsilon: 1.0}
)";

TEST(PlanTest, ResolvesTheFirstQuestionWithoutReadingData) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, PlanYaml(Dataset(), kQuestion));
  EXPECT_EQ(plan.cells, 42u);
  EXPECT_EQ(plan.privacy_unit, "one value of (case_id)");
  ASSERT_EQ(plan.measures.size(), 3u);
  EXPECT_EQ(plan.measures[0].columns.front(), "rows");
  EXPECT_EQ(plan.measures[1].columns.front(), "units");
  EXPECT_EQ(plan.measures[2].columns.front(), "sum_fatalities");
  EXPECT_EQ(plan.cost.epsilon(), Epsilon::Parse("1").value());
  EXPECT_TRUE(plan.cost.delta().is_zero());
  EXPECT_THAT(dp::CheckCost(plan.cost), IsOk());
}

TEST(PlanTest, SharesOfEpsilonAddToTheWhole) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, PlanYaml(Dataset(), kQuestion));
  int64_t units = 0;
  for (const Channel& channel : plan.channels) units += channel.noise->epsilon->units();
  EXPECT_EQ(units, plan.cost.epsilon().units());
}

TEST(PlanTest, SensitivityIsThatOfTheWholeVector) {
  const struct {
    const char* keys;
    const char* bounds;
    const char* measure;
    uint128 l1;
  } cases[] = {
      {"[weekday]", "{max_keys_per_unit: 1, max_rows_per_key: 1}", "rows", 1},
      {"[weekday]", "{max_keys_per_unit: 3, max_rows_per_key: 2}", "rows", 6},
      {"[weekday]", "{max_keys_per_unit: 3}", "units", 3},
      {"[weekday]", "{max_keys_per_unit: 3, max_rows_per_key: 2}", "{sum: fatalities}", 60},
      {"[weekday]", "{max_keys_per_unit: 3, max_rows_per_key: 2}", "{sum: cost}", 60000},
      // No unit can touch more keys than there are.
      {"[weekday]", "{max_keys_per_unit: 100, max_rows_per_key: 2}", "rows", 14},
      {"[]", "{max_rows_per_key: 5}", "rows", 5},
  };
  for (const auto& c : cases) {
    const std::string spec = std::string("dataset: d.yaml\nkeys: ") + c.keys + "\nmeasures: [" +
                             c.measure + "]\nbounds: " + c.bounds + "\nprivacy: {epsilon: 1}\n";
    WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, PlanYaml(Dataset(), spec));
    EXPECT_EQ(plan.cost.events().front().sensitivity, c.l1) << spec;
  }
}

TEST(PlanTest, EqualQuestionsHaveEqualTextAndOthersDoNot) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, PlanYaml(Dataset(), kQuestion));
  std::string spelled = kQuestion;
  spelled.replace(spelled.find("1.0"), 3, "1.000");
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan same, PlanYaml(Dataset(), spelled));
  EXPECT_EQ(plan.text, same.text);
  spelled.replace(spelled.find("1.000"), 5, "1.001");
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan other, PlanYaml(Dataset(), spelled));
  EXPECT_NE(plan.text, other.text);
}

TEST(PlanTest, AnotherDescriptionOrEpochIsAnotherQuestion) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, PlanYaml(Dataset(), kQuestion));
  const struct {
    const char* from;
    const char* to;
    bool same;
  } changes[] = {
      {"bounds: [0, 10]", "bounds: [0, 11]", false},
      {"values: [99]", "values: [98]", false},
      {"budget:", "epoch: \"2\"\nbudget:", false},
      {"theme: transportation", "title: Crashes\ntheme: transportation", true},
      {"path: crashes.csv", "path: moved.csv", true},
      {"epsilon: 4", "epsilon: 5", true},
  };
  for (const auto& change : changes) {
    std::string yaml = test::kCrashesDataset;
    yaml.replace(yaml.find(change.from), std::string(change.from).size(), change.to);
    WEIR_ASSERT_OK_AND_ASSIGN(const auto dataset, test::Describe(yaml, "/nowhere"));
    WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan changed, PlanYaml(dataset, kQuestion));
    EXPECT_EQ(plan.text == changed.text, change.same) << change.to;
  }
}

TEST(PlanTest, MissingAsOwnKeyIsOneKeyMore) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan,
                            PlanYaml(Dataset(),
                                     "dataset: d.yaml\nkeys: [severity]\nmeasures: [units]\n"
                                     "bounds: {max_keys_per_unit: 1}\nprivacy: {epsilon: 1}\n"));
  EXPECT_EQ(plan.cells, 3u);
}

TEST(PlanTest, DeltaAllowsGaussianNoiseWhereItIsBetter) {
  const std::string many = R"(dataset: d.yaml
keys: [weekday]
measures: [units]
bounds: {max_keys_per_unit: 7}
privacy: {epsilon: 0.5, delta: 1e-6)";
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan free, PlanYaml(Dataset(), many + "}\n"));
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan laplace,
                            PlanYaml(Dataset(), many + ", noise: discrete_laplace}\n"));
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan gaussian,
                            PlanYaml(Dataset(), many + ", noise: discrete_gaussian}\n"));
  const auto error = [](const ReleasePlan& plan) { return plan.channels[0].noise->standard_error; };
  EXPECT_DOUBLE_EQ(error(free), std::min(error(laplace), error(gaussian)));
  EXPECT_NE(error(laplace), error(gaussian));
}

TEST(PlanTest, EveryWayNamesHowItsEpsilonFollows) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan,
                            PlanYaml(Dataset(),
                                     "dataset: d.yaml\nkeys: [weekday]\nmeasures: [rows, units]\n"
                                     "bounds: {max_keys_per_unit: 7, max_rows_per_key: 1}\n"
                                     "privacy: {epsilon: 1, delta: 1e-6}\n"));
  ASSERT_EQ(plan.alternatives.size(), 2u);
  EXPECT_EQ(plan.alternatives[0].composition, "addition");
  EXPECT_EQ(plan.alternatives[1].composition, "dominating normal law");
}

// Output columns as DuckDB and people see them: alike whatever their case.
data::DatasetDescription Clashing(const std::string& column) {
  return test::Describe(
             "dataset: d\ntheme: resilience\nsource: {csv: {path: d.csv}}\n"
             "privacy_unit: [id]\ncolumns:\n  id: text\n  cost: {type: int, bounds: "
             "[0, 9]}\n  Cost: {type: int, bounds: [0, 9]}\n  " +
                 column + ": {type: int, domain: {values: [1, 2]}}\n" + "budget: {epsilon: 4}\n",
             "/nowhere")
      .value();
}

TEST(PlanTest, RefusesOutputColumnsThatWouldHaveOneName) {
  const auto plan = [](const std::string& keys, const std::string& measures,
                       const std::string& column) {
    return PlanYaml(Clashing(column), "dataset: d.yaml\nkeys: " + keys + "\nmeasures: " + measures +
                                          "\nbounds: {max_keys_per_unit: 1, max_rows_per_key: 1}\n"
                                          "privacy: {epsilon: 1}\n");
  };
  const auto refused = StatusIs(StatusCode::kInvalidArgument, HasSubstr("two output columns"));
  for (const char* name : {"rows", "Rows", "ROWS_LOW", "rows_high"}) {
    EXPECT_THAT(plan(std::string("[") + name + "]", "[rows]", name), refused) << name;
    EXPECT_THAT(plan(std::string("[") + name + "]", "[{sum: cost}]", name), IsOk()) << name;
  }
  EXPECT_THAT(plan("[units_low]", "[rows, units]", "units_low"), refused);
  EXPECT_THAT(plan("[sum_cost_high]", "[rows, {sum: cost}]", "sum_cost_high"), refused);
  EXPECT_THAT(plan("[sum_COST]", "[{sum: cost}]", "sum_COST"), refused);
  EXPECT_THAT(plan("[kind]", "[{sum: cost}, {sum: Cost}]", "kind"), refused);
  EXPECT_THAT(plan("[kind]", "[{sum: cost}, rows, units]", "kind"), IsOk());
}

// Nobody pays for a table that cannot be kept, sealed or read.
TEST(PlanTest, RefusesMoreValuesThanAReleaseMayHave) {
  // `count` values of `bytes` bytes each.
  const auto dataset = [](int count, size_t bytes) {
    std::string values;
    for (int i = 0; i < count; ++i) {
      const std::string number = std::to_string(i);
      values += (i == 0 ? "v" : ", v") + std::string(bytes - 1 - number.size(), '0') + number;
    }
    return test::Describe(
               "dataset: d\ntheme: resilience\nsource: {csv: {path: d.csv}}\n"
               "privacy_unit: [id]\ncolumns:\n  id: text\n  n: {type: int, bounds: "
               "[0, 9]}\n  a: {type: text, domain: {values: [" +
                   values + "]}}\n  b: {type: int, bounds: [0, 9]}\n" + "budget: {epsilon: 4}\n",
               "/nowhere")
        .value();
  };
  const auto plan = [](const data::DatasetDescription& described, int buckets,
                       const std::string& measures) {
    std::string edges = "0";
    for (int i = 1; i <= buckets; ++i) edges += ", " + std::to_string(i);
    return PlanYaml(described, "dataset: d.yaml\nkeys: [a, {column: b, bucket: {edges: [" + edges +
                                   "]}}]\nmeasures: " + measures +
                                   "\nbounds: {max_keys_per_unit: 1, max_rows_per_key: 1}\n"
                                   "privacy: {epsilon: 1}\n");
  };
  // Two keys and three columns a measure.
  const auto thousand = dataset(1000, 8);
  EXPECT_THAT(plan(thousand, 2000, "[rows]"), IsOk());
  EXPECT_THAT(plan(thousand, 2001, "[rows]"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("10000000 values")));
  EXPECT_THAT(plan(thousand, 2000, "[rows, units]"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("10000000 values")));
  EXPECT_THAT(plan(thousand, 900, "[rows, units, {sum: n}]"), IsOk());
  EXPECT_THAT(plan(thousand, 1000, "[rows, units, {sum: n}]"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("10000000 values")));
  EXPECT_THAT(plan(dataset(1000, 600), 100, "[rows]"), IsOk());
  EXPECT_THAT(plan(dataset(1000, 700), 100, "[rows]"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("bytes of key labels")));
}

TEST(PlanTest, RefusesAPlanTextThatAManifestCannotCarry) {
  std::string edges = "0";
  for (int i = 1; i <= 60000; ++i) edges += "," + std::to_string(i);
  std::string spec = kQuestion;
  spec.replace(spec.find("[0, 4, 8, 12, 16, 20, 24]"), 25, "[" + edges + "]");
  EXPECT_THAT(PlanYaml(Dataset(), spec),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("bytes of text")));
}

struct BadSpec {
  const char* name;
  const char* from;
  const char* to;
  const char* message;
};

class BadSpecTest : public ::testing::TestWithParam<BadSpec> {};

TEST_P(BadSpecTest, IsRefusedWithItsPlace) {
  std::string spec = kQuestion;
  const size_t place = spec.find(GetParam().from);
  ASSERT_NE(place, std::string::npos);
  spec.replace(place, std::string(GetParam().from).size(), GetParam().to);
  EXPECT_THAT(PlanYaml(Dataset(), spec),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Rules, BadSpecTest,
    ::testing::Values(
        BadSpec{"UnknownColumn", "- weekday", "- weekend", "has no column weekend"},
        BadSpec{"KeyTwice", "- weekday", "- weekday\n  - weekday", "key weekday is named twice"},
        BadSpec{"KeyWithoutDomain", "- weekday", "- comment", "needs a public `domain`"},
        BadSpec{"BucketsOfText", "column: hour", "column: comment", "buckets need a number"},
        BadSpec{"EdgesDescend", "[0, 4, 8", "[4, 0, 8", "bucket edges must ascend"},
        BadSpec{"OneEdge", "[0, 4, 8, 12, 16, 20, 24]", "[0]", "at least two edges"},
        BadSpec{"EdgeBeyondAllInts", "20, 24]", "20, 1e45]", "is too large"},
        BadSpec{"MeasureTwice", "[rows, units,", "[rows, rows,", "measure rows is named twice"},
        BadSpec{"SumOfText", "{sum: fatalities}", "{sum: comment}", "is not a number"},
        BadSpec{"SumWithoutBounds", "{sum: fatalities}", "{sum: weekday}", "needs `bounds`"},
        BadSpec{"NoKeyBound", "{max_keys_per_unit: 1, ", "{", "max_keys_per_unit is missing"},
        BadSpec{"NoRowBound", ", max_rows_per_key: 1}", "}", "max_rows_per_key is missing"},
        BadSpec{"HugeBound", "max_keys_per_unit: 1", "max_keys_per_unit: 1000001", "must be in"},
        BadSpec{"EpsilonZero", "epsilon: 1.0", "epsilon: 0", "epsilon"},
        BadSpec{"EpsilonNegative", "epsilon: 1.0", "epsilon: -1", "epsilon"},
        BadSpec{"EpsilonTooFine", "epsilon: 1.0", "epsilon: 1e-13", "epsilon"},
        BadSpec{"DeltaOne", "{epsilon: 1.0}", "{epsilon: 1, delta: 1}", "delta"},
        BadSpec{"GaussianWithoutDelta", "{epsilon: 1.0}", "{epsilon: 1, noise: discrete_gaussian}",
                "delta"},
        BadSpec{"WindowOfNone", "privacy:", "windows: [\"2015\"]\nprivacy:", "has no window"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PlanTest, WindowsHaveTheFormOfThePeriod) {
  std::string yaml = test::kCrashesDataset;
  yaml.replace(yaml.find("  comment: {type: text}"), 23, "  day: {type: date}");
  yaml += "window: {column: day, per: month}\n";
  WEIR_ASSERT_OK_AND_ASSIGN(const auto dataset, test::Describe(yaml, "/nowhere"));
  const auto with = [](const std::string& windows) {
    return "dataset: d.yaml\nmeasures: [rows]\nbounds: {max_rows_per_key: 1}\n"
           "privacy: {epsilon: 1}\nwindows: " +
           windows + "\n";
  };
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan,
                            PlanYaml(dataset, with("[\"2015-12\", \"2015-02\"]")));
  EXPECT_THAT(plan.query.windows, ElementsAre("2015-02", "2015-12"));
  EXPECT_EQ(plan.privacy_unit, "one value of (case_id) in one month of day");
  for (const char* bad : {"[\"2015\"]", "[\"2015-13\"]", "[\"2015-02-01\"]", "[\"x\"]",
                          "[\"2015-02\", \"2015-02\"]"}) {
    EXPECT_THAT(PlanYaml(dataset, with(bad)), StatusIs(StatusCode::kInvalidArgument)) << bad;
  }
}

// The ledger takes no more; a request that it cannot take would wait for ever.
TEST(PlanTest, NamesAtMostTheWindowsThatTheLedgerTakes) {
  std::string yaml = test::kCrashesDataset;
  yaml.replace(yaml.find("  comment: {type: text}"), 23, "  day: {type: date}");
  yaml += "window: {column: day, per: year}\n";
  WEIR_ASSERT_OK_AND_ASSIGN(const auto dataset, test::Describe(yaml, "/nowhere"));
  std::string windows = "\"0000\"";
  for (size_t year = 1; year < ledger::kMaxWindows; ++year) {
    windows += ", \"" + std::to_string(10000 + year).substr(1) + "\"";
  }
  const auto with = [&](const std::string& more) {
    return PlanYaml(dataset,
                    "dataset: d.yaml\nmeasures: [rows]\nbounds: {max_rows_per_key: 1}\n"
                    "privacy: {epsilon: 1}\nwindows: [" +
                        windows + more + "]\n");
  };
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, with(""));
  EXPECT_EQ(plan.query.windows.size(), ledger::kMaxWindows);
  EXPECT_THAT(with(", \"2015\""),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("at most 10000 windows")));
}

}  // namespace
}  // namespace weir::release
