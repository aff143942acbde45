// SPDX-License-Identifier: Apache-2.0
// Running totals and keys on all levels of a hierarchy: what is charged, refused and described.
#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/release/release_fixture.h"
#include "tests/release/structured_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/accountant.h"
#include "weir/dp/running_noise.h"
#include "weir/dp/running_series.h"
#include "weir/release/explain.h"
#include "weir/v1/steward.pb.h"

namespace weir::release {
namespace {

using test::Ask;
using test::IsOk;
using test::PlanYaml;
using test::StatusIs;
using test::Trips;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Calls visit(d) for every vector of -1, 0 and 1 with at most `most` entries that are not 0.
template <class Visit>
void ForAllChanges(size_t cells, int most, const Visit& visit) {
  std::vector<int> d(cells, -1);
  while (true) {
    if (std::count(d.begin(), d.end(), 0) + most >= static_cast<int>(cells)) visit(d);
    size_t place = 0;
    while (place < cells && d[place] == 1) d[place++] = -1;
    if (place == cells) return;
    ++d[place];
  }
}

// |B d|^2 added up over series of `periods`.
int64_t SquaredChange(const std::vector<int>& d, size_t periods) {
  const std::vector<int64_t> b = dp::RunningNoise::StrategyColumn(periods);
  int64_t squares = 0;
  for (size_t first = 0; first < d.size(); first += periods) {
    for (size_t t = 0; t < periods; ++t) {
      int64_t y = 0;
      for (size_t s = 0; s <= t; ++s) y += b[t - s] * d[first + s];
      squares += y * y;
    }
  }
  return squares;
}

TEST(RunningSensitivityTest, IsTheWorstOfAllNeighbours) {
  const struct {
    size_t periods;
    size_t series;
    int l0;
  } cases[] = {{3, 1, 2}, {3, 2, 1}, {3, 2, 2}, {3, 2, 4}, {2, 4, 3}, {3, 3, 9}, {4, 2, 6}};
  for (const auto& c : cases) {
    int64_t worst = 0;
    ForAllChanges(c.periods * c.series, c.l0, [&](const std::vector<int>& d) {
      worst = std::max(worst, SquaredChange(d, c.periods));
    });
    const auto computed = dp::SeriesSensitivity({.periods = c.periods, .series = c.series},
                                                L0Sensitivity::Create(c.l0).value(),
                                                LInfSensitivity::Create(3).value());
    EXPECT_EQ(static_cast<int64_t>(computed.value()), 9 * worst) << c.periods << " " << c.l0;
  }
}

// The twin: what one might think is worst, one series after the other filled, is exceeded.
TEST(RunningSensitivityTest, FillingOneSeriesFirstIsNotTheWorst) {
  int64_t worst = 0;
  ForAllChanges(8, 6,
                [&](const std::vector<int>& d) { worst = std::max(worst, SquaredChange(d, 4)); });
  EXPECT_GT(worst, SquaredChange({1, 1, 1, 1, 1, 1, 0, 0}, 4));
}

TEST(RunningSensitivityTest, RefusesWhatItCannotCompute) {
  const auto of = [](size_t periods, uint64_t series, int64_t l0) {
    return dp::SeriesSensitivity({.periods = periods, .series = series},
                                 L0Sensitivity::Create(l0).value(),
                                 LInfSensitivity::Create(1).value());
  };
  EXPECT_THAT(of(2000, 2, 1000), IsOk());
  EXPECT_THAT(of(2000, 1, 2000), IsOk());
  EXPECT_THAT(of(400, 2, 1'000'000), IsOk()) << "there are 800 cells only";
  EXPECT_THAT(of(2000, 2, 1001),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("at most 1000 periods")));
  EXPECT_THAT(of(0, 2, 1), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(of(2, 0, 1), StatusIs(StatusCode::kInvalidArgument));
}

TEST(RunningPlanTest, ChargesOneGaussianOnTheGridOfTheStrategy) {
  const struct {
    const char* bounds;
    const char* measure;
    int l0;
    int64_t linf;
  } cases[] = {
      {"{max_keys_per_unit: 2, max_rows_per_key: 3}", "rows: {running: true}", 2, 3},
      {"{max_keys_per_unit: 9, max_rows_per_key: 1}", "rows: {running: true}", 6, 1},
      // Eight rows fill less than three cells of three.
      {"{max_keys_per_unit: 6, max_rows_per_key: 3, max_rows_per_unit: 8}", "rows: {running: true}",
       3, 3},
      {"{max_keys_per_unit: 2, max_rows_per_key: 3}", "sum: {column: fare, running: true}", 2, 120},
      {"{max_keys_per_unit: 2}", "sum: {column: fare, running: true, per_unit: [0, 30]}", 2, 60},
  };
  for (const auto& c : cases) {
    WEIR_ASSERT_OK_AND_ASSIGN(
        const ReleasePlan plan,
        PlanYaml(Trips(), Ask({.keys = std::string("[mode, ") + test::kThreeDays + "]",
                               .measures = c.measure,
                               .bounds = c.bounds})));
    int64_t worst = 0;
    ForAllChanges(6, c.l0,
                  [&](const std::vector<int>& d) { worst = std::max(worst, SquaredChange(d, 3)); });
    ASSERT_EQ(plan.cost.events().size(), 1u);
    const NoiseEvent& event = plan.cost.events().front();
    EXPECT_EQ(event.kind, NoiseKind::kDiscreteGaussian);
    EXPECT_EQ(static_cast<int64_t>(event.sensitivity), worst * c.linf * c.linf) << c.bounds;
    EXPECT_THAT(dp::CheckCost(plan.cost), IsOk());
    EXPECT_EQ(plan.resolved.measures(0).standard_error(), 0);
    EXPECT_EQ(plan.resolved.measures(0).half_width(), 0);
  }
}

TEST(RunningPlanTest, PlainMeasuresGoWithIt) {
  WEIR_ASSERT_OK_AND_ASSIGN(
      const ReleasePlan plan,
      PlanYaml(Trips(), Ask({.keys = std::string("[") + test::kThreeDays + "]",
                             .measures = "rows, rows: {running: true}, units"})));
  ASSERT_EQ(plan.channels.size(), 3u);
  EXPECT_EQ(plan.channels[0].sensitivity.squared_l2, 2u);
  EXPECT_GT(plan.resolved.measures(0).half_width(), 0);
  EXPECT_EQ(plan.channels[0].noise->event.kind, NoiseKind::kDiscreteGaussian);
}

// Squared change of each level's sums: city, districts, values; two modes.
std::vector<int64_t> LevelChanges(const std::vector<int>& d) {
  std::vector<int64_t> squares(3);
  for (size_t mode = 0; mode < 2; ++mode) {
    const auto sum = [&](size_t first, size_t end) {
      int64_t total = 0;
      for (size_t i = first; i < end; ++i) total += d[mode * 5 + i];
      return total * total;
    };
    squares[0] += sum(0, 5);
    squares[1] += sum(0, 3) + sum(3, 5);
    for (size_t i = 0; i < 5; ++i) squares[2] += sum(i, i + 1);
  }
  return squares;
}

TEST(LevelPlanTest, ChargesEveryLevelByItsWorstNeighbour) {
  for (const int l0 : {1, 2, 4, 7, 10}) {
    std::vector<int64_t> worst(3);
    ForAllChanges(10, l0, [&](const std::vector<int>& d) {
      const std::vector<int64_t> squares = LevelChanges(d);
      for (size_t i = 0; i < 3; ++i) worst[i] = std::max(worst[i], squares[i]);
    });
    WEIR_ASSERT_OK_AND_ASSIGN(
        const ReleasePlan plan,
        PlanYaml(Trips(), Ask({.keys = "[mode, {column: cell, all_levels: true}]",
                               .bounds = "{max_keys_per_unit: " + std::to_string(l0) +
                                         ", max_rows_per_key: 2}"})));
    ASSERT_EQ(plan.channels.front().levels.size(), 3u);
    std::vector<NoiseEvent> events;
    for (size_t level = 0; level < 3; ++level) {
      const ChannelLevel& planned = plan.channels.front().levels[level];
      EXPECT_EQ(static_cast<int64_t>(planned.sensitivity.squared_l2), (worst[level] * 2 * 2)
                                                                          << (2 * kLevelGridBits))
          << l0 << " " << level;
      EXPECT_EQ(planned.noise.has_value(), planned.weight > 0);
      if (!planned.noise.has_value()) continue;
      events.push_back(planned.noise->event);
      EXPECT_EQ(events.back().sensitivity, planned.sensitivity.squared_l2);
      EXPECT_EQ(events.back().kind, NoiseKind::kDiscreteGaussian);
    }
    EXPECT_EQ(plan.cost.events(), events);
    EXPECT_THAT(dp::CheckCost(plan.cost), IsOk());
  }
}

TEST(LevelPlanTest, SharesOfALevelAddUpAndTheLeavesAreMeasured) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan,
                            PlanYaml(Trips(), Ask({.keys = "[{column: cell, all_levels: true}]",
                                                   .measures = "rows, sum: fare"})));
  ASSERT_EQ(plan.channels.size(), 2u);
  for (const Channel& channel : plan.channels) {
    uint32_t weights = 0;
    for (const ChannelLevel& level : channel.levels) weights += level.weight;
    EXPECT_EQ(weights, 1000u);
    EXPECT_TRUE(channel.levels.back().noise.has_value());
    EXPECT_FALSE(channel.noise.has_value());
  }
  EXPECT_EQ(plan.resolved.measures(0).events_size(), 3);
  EXPECT_EQ(plan.resolved.measures(1).events_size(), 3);
  EXPECT_EQ(plan.levels->rows(), 8u);
  EXPECT_EQ(plan.cells, 5u);
}

