// SPDX-License-Identifier: Apache-2.0
// Errors of running totals have the stated size, intervals cover, and the worst neighbour is told
// apart no better than claimed; noise 10 % too small, narrower intervals and a sensitivity by habit
// are caught.
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "tests/statistical/dp/goodness_of_fit.h"
#include "tests/statistical/dp/variance_limits.h"
#include "tests/support/seeded_random.h"
#include "weir/dp/calibration.h"
#include "weir/dp/running_noise.h"

namespace weir::dp {
namespace {

using test::CoversAtLeast;
using test::LimitsOfMeanSquare;
using test::SeededRandom;

constexpr size_t kPeriods = 30;
constexpr uint64_t kRuns = 40'000;
constexpr uint128 kVariance = uint128{100} << 32;  // ten counts

std::vector<std::vector<int128>> Errors(size_t periods, Rational variance) {
  const RunningNoise noise = *RunningNoise::Create(periods, variance);
  SeededRandom random(21);
  std::vector<std::vector<int128>> errors;
  for (uint64_t run = 0; run < kRuns; ++run) errors.push_back(noise.Sample(random));
  return errors;
}

double MeanSquare(const std::vector<std::vector<int128>>& errors, size_t period, double deviation) {
  double sum = 0;
  for (const std::vector<int128>& error : errors) {
    sum += std::pow(static_cast<double>(error[period]) / deviation, 2);
  }
  return sum / static_cast<double>(kRuns);
}

TEST(RunningErrorTest, HasTheStatedDeviationAndCoverage) {
  const RunningNoise noise = *RunningNoise::Create(kPeriods, {kVariance, 1});
  const auto errors = Errors(kPeriods, {kVariance, 1});
  for (const size_t period : {size_t{0}, size_t{1}, kPeriods / 2, kPeriods - 1}) {
    const double mean_square = MeanSquare(errors, period, noise.StandardError(period));
    EXPECT_TRUE(LimitsOfMeanSquare(kRuns).Hold(mean_square)) << period << " " << mean_square;
    const int128 width = noise.HalfWidth(period);
    uint64_t hits = 0;
    uint64_t narrower_hits = 0;
    for (const std::vector<int128>& error : errors) {
      const int128 size = error[period] < 0 ? -error[period] : error[period];
      hits += size <= width ? 1 : 0;
      narrower_hits += size <= width - (width + 14) / 15 ? 1 : 0;
    }
    EXPECT_TRUE(CoversAtLeast(0.95, hits, kRuns)) << period;
    EXPECT_FALSE(CoversAtLeast(0.95, narrower_hits, kRuns)) << period << ": the twin";
  }
}

TEST(RunningErrorTest, TenPercentTooSmallIsRejected) {
  const RunningNoise noise = *RunningNoise::Create(kPeriods, {kVariance, 1});
  const auto errors = Errors(kPeriods, {kVariance / 100 * 81, 1});
  EXPECT_FALSE(LimitsOfMeanSquare(kRuns).Hold(
      MeanSquare(errors, kPeriods - 1, noise.StandardError(kPeriods - 1))));
}

// --- audit ---

constexpr size_t kAudited = 12;
constexpr int kTouched = 3;

std::vector<double> Applied(const std::vector<int64_t>& column, const std::vector<double>& x) {
  std::vector<double> answers(x.size());
  for (size_t t = 0; t < x.size(); ++t) {
    for (size_t j = 0; j <= t; ++j) answers[t] += static_cast<double>(column[t - j]) * x[j];
  }
  return answers;
}

// How many standard deviations the best test moves by when one unit adds one to each of the first
// kTouched periods: the strategy's answers are found again from the released totals, and projected
// onto that unit's change of them.
double MeasuredShift(Rational variance) {
  const std::vector<int64_t> column = RunningNoise::StrategyColumn(kAudited);
  std::vector<double> unit(kAudited);
  std::fill_n(unit.begin(), kTouched, 1);
  const std::vector<double> change = Applied(column, unit);
  const double squared_length =
      std::inner_product(change.begin(), change.end(), change.begin(), 0.0);
  double squares = 0;
  for (const std::vector<int128>& error : Errors(kAudited, variance)) {
    std::vector<double> steps(kAudited);
    for (size_t t = 0; t < kAudited; ++t) {
      steps[t] = static_cast<double>(t == 0 ? error[0] : error[t] - error[t - 1]);
    }
    const std::vector<double> answers = Applied(column, steps);
    squares += std::pow(std::inner_product(change.begin(), change.end(), answers.begin(), 0.0), 2);
  }
  return squared_length / std::sqrt(squares / static_cast<double>(kRuns));
}

// rho-zCDP by Gaussian noise allows a shift of sqrt(2 rho) deviations.
constexpr ExactRho kRho{uint128{10'000'000'000} * 1'000'000'000'000};  // 0.01
const double kAllowed = std::sqrt(2 * 0.01);

bool IsAllowed(double shift) {
  return shift <= kAllowed / std::sqrt(LimitsOfMeanSquare(kRuns).low);
}

TEST(RunningAuditTest, WorstNeighbourIsHiddenAsClaimed) {
  const uint128 sensitivity = *RunningNoise::SquaredSensitivity(
      kAudited, *L0Sensitivity::Create(kTouched), *LInfSensitivity::Create(1));
  const double shift = MeasuredShift(*GaussianVariance(kRho, sensitivity));
  EXPECT_TRUE(IsAllowed(shift)) << shift;
  EXPECT_GT(shift, 0.95 * kAllowed) << "the noise is not larger than it must be";
}

TEST(RunningAuditTest, SensitivityByHabitIsRejected) {
  const uint128 one_period = *RunningNoise::SquaredSensitivity(kAudited, *L0Sensitivity::Create(1),
                                                               *LInfSensitivity::Create(1));
  EXPECT_FALSE(IsAllowed(MeasuredShift(*GaussianVariance(kRho, kTouched * one_period))));
}

TEST(RunningAuditTest, TenPercentTooSmallIsRejected) {
  const uint128 sensitivity = *RunningNoise::SquaredSensitivity(
      kAudited, *L0Sensitivity::Create(kTouched), *LInfSensitivity::Create(1));
  EXPECT_FALSE(IsAllowed(MeasuredShift(*GaussianVariance(kRho, sensitivity / 100 * 81))));
}

}  // namespace
}  // namespace weir::dp
