// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/truncated_interval.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/dp/exact_laws.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

using test::ExactUpperTails;
using test::StatusIs;
using ::testing::HasSubstr;

struct CoverageCase {
  const char* name;
  NoiseLaw law;
  int64_t threshold;
};

int64_t ScaleOf(const NoiseLaw& law) {
  return 1 + static_cast<int64_t>(StandardError(law).value());
}

// Chance that `interval` holds the count, given that it was published: all observations added up.
template <class Interval>
double Coverage(const CoverageCase& c, int64_t count, const std::vector<long double>& tails,
                const Interval& interval) {
  const auto reach = static_cast<int64_t>(tails.size() / 2);
  const auto tail = [&](int64_t m) { return tails[static_cast<size_t>(m + reach)]; };
  long double covered = 0;
  for (int64_t observed = c.threshold; observed - count < reach; ++observed) {
    const CountInterval around = interval(observed);
    if (around.low <= count && count <= around.high) {
      covered += tail(observed - count) - tail(observed + 1 - count);
    }
  }
  return static_cast<double>(covered / tail(c.threshold - count));
}

class TruncatedIntervalTest : public ::testing::TestWithParam<CoverageCase> {};

TEST_P(TruncatedIntervalTest, CoversEveryCountGivenPublication) {
  const CoverageCase& c = GetParam();
  WEIR_ASSERT_OK_AND_ASSIGN(const auto intervals, TruncatedIntervals::Create(c.law, c.threshold));
  const int64_t scale = ScaleOf(c.law);
  const auto tails = ExactUpperTails(c.law, c.threshold + 40 * scale);
  for (int64_t count = 1; count <= c.threshold + 10 * scale; ++count) {
    const double coverage =
        Coverage(c, count, tails, [&](int64_t observed) { return intervals.At(observed); });
    ASSERT_GE(coverage, kCoverage) << "count " << count;
  }
}

// Of counts that no published value is too low for, no more than needed: the whole 5 % are used up
// to the mass of one value.
TEST(TruncatedCoverageTest, SmallCountsUseTheWholeRisk) {
  const CoverageCase c{"laplace", {NoiseKind::kDiscreteLaplace, {8, 1}}, 60};
  WEIR_ASSERT_OK_AND_ASSIGN(const auto intervals, TruncatedIntervals::Create(c.law, c.threshold));
  const auto tails = ExactUpperTails(c.law, c.threshold + 40 * ScaleOf(c.law));
  for (const int64_t count : {1, 20, 40, 55}) {
    const double coverage =
        Coverage(c, count, tails, [&](int64_t observed) { return intervals.At(observed); });
    EXPECT_GE(coverage, kCoverage) << count;
    EXPECT_LE(coverage, kCoverage + 0.05 * (1 - std::exp(-1.0 / 8)) + 1e-4) << count;
  }
}

TEST_P(TruncatedIntervalTest, IsOrderedAndRisesWithTheObservation) {
  const CoverageCase& c = GetParam();
  WEIR_ASSERT_OK_AND_ASSIGN(const auto intervals, TruncatedIntervals::Create(c.law, c.threshold));
  CountInterval before = intervals.At(c.threshold);
  for (int64_t observed = c.threshold; observed < c.threshold + 60 * ScaleOf(c.law); ++observed) {
    const CountInterval now = intervals.At(observed);
    ASSERT_TRUE(now.low >= 1 && now.low <= now.high) << observed;
    ASSERT_TRUE(now.low >= before.low && now.high >= before.high) << observed;
    ASSERT_TRUE(now.low <= std::max<int64_t>(1, observed)) << observed;
    ASSERT_TRUE(now == *TruncatedInterval(c.law, c.threshold, observed)) << observed;
    before = now;
  }
}

// Far above the threshold it is the ordinary equal-tailed interval.
TEST_P(TruncatedIntervalTest, ForgetsTheThresholdFarAboveIt) {
  const CoverageCase& c = GetParam();
  WEIR_ASSERT_OK_AND_ASSIGN(const auto intervals, TruncatedIntervals::Create(c.law, c.threshold));
  const int128 far = int128{1} << 70;
  const CountInterval around = intervals.At(far);
  const int128 half_width = HalfWidth(c.law).value();
  EXPECT_TRUE(far - around.low == around.high - far);
  EXPECT_TRUE(around.high - far == half_width);
}

