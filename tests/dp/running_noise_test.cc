// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/running_noise.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/calibration.h"
#include "weir/dp/continual_counting.h"
#include "weir/dp/internal/power_series.h"

namespace weir::dp {
namespace {

using test::SeededRandom;
using test::StatusIs;
using ::testing::HasSubstr;

constexpr ExactRho kHalf{uint128{500'000'000'000} * 1'000'000'000'000};  // sigma^2 = sensitivity

L0Sensitivity L0(int64_t value) { return *L0Sensitivity::Create(value); }
LInfSensitivity LInf(int64_t value) { return *LInfSensitivity::Create(value); }

// |B d|^2 from the definition.
uint128 SquaredLength(const std::vector<int64_t>& column, const std::vector<int>& change) {
  uint128 squares = 0;
  for (size_t t = 0; t < change.size(); ++t) {
    int128 answer = 0;
    for (size_t j = 0; j <= t; ++j) answer += int128{column[t - j]} * change[j];
    squares += static_cast<uint128>(answer * answer);
  }
  return squares;
}

// Every neighbour: all changes with at most l0 nonzero entries in [-linf, linf], of any signs.
uint128 LargestSquaredLength(size_t periods, int l0, int linf) {
  const std::vector<int64_t> column = RunningNoise::StrategyColumn(periods);
  std::vector<int> change(periods, -linf);
  uint128 largest = 0;
  while (true) {
    const auto touched = std::count_if(change.begin(), change.end(), [](int d) { return d != 0; });
    if (touched <= l0) largest = std::max(largest, SquaredLength(column, change));
    size_t i = 0;
    while (i < periods && change[i] == linf) change[i++] = -linf;
    if (i == periods) return largest;
    ++change[i];
  }
}

struct BoundsCase {
  size_t periods;
  int l0;
  int linf;
};
class RunningSensitivityTest : public ::testing::TestWithParam<BoundsCase> {};

TEST_P(RunningSensitivityTest, IsTheLargestOverAllNeighbours) {
  const auto& [periods, l0, linf] = GetParam();
  EXPECT_TRUE(*RunningNoise::SquaredSensitivity(periods, L0(l0), LInf(linf)) ==
              LargestSquaredLength(periods, l0, linf));
}
INSTANTIATE_TEST_SUITE_P(Bounds, RunningSensitivityTest,
                         ::testing::Values(BoundsCase{1, 1, 3}, BoundsCase{2, 2, 2},
                                           BoundsCase{6, 1, 2}, BoundsCase{6, 2, 2},
                                           BoundsCase{6, 3, 2}, BoundsCase{7, 4, 1},
                                           BoundsCase{9, 3, 1}, BoundsCase{5, 9, 2}));

// The twin: the habit of L0 times one column's square is not enough, and a neighbour shows it.
TEST(RunningSensitivityTest, ColumnTimesL0IsTooSmall) {
  const uint128 habit = 3 * *RunningNoise::SquaredSensitivity(6, L0(1), LInf(1));
  EXPECT_TRUE(habit < LargestSquaredLength(6, 3, 1));
}

TEST(RunningSensitivityTest, RefusesWhatDoesNotFit) {
  EXPECT_THAT(RunningNoise::SquaredSensitivity(0, L0(1), LInf(1)),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("periods")));
  EXPECT_THAT(RunningNoise::SquaredSensitivity(RunningNoise::kMaxPeriods + 1, L0(1), LInf(1)),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("periods")));
  EXPECT_THAT(RunningNoise::SquaredSensitivity(24, L0(24), LInf(int64_t{1} << 62)),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("too large")));
  WEIR_EXPECT_OK(RunningNoise::SquaredSensitivity(RunningNoise::kMaxPeriods, L0(2'000'000'000),
                                                  LInf(1 << 20)));
}

TEST(RunningNoiseTest, StrategyIsPositiveAndDoesNotIncrease) {
  const std::vector<int64_t> column = RunningNoise::StrategyColumn(RunningNoise::kMaxPeriods);
  EXPECT_EQ(column[0], 1 << RunningNoise::kGridBits);
  EXPECT_EQ(column[1], 1 << (RunningNoise::kGridBits - 1));
  EXPECT_GT(column.back(), 0);
  EXPECT_TRUE(std::is_sorted(column.rbegin(), column.rend()));
}

// What the 64-bit sums of the decomposition rest on; shorter series are parts of this one.
TEST(RunningNoiseTest, InverseOfTheStrategyIsSmall) {
  std::vector<double> column;
  for (const int64_t b : RunningNoise::StrategyColumn(RunningNoise::kMaxPeriods)) {
    column.push_back(static_cast<double>(b) / (1 << RunningNoise::kGridBits));
  }
  double row_sum = 0;
  double prefix = 0;
  double response_sum = 0;
  for (const double d : internal::SeriesReciprocal(column, column.size())) {
    row_sum += std::abs(d);
    prefix += d;
    EXPECT_GT(prefix, 0);
    response_sum += prefix;
  }
  EXPECT_LE(row_sum, 3);
  EXPECT_LE(std::ldexp(response_sum, -RunningNoise::kGridBits), 0x1p-7) << "the fixed point's room";
}

// --- the privacy argument: what is released is F(B x + z) ---

// F, from the strategy's noisy answers alone; written as its definition reads, on 128-bit integers.
std::vector<int128> ReleaseFromAnswers(std::vector<int128> y) {
  const size_t n = y.size();
  const std::vector<int64_t> column = RunningNoise::StrategyColumn(n);
  const auto scale = static_cast<double>(column[0]);
  std::vector<double> inverse(n);
  for (size_t k = 0; k < n; ++k) inverse[k] = static_cast<double>(column[k]) / scale;
  inverse = internal::SeriesReciprocal(inverse, n);
  std::vector<int128> response(n);  // A B^-1 in units of 2^-54
  double prefix = 0;
  for (size_t k = 0; k < n; ++k) {
    prefix += inverse[k] / scale;
    response[k] = std::llround(prefix * 0x1p54);
  }
  std::vector<int128> released(n);
  std::vector<int128> fractions(n, int128{1} << 53);
  int128 total = 0;
  for (size_t k = 0; k < n; ++k) {
    const int128 q = (y[k] + column[0] / 2) >> RunningNoise::kGridBits;
    for (size_t t = k; t < n; ++t) y[t] -= q * column[t - k];
    for (size_t t = k; t < n; ++t) fractions[t] += y[k] * response[t - k];
    released[k] = total += q;
  }
  for (size_t k = 0; k < n; ++k) released[k] += fractions[k] >> 54;
  return released;
}

std::vector<int128> Answers(const std::vector<int128>& values) {
  const std::vector<int64_t> column = RunningNoise::StrategyColumn(values.size());
  std::vector<int128> answers(values.size());
  for (size_t t = 0; t < values.size(); ++t) {
    for (size_t j = 0; j <= t; ++j) answers[t] += column[t - j] * values[j];
  }
  return answers;
}

std::vector<int128> SomeValues(size_t periods, int128 scale) {
  std::vector<int128> values(periods);
  for (size_t t = 0; t < periods; ++t) values[t] = scale * static_cast<int128>(t * t % 97) - 40;
  return values;
}

struct ReleaseCase {
  size_t periods;
  Rational variance;
  int128 scale;
};
class RunningReleaseTest : public ::testing::TestWithParam<ReleaseCase> {};

TEST_P(RunningReleaseTest, IsAFunctionOfTheNoisyStrategyAnswers) {
  const auto& [periods, variance, scale] = GetParam();
  WEIR_ASSERT_OK_AND_ASSIGN(const RunningNoise noise, RunningNoise::Create(periods, variance));
  const std::vector<int128> values = SomeValues(periods, scale);
  SeededRandom random(1);
  WEIR_ASSERT_OK_AND_ASSIGN(const std::vector<int128> released, noise.AddTo(values, random));
  SeededRandom same(1);
  const std::vector<int128> z = DiscreteGaussian::Create(variance)->SampleMany(periods, same);
  std::vector<int128> y = Answers(values);
  for (size_t t = 0; t < periods; ++t) y[t] += z[t];
  EXPECT_TRUE(released == ReleaseFromAnswers(y));
}
INSTANTIATE_TEST_SUITE_P(
    Series, RunningReleaseTest,
    ::testing::Values(ReleaseCase{1, {uint128{1} << 33, 1}, 7},
                      ReleaseCase{2, {uint128{1} << 20, 1}, 7}, ReleaseCase{24, {1, 3}, 1},
                      ReleaseCase{365, {uint128{1} << 40, 1}, 1},
                      ReleaseCase{365, {(uint128{1} << 60) + 1, 5}, 1'000'000'000},
                      ReleaseCase{100, {(uint128{1} << 119) + 1, 1}, int128{1} << 80},
                      ReleaseCase{1000, {uint128{1} << 34, 1}, int128{1} << 60}));

// The twin: A x + round(A B^-1 z), computed in doubles, is no function of the noisy answers. x with
// z and x' with z' have the same answers y, and yet are told apart, where F(y) is one.
std::vector<int128> RoundedTotals(const std::vector<int128>& x, const std::vector<int128>& z) {
  const std::vector<int64_t> column = RunningNoise::StrategyColumn(x.size());
  std::vector<double> solution(x.size());
  std::vector<int128> totals(x.size());
  double error = 0;
  int128 total = 0;
  for (size_t t = 0; t < x.size(); ++t) {
    double rest = static_cast<double>(z[t]);
    for (size_t j = 0; j < t; ++j) rest -= static_cast<double>(column[t - j]) * solution[j];
    solution[t] = rest / static_cast<double>(column[0]);
    error += solution[t];
    totals[t] = (total += x[t]) + static_cast<int128>(std::nearbyint(error));
  }
  return totals;
}

TEST(RunningReleaseTest, RoundedNoiseIsNoFunctionOfTheAnswers) {
  const std::vector<int128> x = SomeValues(50, 1);
  std::vector<int128> other = x;
  for (int128& value : other) value += int128{1} << 45;
  SeededRandom random(2);
  const std::vector<int128> z = DiscreteGaussian::Create({1 << 30, 1})->SampleMany(50, random);
  const std::vector<int128> answers = Answers(x);
  const std::vector<int128> other_answers = Answers(other);
  std::vector<int128> other_z(50);
  for (size_t t = 0; t < 50; ++t) other_z[t] = answers[t] + z[t] - other_answers[t];
  EXPECT_FALSE(RoundedTotals(x, z) == RoundedTotals(other, other_z));
}

TEST(RunningReleaseTest, NeedsOneValueAPeriod) {
  WEIR_ASSERT_OK_AND_ASSIGN(const RunningNoise noise, RunningNoise::Create(3, {1 << 20, 1}));
  SeededRandom random(1);
  EXPECT_THAT(noise.AddTo(SomeValues(2, 1), random), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(RunningNoise::Create(0, {1, 1}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(RunningNoise::Create(3, {2, 2}), StatusIs(StatusCode::kInvalidArgument));
}

// --- error ---

// Standard deviations of the mechanism in units of one count's sigma at equal rho.
double WorstFactor(size_t periods) {
  const uint128 sensitivity = *RunningNoise::SquaredSensitivity(periods, L0(1), LInf(1));
  const uint128 wide = uint128{1} << 40;  // so that rounding to integers does not matter
  const RunningNoise noise =
      *RunningNoise::Create(periods, *GaussianVariance(kHalf, sensitivity * wide));
  return noise.StandardError(periods - 1) / 0x1p20;
}

TEST(RunningNoiseTest, WorstFactorIsTheIdealOne) {
  for (const size_t periods : {1, 16, 365, 8760, 35040}) {
    EXPECT_NEAR(WorstFactor(periods) / ContinualErrorFactors(periods).factorization_worst, 1, 2e-5)
        << periods;
  }
}

TEST(RunningNoiseTest, LongestSeriesStaysNearTheIdeal) {
  const size_t periods = RunningNoise::kMaxPeriods;
  EXPECT_NEAR(WorstFactor(periods) / ContinualErrorFactors(periods).factorization_worst, 1, 1e-4);
}

TEST(RunningNoiseTest, ErrorsAndWidthsGrowWithThePrefix) {
  WEIR_ASSERT_OK_AND_ASSIGN(const RunningNoise noise,
                            RunningNoise::Create(100, {uint128{1} << 40, 1}));
  for (size_t t = 1; t < 100; ++t) {
    EXPECT_GT(noise.StandardError(t), noise.StandardError(t - 1));
    EXPECT_TRUE(noise.HalfWidth(t) >= noise.HalfWidth(t - 1));
  }
  EXPECT_NEAR(static_cast<double>(noise.HalfWidth(99)), 1.96 * noise.StandardError(99), 1);
}

}  // namespace
}  // namespace weir::dp
