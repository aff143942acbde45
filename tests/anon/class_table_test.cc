// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/class_table.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/anon/internal/output_proof.h"
#include "weir/anon/risk_limits.h"

namespace weir::anon {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// Numbers 0 to 7, joined by twos, fours and all.
const Hierarchy& Eight() {
  static const Hierarchy hierarchy = [] {
    std::vector<GroundPath> paths;
    for (int i = 0; i < 8; ++i) {
      paths.push_back({std::to_string(i), "by 2: " + std::to_string(i / 2),
                       "by 4: " + std::to_string(i / 4), "*"});
    }
    return *Hierarchy::Create(paths);
  }();
  return hierarchy;
}

// Two attributes; rows by pair of values.
TupleTable TableOf(const std::map<std::pair<uint32_t, uint32_t>, uint64_t>& rows) {
  TupleTable table;
  table.names = {"a", "b"};
  table.codes.resize(2);
  for (const auto& [values, count] : rows) {
    table.codes[0].push_back(values.first);
    table.codes[1].push_back(values.second);
    table.rows.push_back(count);
    table.total_rows += count;
  }
  return table;
}

struct Problem {
  explicit Problem(TupleTable rows) : table(std::move(rows)) {
    problem.table = &table;
    problem.hierarchies = hierarchies;
  }
  TupleTable table;
  std::vector<const Hierarchy*> hierarchies = {&Eight(), &Eight()};
  SearchProblem problem = {};
};

TEST(ClassTableTest, GroupsByLabelsAndSuppressesSmallClasses) {
  Problem small(TableOf({{{0, 0}, 2}, {{1, 0}, 1}, {{2, 0}, 1}, {{7, 7}, 4}}));
  small.problem.k_anonymity = {{.k = 3}};
  const std::vector<size_t> levels = {1, 0};
  const auto classes = ClassesAt(small.problem, levels);
  ASSERT_THAT(classes, IsOk());
  EXPECT_THAT(classes->class_of, ElementsAre(0, 0, 1, 2));
  EXPECT_THAT(classes->rows, ElementsAre(3, 1, 4));
  EXPECT_THAT(classes->suppressed, ElementsAre(false, true, false));
  EXPECT_EQ(classes->suppressed_rows, 1u);
  EXPECT_EQ(classes->kept_classes, 2u);
  EXPECT_THAT(classes->SizesOfKept(), ElementsAre(Pair(3, 1), Pair(4, 1)));
}

TEST(ClassTableTest, CountsUnitsNotRows) {
  Problem trips(TableOf({{{0, 0}, 5}, {{4, 0}, 3}}));
  trips.table.units = {.begin = {0, 2, 5}, .items = {11, 12, 11, 12, 13}};
  trips.table.unit_cap = 3;
  trips.problem.k_anonymity = {{.k = 3, .count_units = true}};
  const std::vector<size_t> ground = {0, 0};
  EXPECT_THAT(ClassesAt(trips.problem, ground)->suppressed, ElementsAre(true, false));
  // Together they are three riders, not five.
  const std::vector<size_t> roots = {3, 0};
  EXPECT_THAT(ClassesAt(trips.problem, roots)->suppressed, ElementsAre(false));
  trips.problem.k_anonymity[0].k = 4;
  trips.table.unit_cap = 4;
  EXPECT_THAT(ClassesAt(trips.problem, roots)->suppressed, ElementsAre(true));
}

TEST(ClassTableTest, ARuleOnOneAttributeLooksAtWhatIsLeft) {
  // Without (0, 1), which the first rule suppresses, a = 0 has too few rows for the second.
  Problem small(TableOf({{{0, 0}, 3}, {{0, 1}, 1}, {{1, 0}, 4}}));
  small.problem.k_anonymity = {{.k = 2}, {.k = 4, .attributes = {0}}};
  const std::vector<size_t> ground = {0, 0};
  EXPECT_THAT(ClassesAt(small.problem, ground)->suppressed, ElementsAre(true, true, false));
}

TEST(ClassTableTest, SuppressesTheSmallestClassesForTheTable) {
  Problem small(TableOf({{{0, 0}, 1}, {{2, 0}, 2}, {{4, 0}, 6}}));
  small.problem.table_models = {*MakeAverageRisk(*ParseDecimal("0.25"))};
  const std::vector<size_t> ground = {0, 0};
  EXPECT_THAT(ClassesAt(small.problem, ground)->suppressed, ElementsAre(true, false, false));
}

// A model that is not met is not met, however little the rows show.
TEST(ClassTableTest, TheRootIsAClassLikeOthersForTheTable) {
  Problem small(TableOf({{{0, 0}, 1}, {{2, 0}, 2}, {{4, 0}, 6}}));
  const std::vector<size_t> roots = {3, 3};
  ASSERT_EQ(Eight().size(3), 1u);
  const auto most = [&small](const char* risk, uint64_t limit) {
    small.problem.table_models = {*MakeAverageRisk(*ParseDecimal(risk))};
    small.problem.suppression_limit_rows = limit;
    return Search(small.problem, {});
  };
  // Nine rows have an average risk of 1/9 at best.
  EXPECT_THAT(ClassesAt(small.problem, roots)->suppressed, ElementsAre(false));
  ASSERT_THAT(most("0.12", 0), IsOk());
  EXPECT_THAT(ClassesAt(small.problem, roots)->suppressed, ElementsAre(false));
  EXPECT_THAT(most("0.1", 0), StatusIs(StatusCode::kFailedPrecondition, HasSubstr("average risk")));
  // As with k of more than the rows, what may be suppressed as a whole can always be.
  const auto all = most("0.1", 9);
  ASSERT_THAT(all, IsOk());
  EXPECT_EQ(all->suppressed_rows, 9u);
  EXPECT_THAT(ClassesAt(small.problem, roots)->suppressed, ElementsAre(true));
}

TEST(ClassTableTest, RefusesLevelsThatAreNot) {
  Problem small(TableOf({{{0, 0}, 1}}));
  const std::vector<size_t> high = {4, 0};
  const std::vector<size_t> few = {0};
  EXPECT_THAT(ClassesAt(small.problem, high),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("a has levels 0 to 3, got 4")));
  EXPECT_THAT(ClassesAt(small.problem, few),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("1 levels for 2 attributes")));
}

