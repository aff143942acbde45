// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/recoding.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/anon/adult_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/anon/l_diversity.h"

namespace weir::anon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::weir::test::IsOk;
using ::weir::test::SeededRandom;
using ::weir::test::StatusIs;

constexpr size_t kAttributes = 3;
constexpr uint32_t kValues = 8;
constexpr uint32_t kSensitiveValues = 3;

// 0 ... 7; pairs; fours; "*".
Hierarchy MakeHierarchy() {
  std::vector<GroundPath> paths;
  for (uint32_t i = 0; i < kValues; ++i) {
    paths.push_back(
        {std::to_string(i), "p" + std::to_string(i / 2), "q" + std::to_string(i / 4), "*"});
  }
  return *Hierarchy::Create(paths);
}

// Distinct tuples of a few rows, each with a sensitive value.
struct Case {
  Hierarchy hierarchy = MakeHierarchy();
  std::vector<const Hierarchy*> hierarchies = {};
  TupleTable table = {};
  SearchProblem problem = {};
};

std::unique_ptr<Case> MakeCase(uint64_t seed, size_t draws) {
  auto made = std::make_unique<Case>();
  made->hierarchies.assign(kAttributes, &made->hierarchy);
  SeededRandom random(seed);
  std::set<std::vector<uint32_t>> tuples;
  for (size_t i = 0; i < draws; ++i) {
    std::vector<uint32_t> tuple;
    for (size_t a = 0; a < kAttributes; ++a) {
      // Low values are more frequent.
      tuple.push_back(
          static_cast<uint32_t>(std::min(random.Word() % kValues, random.Word() % kValues)));
    }
    tuples.insert(tuple);
  }
  TupleTable& table = made->table;
  table.names = {"a", "b", "c"};
  table.codes.resize(kAttributes);
  table.sensitive.push_back({.name = "s", .values = kSensitiveValues, .counts = {}});
  PerTuple<ValueCount>& counts = table.sensitive[0].counts;
  counts.begin.push_back(0);
  for (const std::vector<uint32_t>& tuple : tuples) {
    for (size_t a = 0; a < kAttributes; ++a) table.codes[a].push_back(tuple[a]);
    uint64_t rows = 0;
    for (uint32_t value = 0; value < kSensitiveValues; ++value) {
      const uint64_t here = random.Word() % 3;
      if (here == 0 && !(value + 1 == kSensitiveValues && rows == 0)) continue;
      counts.items.push_back({.value = value, .rows = std::max<uint64_t>(1, here)});
      rows += std::max<uint64_t>(1, here);
    }
    counts.begin.push_back(counts.items.size());
    table.rows.push_back(rows);
    table.total_rows += rows;
  }
  made->problem.table = &made->table;
  made->problem.hierarchies = made->hierarchies;
  made->problem.suppression_limit_rows = table.total_rows;
  return made;
}

void AddDiversity(Case& made, uint64_t l) {
  const SensitiveAttribute attribute = *SensitiveAttribute::Of(made.table, "s");
  made.problem.class_models.push_back(*MakeDistinctDiversity(attribute, l));
}

std::string LabelOf(const SearchProblem& problem, const Recoding& recoding, size_t a, size_t i) {
  const uint8_t level = recoding.levels[a][i];
  if (level == kSuppressedCell) return "*";
  const Hierarchy& hierarchy = *problem.hierarchies[a];
  return hierarchy.label(level, hierarchy.codes(level)[problem.table->codes[a][i]]);
}

using Classes = std::map<std::vector<std::string>, std::vector<uint32_t>>;

// The output grouped by its texts in some attributes.
Classes GroupTexts(const SearchProblem& problem, const Recoding& recoding,
                   const std::vector<size_t>& attributes) {
  Classes classes;
  for (uint32_t i = 0; i < problem.table->tuples(); ++i) {
    if (recoding.suppressed[i]) continue;
    std::vector<std::string> key;
    for (const size_t a : attributes) key.push_back(LabelOf(problem, recoding, a, i));
    classes[key].push_back(i);
  }
  return classes;
}

bool HoldsHere(const SearchProblem& problem, const std::vector<uint32_t>& tuples, uint64_t k,
               uint64_t l) {
  uint64_t rows = 0;
  std::set<uint32_t> values;
  const PerTuple<ValueCount>& counts = problem.table->sensitive[0].counts;
  for (const uint32_t tuple : tuples) {
    rows += problem.table->rows[tuple];
    for (uint64_t i = counts.begin[tuple]; i < counts.begin[tuple + 1]; ++i) {
      values.insert(counts.items[i].value);
    }
  }
  return rows >= k && values.size() >= l;
}