TEST(LevelPlanTest, IsExplained) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan,
                            PlanYaml(Trips(), Ask({.keys = "[{column: cell, all_levels: true}]"})));
  v1::ReleasePreview preview;
  WEIR_ASSERT_OK(Explain(plan, preview));
  ASSERT_EQ(preview.alternatives_size(), 1);
  EXPECT_EQ(preview.alternatives(0).what(), "discrete Gaussian noise");
  EXPECT_TRUE(preview.alternatives(0).taken());
  EXPECT_THAT(preview.alternatives(0).standard_errors(), ElementsAre(0.0));
}

struct Refusal {
  const char* name;
  test::Asked asked;
  const char* place;
  const char* message;
};

class StructuredRefusalTest : public ::testing::TestWithParam<Refusal> {};

TEST_P(StructuredRefusalTest, IsRefusedWithItsPlace) {
  EXPECT_THAT(PlanYaml(Trips(), Ask(GetParam().asked)),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr(GetParam().place), HasSubstr(GetParam().message))));
}

// Lines of the questions: 2 keys, 3 measures, 4 bounds, 5 privacy, 6 the rest.
const char kDay[] = "[{column: day, period: {per: day, first: 2025-01-01, last: 2025-01-03}}]";
const char kGap[] = "[{column: gap, period: {per: day, first: 2025-01-01, last: 2025-01-03}}]";
const char kDayFirst[] =
    "[{column: day, period: {per: day, first: 2025-01-01, last: 2025-01-03}}, mode]";
