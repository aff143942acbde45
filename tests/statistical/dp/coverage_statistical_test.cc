// SPDX-License-Identifier: Apache-2.0
// Intervals cover at least 95 % of drawn noise, and narrower ones are caught.
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "tests/statistical/dp/goodness_of_fit.h"
#include "tests/support/seeded_random.h"
#include "weir/dp/intervals.h"
#include "weir/dp/noise_sampler.h"

namespace weir::dp {
namespace {

using test::BinomialLowerTail;
using test::CoversAtLeast;
using test::SeededRandom;

constexpr uint64_t kSamples = 200'000;
constexpr uint128 kOne = 1;

uint64_t Hits(const std::vector<NoiseLaw>& laws, int128 width) {
  SeededRandom random(11);
  std::vector<int128> sums(kSamples);
  for (const NoiseLaw& law : laws) {
    const auto noise =
        NoiseSampler::Create({law.kind, law.parameter, 1})->SampleMany(kSamples, random);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += noise[i];
  }
  uint64_t hits = 0;
  for (const int128 sum : sums) hits += sum <= width && -sum <= width ? 1 : 0;
  return hits;
}

TEST(GoodnessOfFitTest, BinomialTailIsExact) {
  EXPECT_NEAR(BinomialLowerTail(0, 10, 0.5), 1.0 / 1024, 1e-15);
  EXPECT_NEAR(BinomialLowerTail(5, 10, 0.5), 638.0 / 1024, 1e-12);
}

struct SumCase {
  const char* name;
  std::vector<NoiseLaw> laws;
};
class CoverageTest : public ::testing::TestWithParam<SumCase> {};

TEST_P(CoverageTest, HoldsTheTruthOftenEnough) {
  const int128 width = *SumHalfWidth(GetParam().laws);
  EXPECT_TRUE(CoversAtLeast(kCoverage, Hits(GetParam().laws, width), kSamples));
}
TEST_P(CoverageTest, FivePercentNarrowerIsRejected) {
  const int128 width = *SumHalfWidth(GetParam().laws);
  const int128 narrower = width - (width + 19) / 20;
  EXPECT_FALSE(CoversAtLeast(kCoverage, Hits(GetParam().laws, narrower), kSamples));
}

NoiseLaw Laplace(uint128 numerator, uint128 denominator = 1) {
  return {NoiseKind::kDiscreteLaplace, {numerator, denominator}};
}
NoiseLaw Gaussian(uint128 numerator, uint128 denominator = 1) {
  return {NoiseKind::kDiscreteGaussian, {numerator, denominator}};
}

INSTANTIATE_TEST_SUITE_P(
    Noises, CoverageTest,
    ::testing::Values(
        SumCase{"laplace_small", {Laplace(2)}}, SumCase{"laplace", {Laplace(1000, 3)}},
        SumCase{"laplace_huge", {Laplace(kOne << 100)}}, SumCase{"gaussian_small", {Gaussian(4)}},
        SumCase{"gaussian", {Gaussian(10'000)}}, SumCase{"gaussian_huge", {Gaussian(kOne << 100)}},
        SumCase{"six_regions_narrow", std::vector<NoiseLaw>(6, Laplace(3))},
        SumCase{"six_regions", std::vector<NoiseLaw>(6, Laplace(90))},
        SumCase{"six_regions_huge", std::vector<NoiseLaw>(6, Laplace(kOne << 90))},
        SumCase{"mixed",
                {Laplace(50), Gaussian(400), Laplace(10, 3), Gaussian(90'000), Laplace(1, 5)}}),
    [](const auto& test_case) { return test_case.param.name; });

}  // namespace
}  // namespace weir::dp
