// SPDX-License-Identifier: Apache-2.0
#include "weir/release/plan.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/release/release_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/accountant.h"

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
  EXPECT_EQ(plan.measures[0].name, "rows");
  EXPECT_EQ(plan.measures[1].name, "units");
  EXPECT_EQ(plan.measures[2].name, "sum_fatalities");
  EXPECT_EQ(plan.cost.epsilon(), Epsilon::Parse("1").value());
  EXPECT_TRUE(plan.cost.delta().is_zero());
  EXPECT_THAT(dp::CheckCost(plan.cost), IsOk());
}

TEST(PlanTest, SharesOfEpsilonAddToTheWhole) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, PlanYaml(Dataset(), kQuestion));
  int64_t units = 0;
  for (const MeasurePlan& measure : plan.measures) units += measure.noise.epsilon->units();
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
  const auto error = [](const ReleasePlan& plan) { return plan.measures[0].noise.standard_error; };
  EXPECT_DOUBLE_EQ(error(free), std::min(error(laplace), error(gaussian)));
  EXPECT_NE(error(laplace), error(gaussian));
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

}  // namespace
}  // namespace weir::release
