// SPDX-License-Identifier: Apache-2.0
// Levels that a search leaves out, against the classes of their labels alone, on adult under every
// model of the reference runs. That leaving them out changes no result is tested by the searches of
// random tables.
#include "weir/anon/internal/skipped_levels.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/anon/adult_fixture.h"
#include "tests/anon/reference_models.h"
#include "tests/anon/reference_runs.h"
#include "tests/support/status_matchers.h"
#include "weir/anon/class_table.h"
#include "weir/anon/internal/prepared.h"
#include "weir/anon/l_diversity.h"
#include "weir/anon/sensitive_attribute.h"

namespace weir::anon::internal {
namespace {

std::vector<size_t> TopWith(const SearchProblem& problem, size_t attribute, size_t level) {
  std::vector<size_t> levels;
  for (const Hierarchy* hierarchy : problem.hierarchies) levels.push_back(hierarchy->levels() - 1);
  levels[attribute] = level;
  return levels;
}

// Whether more rows than the limit are suppressed where the labels of one level are the classes.
bool IsImpossible(const SearchProblem& problem, size_t attribute, size_t level) {
  const auto classes = ClassesAt(problem, TopWith(problem, attribute, level));
  return !classes.ok() || classes->suppressed_rows > problem.suppression_limit_rows;
}

// How many levels are skipped, each of which must be impossible.
size_t CountSkipped(const SearchProblem& problem) {
  const auto prepared = Prepare(problem);
  EXPECT_TRUE(prepared.ok());
  uint64_t nodes = 1;
  size_t skipped = 0;
  for (size_t a = 0; a < problem.hierarchies.size(); ++a) {
    nodes *= problem.hierarchies[a]->levels();
    const size_t lowest = (*prepared)->lattice->bottom()[a];
    for (size_t level = 0; level < lowest; ++level) {
      EXPECT_TRUE(IsImpossible(problem, a, level)) << "attribute " << a << ", level " << level;
    }
    skipped += lowest;
  }
  EXPECT_EQ((*prepared)->nodes_total, nodes);
  return skipped;
}

size_t CountImpossible(const SearchProblem& problem) {
  size_t impossible = 0;
  for (size_t a = 0; a < problem.hierarchies.size(); ++a) {
    for (size_t level = 0; level + 1 < problem.hierarchies[a]->levels(); ++level) {
      impossible += IsImpossible(problem, a, level) ? 1 : 0;
    }
  }
  return impossible;
}

TEST(SkippedLevelsTest, NoPossibleLevelIsSkippedUnderAnyModel) {
  size_t skipped = 0;
  for (const test::ReferenceRun& run : test::ModelRuns()) {
    SCOPED_TRACE(run.id);
    const test::ReferenceProblem reference = test::LoadReference(run);
    skipped += CountSkipped(test::ProblemOf(run, reference));
  }
  EXPECT_GT(skipped, 100u);
}

TEST(SkippedLevelsTest, EveryImpossibleLevelIsSkippedUnderModelsThatTellIt) {
  size_t runs = 0;
  for (const test::ReferenceRun& run : test::ModelRuns()) {
    const bool tells = std::all_of(run.models.begin(), run.models.end(), [](const auto& model) {
      return model.starts_with("k:") || model.starts_with("kmap:") || model.starts_with("t-") ||
             model.starts_with("beta-") || model.starts_with("distinct-l:");
    });
    if (!tells || run.suppression_limit > 0) continue;
    SCOPED_TRACE(run.id);
    ++runs;
    const test::ReferenceProblem reference = test::LoadReference(run);
    const SearchProblem problem = test::ProblemOf(run, reference);
    EXPECT_EQ(CountSkipped(problem), CountImpossible(problem));
  }
  EXPECT_GT(runs, 8u);
}

// One row less may be suppressed than rows are in ages and countries that fewer than k people have.
TEST(SkippedLevelsTest, TheLimitDecidesToTheRow) {
  const test::AdultProblem adult = test::LoadAdult({});
  SearchProblem problem;
  problem.table = &adult.table;
  problem.hierarchies = adult.hierarchies;
  constexpr uint64_t kLeast = 5;
  problem.k_anonymity = {{.k = kLeast}};
  for (size_t a = 0; a < adult.hierarchies.size(); ++a) {
    std::vector<uint64_t> rows(adult.hierarchies[a]->size(0), 0);
    for (size_t tuple = 0; tuple < adult.table.tuples(); ++tuple) {
      rows[adult.table.codes[a][tuple]] += adult.table.rows[tuple];
    }
    uint64_t small = 0;
    for (const uint64_t count : rows) small += count < kLeast ? count : 0;
    if (small == 0) continue;
    problem.suppression_limit_rows = small;
    const auto enough = Prepare(problem);
    problem.suppression_limit_rows = small - 1;
    const auto too_few = Prepare(problem);
    ASSERT_THAT(enough, weir::test::IsOk());
    ASSERT_THAT(too_few, weir::test::IsOk());
    EXPECT_EQ((*enough)->lattice->bottom()[a], 0);
    EXPECT_EQ((*too_few)->lattice->bottom()[a], 1);
  }
}

// Labels of very many values are not counted; what is seen at a higher level holds below.
TEST(SkippedLevelsTest, AnAttributeOfManyValuesIsAskedFromAHigherLevelOn) {
  constexpr uint32_t kValues = 1 << 16;
  std::vector<GroundPath> paths;
  TupleTable table = {.names = {"a"}, .codes = {{}}};
  SensitiveColumn column = {.name = "s", .values = 2, .counts = {.begin = {0}}};
  for (uint32_t i = 0; i < kValues; ++i) {
    paths.push_back({std::to_string(i), i % 2 == 0 ? "even" : "odd", "*"});
    table.codes[0].push_back(i);
    table.rows.push_back(1);
    column.counts.items.push_back({.value = i % 2, .rows = 1});
    column.counts.begin.push_back(i + 1);
  }
  table.total_rows = kValues;
  table.sensitive = {column};
  const Hierarchy hierarchy = *Hierarchy::Create(paths);
  SearchProblem problem;
  problem.table = &table;
  const std::vector<const Hierarchy*> hierarchies = {&hierarchy};
  problem.hierarchies = hierarchies;
  problem.class_models = {*MakeDistinctDiversity(*SensitiveAttribute::Of(table, "s"), 2)};
  const auto prepared = Prepare(problem);
  ASSERT_THAT(prepared, weir::test::IsOk());
  EXPECT_EQ((*prepared)->lattice->bottom()[0], 2);
}

}  // namespace
}  // namespace weir::anon::internal
