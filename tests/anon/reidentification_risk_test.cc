// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/risk/reidentification_risk.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/anon/adult_runs.h"
#include "tests/anon/model_support.h"
#include "tests/anon/reference_models.h"
#include "tests/anon/reference_runs.h"
#include "tests/support/status_matchers.h"
#include "weir/anon/class_table.h"

namespace weir::anon::test {
namespace {

using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::StatusIs;

constexpr double kTolerance = 1e-12;

TEST(ReidentificationRiskTest, FollowsFromTheSizesOfClasses) {
  const std::vector<RiskClass> classes = {
      {.rows = 1, .units = 1}, {.rows = 4, .units = 4}, {.rows = 5, .units = 5}, {.rows = 0}};
  const auto risk = MeasureReidentificationRisk(classes, Dec("0.2"));
  ASSERT_THAT(risk, IsOk());
  EXPECT_EQ(risk->rows, 10u);
  EXPECT_EQ(risk->classes, 3u);
  EXPECT_EQ(risk->prosecutor.highest, 1.0);
  EXPECT_EQ(risk->prosecutor.lowest, 0.2);
  EXPECT_NEAR(risk->prosecutor.average, 0.3, kTolerance);
  EXPECT_NEAR(risk->marketer, 0.3, kTolerance);
  EXPECT_EQ(risk->prosecutor.rows_at_risk, 5u);  // one in five is not above one in five
  EXPECT_EQ(risk->prosecutor.share_at_risk, 0.5);
  EXPECT_EQ(risk->prosecutor.share_at_highest, 0.1);
  EXPECT_EQ(risk->sample_uniques, 0.1);
  EXPECT_FALSE(risk->journalist.has_value());
}

TEST(ReidentificationRiskTest, CountsPrivacyUnitsNotRows) {
  // Five trips of one rider hide nobody.
  const std::vector<RiskClass> classes = {{.rows = 5, .units = 1}, {.rows = 5, .units = 5}};
  const auto risk = MeasureReidentificationRisk(classes, Dec("0.5"));
  ASSERT_THAT(risk, IsOk());
  EXPECT_EQ(risk->prosecutor.highest, 1.0);
  EXPECT_EQ(risk->unique_rows, 5u);
  EXPECT_NEAR(risk->prosecutor.average, 0.6, kTolerance);
  EXPECT_EQ(risk->prosecutor.rows_at_risk, 5u);
}

TEST(ReidentificationRiskTest, RowsWithoutAUnitAreSomebody) {
  const std::vector<RiskClass> classes = {{.rows = 3, .units = 0}};
  const auto risk = MeasureReidentificationRisk(classes, Dec("0.2"));
  ASSERT_THAT(risk, IsOk());
  EXPECT_EQ(risk->prosecutor.highest, 1.0);
}

TEST(ReidentificationRiskTest, APopulationLowersTheRiskOfTheJournalist) {
  const std::vector<RiskClass> classes = {{.rows = 1, .units = 1, .population = 10},
                                          {.rows = 3, .units = 3, .population = 4},
                                          {.rows = 2, .units = 2, .population = 1}};
  const auto risk = MeasureReidentificationRisk(classes, Dec("0.2"), PopulationTableUse::kGiven);
  ASSERT_THAT(risk, IsOk());
  ASSERT_TRUE(risk->journalist.has_value());
  EXPECT_EQ(risk->journalist->highest, 0.5);  // two rows of the table beat one of the population
  EXPECT_EQ(risk->journalist->lowest, 0.1);
  EXPECT_EQ(risk->journalist->rows_at_risk, 5u);
  EXPECT_NEAR(*risk->population_marketer, (0.1 + 0.75 + 1.0) / 6, kTolerance);
  EXPECT_EQ(risk->rows_beyond_population, 2u);
  EXPECT_EQ(risk->prosecutor.highest, 1.0);
}

TEST(ReidentificationRiskTest, NoRowsCarryNoRisk) {
  const auto risk = MeasureReidentificationRisk({}, Dec("0.2"));
  ASSERT_THAT(risk, IsOk());
  EXPECT_EQ(risk->prosecutor.highest, 0.0);
  EXPECT_EQ(risk->marketer, 0.0);
  EXPECT_EQ(risk->sample_uniques, 0.0);
}

TEST(ReidentificationRiskTest, RefusesThresholdsThatAreNoShares) {
  for (const char* threshold : {"-0.1", "1.000000001", "0.0000000001"}) {
    EXPECT_THAT(MeasureReidentificationRisk({}, Dec(threshold)),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("threshold")))
        << threshold;
  }
  for (const char* threshold : {"0", "1", "0.000000001"}) {
    EXPECT_THAT(MeasureReidentificationRisk({}, Dec(threshold)), IsOk()) << threshold;
  }
}

RC_GTEST_PROP(ReidentificationRiskProperty, DecidesThresholdsOfOneInNExactly, ()) {
  const auto size = *rc::gen::inRange<uint64_t>(1, 1000);
  const auto billionths = *rc::gen::inRange<uint64_t>(0, 1'000'000'001);
  const std::vector<RiskClass> classes = {{.rows = size, .units = size}};
  const auto risk =
      MeasureReidentificationRisk(classes, MakeDecimal(static_cast<int128>(billionths), 9));
  RC_ASSERT(risk.ok());
  const bool is_above = size * billionths < 1'000'000'000;
  RC_ASSERT((risk->prosecutor.rows_at_risk == size) == is_above);
}

// A table of rows with one attribute and a unit each.
TupleTable TableOf(const std::vector<std::pair<uint32_t, uint64_t>>& value_and_unit) {
  std::map<uint32_t, std::pair<uint64_t, std::set<uint64_t>>> classes;
  for (const auto& [value, unit] : value_and_unit) {
    ++classes[value].first;
    classes[value].second.insert(unit);
  }
  TupleTable table = {.names = {"a"}, .codes = {{}}};
  table.units.begin.push_back(0);
  table.unit_cap = UINT32_MAX;
  for (const auto& [value, members] : classes) {
    table.codes[0].push_back(value);
    table.rows.push_back(members.first);
    table.total_rows += members.first;
    table.units.items.insert(table.units.items.end(), members.second.begin(), members.second.end());
    table.units.begin.push_back(table.units.items.size());
  }
  return table;
}

RC_GTEST_PROP(UnitRiskProperty, IsThatOfTheSmallestClassOfEachUnit, ()) {
  const auto rows = *rc::gen::container<std::vector<std::pair<uint32_t, uint64_t>>>(
      rc::gen::pair(rc::gen::inRange<uint32_t>(0, 6), rc::gen::inRange<uint64_t>(1, 12)));
  std::map<uint32_t, std::set<uint64_t>> members;
  for (const auto& [value, unit] : rows) members[value].insert(unit);
  std::map<uint64_t, size_t> smallest;
  for (const auto& [value, unit] : rows) {
    const auto [place, is_new] = smallest.emplace(unit, members[value].size());
    if (!is_new) place->second = std::min(place->second, members[value].size());
  }
  double sum = 0;
  uint64_t unique = 0;
  uint64_t at_risk = 0;
  for (const auto& [unit, size] : smallest) {
    sum += 1.0 / static_cast<double>(size);
    unique += size == 1 ? 1 : 0;
    at_risk += size < 3 ? 1 : 0;
  }
  const auto risk = MeasureUnitRisk(TableOf(rows), Dec("0.334"));
  RC_ASSERT(risk.ok());
  RC_ASSERT(risk->units == smallest.size());
  RC_ASSERT(risk->unique_units == unique);
  RC_ASSERT(risk->units_at_risk == at_risk);
  const double average = smallest.empty() ? 0 : sum / static_cast<double>(smallest.size());
  RC_ASSERT(std::abs(risk->average - average) < kTolerance);
}

TEST(UnitRiskTest, RefusesTablesThatDoNotHoldAllUnits) {
  TupleTable table = TableOf({{0, 1}, {0, 2}});
  table.unit_cap = 2;
  EXPECT_THAT(MeasureUnitRisk(table, Dec("0.2")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("up to 2 only")));
  EXPECT_THAT(MeasureUnitRisk(TupleTable{}, Dec("0.2")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("no privacy unit")));
}

// The figures that the reference gives of a table.
void ExpectReferenceFigures(const ReidentificationRisk& risk, const nlohmann::json& reference) {
  const nlohmann::json& fifth = reference.at("threshold_0.2");
  EXPECT_NEAR(risk.prosecutor.highest, double{reference.at("highest")}, kTolerance);
  EXPECT_NEAR(risk.prosecutor.average, double{reference.at("average")}, kTolerance);
  EXPECT_NEAR(risk.prosecutor.lowest, double{reference.at("lowest")}, kTolerance);
  EXPECT_NEAR(risk.prosecutor.share_at_highest, double{reference.at("frac_records_at_highest")},
              kTolerance);
  EXPECT_NEAR(risk.marketer, double{fifth.at("marketer_success_rate")}, kTolerance);
  EXPECT_NEAR(risk.sample_uniques, double{reference.at("sample_uniques_fraction")}, kTolerance);
  EXPECT_NEAR(risk.prosecutor.share_at_risk, double{fifth.at("prosecutor_records_at_risk")},
              kTolerance);
}

TEST(ReferenceRiskTest, InputOfAdult) {
  const AdultProblem adult = LoadAdult({});
  const auto risk = MeasureReidentificationRisk(RiskClassesOf(adult.table), Dec("0.2"));
  ASSERT_THAT(risk, IsOk());
  EXPECT_EQ(risk->classes, 19502u);
  ExpectReferenceFigures(*risk, Reference().at("inputs").at(0).at("risk_input"));
}

TEST(ReferenceRiskTest, OutputsOfRunsWithKAnonymity) {
  const AdultProblem adult = LoadAdult({});
  size_t runs = 0;
  for (const nlohmann::json& run : KAnonymityRuns()) {
    SCOPED_TRACE(std::string(run.at("id")));
    const nlohmann::json& solution = run.at("solution");
    if (!solution.contains("risk_output")) continue;
    const std::vector<size_t> levels = solution.at("levels_vector");
    const auto classes = ClassesAt(KAnonymityProblem(run, adult), levels);
    ASSERT_THAT(classes, IsOk());
    const auto risk =
        MeasureReidentificationRisk(RiskClassesOf(classes->SizesOfKept()), Dec("0.2"));
    ASSERT_THAT(risk, IsOk());
    ExpectReferenceFigures(*risk, solution.at("risk_output"));
    EXPECT_EQ(risk->classes, uint64_t{solution.at("equivalence_classes")});
    ++runs;
  }
  EXPECT_EQ(runs, 12u);  // the others of these runs give no risk
}

const nlohmann::json& SolutionOf(const std::string& id) {
  for (const nlohmann::json& run : Reference().at("runs")) {
    if (run.at("id") == id) return run.at("solution");
  }
  static const nlohmann::json none = nlohmann::json::object();
  return none;
}

bool IsAllRoot(const AdultProblem& problem, const std::vector<size_t>& levels) {
  for (size_t a = 0; a < levels.size(); ++a) {
    if (levels[a] + 1 < problem.hierarchies[a]->levels()) return false;
  }
  return true;
}

TEST(ReferenceRiskTest, OutputsOfRunsWithOtherModels) {
  size_t runs = 0;
  for (const ReferenceRun& run : ModelRuns()) {
    const nlohmann::json& solution = SolutionOf(run.id);
    if (!solution.contains("risk_output")) continue;
    const ReferenceProblem reference = LoadReference(run);
    // Of research subsets and of Grassberger's estimator our classes are others, for the reasons
    // that reference_models.h gives.
    if (reference.is_corrected || !reference.adult->table.population.empty()) continue;
    SCOPED_TRACE(run.id);
    const SearchProblem problem = ProblemOf(run, reference);
    const auto classes = ClassesAt(problem, run.levels);
    ASSERT_THAT(classes, IsOk());
    // The reference stars a class in which every attribute is at its root.
    const bool is_starred = IsAllRoot(*reference.adult, run.levels);
    const auto risk = MeasureReidentificationRisk(
        is_starred ? std::vector<RiskClass>() : RiskClassesOf(classes->SizesOfKept()), Dec("0.2"));
    ASSERT_THAT(risk, IsOk());
    ExpectReferenceFigures(*risk, solution.at("risk_output"));
    ++runs;
  }
  EXPECT_GT(runs, 40u);
}

}  // namespace
}  // namespace weir::anon::test
