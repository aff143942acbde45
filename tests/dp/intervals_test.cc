// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/intervals.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/dp/golden_vectors.h"
#include "tests/support/status_matchers.h"

namespace weir::dp {
namespace {

using test::GoldenRows;
using test::Number;
using test::StatusIs;

constexpr uint128 kOne = 1;

NoiseLaw Laplace(uint128 numerator, uint128 denominator = 1) {
  return {NoiseKind::kDiscreteLaplace, {numerator, denominator}};
}
NoiseLaw Gaussian(uint128 numerator, uint128 denominator = 1) {
  return {NoiseKind::kDiscreteGaussian, {numerator, denominator}};
}
NoiseLaw LaplaceFrom(const std::string& scale) {
  return scale == "0.5" ? Laplace(1, 2) : Laplace(static_cast<uint128>(Number(scale)));
}
NoiseLaw GaussianFrom(const std::string& variance) {
  return variance == "0.25" ? Gaussian(1, 4) : Gaussian(static_cast<uint128>(Number(variance)));
}

// P[0] = 1 - P[|x| > 0] and P[x] = (P[|x| > x-1] - P[|x| > x]) / 2.
double MassAt(const NoiseLaw& law, int x) {
  if (x == 0) return 1 - TwoSidedTail(law, 0).value();
  return (TwoSidedTail(law, x - 1).value() - TwoSidedTail(law, x).value()) / 2;
}

TEST(NoiseLawTest, LaplaceAgreesWithTheVectors) {
  for (const auto& row : GoldenRows("discrete_laplace")) {
    const NoiseLaw law = LaplaceFrom(row[0]);
    EXPECT_NEAR(MassAt(law, 0), Number(row[1]), 1e-10) << row[0];
    EXPECT_NEAR(MassAt(law, 1), Number(row[2]), 1e-10) << row[0];
    EXPECT_NEAR(std::pow(*StandardError(law), 2) / Number(row[3]), 1, 1e-13) << row[0];
  }
}

TEST(NoiseLawTest, GaussianAgreesWithTheVectors) {
  for (const auto& row : GoldenRows("discrete_gaussian")) {
    const NoiseLaw law = GaussianFrom(row[0]);
    EXPECT_NEAR(MassAt(law, 0), Number(row[1]), 1e-10) << row[0];
    EXPECT_NEAR(MassAt(law, 1), Number(row[2]), 1e-10) << row[0];
    EXPECT_NEAR(MassAt(law, 3), Number(row[3]), 1e-10) << row[0];
    EXPECT_NEAR(std::pow(*StandardError(law), 2) / Number(row[4]), 1, 1e-13) << row[0];
    const auto three_sigma = static_cast<int128>(std::floor(3 * std::sqrt(Number(row[0]))));
    const double tail = TwoSidedTail(law, three_sigma).value() / 2;
    EXPECT_GE(tail, Number(row[5]) * (1 - 1e-11)) << "a tail must not be rounded down";
    EXPECT_LE(tail, Number(row[5]) * (1 + 1e-9)) << row[0];
  }
}

struct WidthCase {
  const char* name;
  NoiseLaw law;
};
class HalfWidthTest : public ::testing::TestWithParam<WidthCase> {};

// The failing twin of coverage: one less would not cover.
TEST_P(HalfWidthTest, CoversAndOneLessDoesNot) {
  const NoiseLaw law = GetParam().law;
  WEIR_ASSERT_OK_AND_ASSIGN(const int128 width, HalfWidth(law));
  EXPECT_LE(*TwoSidedTail(law, width), 1 - kCoverage);
  if (width > 0) {
    EXPECT_GT(*TwoSidedTail(law, width - 1), 1 - kCoverage);
  }
}
INSTANTIATE_TEST_SUITE_P(Laws, HalfWidthTest,
                         ::testing::Values(WidthCase{"laplace_tiny", Laplace(1, 1'000'000)},
                                           WidthCase{"laplace_one", Laplace(1)},
                                           WidthCase{"laplace_rational", Laplace(10, 3)},
                                           WidthCase{"laplace_thousand", Laplace(1000)},
                                           WidthCase{"laplace_wide", Laplace(kOne << 40)},
                                           WidthCase{"gaussian_tiny", Gaussian(1, 1000)},
                                           WidthCase{"gaussian_one", Gaussian(1)},
                                           WidthCase{"gaussian_rational",
                                                     Gaussian(18'735'123, 1 << 20)},
                                           WidthCase{"gaussian_summed", Gaussian(4096 * 4096)},
                                           WidthCase{"gaussian_integral", Gaussian(4097 * 4097)},
                                           WidthCase{"gaussian_wide", Gaussian(kOne << 80)}),
                         [](const auto& test_case) { return test_case.param.name; });

// Worked out by hand: P[|x| <= 3] = 1 - 2 q^4/(1 + q) with q = 1/e is 0.9732, P[|x| <= 2] = 0.9272.
TEST(HalfWidthTest, LaplaceOfScaleOneIsThree) { EXPECT_TRUE(*HalfWidth(Laplace(1)) == 3); }

// 1.959964 sigma, as every statistics book has it.
TEST(HalfWidthTest, WideGaussianIsTheNormalQuantile) {
  EXPECT_NEAR(static_cast<double>(*HalfWidth(Gaussian(kOne << 80))) / 0x1p40, 1.959963984540, 1e-9);
}

TEST(HalfWidthTest, SummedAndIntegralGaussiansMeet) {
  const auto below = static_cast<double>(*HalfWidth(Gaussian(4096 * 4096)));
  const auto above = static_cast<double>(*HalfWidth(Gaussian(4096 * 4096 + 1)));
  EXPECT_LE(std::abs(above - below), 1);
}

TEST(HalfWidthTest, TheWidestLawsStayFinite) {
  EXPECT_TRUE(*HalfWidth(Laplace((kOne << 110) - 1)) < int128{1} << 112);
  EXPECT_TRUE(*HalfWidth(Gaussian((kOne << 120) - 1)) < int128{1} << 62);
}

TEST(HalfWidthTest, RefusesWhatNoSamplerTakes) {
  EXPECT_THAT(HalfWidth(Laplace(0)), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(HalfWidth(Gaussian(2, 4)), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(StandardError({static_cast<NoiseKind>(9), {1, 1}}),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(TwoSidedTail(Laplace(1), -1), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(SumHalfWidth({}), StatusIs(StatusCode::kInvalidArgument));
  const std::vector<NoiseLaw> one_bad = {Laplace(1), Laplace(0)};
  EXPECT_THAT(SumHalfWidth(one_bad), StatusIs(StatusCode::kInvalidArgument));
}

// --- sums ---

// P[|X + Y| <= w] by the double sum, independently of the transform.
double CoverageOfTwo(const NoiseLaw& a, const NoiseLaw& b, int w, int reach) {
  double covered = 0;
  for (int x = -reach; x <= reach; ++x) {
    for (int y = -w - x; y <= w - x; ++y)
      covered += MassAt(a, std::abs(x)) * MassAt(b, std::abs(y));
  }
  return covered;
}

TEST(SumHalfWidthTest, OfTwoIsTheSmallestThatCovers) {
  const NoiseLaw a = Laplace(3, 2);
  const NoiseLaw b = Gaussian(5);
  const std::vector<NoiseLaw> laws = {a, b};
  const int width = static_cast<int>(*SumHalfWidth(laws));
  EXPECT_GE(CoverageOfTwo(a, b, width, 60), kCoverage);
  EXPECT_LT(CoverageOfTwo(a, b, width - 1, 60), kCoverage);
}

TEST(SumHalfWidthTest, OfOneIsItsOwn) {
  const std::vector<NoiseLaw> one = {Laplace(7)};
  EXPECT_TRUE(*SumHalfWidth(one) == *HalfWidth(Laplace(7)));
}

TEST(SumHalfWidthTest, DoesNotDependOnTheOrder) {
  const std::vector<NoiseLaw> laws = {Laplace(3), Gaussian(5), Laplace(3), Laplace(10, 3)};
  const std::vector<NoiseLaw> reversed(laws.rbegin(), laws.rend());
  EXPECT_TRUE(*SumHalfWidth(laws) == *SumHalfWidth(reversed));
}

// Sums of independent Gaussians are nearly the Gaussian of the summed variance, which gives an
// independent figure at every scale and for coarse grids.
TEST(SumHalfWidthTest, OfGaussiansIsAtMostOnePercentTooWide) {
  for (const int bits : {4, 10, 24, 40, 70, 116}) {
    for (const size_t count : {2U, 6U, 13U, 64U}) {
      const std::vector<NoiseLaw> laws(count, Gaussian(kOne << bits));
      const double exact = 1.959963984540 * std::sqrt(static_cast<double>(count) * std::exp2(bits));
      const auto width = static_cast<double>(*SumHalfWidth(laws));
      EXPECT_GE(width, exact - 1) << bits << " " << count;
      EXPECT_LE(width, exact * 1.0105 + 1) << bits << " " << count;
    }
  }
}

// A scaled-up sum of Laplace noises is the scaled-up interval of the exact small one.
TEST(SumHalfWidthTest, CoarseGridsAgreeWithTheExactConvolution) {
  const std::vector<NoiseLaw> exact(6, Laplace(200));
  const std::vector<NoiseLaw> coarse(6, Laplace(kOne << 100));
  const double per_scale = static_cast<double>(*SumHalfWidth(exact)) / 200;
  const double coarse_per_scale = static_cast<double>(*SumHalfWidth(coarse)) / 0x1p100;
  EXPECT_GE(coarse_per_scale, per_scale * 0.995);
  EXPECT_LE(coarse_per_scale, per_scale * 1.012);
}

TEST(SumHalfWidthTest, MixesVeryDifferentScales) {
  const std::vector<NoiseLaw> laws = {Laplace(kOne << 90), Laplace(1), Gaussian(9), Gaussian(1, 8)};
  const auto alone = static_cast<double>(*HalfWidth(Laplace(kOne << 90)));
  EXPECT_GE(static_cast<double>(*SumHalfWidth(laws)), alone * (1 - 1e-12));
  EXPECT_LE(static_cast<double>(*SumHalfWidth(laws)), alone * 1.04);
}

TEST(SumHalfWidthTest, ManyNoisesStillCover) {
  const std::vector<NoiseLaw> laws(65, Laplace(10));
  const std::vector<NoiseLaw> fewer(64, Laplace(10));
  const auto many = static_cast<double>(*SumHalfWidth(laws));
  EXPECT_GT(many, static_cast<double>(*SumHalfWidth(fewer)));
  EXPECT_LT(many, 1.45 * static_cast<double>(*SumHalfWidth(fewer)));
  const std::vector<NoiseLaw> nearly_none(100, Laplace(1, 1'000'000'000));
  EXPECT_TRUE(*SumHalfWidth(nearly_none) == 0);
}

TEST(SumStandardErrorTest, AddsVariances) {
  const std::vector<NoiseLaw> laws = {Gaussian(100), Gaussian(300)};
  EXPECT_NEAR(*SumStandardError(laws), 20, 1e-12);
  EXPECT_EQ(*SumStandardError({}), 0.0);
}

}  // namespace
}  // namespace weir::dp