bool AllHold(const SearchProblem& problem, const Recoding& recoding, uint64_t k, uint64_t l) {
  const Classes classes = GroupTexts(problem, recoding, {0, 1, 2});
  return std::all_of(classes.begin(), classes.end(),
                     [&](const auto& entry) { return HoldsHere(problem, entry.second, k, l); });
}

// Classes as they were made: same labels and same levels.
std::vector<std::vector<uint32_t>> MadeClasses(const SearchProblem& problem,
                                               const Recoding& recoding) {
  std::map<std::vector<std::string>, std::vector<uint32_t>> groups;
  for (uint32_t i = 0; i < problem.table->tuples(); ++i) {
    if (recoding.suppressed[i]) continue;
    std::vector<std::string> key;
    for (size_t a = 0; a < kAttributes; ++a) {
      key.push_back(LabelOf(problem, recoding, a, i) + "@" + std::to_string(recoding.levels[a][i]));
    }
    groups[key].push_back(i);
  }
  std::vector<std::vector<uint32_t>> classes;
  for (auto& [key, tuples] : groups) classes.push_back(std::move(tuples));
  return classes;
}

// Whether some class could be cut one level lower in an attribute and all parts hold.
bool CouldBeMoreSpecial(const SearchProblem& problem, const Recoding& recoding, uint64_t k,
                        uint64_t l) {
  for (const std::vector<uint32_t>& tuples : MadeClasses(problem, recoding)) {
    for (size_t a = 0; a < kAttributes; ++a) {
      const uint8_t level = recoding.levels[a][tuples[0]];
      if (level == 0) continue;
      std::map<uint32_t, std::vector<uint32_t>> parts;
      for (const uint32_t tuple : tuples) {
        parts[problem.hierarchies[a]->codes(level - size_t{1})[problem.table->codes[a][tuple]]]
            .push_back(tuple);
      }
      const bool all = std::all_of(parts.begin(), parts.end(), [&](const auto& part) {
        return HoldsHere(problem, part.second, k, l);
      });
      if (all) return true;
    }
  }
  return false;
}

Recoding Uniform(const SearchProblem& problem, uint8_t level) {
  Recoding recoding;
  recoding.levels.assign(kAttributes, std::vector<uint8_t>(problem.table->tuples(), level));
  recoding.suppressed.assign(problem.table->tuples(), false);
  return recoding;
}

TEST(RecodingTest, TheChecksOfTheseTestsSeeWhatIsWrong) {
  const auto made = MakeCase(1, 60);
  EXPECT_FALSE(AllHold(made->problem, Uniform(made->problem, 0), 5, 1));
  EXPECT_TRUE(AllHold(made->problem, Uniform(made->problem, 3), 5, 3));
  EXPECT_TRUE(CouldBeMoreSpecial(made->problem, Uniform(made->problem, 3), 5, 1));
  EXPECT_FALSE(CouldBeMoreSpecial(made->problem, Uniform(made->problem, 0), 5, 1));
}

RC_GTEST_PROP(MondrianProperty, EveryClassHoldsAllModelsAndNoneCouldBeCut, (uint32_t seed)) {
  const auto draws = *rc::gen::inRange<size_t>(20, 120);
  const auto k = *rc::gen::inRange<uint64_t>(2, 8);
  const auto made = MakeCase(seed, draws);
  made->problem.k_anonymity = {{.k = k}};
  AddDiversity(*made, 2);
  const StatusOr<Recoding> recoding = RecodeByMondrian(made->problem);
  RC_ASSERT(recoding.ok());
  RC_ASSERT(std::count(recoding->suppressed.begin(), recoding->suppressed.end(), true) == 0);
  RC_ASSERT(AllHold(made->problem, *recoding, k, 2));
  RC_ASSERT(!CouldBeMoreSpecial(made->problem, *recoding, k, 2));
}

TEST(MondrianTest, RefusesWhatDoesNotHoldAsAWhole) {
  const auto made = MakeCase(1, 10);
  made->problem.k_anonymity = {{.k = made->table.total_rows + 1}};
  EXPECT_THAT(RecodeByMondrian(made->problem),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("where Mondrian begins")));
}

TEST(MondrianTest, RefusesModelsThatCountAPopulation) {
  const auto made = MakeCase(1, 10);
  made->problem.k_map = 2;
  EXPECT_THAT(RecodeByMondrian(made->problem),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("count a population")));
}

