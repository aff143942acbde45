// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/variance_interval.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/dp/mass_table.h"
#include "tests/support/status_matchers.h"

namespace weir::dp {
namespace {

using test::Gaussian;
using test::Laplace;
using test::MassTable;
using weir::test::StatusIs;

VarianceOptions Options(int128 count, int128 sum, int128 squares) {
  return {{count, Gaussian(100)}, {sum, Gaussian(10'000)}, {squares, Gaussian(1'000'000)}, -10, 10};
}

struct CoverageCase {
  const char* name;
  NoiseLaw count_law;
  NoiseLaw sum_law;
  NoiseLaw squares_law;
  int count;  // of the rows, and their sum and sum of squares
  int sum;
  int squares;
};

// The exact chance that the interval holds the true variance: the sum over all noises with a mass
// of 2 * 10^-5 and more; what is left out counts as uncovered.
double Coverage(const CoverageCase& test) {
  const MassTable count(test.count_law);
  const MassTable sum(test.sum_law);
  const MassTable squares(test.squares_law);
  const double mean = static_cast<double>(test.sum) / test.count;
  const double truth = static_cast<double>(test.squares) / test.count - mean * mean;
  double covered = 0;
  for (int i = -count.reach; i <= count.reach; ++i) {
    for (int j = -sum.reach; j <= sum.reach; ++j) {
      for (int k = -squares.reach; k <= squares.reach; ++k) {
        const double mass = count.at(i) * sum.at(j) * squares.at(k);
        if (mass < 2e-5) continue;
        const DerivedEstimate estimate = *EstimateVariance({{test.count + i, test.count_law},
                                                            {test.sum + j, test.sum_law},
                                                            {test.squares + k, test.squares_law},
                                                            -2,
                                                            2});
        const double rounding = 1e-12 * (1 + truth);
        if (estimate.low <= truth + rounding && truth <= estimate.high + rounding) covered += mass;
      }
    }
  }
  return covered;
}

class VarianceCoverageTest : public ::testing::TestWithParam<CoverageCase> {};

TEST_P(VarianceCoverageTest, ByEnumerationOfAllNoises) {
  EXPECT_GE(Coverage(GetParam()), kCoverage);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, VarianceCoverageTest,
    ::testing::Values(
        CoverageCase{"laplace", Laplace(1, 3), Laplace(1, 2), Laplace(1, 2), 12, 4, 20},
        CoverageCase{"one_row", Laplace(1, 3), Laplace(1, 2), Laplace(1, 2), 1, 2, 4},
        CoverageCase{"constant", Laplace(1, 3), Laplace(1, 3), Laplace(1, 2), 9, 9, 9},
        CoverageCase{"gaussian", Gaussian(1, 2), Gaussian(1), Gaussian(1), 12, -4, 30}),
    [](const auto& test_case) { return test_case.param.name; });

TEST(VarianceIntervalTest, AnswersTheVariance) {
  // 100,000 rows of mean 2 and variance 5.
  WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate estimate,
                            EstimateVariance(Options(100'000, 200'000, 900'000)));
  EXPECT_NEAR(estimate.value, 5, 1e-12);
  const double deviation = std::hypot(1000, 4 * 100, 10) / 100'000;
  EXPECT_NEAR(estimate.standard_error, deviation, 1e-9);
  // 1.960 deviations for 95 %, a little more for the unknown mean and count.
  EXPECT_NEAR(estimate.high - 5, 1.97 * deviation, 0.015 * deviation);
  EXPECT_NEAR(5 - estimate.low, 1.97 * deviation, 0.015 * deviation);
}

// Noise of scale (sigma) `scale` on the count, ten times that on the sum, a hundred times on the
// squares, which happened to be zero; rows in [-10, 10].
struct WidthCase {
  NoiseKind kind;
  uint32_t scale;
  int count;
  int mean;
  int variance;
  double before;  // width of the intervals whose test was not bent
};

double WidthOf(const WidthCase& test) {
  const auto law = [&](uint64_t factor) {
    const uint128 scale = factor * test.scale;
    return test.kind == NoiseKind::kDiscreteLaplace ? Laplace(scale) : Gaussian(scale * scale);
  };
  const int squares = (test.mean * test.mean + test.variance) * test.count;
  const DerivedEstimate estimate = *EstimateVariance(
      {{test.count, law(1)}, {test.mean * test.count, law(10)}, {squares, law(100)}, -10, 10});
  return estimate.high - estimate.low;
}

TEST(VarianceIntervalTest, IsNarrowerThanWithoutABend) {
  constexpr NoiseKind kLaplace = NoiseKind::kDiscreteLaplace;
  constexpr NoiseKind kGaussian = NoiseKind::kDiscreteGaussian;
  for (const WidthCase& test : std::vector<WidthCase>{{kLaplace, 3, 15, 4, 5, 100},
                                                      {kLaplace, 3, 37, 4, 5, 95.2322},
                                                      {kLaplace, 3, 37, 0, 90, 51.7732},
                                                      {kLaplace, 3, 75, 9, 10, 46.0078},
                                                      {kLaplace, 3, 750, 0, 20, 2.5422},
                                                      {kLaplace, 12, 60, 0, 90, 100},
                                                      {kLaplace, 12, 150, 4, 5, 94.1807},
                                                      {kLaplace, 12, 300, 4, 5, 32.2454},
                                                      {kLaplace, 12, 300, 9, 10, 38.4431},
                                                      {kLaplace, 12, 3000, 0, 90, 3.27407},
                                                      {kLaplace, 12, 300000, 4, 5, 0.0303428},
                                                      {kGaussian, 3, 15, 0, 20, 100},
                                                      {kGaussian, 3, 37, 9, 10, 58.2024},
                                                      {kGaussian, 3, 75, 4, 5, 18.9668},
                                                      {kGaussian, 12, 60, 0, 90, 94.1635},
                                                      {kGaussian, 12, 150, 4, 5, 41.5568},
                                                      {kGaussian, 12, 300, 0, 20, 18.0866},
                                                      {kGaussian, 12, 3000, 9, 10, 3.5616},
                                                      {kGaussian, 12, 300000, 0, 90, 0.0213941}}) {
    EXPECT_LE(WidthOf(test), test.before) << test.scale << ' ' << test.count << ' ' << test.mean;
  }
  // The exception: few rows near a bound, under Laplace noise.
  const WidthCase exception = {kLaplace, 12, 150, 9, 10, 70.2464};
  EXPECT_LE(WidthOf(exception), 1.08 * exception.before);
  // A fifth to a third of the width is gone.
  EXPECT_LE(WidthOf({kLaplace, 12, 150, 4, 5, 0}), 0.64 * 94.1807);
  EXPECT_LE(WidthOf({kGaussian, 12, 150, 4, 5, 0}), 0.71 * 41.5568);
}

// Bhatia and Davis: the mean of the rows bounds their variance.
TEST(VarianceIntervalTest, EndsWhereTheMeanLeavesNoMoreRoom) {
  const VarianceOptions options = {
      {200, Gaussian(25)}, {1'980, Gaussian(2'500)}, {19'700, Gaussian(250'000)}, -10, 10};
  WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate estimate, EstimateVariance(options));
  // The mean is above 8.5, where the variance is at most 1.5 * 18.5.
  EXPECT_LE(estimate.high, 27.75);
  EXPECT_LE(estimate.value, estimate.high);
  EXPECT_GE(estimate.value, estimate.low);
}

// Sums that no mean in the bounds explains well: what the bent test leaves of a piece of means lies
// below the statistic's zero. Each variance here passes all tests, with the count and mean named.
TEST(VarianceIntervalTest, HoldsWhatNoTestRejectsOutsideTheBounds) {
  const VarianceOptions negative = {
      {272, Laplace(11)}, {461, Laplace(121)}, {14'334, Laplace(21)}, -50, 0};
  WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate below, EstimateVariance(negative));
  EXPECT_LE(below.low, 52.08);  // 313, -1.205
  EXPECT_GE(below.high, 52.08);
  const VarianceOptions positive = {
      {325, Laplace(9)}, {-261, Laplace(89)}, {8'730, Laplace(20)}, 0, 34};
  WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate above, EstimateVariance(positive));
  EXPECT_LE(above.low, 26.43);  // 335, 0.801
  EXPECT_GE(above.high, 26.43);
}

TEST(VarianceIntervalTest, StandardDeviationIsTheRoot) {
  const VarianceOptions options = Options(100'000, 200'000, 900'000);
  WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate variance, EstimateVariance(options));
  WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate root, EstimateStandardDeviation(options));
  EXPECT_NEAR(root.value, std::sqrt(5.0), 1e-12);
  EXPECT_EQ(root.low, std::sqrt(variance.low));
  EXPECT_EQ(root.high, std::sqrt(variance.high));
  EXPECT_NEAR(root.standard_error, variance.standard_error / (2 * std::sqrt(5.0)), 1e-12);
}

TEST(VarianceIntervalTest, FewNoisedRowsSayNothing) {
  for (const int count : {-5, 0, 4}) {
    WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate estimate,
                              EstimateVariance(Options(count, 10, 90)));
    EXPECT_EQ(estimate.low, 0);
    EXPECT_EQ(estimate.high, 100);
    EXPECT_EQ(estimate.standard_error, 50);
  }
}

// A large epsilon for small values. The search for the interval used not to end.
TEST(VarianceIntervalTest, EndsWhereNoiseIsMostlyZero) {
  for (const uint32_t per_scale : {5U, 10U, 20U, 67U, 1000U}) {
    const NoiseLaw law = Laplace(1, per_scale);
    WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate estimate,
                              EstimateVariance({{1000, law}, {0, law}, {250, law}, -1, 1}));
    EXPECT_LE(estimate.low, 0.25) << per_scale;
    EXPECT_GE(estimate.high, 0.25) << per_scale;
    EXPECT_LE(estimate.high - estimate.low, 0.01) << per_scale;
  }
}

TEST(VarianceIntervalTest, NeverLeavesWhatIsPossible) {
  WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate below,
                            EstimateVariance(Options(10'000, 0, -9'000)));
  EXPECT_EQ(below.value, 0);
  EXPECT_EQ(below.low, 0);
  EXPECT_GE(below.high, 0);
  WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate above,
                            EstimateVariance(Options(10'000, 0, 1'000'500)));
  EXPECT_EQ(above.value, 100);
  EXPECT_EQ(above.high, 100);
}

RC_GTEST_PROP(VarianceIntervalPropertyTest, IsPossibleHoldsTheEstimateAndIgnoresTheSign, ()) {
  const auto scale = [] { return static_cast<uint128>(*rc::gen::inRange(1, 3000)); };
  const bool is_laplace = *rc::gen::arbitrary<bool>();
  const auto law = [&] { return is_laplace ? Laplace(scale()) : Gaussian(scale() * scale()); };
  const double bound = *rc::gen::inRange(1, 200);
  const auto within = [](int64_t most) { return *rc::gen::inRange<int64_t>(-most, most + 1); };
  const int64_t count = *rc::gen::inRange<int64_t>(-1000, 100'000);
  const auto most = static_cast<int64_t>(bound) * (std::abs(count) + 100);
  VarianceOptions options = {{count, law()},
                             {within(most), law()},
                             {within(static_cast<int64_t>(bound) * most), law()},
                             -bound,
                             bound};
  const DerivedEstimate estimate = *EstimateVariance(options);
  RC_ASSERT(estimate.low >= 0);
  RC_ASSERT(estimate.low <= estimate.value);
  RC_ASSERT(estimate.value <= estimate.high);
  RC_ASSERT(estimate.high <= bound * bound);
  options.sum.value = -options.sum.value;
  const DerivedEstimate mirrored = *EstimateVariance(options);
  const double rounding = 1e-2 * (estimate.high - estimate.low) + 1e-9 * bound * bound;
  RC_ASSERT(std::abs(mirrored.low - estimate.low) <= rounding);
  RC_ASSERT(std::abs(mirrored.high - estimate.high) <= rounding);
}

TEST(VarianceIntervalTest, RefusesWhatHasNoMeaning) {
  VarianceOptions options = Options(1, 1, 1);
  options.highest = std::numeric_limits<double>::infinity();
  EXPECT_THAT(EstimateVariance(options), StatusIs(StatusCode::kInvalidArgument));
  options.highest = -11;
  EXPECT_THAT(EstimateVariance(options), StatusIs(StatusCode::kInvalidArgument));
  options = Options(1, 1, 1);
  options.squares.law = Laplace(0);
  EXPECT_THAT(EstimateStandardDeviation(options), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace weir::dp
