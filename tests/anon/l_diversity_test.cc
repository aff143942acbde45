// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/l_diversity.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/anon/model_support.h"
#include "tests/support/status_matchers.h"

namespace weir::anon::test {
namespace {

using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::StatusIs;

const SensitiveAttribute kDisease = Disease({40, 30, 20, 10});

ClassModelPtr Entropy(const char* l, EntropyEstimator estimator = EntropyEstimator::kShannon) {
  return *MakeEntropyDiversity(kDisease, Dec(l), estimator);
}

TEST(DistinctDiversityTest, CountsValues) {
  const ClassModelPtr model = *MakeDistinctDiversity(kDisease, 3);
  EXPECT_TRUE(Holds(*model, {1, 1, 0, 1}));
  EXPECT_FALSE(Holds(*model, {9, 9, 0, 0}));
  EXPECT_EQ(model->least_rows(), 3u);
  EXPECT_EQ(model->name(), "distinct 3-diversity of disease");
}

TEST(DistinctDiversityTest, LooksAtItsOwnAttribute) {
  SensitiveAttribute second = kDisease;
  second.place = 1;
  const ClassModelPtr model = *MakeDistinctDiversity(second, 2);
  const Counts varied = {2, 2, 0, 0};
  const Counts uniform = {4, 0, 0, 0};
  const std::vector<std::span<const uint64_t>> both = {varied, uniform};
  const std::vector<std::span<const uint64_t>> turned = {uniform, varied};
  EXPECT_FALSE(model->Holds({.rows = 4, .sensitive = both}));
  EXPECT_TRUE(model->Holds({.rows = 4, .sensitive = turned}));
}

// Machanavajjhala et al., section 4.1: the inpatient microdata of the introduction, whose first
// class {2 heart, 2 viral, 0 cancer} has entropy ln 2 and whose second {1, 1, 2} has 1.5 ln 2.
TEST(EntropyDiversityTest, KnowsTextbookClasses) {
  EXPECT_TRUE(Holds(*Entropy("2"), {2, 2, 0, 0}));
  EXPECT_FALSE(Holds(*Entropy("2.001"), {2, 2, 0, 0}));
  EXPECT_TRUE(Holds(*Entropy("2.828"), {1, 1, 2, 0}));
  EXPECT_FALSE(Holds(*Entropy("2.829"), {1, 1, 2, 0}));
}

TEST(EntropyDiversityTest, NeedsAsManyValuesAsLRoundedUp) {
  EXPECT_FALSE(Holds(*Entropy("1.5"), {5, 0, 0, 0}));
  EXPECT_EQ(Entropy("1.5")->least_rows(), 2u);
  EXPECT_TRUE(Holds(*Entropy("1"), {5, 0, 0, 0}));
}

TEST(EntropyDiversityTest, TakesCountsBeyondTheTable) {
  EXPECT_TRUE(Holds(*Entropy("3.99"), {1'000'000'000, 1'000'000'000, 999'000'000, 999'000'000}));
  EXPECT_FALSE(Holds(*Entropy("3.99"), {3'000'000'000, 1'000'000'000, 999'000'000, 999'000'000}));
}

// G(1) = -gamma - ln 2, G(3) = 2 - gamma - ln 2: the entropy of {1, 1, 1} is estimated as 2.
TEST(GrassbergerDiversityTest, CorrectsSmallClassesUpwards) {
  EXPECT_TRUE(Holds(*Entropy("4", EntropyEstimator::kGrassberger), {1, 1, 1, 1}));
  EXPECT_TRUE(Holds(*Entropy("3", EntropyEstimator::kGrassberger), {2, 1, 1, 0}));
  EXPECT_FALSE(Holds(*Entropy("3"), {2, 1, 1, 0}));
  // 2/3 + 2/5 = 1.0667 is below ln 3 = 1.0986: the union of two that hold.
  EXPECT_FALSE(Holds(*Entropy("3", EntropyEstimator::kGrassberger), {2, 2, 2, 0}));
}

// The correction vanishes: psi(n) - ln n falls like 1/n^2, at the seam of table and series too.
TEST(GrassbergerDiversityTest, AgreesWithTheShannonEntropyOfLargeClasses) {
  for (const uint64_t size : {4000u, 4090u, 4096u, 5000u, 1'000'000u}) {
    const Counts counts = {size, size / 2, size / 4, size / 4};  // entropy 1.75 ln 2
    const double l = std::exp(1.75 * std::log(2.0));
    EXPECT_TRUE(
        Holds(*Entropy(std::to_string(l * 0.999).c_str(), EntropyEstimator::kGrassberger), counts));
    EXPECT_FALSE(
        Holds(*Entropy(std::to_string(l * 1.001).c_str(), EntropyEstimator::kGrassberger), counts));
  }
}

TEST(GrassbergerDiversityTest, DoesNotPromiseThatUnionsHold) {
  EXPECT_EQ(Entropy("3", EntropyEstimator::kGrassberger)->merging(), Merging::kNothing);
  EXPECT_EQ(Entropy("3")->merging(), Merging::kBothNeeded);
}

// Machanavajjhala et al., section 4.1: r1 < c (r_l + ... + r_m).
TEST(RecursiveDiversityTest, ComparesTheLargestCountWithTheTail) {
  const ClassModelPtr model = *MakeRecursiveDiversity(kDisease, Dec("2"), 3);
  EXPECT_TRUE(Holds(*model, {3, 2, 1, 1}));   // 3 < 2 (1 + 1)
  EXPECT_FALSE(Holds(*model, {4, 2, 1, 1}));  // 4 = 4
  EXPECT_FALSE(Holds(*model, {1, 1, 0, 0}));
}

TEST(RecursiveDiversityTest, IsExactAtTheLimit) {
  const ClassModelPtr model = *MakeRecursiveDiversity(kDisease, Dec("0.1"), 1);
  EXPECT_FALSE(Holds(*model, {3, 27, 0, 0}));
  const ClassModelPtr third = *MakeRecursiveDiversity(kDisease, Dec("0.3"), 2);
  EXPECT_FALSE(Holds(*third, {3, 10, 0, 0}));
  EXPECT_FALSE(Holds(*MakeRecursiveDiversity(kDisease, Dec("0.7"), 2).value(), {7, 10, 0, 0}));
  // 7 = 0.7 * 10, and one row more makes it hold.
  EXPECT_FALSE(Holds(*MakeRecursiveDiversity(kDisease, Dec("0.7"), 2).value(), {7, 7, 2, 1}));
  EXPECT_TRUE(Holds(*MakeRecursiveDiversity(kDisease, Dec("0.7"), 2).value(), {7, 7, 2, 2}));
}

TEST(RecursiveDiversityTest, TakesMoreValuesThanUsual) {
  const Counts rows(100, 7);
  const ClassModelPtr model = *MakeRecursiveDiversity(Disease(rows), Dec("1"), 99);
  EXPECT_TRUE(Holds(*model, rows));  // 7 < 7 + 7
  Counts tilted = rows;
  tilted[50] = 14;
  EXPECT_FALSE(Holds(*model, tilted));  // 14 = 14
}

TEST(LDiversityTest, RefusesWrongParameters) {
  EXPECT_THAT(MakeDistinctDiversity(kDisease, 0),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("l must be at least 1")));
  EXPECT_THAT(MakeDistinctDiversity(kDisease, 5),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("number of values")));
  EXPECT_THAT(MakeDistinctDiversity(kDisease, 4), IsOk());
  EXPECT_THAT(MakeDistinctDiversity(kDisease, std::numeric_limits<uint64_t>::max()),
              StatusIs(StatusCode::kInvalidArgument));
  for (const char* l : {"0.999", "0", "-2", "4.001", "1e30"}) {
    EXPECT_THAT(MakeEntropyDiversity(kDisease, Dec(l), EntropyEstimator::kShannon),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("l must")))
        << l;
  }
  for (const char* c : {"0", "-1", "1000001", "0.0000000001"}) {
    EXPECT_THAT(MakeRecursiveDiversity(kDisease, Dec(c), 2),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("c must")))
        << c;
  }
}

}  // namespace
}  // namespace weir::anon::test
