// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/hierarchy_rules.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/status_matchers.h"

namespace weir::anon {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Views = std::vector<std::string_view>;

// A quasi-identifier whose hierarchy is written as in a recipe.
RecipeColumn ColumnWith(const std::string& hierarchy, const std::string& type = "text") {
  const std::string text =
      "input: {path: a.csv}\nattributes: {x: {role: quasi-identifier, type: " + type +
      ", hierarchy: " + hierarchy + "}}\nmodels: [{average-risk: 1}]\n";
  const auto document = doc::ParseYaml<v1::Recipe>(text, "a.recipe.yaml");
  EXPECT_THAT(document, IsOk());
  const auto recipe = Recipe::Create(*document, "/");
  EXPECT_THAT(recipe, IsOk());
  return *recipe->FindColumn("x");
}

// The labels of a value from level 0 to the root.
GroundPath PathOf(const Hierarchy& hierarchy, std::string_view value) {
  const auto ground = hierarchy.Find(value);
  EXPECT_TRUE(ground.has_value()) << value;
  GroundPath path;
  for (size_t level = 0; level < hierarchy.levels(); ++level) {
    path.push_back(hierarchy.label(level, hierarchy.codes(level)[*ground]));
  }
  return path;
}

double ShareOf(const Hierarchy& hierarchy, std::string_view value, size_t level) {
  return hierarchy.share(level, hierarchy.codes(level)[*hierarchy.Find(value)]);
}

TEST(HierarchyRulesTest, IntervalsNestAndCountTheirDomain) {
  const auto column = ColumnWith("{interval: {widths: [5, 10], lowest: 0, highest: 100}}", "int");
  const auto ages = BuildHierarchy(column, Views{"7", "03", "42", "101", "-1"}, nullptr);
  ASSERT_THAT(ages, IsOk());
  EXPECT_THAT(PathOf(*ages, "7"), ElementsAre("7", "[5, 10)", "[0, 10)", "*"));
  EXPECT_THAT(PathOf(*ages, "03"), ElementsAre("03", "[0, 5)", "[0, 10)", "*"));
  EXPECT_THAT(PathOf(*ages, "101"), ElementsAre("101", ">=100", ">=100", "*"));
  EXPECT_THAT(PathOf(*ages, "-1"), ElementsAre("-1", "<0", "<0", "*"));
  // 100 ages and two values beyond.
  EXPECT_DOUBLE_EQ(ages->domain_size(), 102);
  EXPECT_DOUBLE_EQ(ShareOf(*ages, "42", 0), 1.0 / 102);
  EXPECT_DOUBLE_EQ(ShareOf(*ages, "42", 1), 5.0 / 102);
  EXPECT_DOUBLE_EQ(ShareOf(*ages, "42", 2), 10.0 / 102);
}

TEST(HierarchyRulesTest, AnIntervalEndsWithTheDomain) {
  const auto column = ColumnWith(
      "{interval: {widths: [0.5, 2], origin: 0.25, lowest: 0, highest: 1.5}}", "decimal");
  const auto hierarchy = BuildHierarchy(column, Views{"0.1", "0.25", "1.499999"}, nullptr);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_THAT(PathOf(*hierarchy, "0.1"), ElementsAre("0.1", "[0, 0.25)", "[0, 0.25)", "*"));
  EXPECT_THAT(PathOf(*hierarchy, "0.25"), ElementsAre("0.25", "[0.25, 0.75)", "[0.25, 1.5)", "*"));
  EXPECT_THAT(PathOf(*hierarchy, "1.499999"),
              ElementsAre("1.499999", "[1.25, 1.5)", "[0.25, 1.5)", "*"));
  EXPECT_DOUBLE_EQ(ShareOf(*hierarchy, "0.25", 2), 1.25 / 1.5);
}

TEST(HierarchyRulesTest, HugeDomainsAreRefused) {
  const auto column =
      ColumnWith("{interval: {widths: [0.001], lowest: 0, highest: 1000000}}", "decimal");
  EXPECT_THAT(BuildHierarchy(column, Views{"1"}, nullptr),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("1000000 intervals")));
}

