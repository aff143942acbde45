// SPDX-License-Identifier: Apache-2.0
// What the search finds beside the best of all nodes, each rated alone in a lattice of its own,
// where nothing can be ruled out.
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/anon/small_table.h"
#include "tests/support/status_matchers.h"
#include "weir/anon/internal/prepared.h"
#include "weir/anon/search.h"

namespace weir::anon {
namespace {

using test::Row;
using test::Rows;
using weir::test::IsOk;

// Values, pairs of them, and all, each value of this weight in the domain.
Hierarchy Pairs(size_t values, double weight) {
  std::vector<GroundPath> paths;
  for (size_t i = 0; i < values; ++i) {
    paths.push_back({std::to_string(i), std::to_string(i / 2) + ". pair", "*"});
  }
  return *Hierarchy::Create(paths, std::vector<double>(values, weight));
}

struct Fixture {
  std::vector<Hierarchy> hierarchies = {};
  TupleTable table = {};
  SearchProblem problem = {};
  std::vector<const Hierarchy*> pointers = {};

  Fixture(size_t rows, unsigned seed, size_t values, const std::vector<double>& weights) {
    std::mt19937 random(seed);
    for (const double weight : weights) hierarchies.push_back(Pairs(values, weight));
    for (const Hierarchy& hierarchy : hierarchies) pointers.push_back(&hierarchy);
    Rows drawn(rows);
    for (Row& row : drawn) {
      for (size_t a = 0; a < weights.size(); ++a) {
        row.push_back(static_cast<uint32_t>(random() % values * (random() % values) / values));
      }
    }
    table = test::TableOfRows(drawn, weights.size());
    problem = {.table = &table, .hierarchies = pointers};
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
};

// The levels of the smallest score, of these those of the lowest total, of these the first.
std::optional<std::vector<size_t>> BestAlone(const SearchProblem& problem) {
  std::optional<std::tuple<double, size_t, std::vector<size_t>>> best;
  const auto offer = [&](const std::vector<size_t>& levels) {
    SearchProblem alone = problem;
    alone.levels.clear();
    for (const size_t level : levels) alone.levels.emplace_back(level, level);
    const auto found = Search(alone, {});
    if (!found.ok()) return;
    const size_t total = std::accumulate(levels.begin(), levels.end(), size_t{0});
    const auto node = std::tuple(found->score, total, levels);
    if (!best || node < *best) best = node;
  };
  std::vector<std::pair<size_t, size_t>> ranges = problem.levels;
  for (size_t a = ranges.size(); a < problem.hierarchies.size(); ++a) {
    ranges.emplace_back(0, problem.hierarchies[a]->levels() - 1);
  }
  std::vector<size_t> levels;
  for (const auto& [lowest, highest] : ranges) levels.push_back(lowest);
  while (true) {
    offer(levels);
    size_t a = levels.size();
    for (; a > 0 && levels[a - 1] == ranges[a - 1].second; --a) levels[a - 1] = ranges[a - 1].first;
    if (a == 0) break;
    ++levels[a - 1];
  }
  if (!best) return std::nullopt;
  return std::get<2>(*best);
}

std::optional<std::vector<size_t>> Found(const SearchProblem& problem) {
  const auto found = Search(problem, {});
  if (!found.ok()) return std::nullopt;
  EXPECT_TRUE(found->optimal);
  return found->levels;
}

// Tuples of the population alone lie in a place with a class that is too small: they are no
// witnesses of it, since they are in no class with rows.
TEST(SearchAloneTest, TuplesOfThePopulationAloneRefuseNothing) {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    Fixture fixture(60, seed, 4, {1, 1, 1, 1, 1});
    fixture.problem.levels = {{0, 2}, {0, 2}, {0, 2}, {0, 1}, {1, 1}};
    TupleTable& table = fixture.table;
    table.population = table.rows;
    for (size_t tuple = 0; tuple < table.tuples(); tuple += 2) {
      table.total_rows -= table.rows[tuple];
      table.rows[tuple] = 0;
    }
    fixture.problem.k_anonymity = {{.k = 2}};
    fixture.problem.quality.measure = v1::QUALITY_MEASURE_HEIGHT;
    EXPECT_EQ(Found(fixture.problem), BestAlone(fixture.problem)) << seed;
  }
}

// The values that share an interval of decimals have parts of its width: areas below 1.
TEST(SearchAloneTest, FindsTheLeastAmbiguityOfPartsOfIntervals) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    Fixture fixture(40, seed, 6, {0.1, 0.5, 0.01});
    fixture.problem.k_anonymity = {{.k = 2}};
    fixture.problem.quality.measure = v1::QUALITY_MEASURE_AMBIGUITY;
    fixture.problem.suppression_limit_rows = 20;
    EXPECT_EQ(Found(fixture.problem), BestAlone(fixture.problem)) << seed;
  }
}

