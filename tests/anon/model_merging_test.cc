// SPDX-License-Identifier: Apache-2.0
//
// What a model declares about merged classes, the search relies on. It is tried on random classes,
// and on models that declare too much, which must be found out.

#include <numeric>
#include <span>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/anon/model_support.h"
#include "tests/support/seeded_random.h"
#include "weir/anon/beta_likeness.h"
#include "weir/anon/delta_disclosure.h"
#include "weir/anon/hierarchy.h"
#include "weir/anon/l_diversity.h"
#include "weir/anon/population_models.h"
#include "weir/anon/risk_limits.h"
#include "weir/anon/t_closeness.h"

namespace weir::anon::test {
namespace {

constexpr int kPairs = 200'000;
constexpr size_t kValues = 5;
const SensitiveAttribute kAttribute = Disease({300, 250, 200, 150, 100});

struct Class {
  Counts counts;
  uint64_t population = 0;
};

uint64_t Draw(weir::test::SeededRandom& random, uint64_t below) { return random.Word() % below; }

// Models of the population also see classes that have nobody of the table.
Class AnyClass(weir::test::SeededRandom& random, bool may_be_empty) {
  Class drawn;
  if (may_be_empty && Draw(random, 8) == 0) {
    return {.counts = Counts(kValues, 0), .population = 1 + Draw(random, 8)};
  }
  const uint64_t below = 1 + (uint64_t{1} << Draw(random, 5));
  uint64_t rows = 0;
  for (size_t value = 0; value < kValues; ++value) {
    drawn.counts.push_back(Draw(random, below));
    rows += drawn.counts.back();
  }
  if (rows == 0) drawn.counts[Draw(random, kValues)] = 1;
  drawn.population = rows + Draw(random, 4 * rows + 2);
  return drawn;
}

Class Merge(const Class& a, const Class& b) {
  return {.counts = Together(a.counts, b.counts), .population = a.population + b.population};
}

bool HoldsFor(const ClassModel& model, const Class& judged) {
  const uint64_t rows = std::accumulate(judged.counts.begin(), judged.counts.end(), uint64_t{0});
  const std::span<const uint64_t> values = judged.counts;
  return model.Holds(
      {.rows = rows, .units = rows, .population = judged.population, .sensitive = {&values, 1}});
}

bool Promises(Merging merging, bool first, bool second) {
  switch (merging) {
    case Merging::kOneIsEnough:
      return first || second;
    case Merging::kBothNeeded:
      return first && second;
    case Merging::kNothing:
      return false;
  }
  return false;
}

struct Findings {
  int promised = 0;
  int broken = 0;
  int below_least_rows = 0;  // classes that hold and are smaller than the model says
};

Findings TryPairs(const ClassModel& model, Merging merging) {
  weir::test::SeededRandom random(20'07);
  Findings findings;
  for (int pair = 0; pair < kPairs; ++pair) {
    const Class a = AnyClass(random, model.needs_population());
    const Class b = AnyClass(random, model.needs_population());
    const bool first = HoldsFor(model, a);
    const uint64_t rows = std::accumulate(a.counts.begin(), a.counts.end(), uint64_t{0});
    if (first && rows > 0 && rows < model.least_rows()) ++findings.below_least_rows;
    if (!Promises(merging, first, HoldsFor(model, b))) continue;
    ++findings.promised;
    if (!HoldsFor(model, Merge(a, b))) ++findings.broken;
  }
  return findings;
}

const Hierarchy& Tree() {
  static const Hierarchy hierarchy = *Hierarchy::Create(
      {{"a", "x", "*"}, {"b", "x", "*"}, {"c", "y", "*"}, {"d", "y", "*"}, {"e", "z", "*"}});
  return hierarchy;
}

// An l of no whole number for the entropy: at the limit its rounding decides, see l_diversity.h.
std::vector<ClassModelPtr> AllModels() {
  return {
      *MakeDistinctDiversity(kAttribute, 3),
      *MakeEntropyDiversity(kAttribute, Dec("2.83"), EntropyEstimator::kShannon),
      *MakeEntropyDiversity(kAttribute, Dec("3"), EntropyEstimator::kGrassberger),
      *MakeRecursiveDiversity(kAttribute, Dec("1.5"), 2),
      *MakeRecursiveDiversity(kAttribute, Dec("2"), 3),
      *MakeEqualCloseness(kAttribute, Dec("0.2")),
      *MakeOrderedCloseness(kAttribute, Dec("0.15")),
      *MakeHierarchicalCloseness(kAttribute, Dec("0.2"), Tree()),
      *MakeDeltaDisclosure(kAttribute, Dec("1")),
      *MakeDeltaDisclosure(kAttribute, Dec("0.7")),
      *MakeBasicLikeness(kAttribute, Dec("1")),
      *MakeEnhancedLikeness(kAttribute, Dec("2")),
      *MakeDeltaPresence({.lowest = Dec("0.2"), .highest = Dec("0.6")}),
      *MakeDeltaPresence({.lowest = Dec("0.2"), .highest = Dec("0.6")},
                         PresenceScope::kClassesOfTable),
      *MakeDeltaPresence({.lowest = Dec("0"), .highest = Dec("0.6")},
                         PresenceScope::kClassesOfTable),
      *MakeKMap(20),
      *MakeHighestRisk(Dec("0.15")),
  };
}

class ModelMergingTest : public ::testing::TestWithParam<ClassModelPtr> {};

TEST_P(ModelMergingTest, KeepsWhatItDeclares) {
  const ClassModel& model = *GetParam();
  const Findings findings = TryPairs(model, model.merging());
  EXPECT_EQ(findings.broken, 0) << model.name();
  EXPECT_EQ(findings.below_least_rows, 0) << model.name();
  if (model.merging() != Merging::kNothing) {
    EXPECT_GT(findings.promised, 100) << model.name();
  }
}

// Everything that is not declared is false for some pair, so that no model is slower than it
// needs to be and the test above can fail.
TEST_P(ModelMergingTest, DeclaresAllThatIsTrue) {
  const ClassModel& model = *GetParam();
  if (model.merging() == Merging::kOneIsEnough) return;
  const Merging more =
      model.merging() == Merging::kNothing ? Merging::kBothNeeded : Merging::kOneIsEnough;
  EXPECT_GT(TryPairs(model, more).broken, 0) << model.name();
}

// Of random partings of a class that does not hold.
int PartsKeepTooMuch(const ClassModel& model, uint64_t too_much) {
  weir::test::SeededRandom random(20'12);
  int wrong = 0;
  for (int trial = 0; trial < kPairs / 4; ++trial) {
    Class whole{.counts = Counts(kValues, 0)};
    uint64_t suppressed = 0;
    bool is_refused = false;
    for (uint64_t parts = 1 + Draw(random, 4); parts > 0; --parts) {
      const Class part = AnyClass(random, model.needs_population());
      whole = Merge(whole, part);
      if (HoldsFor(model, part)) continue;
      const uint64_t rows = std::accumulate(part.counts.begin(), part.counts.end(), uint64_t{0});
      suppressed += rows;
      is_refused |= rows == 0 && model.judges_empty_classes();
    }
    if (is_refused || HoldsFor(model, whole)) continue;
    const uint64_t rows = std::accumulate(whole.counts.begin(), whole.counts.end(), uint64_t{0});
    const std::span<const uint64_t> values = whole.counts;
    const uint64_t least = model.LeastSuppressed(
        {.rows = rows, .units = rows, .population = whole.population, .sensitive = {&values, 1}});
    if (least + too_much > suppressed) ++wrong;
  }
  return wrong;
}

TEST_P(ModelMergingTest, BoundsWhatPartsCanKeep) {
  EXPECT_EQ(PartsKeepTooMuch(*GetParam(), 0), 0) << GetParam()->name();
  EXPECT_GT(PartsKeepTooMuch(*GetParam(), 1), 0) << GetParam()->name();
}

INSTANTIATE_TEST_SUITE_P(All, ModelMergingTest, ::testing::ValuesIn(AllModels()));

}  // namespace
}  // namespace weir::anon::test
