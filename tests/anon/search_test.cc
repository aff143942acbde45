// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/search.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/anon/adult_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/anon/class_table.h"
#include "weir/anon/internal/size_bound.h"
#include "weir/anon/population_models.h"
#include "weir/anon/risk_limits.h"

namespace weir::anon {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::StatusIs;

const test::AdultProblem& Adult() {
  static const test::AdultProblem adult = test::LoadAdult({});
  return adult;
}

SearchProblem FiveAnonymity(const test::AdultProblem& adult) {
  SearchProblem problem;
  problem.table = &adult.table;
  problem.hierarchies = adult.hierarchies;
  problem.k_anonymity = {{.k = 5}};
  return problem;
}

TEST(SearchTest, CountsRowsBeyondTwentyBits) {
  const test::AdultProblem repeated = test::LoadAdult({.repetitions = 40});
  SearchProblem problem = FiveAnonymity(repeated);
  problem.k_anonymity = {{.k = 200}};
  problem.suppression_limit_rows = repeated.table.total_rows;
  const auto result = Search(problem, {});
  ASSERT_THAT(result, IsOk());
  // Each row forty times and k forty times as large: the classes of k = 5 on the table itself.
  EXPECT_EQ(result->levels, (std::vector<size_t>{0, 3, 0, 0, 2, 1, 1, 1, 0}));
  EXPECT_EQ(result->suppressed_rows, 40u * 2553);
  EXPECT_EQ(result->classes, 602u);
  EXPECT_NEAR(result->score, 0.22041192847984292, 1e-9);
}

// The divergence is a sum over rows: of so many times the rows, so many times as large. Squares of
// the rows of one tuple are beyond 64 bits here.
TEST(SearchTest, DivergenceOfTuplesOfMoreThanFourBillionRows) {
  SearchProblem problem = FiveAnonymity(Adult());
  problem.quality.measure = v1::QUALITY_MEASURE_KL_DIVERGENCE;
  problem.suppression_limit_rows = Adult().table.total_rows / 20;
  const auto small = Search(problem, {});
  ASSERT_THAT(small, IsOk());
  ASSERT_GT(small->suppressed_rows, 0u);
  for (const uint64_t times : {uint64_t{1} << 33, (uint64_t{3} << 33) - 1}) {
    TupleTable table = Adult().table;
    table.total_rows *= times;
    for (uint64_t& rows : table.rows) rows *= times;
    SearchProblem large = problem;
    large.table = &table;
    large.suppression_limit_rows *= times;
    large.k_anonymity = {{.k = 5 * times}};
    const auto found = Search(large, {});
    ASSERT_THAT(found, IsOk());
    EXPECT_EQ(found->levels, small->levels);
    EXPECT_EQ(found->suppressed_rows, small->suppressed_rows * times);
    EXPECT_EQ(found->classes, small->classes);
    EXPECT_TRUE(found->optimal);
    EXPECT_NEAR(found->score / static_cast<double>(times), small->score, 1e-9 * small->score);
  }
}

// The keys of the tuples alone would fit.
TEST(SearchTest, CountsTheMemoryOfItsBounds) {
  const SearchProblem problem = FiveAnonymity(Adult());
  const uint64_t bytes = internal::SizeBound::MemoryFor(Adult().table.tuples());
  ASSERT_LT(Adult().table.tuples() * sizeof(uint64_t), bytes);
  EXPECT_THAT(Search(problem, {.memory_bytes = bytes}),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("distinct tuples")));
  EXPECT_THAT(Search(problem, {.memory_bytes = 4 * bytes}), IsOk());
}

TEST(SearchTest, NamesTheModelThatFailsAndTheLimitThatWouldDo) {
  SearchProblem problem = FiveAnonymity(Adult());
  problem.k_anonymity = {{.k = 40000}};
  EXPECT_THAT(Search(problem, {}),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("40000-anonymity"), HasSubstr("limit of 1 would do"))));
}

TEST(SearchTest, NamesEachModelByItself) {
  SearchProblem problem = FiveAnonymity(Adult());
  WEIR_ASSERT_OK_AND_ASSIGN(const ClassModelPtr risk, MakeHighestRisk({1, -5}));
  problem.class_models = {risk};
  EXPECT_THAT(Search(problem, {}), StatusIs(StatusCode::kFailedPrecondition,
                                            AllOf(HasSubstr("fail: " + risk->name() + ";"),
                                                  HasSubstr("would do there, and keep no row"))));
}

TEST(SearchTest, UsesOnlyTheLevelsAllowed) {
  SearchProblem problem = FiveAnonymity(Adult());
  for (const Hierarchy* hierarchy : problem.hierarchies) {
    problem.levels.emplace_back(0, hierarchy->levels() - 1);
  }
  problem.levels[1] = {2, 2};
  problem.suppression_limit_rows = 1508;
  const auto result = Search(problem, {});
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->levels[1], 2u);
  EXPECT_EQ(result->nodes_total, 12960u / 5);
}

