// SPDX-License-Identifier: Apache-2.0
// Random small tables under every kind of model, alone and together, with and without suppression,
// against every node of their lattice: whether it holds is asked of ClassesAt, which groups and
// judges without the search's short cuts.
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/anon/random_problem.h"
#include "weir/anon/beta_likeness.h"
#include "weir/anon/class_table.h"
#include "weir/anon/delta_disclosure.h"
#include "weir/anon/l_diversity.h"
#include "weir/anon/population_models.h"
#include "weir/anon/risk_limits.h"
#include "weir/anon/search.h"
#include "weir/anon/sensitive_attribute.h"
#include "weir/anon/t_closeness.h"

namespace weir::anon {
namespace {

using test::AllNodes;
using test::AnyProblem;
using test::RandomProblem;

constexpr uint32_t kValues = 4;

// A drawn problem with a sensitive attribute of four values and a population around the rows.
struct ModelProblem {
  RandomProblem random;
  Hierarchy sensitive = *Hierarchy::Create(
      {{"0", "low", "*"}, {"1", "low", "*"}, {"2", "high", "*"}, {"3", "high", "*"}});
  std::vector<const Hierarchy*> pointers = {};
  SearchProblem search = {};
};

struct TupleContents {
  uint64_t rows = 0;
  uint64_t population = 0;
  std::map<uint32_t, uint64_t> values = {};
};

void FillTable(ModelProblem& problem, bool has_population) {
  std::map<std::vector<uint32_t>, TupleContents> tuples;
  for (const std::vector<uint32_t>& row : problem.random.rows) {
    TupleContents& tuple = tuples[row];
    ++tuple.rows;
    ++tuple.population;
    ++tuple.values[*rc::gen::inRange<uint32_t>(0, kValues)];
  }
  const auto others = has_population ? *rc::gen::inRange<size_t>(0, 60) : size_t{0};
  for (size_t i = 0; i < others; ++i) {
    std::vector<uint32_t> row;
    for (const Hierarchy& hierarchy : problem.random.hierarchies) {
      row.push_back(*rc::gen::inRange<uint32_t>(0, static_cast<uint32_t>(hierarchy.size(0))));
    }
    ++tuples[row].population;
  }
  TupleTable& table = problem.random.table;
  table.rows.clear();
  for (std::vector<uint32_t>& codes : table.codes) codes.clear();
  SensitiveColumn column = {.name = "s", .values = kValues, .counts = {.begin = {0}}};
  for (const auto& [row, tuple] : tuples) {
    for (size_t a = 0; a < row.size(); ++a) table.codes[a].push_back(row[a]);
    table.rows.push_back(tuple.rows);
    if (has_population) table.population.push_back(tuple.population);
    for (const auto& [value, rows] : tuple.values) {
      column.counts.items.push_back({.value = value, .rows = rows});
    }
    column.counts.begin.push_back(column.counts.items.size());
  }
  table.sensitive.push_back(std::move(column));
}

Decimal AnyTenths(int64_t first, int64_t last) {
  return MakeDecimal(*rc::gen::inRange<int64_t>(first, last + 1), 1);
}

ClassModelPtr AnyOfValues(const ModelProblem& problem) {
  const SensitiveAttribute attribute = *SensitiveAttribute::Of(problem.random.table, "s");
  const auto l = *rc::gen::inRange<uint64_t>(1, attribute.values_in_use() + 1);
  const Decimal whole_l = MakeDecimal(static_cast<int128>(l), 0);
  switch (*rc::gen::inRange(0, 9)) {
    case 0:
      return *MakeDistinctDiversity(attribute, l);
    case 1:
      return *MakeEntropyDiversity(attribute, whole_l, EntropyEstimator::kShannon);
    case 2:
      return *MakeEntropyDiversity(attribute, whole_l, EntropyEstimator::kGrassberger);
    case 3:
      return *MakeRecursiveDiversity(attribute, AnyTenths(5, 40), l);
    case 4:
      return *MakeEqualCloseness(attribute, AnyTenths(1, 8));
    case 5:
      return *MakeOrderedCloseness(attribute, AnyTenths(1, 8), {});
    case 6:
      return *MakeHierarchicalCloseness(attribute, AnyTenths(1, 8), problem.sensitive);
    case 7:
      return *MakeDeltaDisclosure(attribute, AnyTenths(3, 30));
    default:
      return *rc::gen::arbitrary<bool>() ? *MakeBasicLikeness(attribute, AnyTenths(2, 30))
                                         : *MakeEnhancedLikeness(attribute, AnyTenths(2, 30));
  }
}

ClassModelPtr AnyOfPopulation() {
  if (*rc::gen::arbitrary<bool>()) return *MakeKMap(*rc::gen::inRange<uint64_t>(1, 8));
  const auto lowest = *rc::gen::inRange<int64_t>(0, 5);
  const auto scope = *rc::gen::element(PresenceScope::kPopulation, PresenceScope::kClassesOfTable);
  return *MakeDeltaPresence(
      {.lowest = MakeDecimal(lowest, 1), .highest = AnyTenths(lowest + 1, 10)}, scope);
}

void AddModels(ModelProblem& problem, bool has_population) {
  SearchProblem& search = problem.search;
  const auto models = *rc::gen::inRange(1, 3);
  for (int i = 0; i < models; ++i) {
    const auto kind = *rc::gen::inRange(0, 8);
    if (kind < 4) {
      search.class_models.push_back(AnyOfValues(problem));
    } else if (kind < 6 && has_population) {
      search.class_models.push_back(AnyOfPopulation());
    } else if (kind == 6) {
      search.table_models.push_back(*rc::gen::arbitrary<bool>()
                                        ? *MakeAverageRisk(AnyTenths(1, 9))
                                        : *MakeSampleUniqueness(AnyTenths(0, 5)));
    } else if (kind == 7) {
      const auto a = *rc::gen::inRange<size_t>(0, problem.random.hierarchies.size());
      search.k_anonymity.push_back({.k = *rc::gen::inRange<uint64_t>(1, 9), .attributes = {a}});
    }
  }
  if (has_population && *rc::gen::inRange(0, 4) == 0) {
    search.k_map = *rc::gen::inRange<uint64_t>(1, 6);
  }
}

void DrawModelProblem(ModelProblem& problem) {
  problem.random = AnyProblem();
  problem.random.k = *rc::gen::element<uint64_t>(1, 1, 2, 3);
  const bool has_population = *rc::gen::arbitrary<bool>();
  FillTable(problem, has_population);
  problem.search = problem.random.Problem(problem.pointers);
  AddModels(problem, has_population);
}

struct Lowest {
  std::optional<double> score = std::nullopt;
  uint64_t nodes = 0;  // that hold
};

std::vector<std::vector<size_t>> NodesOf(const SearchProblem& problem) {
  RandomProblem shape;
  for (const Hierarchy* hierarchy : problem.hierarchies) shape.hierarchies.push_back(*hierarchy);
  return AllNodes(shape);
}

// Every node by itself; its score is that of a search in which it is alone.
Lowest FindLowest(const SearchProblem& problem) {
  Lowest lowest;
  for (const std::vector<size_t>& levels : NodesOf(problem)) {
    const auto classes = ClassesAt(problem, levels);
    if (!classes.ok() || classes->suppressed_rows > problem.suppression_limit_rows) continue;
    SearchProblem alone = problem;
    for (const size_t level : levels) alone.levels.emplace_back(level, level);
    const auto result = Search(alone, {});
    if (!result.ok() || result->suppressed_rows != classes->suppressed_rows) return {};
    ++lowest.nodes;
    if (!lowest.score || result->score < *lowest.score) lowest.score = result->score;
  }
  return lowest;
}

// What is wrong with the search's answer; empty: nothing.
std::string FaultOf(const SearchProblem& problem) {
  const Lowest lowest = FindLowest(problem);
  const auto result = Search(problem, {});
  if (result.ok() != lowest.score.has_value()) {
    return result.ok() ? "found what does not hold" : "missed what holds";
  }
  if (!result.ok()) return "";
  if (!result->optimal) return "did not end";
  if (result->score != *lowest.score) return "is not the lowest";
  const auto classes = ClassesAt(problem, result->levels);
  if (!classes.ok()) return "does not hold";
  if (classes->suppressed_rows != result->suppressed_rows) return "counts other rows";
  return classes->kept_classes == result->classes ? "" : "counts other classes";
}

RC_GTEST_PROP(SearchBruteForceTest, FindsTheLowestScoreUnderAnyModels, ()) {
  ModelProblem problem;
  DrawModelProblem(problem);
  const std::string fault = FaultOf(problem.search);
  RC_LOG() << fault;
  RC_ASSERT(fault.empty());
}

// At most a fifth of a class may have value 1, which needs both classes when two are merged.
class MostShare final : public ClassModel {
 public:
  explicit MostShare(bool boasts) : boasts_(boasts) {}
  bool Holds(const ClassView& view) const override { return 5 * view.sensitive[0][1] <= view.rows; }
  Merging merging() const override { return Merging::kBothNeeded; }
  std::string name() const override { return "most share"; }
  uint64_t LeastSuppressed(const ClassView& view) const override { return boasts_ ? view.rows : 1; }