TEST(MondrianTest, KeepsToTheLevelsAllowed) {
  const auto made = MakeCase(2, 200);
  made->problem.k_anonymity = {{.k = 2}};
  made->problem.levels = {{1, 3}, {2, 2}, {0, 1}};
  const StatusOr<Recoding> recoding = RecodeByMondrian(made->problem);
  ASSERT_THAT(recoding, IsOk());
  for (const uint8_t level : recoding->levels[0]) EXPECT_GE(level, 1);
  for (const uint8_t level : recoding->levels[1]) EXPECT_EQ(level, 2);
  for (const uint8_t level : recoding->levels[2]) EXPECT_LE(level, 1);
}

RC_GTEST_PROP(LocalRecodingProperty, HoldsAndIsLocallyOptimal, (uint32_t seed)) {
  const auto draws = *rc::gen::inRange<size_t>(20, 120);
  const auto k = *rc::gen::inRange<uint64_t>(2, 8);
  const auto made = MakeCase(seed, draws);
  made->problem.k_anonymity = {{.k = k}};
  AddDiversity(*made, 2);
  const StatusOr<SearchResult> first = Search(made->problem, {});
  RC_ASSERT(first.ok());
  const StatusOr<Recoding> recoding = RecodeLocally(
      made->problem, *first, {.least_rows_per_round = made->table.total_rows / 20 + 1}, {});
  RC_ASSERT(recoding.ok());
  RC_ASSERT(AllHold(made->problem, *recoding, k, 2));
  RC_ASSERT(!CouldBeMoreSpecial(made->problem, *recoding, k, 2));
  const auto table = ApplyRecoding(made->problem, *recoding, "*");
  RC_ASSERT(table.ok());
  RC_ASSERT((*table)->classes.suppressed_rows <= first->suppressed_rows);
}

// The run "local-recoding(optimizeIterativeFast 0.01)" of the reference results: k = 5, limit 1,
// loss with suppression factor 0; each round places at least 1 % of the 30,162 rows.
TEST(LocalRecodingTest, MakesTheClassesOfTheReference) {
  const test::AdultProblem adult = test::LoadAdult({});
  SearchProblem problem;
  problem.table = &adult.table;
  problem.hierarchies = adult.hierarchies;
  problem.k_anonymity = {{.k = 5}};
  problem.suppression_limit_rows = adult.table.total_rows;
  problem.quality.suppression_factor = 0;
  problem.quality.aggregate = v1::QUALITY_AGGREGATE_GEOMETRIC_MEAN;
  const StatusOr<SearchResult> first = Search(problem, {});
  ASSERT_THAT(first, IsOk());
  const StatusOr<Recoding> recoding =
      RecodeLocally(problem, *first, {.least_rows_per_round = 302, .specializes = false}, {});
  ASSERT_THAT(recoding, IsOk());
  const auto table = ApplyRecoding(problem, *recoding, "*");
  ASSERT_THAT(table, IsOk());
  EXPECT_EQ((*table)->classes.suppressed_rows, 0u);
  EXPECT_EQ((*table)->classes.kept_classes, 4557u);
  const std::map<uint64_t, uint64_t> sizes = (*table)->classes.SizesOfKept();
  EXPECT_EQ(sizes.begin()->first, 5u);
  EXPECT_EQ(sizes.rbegin()->first, 45u);
}

RC_GTEST_PROP(CellSuppressionProperty, EveryClassHoldsAndShowsWhatItCan, (uint32_t seed)) {
  const auto draws = *rc::gen::inRange<size_t>(10, 120);
  const auto k = *rc::gen::inRange<uint64_t>(2, 8);
  const auto made = MakeCase(seed, draws);
  made->problem.k_anonymity = {{.k = k}};
  AddDiversity(*made, 2);
  const StatusOr<Recoding> recoding = SuppressCells(made->problem);
  RC_ASSERT(recoding.ok());
  RC_ASSERT(AllHold(made->problem, *recoding, k, 2));
  const Classes classes = GroupTexts(made->problem, *recoding, {0, 1, 2});
  for (const auto& [key, tuples] : classes) {
    for (size_t a = 0; a < kAttributes; ++a) {
      if (key[a] != "*") continue;
      Classes parts;
      for (const uint32_t tuple : tuples) {
        std::vector<std::string> shown = key;
        shown[a] = std::to_string(made->table.codes[a][tuple]);
        parts[shown].push_back(tuple);
      }
      bool all = true;
      for (auto& [shown, part] : parts) {
        const auto known = classes.find(shown);
        if (known != classes.end()) {
          part.insert(part.end(), known->second.begin(), known->second.end());
        }
        all = all && HoldsHere(made->problem, part, k, 2);
      }
      RC_ASSERT(!all);
    }
  }
}