TEST(SearchTest, OnlyTheRatiosOfWeightsMatter) {
  SearchProblem problem = FiveAnonymity(Adult());
  problem.suppression_limit_rows = 1508;
  const auto find = [&problem](const std::vector<double>& weights) {
    problem.quality.weights = weights;
    return *Search(problem, {});
  };
  const SearchResult even = find({});
  const SearchResult halves = find(std::vector<double>(9, 0.5));
  EXPECT_EQ(halves.levels, even.levels);
  EXPECT_EQ(halves.score, even.score);
  const SearchResult education = find({1, 1, 1, 1, 16, 1, 1, 1, 1});
  const double part = 1.0 / 16;
  const SearchResult shares = find({part, part, part, part, 1, part, part, part, part});
  EXPECT_EQ(education.levels, shares.levels);
  EXPECT_EQ(education.score, shares.score);
  EXPECT_LT(education.levels[4], even.levels[4]);
}

// At the top five of 18 people are in the table, below five of 16: what a class breaks says nothing
// of its parts where one of them has no rows and is not judged.
TEST(SearchTest, FindsWhatHoldsOnlyWithoutTheRestOfThePopulation) {
  const Hierarchy hierarchy = *Hierarchy::Create({{"a", "*"}, {"b", "*"}});
  const std::vector<const Hierarchy*> pointers = {&hierarchy, &hierarchy};
  TupleTable table;
  table.names = {"q", "r"};
  table.codes = {{0, 1}, {0, 0}};
  table.rows = {5, 0};
  table.population = {16, 2};
  table.total_rows = 5;
  SearchProblem problem;
  problem.table = &table;
  problem.hierarchies = pointers;
  const auto find = [&problem](PresenceScope scope) {
    problem.class_models = {*MakeDeltaPresence({.lowest = {3, -1}, .highest = {1, 0}}, scope)};
    return Search(problem, {});
  };
  const auto found = find(PresenceScope::kClassesOfTable);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->levels, (std::vector<size_t>{0, 0}));
  EXPECT_EQ(found->suppressed_rows, 0U);
  // Its twin: where b is judged, nobody of it may be known to be absent.
  EXPECT_THAT(find(PresenceScope::kPopulation), StatusIs(StatusCode::kFailedPrecondition));
}

// Shares of sevenths, added up, must not decide between levels.
TEST(SearchTest, WhereAllRowsAreSuppressedTheLowestLevelsWin) {
  const Hierarchy sevenths = *Hierarchy::Create({{"a", "x", "*"},
                                                 {"b", "x", "*"},
                                                 {"c", "x", "*"},
                                                 {"d", "y", "*"},
                                                 {"e", "y", "*"},
                                                 {"f", "y", "*"},
                                                 {"g", "z", "*"}});
  const std::vector<const Hierarchy*> pointers = {&sevenths, &sevenths};
  for (uint64_t rows = 1; rows <= 60; ++rows) {
    TupleTable table;
    table.names = {"a", "b"};
    table.codes = {{0, 3, 4, 6}, {6, 1, 2, 3}};
    table.rows = {rows, 2 * rows, 5, 1};
    table.total_rows = 3 * rows + 6;
    SearchProblem problem;
    problem.table = &table;
    problem.hierarchies = pointers;
    problem.k_anonymity = {{.k = table.total_rows + 1}};
    problem.suppression_limit_rows = table.total_rows;
    const auto found = Search(problem, {});
    ASSERT_THAT(found, IsOk());
    EXPECT_EQ(found->levels, (std::vector<size_t>{0, 0})) << rows;
    EXPECT_EQ(found->score, 1.0) << rows;
  }
}

// A k beyond 32 bits, which is more than all rows: no row is kept, or nothing is found.
TEST(SearchTest, KeepsNoClassBelowAVeryLargeK) {
  const Hierarchy hierarchy = *Hierarchy::Create({{"a", "*"}, {"b", "*"}});
  const std::vector<const Hierarchy*> pointers = {&hierarchy};
  TupleTable table;
  table.names = {"q"};
  table.codes = {{0, 1}};
  table.rows = {1, UINT32_MAX - 1};
  table.total_rows = UINT32_MAX;
  for (const auto measure : {v1::QUALITY_MEASURE_LOSS, v1::QUALITY_MEASURE_AVERAGE_CLASS_SIZE}) {
    for (const uint64_t k : {uint64_t{1} << 32, uint64_t{1} << 33}) {
      SearchProblem problem;
      problem.table = &table;
      problem.hierarchies = pointers;
      problem.k_anonymity = {{.k = k}};
      problem.quality.measure = measure;
      EXPECT_THAT(Search(problem, {}), StatusIs(StatusCode::kFailedPrecondition));
      problem.suppression_limit_rows = table.total_rows;
      const auto found = Search(problem, {});
      ASSERT_THAT(found, IsOk());
      EXPECT_EQ(found->suppressed_rows, table.total_rows);
    }
  }
}

TEST(SearchTest, FindsNothingInNoTime) {
  SearchProblem problem = FiveAnonymity(Adult());
  EXPECT_THAT(Search(problem, {.time = std::chrono::milliseconds(-1)}),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("time ended")));
}

