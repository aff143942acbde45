// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/population_uniqueness.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/anon/adult_fixture.h"
#include "tests/anon/model_support.h"
#include "tests/anon/reference_models.h"
#include "tests/support/status_matchers.h"

namespace weir::anon::test {
namespace {

using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::StatusIs;

constexpr auto kDankar = v1::UNIQUENESS_ESTIMATOR_DANKAR;
constexpr auto kPitman = v1::UNIQUENESS_ESTIMATOR_PITMAN;
constexpr auto kZayatz = v1::UNIQUENESS_ESTIMATOR_ZAYATZ;
constexpr auto kSnb = v1::UNIQUENESS_ESTIMATOR_SNB;

std::vector<SizeCount> AdultSizes() {
  std::vector<uint64_t> sizes = LoadAdult({}).table.rows;
  std::sort(sizes.begin(), sizes.end());
  return CountSizes(sizes);
}

// The figures of "input-adult" in reference.json.
TEST(PopulationUniquenessTest, AgreesWithTheReferenceOnAdult) {
  const auto sizes = AdultSizes();
  const auto pitman = EstimatePopulationUniqueness(sizes, kReferencePopulation, kPitman);
  ASSERT_TRUE(pitman.has_value());
  EXPECT_NEAR(*pitman, 0.038896188531360315, 1e-9);
  const auto zayatz = EstimatePopulationUniqueness(sizes, kReferencePopulation, kZayatz);
  ASSERT_TRUE(zayatz.has_value());
  EXPECT_NEAR(*zayatz, 0.2645647181504129, 1e-9);
  EXPECT_EQ(EstimatePopulationUniqueness(sizes, kReferencePopulation, kDankar), pitman);
  EXPECT_EQ(EstimatorByDankar(sizes, kReferencePopulation), kPitman);
}

// Pitman's estimate is where the derivatives of the likelihood vanish; they are summed here term by
// term. alpha and theta follow from the estimates for two populations: the share is
// c * population^(alpha - 1) with c = Gamma(theta + 1) / Gamma(theta + alpha).
TEST(PopulationUniquenessTest, PitmanMaximizesTheLikelihood) {
  const auto sizes = AdultSizes();
  const double one = *EstimatePopulationUniqueness(sizes, 1'000'000, kPitman);
  const double two = *EstimatePopulationUniqueness(sizes, 2'000'000, kPitman);
  const double alpha = 1 + std::log2(two / one);
  ASSERT_GT(alpha, 0);
  ASSERT_LT(alpha, 1);
  const double log_c = std::log(one) - (alpha - 1) * std::log(1e6);
  double low = 0;
  double high = 1e6;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (std::lgamma(middle + 1) - std::lgamma(middle + alpha) < log_c ? low : high) = middle;
  }
  const double theta = low;
  double rows = 0;
  double classes = 0;
  double by_alpha = 0;
  for (const SizeCount& count : sizes) {
    rows += static_cast<double>(count.size * count.classes);
    classes += static_cast<double>(count.classes);
    for (uint64_t i = 1; i < count.size; ++i) {
      by_alpha -= static_cast<double>(count.classes) / (static_cast<double>(i) - alpha);
    }
  }
  double by_theta = 0;
  for (double i = 1; i < classes; ++i) {
    by_theta += 1 / (theta + i * alpha);
    by_alpha += i / (theta + i * alpha);
  }
  for (double i = 1; i < rows; ++i) by_theta -= 1 / (theta + i);
  // Each is a difference of sums of several units (of thousands for alpha).
  EXPECT_NEAR(by_theta, 0, 1e-8);
  EXPECT_NEAR(by_alpha, 0, 1e-3);
}

// Sizes of a sample of 20,000 classes of size 1 + negative binomial (2, 0.4):
// the expected numbers, rounded. 0.4^2 of the classes are unique, of 1 + 2 * 0.6/0.4 = 4 people
// each: 4 %.
std::vector<SizeCount> ExpectedSample(double fraction) {
  constexpr double kClasses = 20'000;
  std::vector<SizeCount> sizes;
  for (uint64_t seen = 1; seen < 20; ++seen) {
    double expected = 0;
    for (uint64_t size = seen; size < 120; ++size) {
      const auto whole = static_cast<double>(size);
      const auto part = static_cast<double>(seen);
      const double share = whole * 0.16 * std::pow(0.6, whole - 1);
      const double ways =
          std::lgamma(whole + 1) - std::lgamma(part + 1) - std::lgamma(whole - part + 1);
      expected +=
          share * std::exp(ways) * std::pow(fraction, part) * std::pow(1 - fraction, whole - part);
    }
    const auto classes = static_cast<uint64_t>(std::lround(kClasses * expected));
    if (classes > 0) sizes.push_back({.size = seen, .classes = classes});
  }
  return sizes;
}

// The number of classes is itself estimated: 9 % above the truth from a sample of 0.3, which shows
// in the share; better from larger ones.
TEST(PopulationUniquenessTest, SnbFindsThePopulationThatItAssumes) {
  const auto small = EstimatePopulationUniqueness(ExpectedSample(0.3), 80'000, kSnb);
  ASSERT_TRUE(small.has_value());
  EXPECT_NEAR(*small, 0.056, 0.001);
  const auto large = EstimatePopulationUniqueness(ExpectedSample(0.9), 80'000, kSnb);
  ASSERT_TRUE(large.has_value());
  EXPECT_NEAR(*large, 0.04, 0.001);
}

TEST(PopulationUniquenessTest, DankarTakesTheSmallerOfLargeSamples) {
  const auto sizes = ExpectedSample(0.3);
  const auto snb = EstimatePopulationUniqueness(sizes, 80'000, kSnb);
  const auto zayatz = EstimatePopulationUniqueness(sizes, 80'000, kZayatz);
  ASSERT_TRUE(snb.has_value());
  ASSERT_TRUE(zayatz.has_value());
  EXPECT_GT(*zayatz, *snb);
  EXPECT_EQ(EstimatorByDankar(sizes, 80'000), kSnb);
  EXPECT_EQ(EstimatePopulationUniqueness(sizes, 80'000, kDankar), snb);
}

// The reference has 0, no estimate, here: its second equation multiplies by the power that divides
// in E2, and its count of classes subtracts 1 from a sum instead of from each power.
TEST(PopulationUniquenessTest, SnbHasASolutionForAdult) {
  const auto snb = EstimatePopulationUniqueness(AdultSizes(), kReferencePopulation, kSnb);
  ASSERT_TRUE(snb.has_value());
  EXPECT_NEAR(*snb, 0.2146, 0.0005);
}

// Zayatz by hand: {1: 4, 2: 3} of 20 people. A row of a pair is alone with probability 10/19.
TEST(PopulationUniquenessTest, ZayatzFollowsTheHypergeometricLaw) {
  const std::vector<SizeCount> sizes = {{.size = 1, .classes = 4}, {.size = 2, .classes = 3}};
  const auto share = EstimatePopulationUniqueness(sizes, 20, kZayatz);
  ASSERT_TRUE(share.has_value());
  const double is_unique = 4.0 / (4.0 + 3.0 * 2.0 * 10.0 / 19.0);
  EXPECT_NEAR(*share, 4.0 * is_unique / 0.5 / 20.0, 1e-14);
}

TEST(PopulationUniquenessTest, IsExactWhereTheSampleIsThePopulation) {
  const std::vector<SizeCount> sizes = {{.size = 1, .classes = 4}, {.size = 2, .classes = 3}};
  for (const auto estimator : {kDankar, kPitman, kZayatz, kSnb}) {
    EXPECT_EQ(EstimatePopulationUniqueness(sizes, 10, estimator), 0.4);
    EXPECT_EQ(EstimatePopulationUniqueness(sizes, 9, estimator), std::nullopt);
  }
}

TEST(PopulationUniquenessTest, SaysWhenThereIsNoEstimate) {
  const std::vector<SizeCount> all_unique = {{.size = 1, .classes = 50}};
  EXPECT_EQ(EstimatePopulationUniqueness(all_unique, 5000, kPitman), std::nullopt);
  EXPECT_EQ(EstimatePopulationUniqueness(all_unique, 5000, kSnb), std::nullopt);
  const std::vector<SizeCount> no_unique = {{.size = 2, .classes = 50}};
  for (const auto estimator : {kDankar, kPitman, kZayatz, kSnb}) {
    EXPECT_EQ(EstimatePopulationUniqueness(no_unique, 5000, estimator), 0.0);
    EXPECT_EQ(EstimatePopulationUniqueness({}, 5000, estimator), 0.0);
  }
}

// Whatever the histogram: an estimate is a share or none, and ends.
TEST(PopulationUniquenessTest, IsAShareForExtremeHistograms) {
  const std::vector<std::vector<SizeCount>> histograms = {
      {{.size = 1, .classes = 1}, {.size = 1'000'000, .classes = 1}},
      {{.size = 1, .classes = 1'000'000}, {.size = 2, .classes = 1}},
      {{.size = 1, .classes = 1}, {.size = 2, .classes = 1'000'000}},
      {{.size = 1, .classes = 3}, {.size = 2, .classes = 2}, {.size = 90'000'000, .classes = 1}},
      {{.size = 1, .classes = 1}},
      {{.size = 1, .classes = 1}, {.size = 2, .classes = 1}},
  };
  for (const auto& sizes : histograms) {
    for (const uint64_t population :
         {uint64_t{3}, uint64_t{1'000'003}, uint64_t{100'000'000}, uint64_t{8'000'000'000}}) {
      for (const auto estimator : {kDankar, kPitman, kZayatz, kSnb}) {
        const auto share = EstimatePopulationUniqueness(sizes, population, estimator);
        if (!share) continue;
        EXPECT_GE(*share, 0);
        EXPECT_LE(*share, 1);
      }
    }
  }
}

TEST(PopulationUniquenessModelTest, LimitsTheEstimate) {
  std::vector<uint64_t> sizes = LoadAdult({}).table.rows;
  std::sort(sizes.begin(), sizes.end());
  const TableView adult{.class_sizes = sizes, .rows = 30'162, .total_rows = 30'162};
  const auto make = [](const char* limit, uint64_t population) {
    return *MakePopulationUniqueness(Dec(limit), population, kDankar);
  };
  EXPECT_TRUE(make("0.039", kReferencePopulation)->Holds(adult));
  EXPECT_FALSE(make("0.038", kReferencePopulation)->Holds(adult));
  EXPECT_FALSE(make("1", 30'161)->Holds(adult));
  EXPECT_TRUE(make("0", kReferencePopulation)->Holds({}));
  const std::vector<uint64_t> unique(50, 1);
  EXPECT_FALSE(make("1", 5000)->Holds({.class_sizes = unique, .rows = 50, .total_rows = 50}));
  const std::vector<uint64_t> pairs(50, 2);
  EXPECT_TRUE(make("0", 5000)->Holds({.class_sizes = pairs, .rows = 100, .total_rows = 100}));
}

TEST(PopulationUniquenessModelTest, RefusesWrongParameters) {
  EXPECT_THAT(MakePopulationUniqueness(Dec("-0.1"), 10, kDankar),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("population uniqueness")));
  EXPECT_THAT(MakePopulationUniqueness(Dec("1.1"), 10, kDankar),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(MakePopulationUniqueness(Dec("0.1"), 0, kDankar),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("population must")));
  EXPECT_THAT(MakePopulationUniqueness(Dec("0.1"), 1, static_cast<v1::UniquenessEstimator>(99)),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("estimator")));
  EXPECT_THAT(MakePopulationUniqueness(Dec("0"), 1, v1::UNIQUENESS_ESTIMATOR_UNSPECIFIED), IsOk());
}

}  // namespace
}  // namespace weir::anon::test
