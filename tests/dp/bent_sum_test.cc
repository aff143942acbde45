// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/bent_sum.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/dp/mass_table.h"
#include "weir/dp/internal/law_tail.h"
#include "weir/dp/rational.h"

namespace weir::dp::internal {
namespace {

using test::Gaussian;
using test::Laplace;
using test::MassTable;

using Laws = std::array<NoiseLaw, 3>;

constexpr double kLargestSquare = 4;  // of m^2 + v in the cases here

// P[T - p(U) <= -w] by the sum over all outcomes of X2 and X3, and the tail of X1.
class ExactTails {
 public:
  explicit ExactTails(const Laws& laws) : x1_(laws[0]), x2_(laws[1]), x3_(laws[2]) {
    double sum = 0;
    for (const double mass : x1_.masses) below_.push_back(sum += mass);
  }

  double At(double mean, const BentForm& form, double w) const {
    double tail = 0;
    for (int j = -x2_.reach; j <= x2_.reach; ++j) {
      for (int k = -x3_.reach; k <= x3_.reach; ++k) {
        const double u = j - mean * k;
        const double bend = std::max(form.outwards * u, -form.inwards * u);
        const double rest = -2 * mean * j + (mean * mean - form.variance) * k - bend;
        tail += x2_.at(j) * x3_.at(k) * AtMost(-w - rest);
      }
    }
    return tail;
  }

 private:
  double AtMost(double limit) const {
    const double place = std::floor(limit + 1e-9) + x1_.reach;
    if (place < 0) return 0;
    return below_[static_cast<size_t>(std::min(place, 2.0 * x1_.reach))];
  }

