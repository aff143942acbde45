// SPDX-License-Identifier: Apache-2.0
// What the samplers accept and refuse; their laws are tested in tests/statistical/dp.
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/discrete_gaussian.h"
#include "weir/dp/discrete_laplace.h"
#include "weir/dp/noise_sampler.h"

namespace weir::dp {
namespace {

using test::SeededRandom;
using test::StatusIs;
using ::testing::HasSubstr;

constexpr uint128 kOne = 1;

struct ParameterCase {
  const char* name;
  Rational parameter;
  bool is_valid;
};

class LaplaceParameterTest : public ::testing::TestWithParam<ParameterCase> {};
TEST_P(LaplaceParameterTest, Boundary) {
  const auto sampler = DiscreteLaplace::Create(GetParam().parameter);
  EXPECT_EQ(sampler.ok(), GetParam().is_valid) << sampler.status();
}
INSTANTIATE_TEST_SUITE_P(
    Boundaries, LaplaceParameterTest,
    ::testing::Values(ParameterCase{"zero", {0, 1}, false},
                      ParameterCase{"over_zero", {1, 0}, false},
                      ParameterCase{"not_reduced", {2, 4}, false},
                      ParameterCase{"one", {1, 1}, true},
                      ParameterCase{"smallest", {1, ~uint64_t{0}}, true},
                      ParameterCase{"denominator_too_large", {1, kOne << 64}, false},
                      ParameterCase{"largest", {(kOne << 110) - 1, 1}, true},
                      ParameterCase{"numerator_too_large", {kOne << 110, 1}, false},
                      ParameterCase{"both_largest", {(kOne << 110) - 1, (kOne << 64) - 1}, false},
                      ParameterCase{"widest_sensitivity", {kOne << 102, 3}, true}),
    [](const auto& test_case) { return test_case.param.name; });

class GaussianParameterTest : public ::testing::TestWithParam<ParameterCase> {};
TEST_P(GaussianParameterTest, Boundary) {
  const auto sampler = DiscreteGaussian::Create(GetParam().parameter);
  EXPECT_EQ(sampler.ok(), GetParam().is_valid) << sampler.status();
}
INSTANTIATE_TEST_SUITE_P(
    Boundaries, GaussianParameterTest,
    ::testing::Values(ParameterCase{"zero", {0, 1}, false},
                      ParameterCase{"over_zero", {1, 0}, false},
                      ParameterCase{"not_reduced", {2, 4}, false},
                      ParameterCase{"one", {1, 1}, true},
                      ParameterCase{"smallest", {1, (kOne << 32) - 1}, true},
                      ParameterCase{"denominator_too_large", {1, kOne << 32}, false},
                      ParameterCase{"largest", {(kOne << 120) - 1, 1}, true},
                      ParameterCase{"numerator_too_large", {kOne << 120, 1}, false}),
    [](const auto& test_case) { return test_case.param.name; });

TEST(NoiseSamplerTest, RefusesAnUnknownKind) {
  EXPECT_THAT(NoiseSampler::Create({static_cast<NoiseKind>(7), {1, 1}, 1}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("kind")));
}

TEST(NoiseSamplerTest, DrawsFromTheLawOfTheEvent) {
  for (const NoiseKind kind : {NoiseKind::kDiscreteLaplace, NoiseKind::kDiscreteGaussian}) {
    WEIR_ASSERT_OK_AND_ASSIGN(const NoiseSampler sampler, NoiseSampler::Create({kind, {9, 2}, 1}));
    SeededRandom by_kind(7);
    SeededRandom by_sampler(7);
    const std::vector<int128> direct =
        kind == NoiseKind::kDiscreteLaplace
            ? DiscreteLaplace::Create({9, 2})->SampleMany(50, by_kind)
            : DiscreteGaussian::Create({9, 2})->SampleMany(50, by_kind);
    EXPECT_TRUE(sampler.SampleMany(50, by_sampler) == direct);
  }
}

TEST(SamplersTest, OneByOneAndInBlocksAreTheSameSequence) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto laplace, DiscreteLaplace::Create({10, 3}));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto gaussian, DiscreteGaussian::Create({10, 3}));
  SeededRandom single(1);
  SeededRandom blocks(1);
  for (const int128 sample : laplace.SampleMany(1000, blocks)) {
    ASSERT_TRUE(laplace.Sample(single) == sample);
  }
  SeededRandom gaussian_single(2);
  SeededRandom gaussian_blocks(2);
  for (const int128 sample : gaussian.SampleMany(1000, gaussian_blocks)) {
    ASSERT_TRUE(gaussian.Sample(gaussian_single) == sample);
  }
}

TEST(SamplersTest, WidestScalesStayBelowTheStatedMagnitude) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto laplace, DiscreteLaplace::Create({(kOne << 110) - 1, 1}));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto gaussian, DiscreteGaussian::Create({(kOne << 120) - 1, 1}));
  SeededRandom random(3);
  int128 widest = 0;
  for (const int128 sample : laplace.SampleMany(10'000, random)) {
    widest = std::max(widest, sample < 0 ? -sample : sample);
  }
  EXPECT_TRUE(widest < int128{1} << 115);
  EXPECT_TRUE(widest > int128{1} << 111);
  widest = 0;
  for (const int128 sample : gaussian.SampleMany(10'000, random)) {
    widest = std::max(widest, sample < 0 ? -sample : sample);
  }
  EXPECT_TRUE(widest < int128{1} << 63);
  EXPECT_TRUE(widest > int128{1} << 61);
}

TEST(SamplersTest, TinyScalesGiveNoNoise) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto laplace, DiscreteLaplace::Create({1, 1'000'000'000'000}));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto gaussian, DiscreteGaussian::Create({1, 4'000'000'000}));
  SeededRandom random(4);
  EXPECT_TRUE(laplace.SampleMany(100, random) == std::vector<int128>(100));
  EXPECT_TRUE(gaussian.SampleMany(100, random) == std::vector<int128>(100));
}

}  // namespace
}  // namespace weir::dp
