// SPDX-License-Identifier: Apache-2.0
// The audit of the release path where more than one noised number makes a figure, and where the
// data decide which rows are shown. Each path that is broken on purpose stands beside it.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/statistical/release/neighbours.h"

namespace weir::release {
namespace {

using test::AuditPath;
using test::Effort;
using test::LetInKeys;
using test::LetInRows;
using test::LowerThreshold;
using test::Neighbours;
using test::Nothing;
using test::PanelCells;
using test::PanelRelease;
using test::PanelRow;
using test::PanelShape;
using test::Repeat;
using test::RowsInCells;
using test::ShrinkNoise;

// A release of one panel is one sample; intervals of means and trees take a while.
constexpr Effort kFew = {.everyday = 1'500, .soak = 20'000};
constexpr Effort kSlow = {.everyday = 1'200, .soak = 50'000};
constexpr Effort kTrees = {.everyday = 8'000, .soak = 100'000};
// Every release of a file is paid with the delta of its selection.
constexpr Effort kSelections = {.everyday = 60'000, .soak = 200'000};
constexpr double kDelta = 0.02;

PanelShape OneCell(const char* measures) {
  PanelShape shape{.high = 100, .low = 150, .cells = 0};
  shape.measures = measures;
  return shape;
}

// Keys that are not known before, shown by the units in them.
PanelShape OpenKeys(const char* measures, uint32_t cells, uint32_t max_keys) {
  PanelShape shape{.high = 160, .low = 160, .cells = cells, .kind = PanelCells::kOpen};
  shape.measures = measures;
  shape.max_keys = max_keys;
  shape.privacy = "{epsilon: 1, delta: 0.02, noise: discrete_laplace}";
  shape.choice = "selection: {}";
  return shape;
}

const std::vector<PanelRow> kPeople = {
    {"ann", "0", "1"}, {"bob", "0", "2"}, {"cyd", "0", "0.5"}, {"dee", "0", "-1"}};
const std::vector<PanelRow> kHeavy = Repeat({"unit", "0", "2.5"}, 20);

std::vector<Neighbours> Measures() {
  PanelShape quantiles = OneCell("[{quantiles: {column: amount, at: [0.5]}}]");
  quantiles.high = 40;
  quantiles.low = 50;
  // With so few samples only the fault is seen; sixty thousand show 0.8.
  PanelShape mean = OneCell("[{mean: amount}]");
  mean.high = 10;
  mean.low = 50;
  const PanelShape histogram = OneCell("[{histogram: {column: amount, edges: [-100, 0, 1, 100]}}]");
  return {
      {"mean", mean, kPeople, kHeavy, 0, LetInRows(20), false, 1, 0, kSlow},
      {"quantiles", quantiles, {}, kHeavy, 0.1, LetInRows(20), false, 1, 0, kTrees},
      {"histogram", histogram, kPeople, {{"unit", "0", "99"}}, 0.85, ShrinkNoise},
      {"heavy_in_histogram", histogram, kPeople, kHeavy, 0.85, LetInRows(20)},
  };
}

// The rule plans for the query's keys: here for eight as if they were two.
void LetInFourTimesTheKeys(ReleasePlan& plan) {
  LetInKeys(4 * plan.query.bounds.max_keys_per_unit.value())(plan);
  SelectionPlan& selection = *plan.selection;
  selection.epsilon = Epsilon::FromUnits(4 * selection.epsilon->units()).value();
  selection.delta = Delta::FromUnits(4 * selection.delta.units()).value();
}

std::vector<Neighbours> Choices() {
  // The other three units keep the key in sight: without delta.
  const PanelShape known = OpenKeys("[units]", 1, 1);
  const PanelShape sums = OpenKeys("[{sum: amount}]", 1, 1);
  PanelShape top{.high = 1, .low = 1, .cells = 2};
  top.privacy = "{epsilon: 2}";
  top.choice = "top: {keys: 1, by: rows}";
  const std::vector<PanelRow> behind = {{"ann", "1", "1"}, {"bob", "1", "1"}};
  const std::vector<PanelRow> alone = {{"unit", "0", "1"}};
  const std::vector<PanelRow> everywhere = RowsInCells(8, 8);
  return {
      {"published_units", known, kPeople, alone, 0.8, ShrinkNoise, false, 1, 0, kSelections},
      {"published_units_new_key",
       known,
       {},
       alone,
       0,
       LowerThreshold,
       false,
       1,
       kDelta,
       kSelections},
      {"published_units_heavy",
       OpenKeys("[units]", 8, 2),
       {},
       everywhere,
       0,
       LetInKeys(8),
       false,
       1,
       kDelta,
       kSelections},
      {"truncated_geometric_new_key",
       sums,
       {},
       alone,
       0,
       LowerThreshold,
       false,
       1,
       kDelta,
       kSelections},
      {"truncated_geometric_heavy",
       OpenKeys("[{sum: amount}]", 8, 2),
       {},
       everywhere,
       0,
       LetInFourTimesTheKeys,
       false,
       1,
       kDelta,
       kSelections},
      {"top", top, behind, kHeavy, 0.5, LetInRows(20), false, 2, 0, kFew},
  };
}

class MeasureAuditTest : public ::testing::TestWithParam<Neighbours> {};

TEST_P(MeasureAuditTest, ShowsNoMoreThanItsClaim) {
  const dp::AuditReport report = AuditPath(GetParam(), Nothing);
  EXPECT_LE(report.epsilon, GetParam().epsilon) << report.event;
  EXPECT_GE(report.epsilon, GetParam().seen) << "the audit has lost its power";
}
TEST_P(MeasureAuditTest, ABrokenPathIsFound) {
  const dp::AuditReport report = AuditPath(GetParam(), GetParam().fault);
  EXPECT_GT(report.epsilon, GetParam().epsilon) << report.event;
}
INSTANTIATE_TEST_SUITE_P(Measures, MeasureAuditTest, ::testing::ValuesIn(Measures()),
                         [](const auto& test_case) { return test_case.param.name; });
INSTANTIATE_TEST_SUITE_P(Choices, MeasureAuditTest, ::testing::ValuesIn(Choices()),
                         [](const auto& test_case) { return test_case.param.name; });

// What the rows above are named after is what the planner takes.
TEST(ChoiceAuditTest, TheRulesAreThoseThatAreNamed) {
  for (const Neighbours& neighbours : Choices()) {
    PanelRelease release(neighbours.shape, neighbours.without, 1);
    const ReleasePlan& plan = release.plan();
    if (neighbours.name == "top") {
      EXPECT_TRUE(plan.top->epsilon_a_round.has_value());
      continue;
    }
    EXPECT_EQ(plan.selection->by_noise, neighbours.name.starts_with("published"))
        << neighbours.name;
  }
}

}  // namespace
}  // namespace weir::release