  MassTable x1_;
  MassTable x2_;
  MassTable x3_;
  std::vector<double> below_;
};

double DeviationOf(const Laws& laws, double mean, double variance) {
  return std::hypot(StandardDeviation(laws[0]), 2 * mean * StandardDeviation(laws[1]),
                    (mean * mean - variance) * StandardDeviation(laws[2]));
}

struct SumCase {
  std::string name;
  Laws laws;
  BentForm form;
  // From 1.7 deviations on the bound is at most so many times the exact tail two offsets nearer.
  double excess;
};

class BentSumTest : public ::testing::TestWithParam<SumCase> {};

TEST_P(BentSumTest, TailsAreNeverTooSmallAndNotMuchTooLarge) {
  const SumCase& test = GetParam();
  const BentSum sum = BentSum::Create(test.laws, kLargestSquare).value();
  const ExactTails exact(test.laws);
  const double offsets =
      2 * 0.6 * (1 + 2 * test.form.most_mean + std::max(test.form.outwards, test.form.inwards));
  for (const double steps : {0.5, 1.0, 1.7, 2.0, 3.0}) {
    const double w = steps * DeviationOf(test.laws, test.form.least_mean, test.form.variance);
    const double bound = sum.Tail(test.form, w);
    double nearest = 0;
    for (const double mean : {test.form.least_mean, test.form.most_mean}) {
      EXPECT_GE(bound, exact.At(mean, test.form, w) - 1e-9) << steps << ' ' << mean;
      nearest = std::max(nearest, exact.At(mean, test.form, w - offsets));
    }
    if (steps < 1.5) continue;
    EXPECT_LE(bound, nearest * test.excess + 1e-7) << steps;
  }
}

std::vector<SumCase> Cases() {
  const Laws laplace = {Laplace(40), Laplace(30), Laplace(5)};
  const Laws few_counts = {Laplace(40), Laplace(30), Laplace(1, 3)};
  const Laws gaussian = {Gaussian(3600), Gaussian(1600), Gaussian(25)};
  const Laws few_gaussian = {Gaussian(3600), Gaussian(1600), Gaussian(1)};
  std::vector<SumCase> cases;
  for (const auto& [name, laws] : {std::pair{"laplace", laplace},
                                   {"laplace_few_counts", few_counts},
                                   {"equal_laplace", Laws{Laplace(17), Laplace(17), Laplace(17)}},
                                   {"gaussian", gaussian},
                                   {"gaussian_few_counts", few_gaussian}}) {
    const bool is_laplace = laws[0].kind == NoiseKind::kDiscreteLaplace;
    const double of_pieces = is_laplace ? 1.15 : 1.05;  // a range of means; |U| cut into two
    cases.push_back({std::string(name) + "_straight", laws, {0.7, 0.7, 0.2, 0, 0}, 1.02});
    cases.push_back({std::string(name) + "_middle", laws, {0, 0, 1.5, 0.3, 0.3}, 1.02});
    cases.push_back({std::string(name) + "_steep", laws, {0, 0, 0.5, 1.2, 1.5}, 1.05});
    cases.push_back({std::string(name) + "_skewed", laws, {0.5, 0.5, 0.2, 0.1, 0.5}, 1.3});
    cases.push_back(
        {std::string(name) + "_piece", laws, {0.5, 0.52, 0.2, 0.1, 0.5}, 1.3 * of_pieces});
    cases.push_back({std::string(name) + "_no_variance", laws, {1, 1, 0, 0.2, 0.8}, 1.5});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Laws, BentSumTest, ::testing::ValuesIn(Cases()),
                         [](const auto& test_case) { return test_case.param.name; });

// The twins: T alone, or the bend on one side only, is too small for the bent sum.
TEST(BentSumTwinTest, WithoutTheBendTailsAreTooSmall) {
  for (const Laws& laws : {Laws{Laplace(40), Laplace(30), Laplace(5)},
                           Laws{Gaussian(3600), Gaussian(1600), Gaussian(25)}}) {
    const BentSum sum = BentSum::Create(laws, kLargestSquare).value();
    const BentForm form = {0.2, 0.2, 0.5, 0.4, 0.4};
    const double w = 2 * DeviationOf(laws, 0.2, 0.5);
    const double exact = ExactTails(laws).At(0.2, form, w);
    EXPECT_GE(sum.Tail(form, w), exact);
    EXPECT_LT(sum.Tail({0.2, 0.2, 0.5, 0, 0}, w), exact);
    EXPECT_LT(sum.Tail({0.2, 0.2, 0.5, 0.4, 0}, w), exact);
    EXPECT_LT(sum.Tail({0.2, 0.2, 0.5, 0, 0.4}, w), exact);
  }
}

// At a whole distance the continuous laws without the offsets are too small.
TEST(BentSumTwinTest, WithoutTheOffsetsTailsAreTooSmall) {
  const Laws laws = {Laplace(15), Laplace(15), Laplace(1, 9)};
  const BentSum sum = BentSum::Create(laws, kLargestSquare).value();
  const BentForm form = {0, 0, 0, 0, 0};
  const double exact = ExactTails(laws).At(0, form, 40);
  EXPECT_GE(sum.Tail(form, 40), exact);
  EXPECT_LT(sum.Tail(form, 40.6), exact);
}

RC_GTEST_PROP(BentSumPropertyTest, TailsGrowWithRangeAndSlopesAndShrinkWithDistance, ()) {
  const auto number = [](int most) { return *rc::gen::inRange(0, most) / 100.0; };
  const bool is_laplace = *rc::gen::arbitrary<bool>();
  const Laws laws = is_laplace ? Laws{Laplace(400), Laplace(300), Laplace(20)}
                               : Laws{Gaussian(90'000), Gaussian(40'000), Gaussian(900)};
  const BentSum sum = BentSum::Create(laws, kLargestSquare).value();
  BentForm form = {number(100), 0, number(100), number(100), number(100)};
  form.most_mean = form.least_mean + number(30);
  const double w = (1 + number(300)) * DeviationOf(laws, form.least_mean, form.variance);
  const double tail = sum.Tail(form, w);
  RC_ASSERT(tail >= 0 && tail <= 1);
  RC_ASSERT(sum.Tail(form, 1.1 * w) <= tail + 2e-9);
  BentForm wider = form;
  wider.most_mean += 0.1;
  RC_ASSERT(sum.Tail(wider, w) >= tail - 2e-9);
  BentForm steeper = form;
  steeper.outwards += 0.1;
  steeper.inwards += 0.1;
  // Gaussian tails are cut into pieces, which cost up to some percent.
  RC_ASSERT(sum.Tail(steeper, w) >= 0.97 * tail - 2e-9);
}

// P[Y >= m - 1/2 + 0.1] <= P[X >= m] <= P[Y >= m - 1/2 - 0.1] up to nine sigma: the Gaussian's
// offset of 0.6.
TEST(BentSumOffsetTest, GaussianTailsLieWithinAShiftOfTheNormalOnes) {
  for (const double sigma : {8.0, 9.5, 20.0, 300.0}) {
    const NoiseLaw law = Gaussian(static_cast<uint128>(4 * sigma * sigma), 4);
    const auto normal = [sigma](double y) {
      return std::erfc(y / (sigma * std::numbers::sqrt2)) / 2;
    };
    for (double m = 1; m <= 9 * sigma; ++m) {
      const double tail = OneSidedTail(law, m);
      EXPECT_LE(tail, normal(m - 0.6) * (1 + 1e-10)) << sigma << ' ' << m;
      EXPECT_GE(tail, normal(m - 0.4) * (1 - 1e-10)) << sigma << ' ' << m;
    }
  }
}

TEST(BentSumOffsetTest, TailsOfTheCountAreThoseOfItsLaw) {
  for (const NoiseLaw& law : {Laplace(1, 3), Laplace(12), Gaussian(4), Gaussian(400)}) {
    const bool is_laplace = law.kind == NoiseKind::kDiscreteLaplace;
    const Laws laws = is_laplace ? Laws{Laplace(100), Laplace(100), law}
                                 : Laws{Gaussian(10'000), Gaussian(10'000), law};
    const BentSum sum = BentSum::Create(laws, kLargestSquare).value();
    for (double k = 2; k <= 6 * StandardDeviation(law) + 1; ++k) {
      const double exact = OneSidedTail(law, k);
      EXPECT_GE(sum.CountTail(k), exact * (1 - 1e-10)) << k;
      EXPECT_LE(sum.CountTail(k), OneSidedTail(law, k - 1) * (1 + 1e-10)) << k;
    }
    EXPECT_GE(sum.CountTail(1e6), 0);
    EXPECT_LE(sum.CountTail(1e6), 1e-14);
  }
}

TEST(BentSumCreateTest, TakesOneKindOnlyAndNoNoiseOfFewSteps) {
  const NoiseLaw wide = Gaussian(10'000);
  EXPECT_TRUE(BentSum::Create({wide, wide, Gaussian(1)}, kLargestSquare).has_value());
  EXPECT_FALSE(BentSum::Create({wide, wide, Gaussian(1, 4)}, kLargestSquare).has_value());
  EXPECT_FALSE(BentSum::Create({wide, wide, Gaussian(1)}, 400).has_value());
  EXPECT_FALSE(BentSum::Create({wide, Gaussian(60), wide}, kLargestSquare).has_value());
  EXPECT_FALSE(BentSum::Create({wide, wide, Laplace(9)}, kLargestSquare).has_value());
  EXPECT_TRUE(BentSum::Create({Laplace(90), Laplace(90), Laplace(1, 9)}, 4).has_value());
  EXPECT_FALSE(BentSum::Create({Laplace(90), Laplace(3), Laplace(90)}, 4).has_value());
}

}  // namespace
}  // namespace weir::dp::internal