TEST(RiskFiguresTest, AreThoseOfTheProsecutor) {
  const RiskFigures figures = RiskOf({{1, 2}, {4, 1}, {5, 2}});
  EXPECT_EQ(figures.rows, 16u);
  EXPECT_DOUBLE_EQ(figures.highest, 1);
  EXPECT_DOUBLE_EQ(figures.average, 5.0 / 16);
  EXPECT_DOUBLE_EQ(figures.share_at_risk, 6.0 / 16);  // 1/5 is not above the threshold
  EXPECT_DOUBLE_EQ(figures.sample_uniques, 2.0 / 16);
  EXPECT_EQ(RiskOf({}).highest, 0);
}

// What a reader of the file would collapse, from the classes that were found.
TupleTable Published(const Problem& input, const std::vector<size_t>& levels,
                     const ClassTable& classes, uint32_t star) {
  std::map<std::pair<uint32_t, uint32_t>, uint64_t> rows;
  for (size_t i = 0; i < input.table.tuples(); ++i) {
    std::pair<uint32_t, uint32_t> key = {star, star};
    if (!classes.suppressed[classes.class_of[i]]) {
      key = {Eight().codes(levels[0])[input.table.codes[0][i]],
             Eight().codes(levels[1])[input.table.codes[1][i]]};
    }
    rows[key] += input.table.rows[i];
  }
  return TableOf(rows);
}

struct Proof {
  Problem input{TableOf({{{0, 0}, 3}, {{1, 0}, 3}, {{2, 0}, 4}, {{3, 3}, 1}})};
  std::vector<size_t> levels = {0, 1};
  static constexpr uint32_t kStar = 99;

  Status Check(const TupleTable& output, const ClassTable& classes) const {
    return internal::ProveOutput({.problem = input.problem,
                                  .levels = levels,
                                  .classes = classes,
                                  .suppressed_text = "*",
                                  .output = output,
                                  .star_codes = {kStar, kStar}});
  }
};

TEST(OutputProofTest, HoldsForWhatWasFoundAndForNothingElse) {
  Proof proof;
  proof.input.problem.k_anonymity = {{.k = 3}};
  const auto classes = ClassesAt(proof.input.problem, proof.levels);
  ASSERT_THAT(classes, IsOk());
  const TupleTable output = Published(proof.input, proof.levels, *classes, Proof::kStar);
  EXPECT_THAT(proof.Check(output, *classes), IsOk());
  // One row in another class, one row more, one row that was not suppressed.
  TupleTable moved = output;
  --moved.rows[0];
  ++moved.rows[1];
  EXPECT_THAT(proof.Check(moved, *classes), StatusIs(StatusCode::kInternal, HasSubstr("classes")));
  TupleTable more = output;
  ++more.rows[2];
  EXPECT_THAT(proof.Check(more, *classes), StatusIs(StatusCode::kInternal, HasSubstr("classes")));
  TupleTable bare = output;
  bare.codes[0].back() = 7;
  EXPECT_THAT(proof.Check(bare, *classes), StatusIs(StatusCode::kInternal, HasSubstr("classes")));
}

