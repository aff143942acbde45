// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/level_sensitivity.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace weir::dp {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;

L0Sensitivity L0(int64_t value) { return *L0Sensitivity::Create(value); }
LInfSensitivity LInf(int64_t value) { return *LInfSensitivity::Create(value); }

struct Worst {
  std::vector<uint128> levels;
  uint128 stack = 0;
};

void Consider(const LevelTree& tree, const std::vector<int128>& change,
              const std::vector<uint32_t>& multipliers, Worst& worst) {
  const ByLevel<int128> sums = tree.SumUp(change);
  uint128 stack = 0;
  for (size_t level = 0; level < tree.levels(); ++level) {
    uint128 squares = 0;
    for (const int128 sum : sums[level]) squares += static_cast<uint128>(sum * sum);
    worst.levels[level] = std::max(worst.levels[level], squares);
    stack += squares * multipliers[level] * multipliers[level];
  }
  worst.stack = std::max(worst.stack, stack);
}

// Every neighbour: all leaf changes in [-linf, linf] with at most l0 of them not zero.
Worst Search(const LevelTree& tree, int l0, int linf, const std::vector<uint32_t>& multipliers) {
  Worst worst{std::vector<uint128>(tree.levels()), 0};
  std::vector<int128> change(tree.leaves(), -linf);
  while (true) {
    const auto touched =
        std::count_if(change.begin(), change.end(), [](int128 d) { return d != 0; });
    if (touched <= l0) Consider(tree, change, multipliers, worst);
    size_t i = 0;
    while (i < change.size() && change[i] == linf) change[i++] = -linf;
    if (i == change.size()) return worst;
    ++change[i];
  }
}

struct Case {
  size_t roots;
  std::vector<std::vector<uint32_t>> parents;
  int l0;
  int linf;
  std::vector<uint32_t> multipliers;
};
class LevelSensitivityTest : public ::testing::TestWithParam<Case> {};

TEST_P(LevelSensitivityTest, IsTheLargestOverAllNeighbours) {
  const Case& test_case = GetParam();
  WEIR_ASSERT_OK_AND_ASSIGN(const LevelTree tree,
                            LevelTree::Create(test_case.roots, test_case.parents));
  const Worst worst = Search(tree, test_case.l0, test_case.linf, test_case.multipliers);
  WEIR_ASSERT_OK_AND_ASSIGN(const std::vector<uint128> levels,
                            LevelSensitivities(tree, L0(test_case.l0), LInf(test_case.linf)));
  EXPECT_TRUE(levels == worst.levels);
  WEIR_ASSERT_OK_AND_ASSIGN(
      const uint128 stack,
      StackSensitivity(tree, L0(test_case.l0), LInf(test_case.linf), test_case.multipliers));
  EXPECT_TRUE(stack == worst.stack);
}

// The sixth: the fullest districts (of 3) lie in different cities than the fullest city (of 4).
INSTANTIATE_TEST_SUITE_P(
    Trees, LevelSensitivityTest,
    ::testing::Values(Case{1, {}, 1, 3, {1}}, Case{5, {}, 3, 2, {2}},
                      Case{1, {{0, 0}, {0, 0, 1, 1}}, 2, 2, {1, 1, 1}},
                      Case{1, {{0, 0}, {0, 0, 0, 1, 1}}, 4, 1, {1, 3, 2}},
                      Case{2, {{0, 0, 1}, {0, 1, 1, 2, 2, 2}}, 3, 1, {5, 1, 1}},
                      Case{2, {{0, 1, 1, 1, 1}, {0, 0, 0, 1, 2, 3, 4}}, 3, 1, {1, 2, 1}},
                      Case{2, {{0, 1, 1, 1, 1}, {0, 0, 0, 1, 2, 3, 4}}, 4, 1, {3, 1, 0}},
                      Case{1, {{0, 0, 0}, {0, 0, 1, 1, 2, 2}}, 9, 1, {1, 1, 1}}));

// DESIGN: four leaves of one district: leaf 4 r^2, district 16 r^2.
TEST(LevelSensitivityTest, FourCellsOfOneDistrict) {
  WEIR_ASSERT_OK_AND_ASSIGN(const LevelTree tree,
                            LevelTree::Balanced(std::vector<uint32_t>{12, 40}));
  EXPECT_TRUE(
      (*LevelSensitivities(tree, L0(4), LInf(3)) == std::vector<uint128>{16 * 9, 16 * 9, 4 * 9}));
}

// The twin: sqrt(l0) linf at each level is what habit says; a neighbour exceeds it.
TEST(LevelSensitivityTest, HabitIsTooSmall) {
  WEIR_ASSERT_OK_AND_ASSIGN(const LevelTree tree, LevelTree::Create(1, {{0, 0}, {0, 0, 1, 1}}));
  EXPECT_TRUE(Search(tree, 2, 1, {1, 1, 1}).levels[1] > 2);
}

TEST(StackSensitivityTest, IsBelowTheSumOfLevelsWhereTheirWorstCasesDiffer) {
  WEIR_ASSERT_OK_AND_ASSIGN(const LevelTree tree,
                            LevelTree::Create(2, {{0, 1, 1, 1, 1}, {0, 0, 0, 1, 2, 3, 4}}));
  WEIR_ASSERT_OK_AND_ASSIGN(const std::vector<uint128> levels,
                            LevelSensitivities(tree, L0(4), LInf(1)));
  const std::vector<uint32_t> ones = {1, 1, 1};
  EXPECT_TRUE(*StackSensitivity(tree, L0(4), LInf(1), ones) < levels[0] + levels[1] + levels[2]);
}

TEST(LevelSensitivityTest, RefusesWhatDoesNotFit) {
  WEIR_ASSERT_OK_AND_ASSIGN(const LevelTree tree, LevelTree::Balanced(std::vector<uint32_t>{8}));
  const LInfSensitivity largest = LInf(int64_t{1} << 62);
  EXPECT_THAT(LevelSensitivities(tree, L0(3), largest),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("too large")));
  const std::vector<uint32_t> ones = {1, 1};
  EXPECT_THAT(StackSensitivity(tree, L0(3), largest, ones),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("too large")));
  const std::vector<uint32_t> huge = {1, 1 << 24};
  EXPECT_THAT(StackSensitivity(tree, L0(3), LInf(1), huge),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("2^24")));
  const std::vector<uint32_t> one = {1};
  EXPECT_THAT(StackSensitivity(tree, L0(3), LInf(1), one),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("2 levels")));
}

}  // namespace
}  // namespace weir::dp