RC_GTEST_PROP(CellSuppressionProperty, HoldsEveryCombinationWithItsOwnK, (uint32_t seed)) {
  const auto draws = *rc::gen::inRange<size_t>(10, 120);
  const auto made = MakeCase(seed, draws);
  made->problem.k_anonymity = {{.k = 6, .count_units = false, .attributes = {0, 1}},
                               {.k = 3, .count_units = false, .attributes = {1, 2}},
                               {.k = 9, .count_units = false, .attributes = {2}}};
  const StatusOr<Recoding> recoding = SuppressCells(made->problem);
  RC_ASSERT(recoding.ok());
  for (const KAnonymityRule& rule : made->problem.k_anonymity) {
    for (const auto& [key, tuples] : GroupTexts(made->problem, *recoding, rule.attributes)) {
      RC_ASSERT(HoldsHere(made->problem, tuples, rule.k, 1));
    }
  }
}

// Four rows that agree but for one attribute: it is the one that goes, and in nobody else.
TEST(CellSuppressionTest, SuppressesTheOneCellThatParts) {
  Case made;
  made.hierarchies.assign(2, &made.hierarchy);
  made.table.names = {"a", "b"};
  made.table.codes = {{0, 0, 1}, {2, 3, 4}};
  made.table.rows = {2, 2, 4};
  made.table.total_rows = 8;
  made.problem.table = &made.table;
  made.problem.hierarchies = made.hierarchies;
  made.problem.k_anonymity = {{.k = 4}};
  const StatusOr<Recoding> recoding = SuppressCells(made.problem);
  ASSERT_THAT(recoding, IsOk());
  EXPECT_THAT(recoding->levels[0], ElementsAre(0, 0, 0));
  EXPECT_THAT(recoding->levels[1], ElementsAre(kSuppressedCell, kSuppressedCell, 0));
}

// (0, 2) twice and (0, *) twice would be 4-anonymous if a star matched everything.
TEST(CellSuppressionTest, DoesNotCountStarsAsCover) {
  Case made;
  made.hierarchies.assign(2, &made.hierarchy);
  made.table.names = {"a", "b"};
  made.table.codes = {{0, 0, 0}, {2, 3, 4}};
  made.table.rows = {2, 1, 1};
  made.table.total_rows = 4;
  made.problem.table = &made.table;
  made.problem.hierarchies = made.hierarchies;
  made.problem.k_anonymity = {{.k = 4}};
  const StatusOr<Recoding> recoding = SuppressCells(made.problem);
  ASSERT_THAT(recoding, IsOk());
  EXPECT_THAT(recoding->levels[1], ElementsAre(kSuppressedCell, kSuppressedCell, kSuppressedCell));
}

TEST(CellSuppressionTest, PrefersToSuppressWhatWeighsLess) {
  Case made;
  made.hierarchies.assign(2, &made.hierarchy);
  made.table.names = {"a", "b"};
  made.table.codes = {{0, 0, 1, 1}, {2, 3, 2, 3}};
  made.table.rows = {2, 2, 2, 2};
  made.table.total_rows = 8;
  made.problem.table = &made.table;
  made.problem.hierarchies = made.hierarchies;
  made.problem.k_anonymity = {{.k = 4}};
  made.problem.quality.weights = {1, 2};
  EXPECT_THAT(SuppressCells(made.problem)->levels[1], ElementsAre(0, 0, 0, 0));
  made.problem.quality.weights = {2, 1};
  EXPECT_THAT(SuppressCells(made.problem)->levels[0], ElementsAre(0, 0, 0, 0));
}

TEST(CellSuppressionTest, RefusesWhatItCannotDo) {
  const auto made = MakeCase(1, 10);
  EXPECT_THAT(SuppressCells(made->problem),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("needs a k-anonymity model")));
  made->problem.k_anonymity = {{.k = 2, .count_units = false, .attributes = {0}}};
  AddDiversity(*made, 2);
  EXPECT_THAT(SuppressCells(made->problem),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("k-anonymity only")));
}

}  // namespace
}  // namespace weir::anon