TEST(HierarchyRulesTest, OrderJoinsNeighbours) {
  const auto column = ColumnWith("{order: {values: [low, mid, high, top, max], sizes: [2, 2]}}");
  const auto hierarchy = BuildHierarchy(column, Views{"mid", "max"}, nullptr);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_THAT(PathOf(*hierarchy, "mid"), ElementsAre("mid", "low .. mid", "low .. top", "*"));
  EXPECT_THAT(PathOf(*hierarchy, "max"), ElementsAre("max", "max", "max", "*"));
  EXPECT_DOUBLE_EQ(ShareOf(*hierarchy, "mid", 2), 0.8);
  EXPECT_THAT(BuildHierarchy(column, Views{"mid", "none"}, nullptr),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("1 of the 2 different values"), Not(HasSubstr("none")))));
}

TEST(HierarchyRulesTest, OrderOfNumbersIsTheirSize) {
  const auto column = ColumnWith("{order: {sizes: [2]}}");
  const auto hierarchy = BuildHierarchy(column, Views{"10", "9", "100", "8"}, nullptr);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_THAT(PathOf(*hierarchy, "9"), ElementsAre("9", "8 .. 9", "*"));
  EXPECT_THAT(PathOf(*hierarchy, "10"), ElementsAre("10", "10 .. 100", "*"));
}

TEST(HierarchyRulesTest, PrefixMasksCharactersNotBytes) {
  const auto zip = BuildHierarchy(ColumnWith("{prefix: {}}"), Views{"85721", "85701"}, nullptr);
  ASSERT_THAT(zip, IsOk());
  EXPECT_THAT(PathOf(*zip, "85721"), ElementsAre("85721", "8572*", "857**", "85***", "8****", "*"));
  const auto left = BuildHierarchy(ColumnWith("{prefix: {masked: [1, 2], side: left}}"),
                                   Views{"\xC3\xA9t\xC3\xA9"}, nullptr);
  ASSERT_THAT(left, IsOk());
  EXPECT_THAT(PathOf(*left, "\xC3\xA9t\xC3\xA9"),
              ElementsAre("\xC3\xA9t\xC3\xA9", "*t\xC3\xA9", "**\xC3\xA9", "*"));
}

TEST(HierarchyRulesTest, PrefixKnowsItsDomain) {
  const auto column = ColumnWith("{prefix: {masked: [3], domain_size: 1000}}");
  const auto hierarchy = BuildHierarchy(column, Views{"85721", "85701"}, nullptr);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_DOUBLE_EQ(ShareOf(*hierarchy, "85721", 0), 0.001);
  EXPECT_DOUBLE_EQ(ShareOf(*hierarchy, "85721", 2), 1);
}

TEST(HierarchyRulesTest, DatesAreReadWithTheirZone) {
  const auto column = ColumnWith("{date: {levels: [hour, day, month, quarter, year, decade]}}");
  const auto hierarchy = BuildHierarchy(
      column, Views{"2025-01-01T00:30:00+01:00", "1969-12-31 23:59", "2024-02-29"}, nullptr);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_THAT(PathOf(*hierarchy, "2025-01-01T00:30:00+01:00"),
              ElementsAre("2025-01-01T00:30:00+01:00", "2024-12-31T23", "2024-12-31", "2024-12",
                          "2024-Q4", "2024", "2020s", "*"));
  EXPECT_THAT(PathOf(*hierarchy, "1969-12-31 23:59"),
              ElementsAre("1969-12-31 23:59", "1969-12-31T23", "1969-12-31", "1969-12", "1969-Q4",
                          "1969", "1960s", "*"));
  for (const char* wrong : {"2023-02-29", "2025-1-1", "2025-01-01T25:00", "2025-01-01x", ""}) {
    const auto result = ApplyRule(column, Views{wrong}, nullptr);
    ASSERT_THAT(result, IsOk());
    EXPECT_EQ(result->unplaced.size(), std::string(wrong).empty() ? 0u : 1u) << wrong;
  }
}