// Sums of parts that are no binary fractions are not equal to the last digit.
TEST(SearchAloneTest, EqualAmbiguitiesOfPartsAreEqual) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    Fixture fixture(44, seed, 6, {0.1, 0.7, 0.3});
    fixture.problem.k_anonymity = {{.k = 44}};
    fixture.problem.quality.measure = v1::QUALITY_MEASURE_AMBIGUITY;
    fixture.problem.suppression_limit_rows = 44;
    // All rows are suppressed everywhere but where all values are one.
    EXPECT_EQ(Found(fixture.problem), std::vector<size_t>({0, 0, 0})) << seed;
  }
}

// Where all rows are suppressed precision is lost by the same part at any level.
TEST(SearchAloneTest, EqualRanksAreEqual) {
  for (size_t rows = 7; rows < 20; ++rows) {
    Fixture fixture(rows, 1, 8, {1, 1, 1});
    fixture.problem.k_anonymity = {{.k = rows + 1}};
    fixture.problem.suppression_limit_rows = rows;
    fixture.problem.quality = {.measure = v1::QUALITY_MEASURE_PRECISION,
                               .suppression_factor = 0.17,
                               .aggregate = v1::QUALITY_AGGREGATE_RANK};
    EXPECT_EQ(Found(fixture.problem), std::vector<size_t>({0, 0, 0})) << rows;
  }
}

// Nearly all rows in one tuple: their divergence is next to nothing beside the bound's parts, which
// are negative, and a relative slack must not raise them.
TEST(SearchAloneTest, BoundsTheDivergenceOfPartsOfIntervals) {
  Fixture fixture(1, 1, 6, {0.001, 0.001});
  TupleTable& table = fixture.table;
  table.rows[0] = uint64_t{1} << 40;
  table.total_rows = table.rows[0];
  fixture.problem.quality.measure = v1::QUALITY_MEASURE_KL_DIVERGENCE;
  const auto prepared = internal::Prepare(fixture.problem);
  ASSERT_THAT(prepared, IsOk());
  for (uint8_t level = 0; level < 3; ++level) {
    const internal::Levels levels = {level, level};
    SearchProblem alone = fixture.problem;
    alone.levels = {{level, level}, {level, level}};
    const auto found = Search(alone, {});
    ASSERT_THAT(found, IsOk());
    EXPECT_LT((*prepared)->measure->Bound(levels, 0), found->score);
  }
}

// Of attributes whose domains are large together, the ground areas are less than the last digit of
// the area of everything.
TEST(SearchAloneTest, AmbiguityOfManyLargeDomains) {
  std::vector<Hierarchy> hierarchies;
  std::vector<const Hierarchy*> pointers;
  hierarchies.reserve(8);
  for (int a = 0; a < 8; ++a) {
    hierarchies.push_back(
        *Hierarchy::Create({{"a", "*"}, {"b", "*"}, {"others", "*"}}, std::vector{1.0, 1.0, 1e7}));
    pointers.push_back(&hierarchies.back());
  }
  const TupleTable table = test::TableOfRows({Row(8, 0), Row(8, 0), Row(8, 0), Row(8, 1)}, 8);
  SearchProblem problem = {.table = &table, .hierarchies = pointers};
  problem.quality.measure = v1::QUALITY_MEASURE_AMBIGUITY;
  const auto found = Search(problem, {});
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->score, 4);
  EXPECT_EQ(found->levels, std::vector<size_t>(8, 0));
}

// The part of an interval below its highest value: less than 1.
TEST(SearchAloneTest, ADomainOfLessThanOneHasNothingToLose) {
  Fixture fixture(20, 1, 2, {0.25});
  fixture.problem.k_anonymity = {{.k = 20}};
  const auto found = Search(fixture.problem, {});
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->score, 0);
}

// 1/49 of an interval 49 times makes a little less than 1, of which the logarithm is no unit.
TEST(SearchAloneTest, EntropyLossOfADomainOfOne) {
  Fixture fixture(200, 1, 49, {1.0 / 49, 1.0 / 49});
  ASSERT_NE(fixture.hierarchies[0].domain_size(), 1);
  fixture.problem.k_anonymity = {{.k = 5}};
  fixture.problem.quality.measure = v1::QUALITY_MEASURE_ENTROPY_LOSS;
  const auto found = Search(fixture.problem, {});
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->score, 0);
}

}  // namespace
}  // namespace weir::anon
