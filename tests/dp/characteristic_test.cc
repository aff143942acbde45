// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/characteristic.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/dp/mass_table.h"

namespace weir::dp::internal {
namespace {

using test::Gaussian;
using test::Laplace;
using test::MassTable;

// By the definition, independent of the library.
double ExactValue(const std::vector<WeightedNoise>& noises, double frequency) {
  double product = 1;
  for (const WeightedNoise& noise : noises) {
    const MassTable table(noise.law);
    double value = 0;
    for (int x = -table.reach; x <= table.reach; ++x) {
      value += table.at(x) * std::cos(frequency * noise.weight * x);
    }
    product *= std::pow(value, noise.count);
  }
  return product;
}

struct CharacteristicCase {
  const char* name;
  std::vector<WeightedNoise> noises;
};
class CharacteristicTest : public ::testing::TestWithParam<CharacteristicCase> {};

TEST_P(CharacteristicTest, IsTheProductAndSkipsOnlyWhatIsNegligible) {
  constexpr size_t kLast = 700;
  constexpr double kFrequency = 0.013;
  const NoiseFactors noises(GetParam().noises);
  size_t degree = 1;
  const auto expect_negligible = [&](size_t end) {
    for (; degree < end; ++degree) {
      const double exact = ExactValue(GetParam().noises, kFrequency * static_cast<double>(degree));
      EXPECT_LE(std::abs(exact), 1.01 * CharacteristicBlocks::kNegligible) << degree;
    }
  };
  for (CharacteristicBlocks blocks(noises, kFrequency, kLast); blocks.Next();) {
    expect_negligible(blocks.first());
    for (const double value : blocks.values()) {
      const double exact = ExactValue(GetParam().noises, kFrequency * static_cast<double>(degree));
      EXPECT_NEAR(value, exact, 1e-11) << degree;
      ++degree;
    }
  }
  expect_negligible(kLast + 1);
}

INSTANTIATE_TEST_SUITE_P(
    Laws, CharacteristicTest,
    ::testing::Values(
        CharacteristicCase{"laplace", {{Laplace(4), 1.0, 1}}},
        CharacteristicCase{"laplaces", {{Laplace(3), 1.0, 7}, {Laplace(3), -0.06, 105}}},
        CharacteristicCase{"laplaces_of_few", {{Laplace(1, 3), 0.9, 2}, {Laplace(5), 2.2, 1}}},
        CharacteristicCase{"narrow_laplaces", {{Laplace(1, 8), 0.9, 40}, {Laplace(1, 8), 0.1, 1}}},
        CharacteristicCase{"gaussian", {{Gaussian(30), 0.7, 1}}},
        CharacteristicCase{"gaussians", {{Gaussian(12), 0.7, 6}, {Gaussian(12), 0.1, 42}}},
        CharacteristicCase{"three_images", {{Gaussian(3, 2), 1.0, 3}, {Gaussian(8), -2.1, 1}}},
        CharacteristicCase{"narrow_gaussians", {{Gaussian(9, 10), 1.0, 5}, {Gaussian(1, 8), 3, 9}}},
        CharacteristicCase{"mostly_zero", {{Gaussian(1, 20), 1.0, 300}, {Gaussian(1, 20), 2, 1}}},
        CharacteristicCase{"kinds_mixed", {{Laplace(2), 1.0, 2}, {Gaussian(1, 2), -3.0, 2}}}),
    [](const auto& test_case) { return std::string(test_case.param.name); });

size_t BlocksOf(const std::vector<WeightedNoise>& noises, double frequency, size_t last) {
  const NoiseFactors factors(noises);
  CharacteristicBlocks blocks(factors, frequency, last);
  size_t count = 0;
  while (blocks.Next()) ++count;
  return count;
}

TEST(CharacteristicBlocksTest, ManyNoisesLeaveFewBlocks) {
  const std::vector<WeightedNoise> many = {{Laplace(4), 0.5, 7}, {Laplace(4), 0.03, 105}};
  // A period of 0.03 x is 5,000 degrees, and it holds in a part of 0.01 of it.
  EXPECT_LE(BlocksOf(many, 0.04, 1600), 6U);
  // Noise that is nearly always zero has something everywhere.
  const std::vector<WeightedNoise> narrow = {{Laplace(1, 20), 0.5, 7}};
  EXPECT_EQ(BlocksOf(narrow, 0.04, 1600), 100U);
}

TEST(NoiseFactorsTest, EqualWeightsAreOnePower) {
  const std::vector<WeightedNoise> noises = {
      {Laplace(3), 0.5, 2}, {Laplace(2), 0.5, 4}, {Laplace(3), -0.5, 3}, {Laplace(3), 0.0, 9}};
  const NoiseFactors factors(noises);
  ASSERT_EQ(factors.factors.size(), 2U);
  EXPECT_EQ(factors.factors[0].count, 5U);
  EXPECT_EQ(factors.factors[1].count, 4U);
}

class LogMomentTest : public ::testing::TestWithParam<NoiseLaw> {};

// An upper bound, and that of the normal law at most; of wide Gaussians exactly that.
TEST_P(LogMomentTest, IsNeverTooSmallAndHardlyTooLarge) {
  const NoiseForm form(GetParam());
  const MassTable table(GetParam());
  for (const double steps : {0.01, 0.3, 1.0, 2.0, 4.0}) {
    const double slope = std::min(steps / form.deviation, form.largest_slope / 3);
    double moment = 0;
    for (int x = -table.reach; x <= table.reach; ++x) {
      moment += table.at(x) * std::cosh(slope * x);
    }
    EXPECT_GE(LogMomentOf(form, slope), std::log(moment) - 1e-10) << steps;
    EXPECT_LE(LogMomentOf(form, slope), 1.001 * std::log(moment) + 1e-9) << steps;
  }
}

INSTANTIATE_TEST_SUITE_P(Laws, LogMomentTest,
                         ::testing::Values(Laplace(1, 20), Laplace(1, 2), Laplace(30),
                                           Gaussian(1, 4), Gaussian(9, 10), Gaussian(2),
                                           Gaussian(400)));

TEST(NoiseFormTest, KnowsHowOftenNoiseIsNotZero) {
  for (const NoiseLaw& law : {Laplace(1, 8), Laplace(2), Gaussian(1, 8), Gaussian(9, 10)}) {
    EXPECT_NEAR(NoiseForm(law).not_zero, 1 - MassTable(law).at(0), 1e-9);
    EXPECT_GE(NoiseForm(law).not_zero, 1 - MassTable(law).at(0) - 1e-12);
  }
}

}  // namespace
}  // namespace weir::dp::internal
