// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/risk/attribute_risk.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/anon/adult_runs.h"
#include "tests/anon/small_table.h"
#include "tests/support/status_matchers.h"

namespace weir::anon::test {
namespace {

using ::testing::ElementsAre;
using weir::test::IsOk;
using weir::test::StatusIs;

constexpr double kTolerance = 1e-12;

TEST(AttributeRiskTest, CountsCombinationsAndPairs) {
  const TupleTable table = TableOfRows({{0, 0}, {0, 1}, {1, 1}, {1, 1}}, 2);
  const auto risks = MeasureAttributeRisks(table, 2);
  ASSERT_THAT(risks, IsOk());
  ASSERT_EQ(risks->size(), 3u);
  EXPECT_THAT((*risks)[0].attributes, ElementsAre(0));
  EXPECT_THAT((*risks)[1].attributes, ElementsAre(0, 1));
  EXPECT_THAT((*risks)[2].attributes, ElementsAre(1));
  EXPECT_EQ((*risks)[0].distinction, 0.5);
  EXPECT_NEAR((*risks)[0].separation, 4.0 / 6, kTolerance);
  EXPECT_EQ((*risks)[1].distinction, 0.75);
  EXPECT_NEAR((*risks)[1].separation, 5.0 / 6, kTolerance);
  EXPECT_NEAR((*risks)[2].separation, 3.0 / 6, kTolerance);
}

TEST(AttributeRiskTest, OneRowSeparatesNothing) {
  const auto risks = MeasureAttributeRisks(TableOfRows({{3}}, 1), 1);
  ASSERT_THAT(risks, IsOk());
  EXPECT_EQ((*risks)[0].distinction, 1.0);
  EXPECT_EQ((*risks)[0].separation, 0.0);
}

TEST(AttributeRiskTest, TheNumberOfSubsetsIsBounded) {
  EXPECT_EQ(LargestSubsets(1), 1u);
  EXPECT_EQ(LargestSubsets(12), 12u);
  EXPECT_EQ(LargestSubsets(13), 6u);  // 4095 subsets of up to 6, 5811 of up to 7
  EXPECT_EQ(LargestSubsets(90), 2u);  // 4095
  EXPECT_EQ(LargestSubsets(91), 1u);
  EXPECT_EQ(LargestSubsets(5000), 1u);
  EXPECT_THAT(MeasureAttributeRisks(TableOfRows({{0}}, 1), 0),
              StatusIs(StatusCode::kInvalidArgument, ::testing::HasSubstr("at least one")));
}

RC_GTEST_PROP(AttributeRiskProperty, AgreesWithComparingAllPairs, ()) {
  const auto attributes = *rc::gen::inRange<size_t>(1, 5);
  const Rows rows = *RandomRows(attributes, 4);
  const auto risks = MeasureAttributeRisks(TableOfRows(rows, attributes), attributes);
  RC_ASSERT(risks.ok());
  RC_ASSERT(risks->size() == (size_t{1} << attributes) - 1);
  for (const AttributeRisk& risk : *risks) {
    std::set<Row> distinct;
    for (const Row& row : rows) distinct.insert(Project(row, risk.attributes));
    uint64_t different = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (Project(rows[i], risk.attributes) != Project(rows[j], risk.attributes)) ++different;
      }
    }
    const auto count = static_cast<double>(rows.size());
    const double pairs = count * (count - 1) / 2;
    RC_ASSERT(risk.classes == distinct.size());
    RC_ASSERT(std::abs(risk.separation - (pairs > 0 ? static_cast<double>(different) / pairs : 0)) <
              kTolerance);
  }
}

TEST(ReferenceAttributeRiskTest, SubsetsOfAdult) {
  const AdultProblem adult = LoadAdult({});
  const auto risks = MeasureAttributeRisks(adult.table, LargestSubsets(9));
  ASSERT_THAT(risks, IsOk());
  std::map<std::set<std::string>, AttributeRisk> by_names;
  for (const AttributeRisk& risk : *risks) {
    std::set<std::string> names;
    for (const size_t place : risk.attributes) names.insert(adult.table.names[place]);
    by_names[names] = risk;
  }
  const nlohmann::json reference = Reference().at("inputs").at(0).at("attribute_risks");
  ASSERT_EQ(reference.size(), 46u);  // all of one and two attributes, and of all nine
  ASSERT_EQ(by_names.size(), 511u);
  for (const nlohmann::json& entry : reference) {
    const std::set<std::string> names = entry.at("attrs");
    ASSERT_TRUE(by_names.contains(names));
    EXPECT_NEAR(by_names[names].distinction, double{entry.at("distinction")}, kTolerance);
    EXPECT_NEAR(by_names[names].separation, double{entry.at("separation")}, kTolerance);
  }
}

}  // namespace
}  // namespace weir::anon::test