const char kLevels[] = "[{column: cell, all_levels: true}]";
const char kRows[] = "rows: {running: true}";
const char kLaplace[] = "{epsilon: 1, delta: 1e-6, noise: discrete_laplace}";

INSTANTIATE_TEST_SUITE_P(
    Rules, StructuredRefusalTest,
    ::testing::Values(
        Refusal{"RunningWithoutKeys",
                {.keys = "[]", .measures = kRows, .bounds = "{max_rows_per_key: 1}"},
                ":3:",
                "need a `period` as the last key"},
        Refusal{"RunningOverValues",
                {.keys = "[mode]", .measures = kRows},
                ":3:",
                "need a `period` as the last key"},
        Refusal{"RunningPeriodNotLast",
                {.keys = kDayFirst, .measures = kRows},
                ":3:",
                "need a `period` as the last key"},
        Refusal{"RunningMissingIsKey",
                {.keys = kGap, .measures = kRows},
                ":2:",
                "missing values as a key"},
        Refusal{"RunningWithSelection",
                {.keys = kDay, .measures = kRows, .rest = "selection: {min_units: 2}"},
                ":6:",
                "no selection"},
        Refusal{"RunningWithTop",
                {.keys = kDay, .measures = kRows, .rest = "top: {keys: 2}"},
                ":6:",
                "no selection, no top"},
        Refusal{"RunningWithin",
                {.keys = kDay, .measures = "rows: {running: true, within: 5}"},
                ":3:",
                "no `within`"},
        Refusal{"RunningLaplace",
                {.keys = kDay, .measures = kRows, .privacy = kLaplace},
                ":5:",
                "discrete Gaussian noise"},
        Refusal{"RunningWithoutDelta",
                {.keys = kDay, .measures = kRows, .privacy = "{epsilon: 1}"},
                ":5:",
                "delta above 0"},
        Refusal{"RunningTwice",
                {.keys = kDay, .measures = "rows: {running: true}, rows: {running: true}"},
                ":3:",
                "running_rows is named twice"},
        Refusal{"RunningTooLarge",
                {.keys = kDay,
                 .measures = "sum: {column: wide, running: true}",
                 .bounds = "{max_keys_per_unit: 2, max_rows_per_key: 1000000}"},
                "",
                "too large for exact noise"},
        Refusal{"LevelsWithoutHierarchy",
                {.keys = "[{column: mode, all_levels: true}]"},
                ":2:",
                "has no hierarchy"},
        Refusal{"LevelsMissingIsKey",
                {.keys = "[{column: odd, all_levels: true}]"},
                ":2:",
                "in no level of its hierarchy"},
        Refusal{"LevelsTwice",
                {.keys = "[{column: cell, all_levels: true}, {column: zone, "
                         "all_levels: true}]"},
                ":2:",
                "one key at most"},
        Refusal{"LevelNamedLikeTheColumn",
                {.keys = "[{column: zone, all_levels: true}]"},
                ":2:",
                "has the name of its lowest level"},
        Refusal{"LevelsOfUnits",
                {.keys = kLevels, .measures = "units"},
                ":3:",
                "a unit counts once in every node"},
        Refusal{"LevelsOfMean",
                {.keys = kLevels, .measures = "mean: fare"},
                ":3:",
                "only rows and sums"},
        Refusal{"LevelsRunning", {.keys = kLevels, .measures = kRows}, ":3:", "plain keys only"},
        Refusal{"LevelsWithSelection",
                {.keys = kLevels, .rest = "selection: {min_units: 2}"},
                ":6:",
                "no selection"},
        Refusal{"LevelsWithTop", {.keys = kLevels, .rest = "top: {keys: 2}"}, ":6:", "no top"},
        Refusal{"LevelsWithin",
                {.keys = kLevels, .measures = "rows: {within: 5}"},
                ":3:",
                "no `within`"},
        Refusal{"LevelsLaplace",
                {.keys = kLevels, .privacy = kLaplace},
                ":5:",
                "discrete Gaussian noise"},
        Refusal{"LevelsWithoutDelta",
                {.keys = kLevels, .privacy = "{epsilon: 1, delta: 0}"},
                ":5:",
                "delta above 0"},
        Refusal{"KeepNegativeWithoutLevels",
                {.keys = "[{column: cell, keep_negative: true}]"},
                ":2:",
                "goes with all_levels"},
        Refusal{"LevelsAndAColumnOfThatName",
                {.keys = "[{column: cell, all_levels: true}, "
                         "cell_level]"},
                ":2:",
                "two output columns"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace weir::release