TEST(OutputProofTest, AsksEveryModelItself) {
  Proof proof;
  const auto classes = ClassesAt(proof.input.problem, proof.levels);
  ASSERT_THAT(classes, IsOk());
  const TupleTable output = Published(proof.input, proof.levels, *classes, Proof::kStar);
  EXPECT_THAT(proof.Check(output, *classes), IsOk());
  // The classes are those of a problem without models: a model that they break must be noticed.
  proof.input.problem.k_anonymity = {{.k = 3}};
  EXPECT_THAT(proof.Check(output, *classes),
              StatusIs(StatusCode::kInternal, HasSubstr("fewer than 3 rows")));
  proof.input.problem.k_anonymity = {};
  proof.input.problem.class_models = {*MakeHighestRisk(*ParseDecimal("0.5"))};
  EXPECT_THAT(proof.Check(output, *classes),
              StatusIs(StatusCode::kInternal, HasSubstr("highest risk")));
  proof.input.problem.class_models = {};
  proof.input.problem.table_models = {*MakeSampleUniqueness(*ParseDecimal("0"))};
  EXPECT_THAT(proof.Check(output, *classes),
              StatusIs(StatusCode::kInternal, HasSubstr("sample uniqueness")));
}

TEST(OutputProofTest, JudgesTheClassOfRoots) {
  Proof proof;
  proof.levels = {3, 3};
  const auto classes = ClassesAt(proof.input.problem, proof.levels);
  ASSERT_THAT(classes, IsOk());
  const TupleTable output = TableOf({{{Proof::kStar, Proof::kStar}, 11}});
  EXPECT_THAT(proof.Check(output, *classes), IsOk());
  proof.input.problem.k_anonymity = {{.k = 12}};
  EXPECT_THAT(proof.Check(output, *classes),
              StatusIs(StatusCode::kInternal, HasSubstr("fewer than 12 rows")));
  proof.input.problem.k_anonymity = {};
  proof.input.problem.table_models = {*MakeAverageRisk(*ParseDecimal("0.1"))};
  EXPECT_THAT(proof.Check(output, *classes), IsOk());
  proof.input.problem.table_models = {*MakeAverageRisk(*ParseDecimal("0.09"))};
  EXPECT_THAT(proof.Check(output, *classes),
              StatusIs(StatusCode::kInternal, HasSubstr("average risk")));
}

RC_GTEST_PROP(ClassTablePropertyTest, AgreesWithTheSearch, ()) {
  std::map<std::pair<uint32_t, uint32_t>, uint64_t> rows;
  const size_t tuples = *rc::gen::inRange<size_t>(1, 25);
  for (size_t i = 0; i < tuples; ++i) {
    const auto a = *rc::gen::inRange<uint32_t>(0, 8);
    const auto b = *rc::gen::inRange<uint32_t>(0, 8);
    rows[{a, b}] += *rc::gen::inRange<uint64_t>(1, 6);
  }
  Problem random(TableOf(rows));
  random.problem.k_anonymity = {{.k = *rc::gen::inRange<uint64_t>(2, 7)},
                                {.k = *rc::gen::inRange<uint64_t>(2, 12), .attributes = {1}}};
  if (*rc::gen::arbitrary<bool>()) {
    random.problem.table_models = {*MakeAverageRisk(*ParseDecimal("0.15"))};
  }
  random.problem.suppression_limit_rows = random.table.total_rows / 3;
  const auto found = Search(random.problem, {});
  bool is_possible = false;
  for (size_t a = 0; a < 4; ++a) {
    for (size_t b = 0; b < 4; ++b) {
      const std::vector<size_t> levels = {a, b};
      const auto classes = ClassesAt(random.problem, levels);
      const bool holds =
          classes.ok() && classes->suppressed_rows <= random.problem.suppression_limit_rows;
      is_possible = is_possible || holds;
    }
  }
  RC_ASSERT(found.ok() == is_possible);
  if (!found.ok()) return;
  const auto classes = ClassesAt(random.problem, found->levels);
  RC_ASSERT(classes.ok());
  RC_ASSERT(classes->suppressed_rows == found->suppressed_rows);
  RC_ASSERT(classes->kept_classes == found->classes);
  for (const auto& [size, count] : classes->SizesOfKept()) {
    RC_ASSERT(size >= random.problem.k_anonymity[0].k);
  }
}

}  // namespace
}  // namespace weir::anon
