// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/ratio_interval.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "tests/dp/mass_table.h"
#include "tests/support/status_matchers.h"

namespace weir::dp {
namespace {

using test::Gaussian;
using test::Laplace;
using test::MassTable;
using weir::test::StatusIs;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

RatioOptions Options(int128 numerator, int128 denominator, double lowest = -50,
                     double highest = 50) {
  return {{numerator, Gaussian(90'000)}, {denominator, Gaussian(100)}, lowest, highest};
}

struct CoverageCase {
  const char* name;
  NoiseLaw claimed_numerator;
  NoiseLaw claimed_denominator;
  NoiseLaw numerator;  // as drawn
  NoiseLaw denominator;
  int true_numerator;
  int true_denominator;
  bool is_covered;
};

struct Tally {
  double covered = 0;
  double width = 0;
  double box_width = 0;
};

// Both sums with 97.5 % each, and all ratios of what they allow.
double BoxWidth(const RatioOptions& options, double numerator_width, double denominator_width) {
  const auto s = static_cast<double>(options.numerator.value);
  const auto c = static_cast<double>(options.denominator.value);
  if (c - denominator_width <= 0) return options.highest - options.lowest;
  const double most = s + numerator_width;
  const double least = s - numerator_width;
  const double high = most / (most > 0 ? c - denominator_width : c + denominator_width);
  const double low = least / (least > 0 ? c + denominator_width : c - denominator_width);
  return std::clamp(high, options.lowest, options.highest) -
         std::clamp(low, options.lowest, options.highest);
}

double WidthAt(const NoiseLaw& law, double tail) {
  int128 width = 0;
  while (*TwoSidedTail(law, width) > tail) ++width;
  return static_cast<double>(width);
}

// The exact chance that the interval holds the true ratio: the sum over all noises with a mass of
// 10^-9 and more; what is left out counts as uncovered.
Tally Enumerate(const CoverageCase& test) {
  const MassTable numerator(test.numerator);
  const MassTable denominator(test.denominator);
  const double truth = static_cast<double>(test.true_numerator) / test.true_denominator;
  const double numerator_width = WidthAt(test.claimed_numerator, 0.025);
  const double denominator_width = WidthAt(test.claimed_denominator, 0.025);
  Tally tally;
  for (int i = -numerator.reach; i <= numerator.reach; ++i) {
    for (int j = -denominator.reach; j <= denominator.reach; ++j) {
      const double mass = numerator.at(i) * denominator.at(j);
      if (mass < 1e-9) continue;
      const RatioOptions options{{test.true_numerator + i, test.claimed_numerator},
                                 {test.true_denominator + j, test.claimed_denominator},
                                 -20,
                                 20};
      const DerivedEstimate estimate = *EstimateRatio(options);
      if (estimate.low <= truth && truth <= estimate.high) tally.covered += mass;
      tally.width += mass * (estimate.high - estimate.low);
      tally.box_width += mass * BoxWidth(options, numerator_width, denominator_width);
    }
  }
  return tally;
}

class RatioCoverageTest : public ::testing::TestWithParam<CoverageCase> {};

TEST_P(RatioCoverageTest, ByEnumerationOfBothNoises) {
  const Tally tally = Enumerate(GetParam());
  RecordProperty("covered", std::to_string(tally.covered));
  RecordProperty("width", std::to_string(tally.width));
  RecordProperty("box_width", std::to_string(tally.box_width));
  EXPECT_EQ(tally.covered >= kCoverage, GetParam().is_covered) << tally.covered;
  EXPECT_LT(tally.width, tally.box_width);
}

CoverageCase Honest(const char* name, const NoiseLaw& numerator, const NoiseLaw& denominator,
                    int true_numerator, int true_denominator) {
  return {name,        numerator,      denominator,      numerator,
          denominator, true_numerator, true_denominator, true};
}

INSTANTIATE_TEST_SUITE_P(
    Cases, RatioCoverageTest,
    ::testing::Values(Honest("laplace_many_rows", Laplace(30), Laplace(10), 900, 300),
                      Honest("laplace_few_rows", Laplace(30), Laplace(10), 60, 20),
                      Honest("laplace_one_row", Laplace(20), Laplace(10), -20, 1),
                      Honest("laplace_zero_mean", Laplace(25), Laplace(11), 0, 150),
                      Honest("narrow_laplace", Laplace(2), Laplace(1, 2), 21, 3),
                      Honest("gaussian_many_rows", Gaussian(900), Gaussian(36), -800, 200),
                      Honest("gaussian_few_rows", Gaussian(900), Gaussian(36), 70, 9),
                      Honest("narrow_gaussian", Gaussian(9), Gaussian(1), 50, 10),
                      Honest("mixed", Laplace(1), Gaussian(2), 50, 30),
                      // Twins: the noise is 10 % wider than the interval was told.
                      CoverageCase{"laplace_too_wide", Laplace(30), Laplace(10), Laplace(33),
                                   Laplace(11), 900, 300, false},
                      CoverageCase{"gaussian_too_wide", Gaussian(900), Gaussian(36), Gaussian(1089),
                                   Gaussian(4356, 100), -800, 200, false}),
    [](const auto& test_case) { return test_case.param.name; });

// With Gaussians of many steps the set has a closed form.
TEST(RatioIntervalTest, AgreesWithFiellersRoots) {
  const RatioOptions options{
      {4'000'000, Gaussian(uint128{1} << 34)}, {1'000'000, Gaussian(uint128{1} << 30)}, -100, 100};
  WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate estimate, EstimateRatio(options));
  const double z2 = 1.959963984540 * 1.959963984540;
  const double a = 1e12 - z2 * 0x1p30;
  const double b = -2 * 4e12;
  const double c = 16e12 - z2 * 0x1p34;
  const double root = std::sqrt(b * b - 4 * a * c);
  EXPECT_NEAR(estimate.low, (-b - root) / (2 * a), 3e-4);
  EXPECT_NEAR(estimate.high, (-b + root) / (2 * a), 3e-4);
  EXPECT_EQ(estimate.value, 4.0);
  EXPECT_NEAR(estimate.standard_error, std::hypot(0x1p17, 4 * 0x1p15) / 1e6, 1e-9);
}

TEST(RatioIntervalTest, FewNoisedRowsSayNothing) {
  for (const int denominator : {0, 3, -3}) {
    WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate estimate,
                              EstimateRatio(Options(40, denominator)));
    EXPECT_EQ(estimate.low, -50);
    EXPECT_EQ(estimate.high, 50);
    EXPECT_EQ(estimate.standard_error, 50);
    EXPECT_LE(std::abs(estimate.value), 50);
  }
}

TEST(RatioIntervalTest, StaysInsideTheRange) {
  WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate estimate,
                            EstimateRatio(Options(3000, 1000, 0, 3)));
  EXPECT_GT(estimate.low, 2);
  EXPECT_EQ(estimate.high, 3);
  WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate above, EstimateRatio(Options(3300, 1000, 0, 3)));
  EXPECT_EQ(above.value, 3);
  EXPECT_EQ(above.high, 3);
  EXPECT_LT(above.low, 3);
}

TEST(RatioIntervalTest, AnswersFarOutsideTheRangeSayNothing) {
  WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate estimate,
                            EstimateRatio(Options(90'000, 1000, 0, 3)));
  EXPECT_EQ(estimate.low, 0);
  EXPECT_EQ(estimate.high, 3);
}

TEST(RatioIntervalTest, WithoutBoundsTheSetIsFiniteOrAll) {
  WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate finite,
                            EstimateRatio(Options(3000, 1000, -kInfinity, kInfinity)));
  EXPECT_NEAR(finite.high - 3, 0.6, 0.1);
  EXPECT_NEAR(finite.low - 3, -0.6, 0.1);
  WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate all,
                            EstimateRatio(Options(3000, 5, -kInfinity, kInfinity)));
  EXPECT_EQ(all.low, -kInfinity);
  EXPECT_EQ(all.high, kInfinity);
}

TEST(RatioIntervalTest, SignsOfBothCancel) {
  WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate plus, EstimateRatio(Options(3000, 1000)));
  WEIR_ASSERT_OK_AND_ASSIGN(const DerivedEstimate minus, EstimateRatio(Options(-3000, -1000)));
  EXPECT_EQ(plus.low, minus.low);
  EXPECT_EQ(plus.high, minus.high);
  EXPECT_EQ(plus.value, minus.value);
}

TEST(RatioIntervalTest, RefusesWhatHasNoMeaning) {
  EXPECT_THAT(EstimateRatio(Options(1, 1, 1, 0)), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(EstimateRatio(Options(1, 1, std::nan(""), 0)),
              StatusIs(StatusCode::kInvalidArgument));
  RatioOptions bad = Options(1, 1);
  bad.denominator.law = Laplace(0);
  EXPECT_THAT(EstimateRatio(bad), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace weir::dp