TEST(HierarchyRulesTest, WeeksAreThoseOfIso8601) {
  const auto column = ColumnWith("{date: {levels: [day, week]}}");
  const auto hierarchy = BuildHierarchy(
      column, Views{"2020-12-31", "2021-01-03", "2021-01-04", "2024-12-30", "2026-01-01"}, nullptr);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_EQ(PathOf(*hierarchy, "2020-12-31")[2], "2020-W53");
  EXPECT_EQ(PathOf(*hierarchy, "2021-01-03")[2], "2020-W53");
  EXPECT_EQ(PathOf(*hierarchy, "2021-01-04")[2], "2021-W01");
  EXPECT_EQ(PathOf(*hierarchy, "2024-12-30")[2], "2025-W01");
  EXPECT_EQ(PathOf(*hierarchy, "2026-01-01")[2], "2026-W01");
}

TEST(HierarchyRulesTest, ClockTimesOfTheDayAndWeek) {
  const auto column = ColumnWith("{date: {levels: [minute, quarter-hour, hour-of-day]}}");
  const auto hierarchy = BuildHierarchy(column, Views{"2025-03-30T07:44:59.5Z"}, nullptr);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_THAT(
      PathOf(*hierarchy, "2025-03-30T07:44:59.5Z"),
      ElementsAre("2025-03-30T07:44:59.5Z", "2025-03-30T07:44", "2025-03-30T07:30/15", "07h", "*"));
  const auto days =
      BuildHierarchy(ColumnWith("{date: {levels: [weekday]}}"), Views{"2025-03-30"}, nullptr);
  ASSERT_THAT(days, IsOk());
  EXPECT_EQ(PathOf(*days, "2025-03-30")[1], "Sun");
}

TEST(HierarchyRulesTest, ADateRuleCountsTheDaysOfItsDomain) {
  const auto column = ColumnWith("{date: {levels: [month], first: 2025-01-01, last: 2025-12-31}}");
  const auto hierarchy = BuildHierarchy(column, Views{"2025-02-01", "2025-02-01T12:00"}, nullptr);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_DOUBLE_EQ(hierarchy->domain_size(), 365);
  EXPECT_NEAR(ShareOf(*hierarchy, "2025-02-01", 1), 28.0 / 365, 1e-12);
  EXPECT_NEAR(ShareOf(*hierarchy, "2025-02-01", 0), 0.5 / 365, 1e-12);
  const auto outside = ApplyRule(column, Views{"2026-01-01"}, nullptr);
  ASSERT_THAT(outside, IsOk());
  EXPECT_EQ(outside->unplaced.size(), 1u);
}

TEST(HierarchyRulesTest, GridCellsHoldPairsAndSingleCoordinates) {
  const auto column = ColumnWith("{grid: {degrees: [0.01, 0.1]}}");
  const auto hierarchy = BuildHierarchy(column, Views{"39.099,-94.578", "-0.001"}, nullptr);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_THAT(PathOf(*hierarchy, "39.099,-94.578"),
              ElementsAre("39.099,-94.578", "[39.09, 39.1) x [-94.58, -94.57)",
                          "[39, 39.1) x [-94.6, -94.5)", "*"));
  EXPECT_EQ(PathOf(*hierarchy, "-0.001")[1], "[-0.01, 0)");
  for (const char* wrong : {"91,0", "0,181", "1,2,3", "north", "1,"}) {
    EXPECT_EQ(ApplyRule(column, Views{wrong}, nullptr)->unplaced.size(), 1u) << wrong;
  }
}