 private:
  bool boasts_;
};

// Eight rows of four values in pairs; the two of the first have sensitive value 1. Without them all
// classes hold at level 0; all together do not hold.
std::string FaultOfPairs(bool boasts) {
  const Hierarchy hierarchy =
      *Hierarchy::Create({{"a", "x", "*"}, {"b", "x", "*"}, {"c", "y", "*"}, {"d", "y", "*"}});
  const Hierarchy* const pointer = &hierarchy;
  TupleTable table;
  table.names = {"a"};
  table.codes = {{0, 1, 2, 3}};
  table.rows = {2, 2, 2, 2};
  table.total_rows = 8;
  table.sensitive.push_back(
      {.name = "s",
       .values = 2,
       .counts = {.begin = {0, 1, 2, 3, 4}, .items = {{1, 2}, {0, 2}, {0, 2}, {0, 2}}}});
  SearchProblem problem;
  problem.table = &table;
  problem.hierarchies = {&pointer, 1};
  problem.class_models = {std::make_shared<MostShare>(boasts)};
  problem.suppression_limit_rows = 2;
  return FaultOf(problem);
}

TEST(SearchBruteForceTest, FindsThatAModelPromisesTooMuch) {
  EXPECT_EQ(FaultOfPairs(false), "");
  EXPECT_EQ(FaultOfPairs(true), "missed what holds");
}

}  // namespace
}  // namespace weir::anon
