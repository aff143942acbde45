// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/level_split.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <string>

#include <gtest/gtest.h>

#include "tests/dp/golden_vectors.h"
#include "tests/support/status_matchers.h"

namespace weir::dp {
namespace {

using test::GoldenRows;
using test::StatusIs;
using ::testing::HasSubstr;

// "[12, 40]" and "15.49 4.47 0.70".
std::vector<double> NumbersOf(std::string text) {
  for (char& letter : text)
    letter = (letter >= '0' && letter <= '9') || letter == '.' ? letter : ' ';
  std::vector<double> numbers;
  const char* position = text.c_str();
  char* end = nullptr;
  for (double value = std::strtod(position, &end); end != position;
       value = std::strtod(position, &end)) {
    numbers.push_back(value);
    position = end;
  }
  return numbers;
}

LevelPlan UnitPlan(std::vector<double> fan_outs) {
  const size_t levels = fan_outs.size() + 1;
  return {std::move(fan_outs), std::vector<uint128>(levels, 1), {}};
}

LevelShares LeavesOnly(size_t levels) {
  LevelShares shares{std::vector<uint32_t>(levels)};
  shares.parts.back() = LevelShares::kParts;
  return shares;
}

double SumOfSquares(const std::vector<double>& values) {
  return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
}

TEST(LevelDeviationsTest, AgreeWithTheVectors) {
  const auto rows = GoldenRows("geo_hierarchy");
  ASSERT_FALSE(rows.empty());
  for (const auto& row : rows) {
    const LevelPlan plan = UnitPlan(NumbersOf(row[0]));
    const size_t levels = plan.sensitivities.size();
    const LevelShares shares =
        row[1] == "uniform" ? *SplitLevelsEvenly(levels) : LeavesOnly(levels);
    const std::vector<double> expected = NumbersOf(row[3]);
    WEIR_ASSERT_OK_AND_ASSIGN(const std::vector<double> deviations,
                              LevelDeviations(plan, shares, *Rho::Create(1)));
    ASSERT_EQ(deviations.size(), expected.size());
    for (size_t l = 0; l < levels; ++l) {
      // Six decimals are given.
      EXPECT_NEAR(deviations[l], expected[l], 1e-6 * expected[l] + 5e-7) << row[0] << " " << l;
    }
  }
}

// The issue: city, 12 districts, 480 cells at rho 1.
TEST(LevelDeviationsTest, CityIsWithinTheTarget) {
  const LevelPlan plan = UnitPlan({12, 40});
  WEIR_ASSERT_OK_AND_ASSIGN(const std::vector<double> even,
                            LevelDeviations(plan, *SplitLevelsEvenly(3), *Rho::Create(1)));
  EXPECT_LE(even[0], 1.18);
  EXPECT_NEAR(even[2], 1.210, 1e-3);
}

// The search is checked by moving a little of any share to any other.
TEST(SplitLevelsTest, NoMoveImproves) {
  LevelPlan plan = UnitPlan({7, 3, 40});
  plan.sensitivities = {16, 16, 9, 4};
  plan.weights = {5, 1, 2, 1};
  const auto error = [&](const LevelShares& shares) {
    const std::vector<double> deviations = *LevelDeviations(plan, shares, *Rho::Create(1));
    double sum = 0;
    for (size_t l = 0; l < 4; ++l) sum += plan.weights[l] * deviations[l] * deviations[l];
    return sum;
  };
  WEIR_ASSERT_OK_AND_ASSIGN(const LevelShares best, SplitLevels(plan));
  EXPECT_LT(error(best), error(*SplitLevelsEvenly(4)));
  for (size_t from = 0; from < 4; ++from) {
    for (size_t to = 0; to < 4; ++to) {
      LevelShares moved = best;
      const uint32_t step = std::min<uint32_t>(5000, moved.parts[from] - 1);
      moved.parts[from] -= step;
      moved.parts[to] += step;
      EXPECT_GE(error(moved), error(best) * (1 - 1e-9)) << from << " to " << to;
    }
  }
}

TEST(SplitLevelsTest, SharesAddUpToTheWhole) {
  for (const auto& plan : {UnitPlan({}), UnitPlan({12, 40}), UnitPlan({50, 67, 30, 25})}) {
    WEIR_ASSERT_OK_AND_ASSIGN(const LevelShares shares, SplitLevels(plan));
    EXPECT_EQ(std::accumulate(shares.parts.begin(), shares.parts.end(), 0U), LevelShares::kParts);
  }
}

TEST(SplitLevelsTest, BestIsNoWorseThanEvenOrLeaves) {
  const LevelPlan plan = UnitPlan({12, 40});
  const Rho rho = *Rho::Create(1);
  const double best = SumOfSquares(*LevelDeviations(plan, *SplitLevels(plan), rho));
  EXPECT_LE(best, SumOfSquares(*LevelDeviations(plan, *SplitLevelsEvenly(3), rho)));
  EXPECT_LE(best, SumOfSquares(*LevelDeviations(plan, LeavesOnly(3), rho)));
}

TEST(SplitLevelsTest, OnlyLeavesMatterThenTheyGetNearlyAll) {
  LevelPlan plan = UnitPlan({40});
  plan.weights = {0, 1};
  EXPECT_GT(SplitLevels(plan)->parts[1], 800'000);
}

TEST(SplitLevelsTest, OnlyTheRootMattersThenItGetsNearlyAll) {
  LevelPlan plan = UnitPlan({12, 40});
  plan.weights = {1, 0, 0};
  WEIR_ASSERT_OK_AND_ASSIGN(const LevelShares shares, SplitLevels(plan));
  EXPECT_GT(shares.parts[0], 990'000);
  EXPECT_GT(shares.parts[2], 0) << "leaves are always measured";
}

TEST(SplitLevelsTest, RefusesWhatIsNoPlan) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<LevelPlan> plans = {
      {{}, {}, {}},          {{2}, {1}, {}},         {{0.5}, {1, 1}, {}},
      {{nan}, {1, 1}, {}},   {{2}, {1, 0}, {}},      {{2}, {1, 1}, {1}},
      {{2}, {1, 1}, {0, 0}}, {{2}, {1, 1}, {1, -1}}, {{2}, {1, 1}, {1, nan}}};
  for (size_t i = 0; i < plans.size(); ++i) {
    EXPECT_THAT(SplitLevels(plans[i]), StatusIs(StatusCode::kInvalidArgument)) << i;
  }
  EXPECT_THAT(SplitLevelsEvenly(0), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(LevelDeviations(UnitPlan({2}), {{500'000, 499'999}}, *Rho::Create(1)),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("add up")));
  EXPECT_THAT(LevelDeviations(UnitPlan({2}), {{1'000'000, 0}}, *Rho::Create(1)),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("leaves")));
}

}  // namespace
}  // namespace weir::dp