TEST(HierarchyRulesTest, CountiesLieInStates) {
  const auto column = ColumnWith("{area: us-county}");
  const auto hierarchy = BuildHierarchy(column, Views{"08031", "29095"}, nullptr);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_THAT(PathOf(*hierarchy, "08031"), ElementsAre("08031", "Colorado", "*"));
  EXPECT_THAT(PathOf(*hierarchy, "29095"), ElementsAre("29095", "Missouri", "*"));
  // 3,143 counties and equivalents in the states and D.C., 91 in the five territories.
  EXPECT_DOUBLE_EQ(hierarchy->domain_size(), 3143 + 91);
  for (const char* wrong : {"03001", "8031", "08031x", "99999"}) {
    EXPECT_EQ(ApplyRule(column, Views{wrong}, nullptr)->unplaced.size(), 1u) << wrong;
  }
}

TEST(HierarchyRulesTest, ZipCodesLoseDigits) {
  const auto hierarchy = BuildHierarchy(ColumnWith("{area: us-zip}"), Views{"80202"}, nullptr);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_THAT(PathOf(*hierarchy, "80202"), ElementsAre("80202", "802**", "8****", "*"));
}

TEST(HierarchyRulesTest, WithoutARuleAValueIsKeptOrSuppressed) {
  RecipeColumn column;
  column.name = "x";
  const auto hierarchy = BuildHierarchy(column, Views{"", "a", "b"}, nullptr);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_THAT(PathOf(*hierarchy, "a"), ElementsAre("a", "*"));
  EXPECT_THAT(PathOf(*hierarchy, ""), ElementsAre("", "*"));
}

TEST(HierarchyRulesTest, TheMissingValueHasNoLabelBelowTheRoot) {
  const auto file = ParseHierarchyFile("a;A;*\nb;B;*\n", "h.csv", ';');
  ASSERT_THAT(file, IsOk());
  const RecipeColumn column = ColumnWith("{csv: h.csv, delimiter: \";\"}");
  const auto hierarchy = BuildHierarchy(column, Views{"", "a"}, &*file);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_THAT(PathOf(*hierarchy, ""), ElementsAre("", "", "*"));
  // A file may say what becomes of it.
  const auto own = ParseHierarchyFile("a;A;*\n;unknown;*\n", "h.csv", ';');
  ASSERT_THAT(own, IsOk());
  EXPECT_THAT(PathOf(*BuildHierarchy(column, Views{"", "a"}, &*own), ""),
              ElementsAre("", "unknown", "*"));
}

TEST(HierarchyRulesTest, ValuesThatAFileLacksAreCountedNotNamed) {
  const auto file = ParseHierarchyFile("a;*\n", "h.csv", ';');
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(
      BuildHierarchy(ColumnWith("{csv: h.csv}"), Views{"a", "secret"}, &*file),
      StatusIs(StatusCode::kInvalidArgument, AllOf(HasSubstr("1 of the 2 different values of x"),
                                                   HasSubstr("h.csv"), Not(HasSubstr("secret")))));
}

RC_GTEST_PROP(HierarchyRulesPropertyTest, IntervalsHoldTheirValues, ()) {
  const int width = *rc::gen::inRange(1, 20);
  const int factor = *rc::gen::inRange(2, 5);
  const int origin = *rc::gen::inRange(-30, 30);
  const auto number = *rc::gen::inRange(-100, 100);
  const auto column = ColumnWith(
      "{interval: {widths: [" + std::to_string(width) + ", " + std::to_string(width * factor) +
          "], origin: " + std::to_string(origin) + ", lowest: -100, highest: 100}}",
      "int");
  const std::string value = std::to_string(number);
  const auto hierarchy = BuildHierarchy(column, Views{value}, nullptr);
  RC_ASSERT(hierarchy.ok());
  for (size_t level = 1; level <= 2; ++level) {
    int low = 0;
    int high = 0;
    const std::string label = PathOf(*hierarchy, value)[level];
    RC_ASSERT(std::sscanf(label.c_str(), "[%d, %d)", &low, &high) == 2);
    RC_ASSERT(low <= number);
    RC_ASSERT(number < high);
    RC_ASSERT(high - low <= (level == 1 ? width : width * factor));
  }
}

}  // namespace
}  // namespace weir::anon