TEST(SearchTest, GivesAnHonestGapWhenTheTimeEnds) {
  SearchProblem problem = FiveAnonymity(Adult());
  problem.suppression_limit_rows = Adult().table.total_rows;
  const auto optimum = Search(problem, {});
  ASSERT_THAT(optimum, IsOk());
  // The first report comes when something is found but not proved; it lasts until the time is over.
  const std::chrono::milliseconds time(1000);
  const auto stopped = Search(
      problem, {.time = time, .progress = [&](double) { std::this_thread::sleep_for(time); }});
  ASSERT_THAT(stopped, IsOk());
  EXPECT_FALSE(stopped->optimal);
  EXPECT_LT(stopped->nodes_checked, optimum->nodes_checked);
  EXPECT_GT(stopped->lower_bound, 0.0);
  EXPECT_LT(stopped->lower_bound, stopped->score);
  EXPECT_LE(stopped->lower_bound, optimum->score);
  EXPECT_GE(stopped->score, optimum->score);
  // What is given is what these levels give.
  const auto classes = ClassesAt(problem, stopped->levels);
  ASSERT_THAT(classes, IsOk());
  EXPECT_EQ(classes->suppressed_rows, stopped->suppressed_rows);
}

TEST(SearchTest, CountsUnitsInsteadOfRows) {
  // Two tuples of ten rows each, all of the first by one unit.
  const Hierarchy hierarchy = *Hierarchy::Create({{"a", "*"}, {"b", "*"}});
  const Hierarchy* pointer = &hierarchy;
  TupleTable table;
  table.names = {"a"};
  table.codes = {{0, 1}};
  table.rows = {10, 10};
  table.total_rows = 20;
  table.unit_cap = 3;
  table.units = {.begin = {0, 1, 4}, .items = {7, 1, 5, 9}};
  SearchProblem problem;
  problem.table = &table;
  problem.hierarchies = {&pointer, 1};
  problem.k_anonymity = {{.k = 3, .count_units = true}};
  const auto result = Search(problem, {});
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->levels, std::vector<size_t>{1});
  problem.k_anonymity[0].count_units = false;
  EXPECT_EQ(Search(problem, {})->levels, std::vector<size_t>{0});
}

TEST(SearchTest, HoldsARuleOnSomeOfTheAttributes) {
  SearchProblem problem = FiveAnonymity(Adult());
  problem.k_anonymity = {{.k = 50, .attributes = {1}}};
  const auto result = Search(problem, {});
  ASSERT_THAT(result, IsOk());
  // Only age is generalized.
  for (size_t a = 0; a < result->levels.size(); ++a) {
    EXPECT_EQ(result->levels[a] > 0, a == 1) << a;
  }
}

TEST(SearchTest, RefusesWhatDoesNotFitTogether) {
  SearchProblem problem = FiveAnonymity(Adult());
  problem.k_anonymity = {{.k = 0}};
  EXPECT_THAT(Search(problem, {}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("k of")));
  problem.k_anonymity = {{.k = 2, .count_units = true}};
  EXPECT_THAT(Search(problem, {}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("unit")));
  problem.k_anonymity = {};
  problem.k_map = 2;
  EXPECT_THAT(Search(problem, {}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("population")));
  EXPECT_THAT(Search({}, {}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("table")));
}

TEST(SearchTest, RefusesSuppressionFactorsOutsideZeroToOne) {
  for (const double factor : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN(),
                              std::numeric_limits<double>::infinity()}) {
    SearchProblem problem = FiveAnonymity(Adult());
    problem.quality.suppression_factor = factor;
    EXPECT_THAT(Search(problem, {}),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("suppression factor")));
  }
}

TEST(SearchTest, SearchesALatticeBeyondMemory) {
  // Twelve attributes of five levels each: 2.4e8 nodes.
  std::vector<GroundPath> paths;
  for (int value = 0; value < 16; ++value) {
    GroundPath path;
    for (int level = 0; level < 5; ++level) {
      path.push_back(std::to_string(level) + ":" + std::to_string(value >> level));
    }
    paths.push_back(path);
  }
  const Hierarchy hierarchy = *Hierarchy::Create(paths);
  const std::vector<const Hierarchy*> hierarchies(12, &hierarchy);
  TupleTable table;
  table.codes.resize(12);
  table.names.resize(12, "a");
  // Eleven attributes are the same in all rows; the last has each value once.
  for (uint32_t value = 0; value < 16; ++value) {
    for (size_t a = 0; a < 12; ++a) table.codes[a].push_back(a == 11 ? value : 3);
    table.rows.push_back(1);
  }
  table.total_rows = 16;
  SearchProblem problem;
  problem.table = &table;
  problem.hierarchies = hierarchies;
  problem.k_anonymity = {{.k = 4}};
  const auto result = Search(problem, {});
  ASSERT_THAT(result, IsOk());
  std::vector<size_t> levels(12, 0);
  levels[11] = 2;
  EXPECT_EQ(result->levels, levels);
  EXPECT_TRUE(result->optimal);
  EXPECT_EQ(result->nodes_total, 244140625u);
}

}  // namespace
}  // namespace weir::anon