INSTANTIATE_TEST_SUITE_P(
    Laws, TruncatedIntervalTest,
    ::testing::Values(CoverageCase{"narrow_laplace", {NoiseKind::kDiscreteLaplace, {1, 2}}, 8},
                      CoverageCase{"laplace", {NoiseKind::kDiscreteLaplace, {1, 1}}, 12},
                      CoverageCase{
                          "laplace_ten_thirds", {NoiseKind::kDiscreteLaplace, {10, 3}}, 40},
                      CoverageCase{"wide_laplace", {NoiseKind::kDiscreteLaplace, {60, 1}}, 500},
                      CoverageCase{"low_threshold", {NoiseKind::kDiscreteLaplace, {10, 1}}, 2},
                      CoverageCase{"below_zero", {NoiseKind::kDiscreteLaplace, {3, 1}}, -4},
                      CoverageCase{"gaussian", {NoiseKind::kDiscreteGaussian, {4, 1}}, 11},
                      CoverageCase{"narrow_gaussian", {NoiseKind::kDiscreteGaussian, {1, 2}}, 5},
                      CoverageCase{"wide_gaussian", {NoiseKind::kDiscreteGaussian, {400, 1}}, 90}),
    [](const auto& test_case) { return test_case.param.name; });

// The twin: intervals that forget about the threshold fail where few keys are published.
TEST(TruncatedIntervalsTest, OrdinaryIntervalsDoNotCoverGivenPublication) {
  const CoverageCase c = {"", {NoiseKind::kDiscreteLaplace, {10, 3}}, 40};
  const int128 half_width = HalfWidth(c.law).value();
  const auto tails = ExactUpperTails(c.law, 300);
  const double coverage = Coverage(c, 5, tails, [&](int64_t observed) {
    return CountInterval{observed - half_width, observed + half_width};
  });
  EXPECT_LT(coverage, 0.01);
}

// And so do those for half the noise.
TEST(TruncatedIntervalsTest, HalfTheNoiseDoesNotCover) {
  const CoverageCase c = {"", {NoiseKind::kDiscreteGaussian, {400, 1}}, 90};
  const auto halved =
      TruncatedIntervals::Create({NoiseKind::kDiscreteGaussian, {100, 1}}, c.threshold).value();
  const auto tails = ExactUpperTails(c.law, 1000);
  const double coverage =
      Coverage(c, 150, tails, [&](int64_t observed) { return halved.At(observed); });
  EXPECT_LT(coverage, 0.8);
}

TEST(TruncatedIntervalsTest, TakesHugeScales) {
  const NoiseLaw laplace = {NoiseKind::kDiscreteLaplace, {uint128{1} << 100, 1}};
  const int128 threshold = int128{1} << 100;
  WEIR_ASSERT_OK_AND_ASSIGN(const CountInterval close,
                            TruncatedInterval(laplace, threshold, threshold + 5));
  EXPECT_TRUE(close.low == 1);
  WEIR_ASSERT_OK_AND_ASSIGN(const CountInterval far,
                            TruncatedInterval(laplace, threshold, int128{1} << 108));
  EXPECT_TRUE(far.low > 1 && far.high > int128{1} << 108);
  const NoiseLaw gaussian = {NoiseKind::kDiscreteGaussian, {uint128{1} << 60, 1}};
  WEIR_ASSERT_OK_AND_ASSIGN(const CountInterval wide,
                            TruncatedInterval(gaussian, int128{1} << 32, int128{1} << 33));
  EXPECT_TRUE(wide.low > 1 && wide.high > int128{1} << 33);
}

TEST(TruncatedIntervalsTest, RefusesWhatCannotHaveBeenPublished) {
  const NoiseLaw law = {NoiseKind::kDiscreteLaplace, {4, 1}};
  EXPECT_THAT(TruncatedInterval(law, 10, 9),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("observed")));
  EXPECT_THAT(TruncatedInterval({}, 10, 11), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(TruncatedIntervals::Create(law, int128{1} << 101),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("threshold")));
}

}  // namespace
}  // namespace weir::dp
