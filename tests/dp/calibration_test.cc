// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/calibration.h"

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/dp/golden_vectors.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

using test::GoldenRows;
using test::Number;
using test::StatusIs;
using ::testing::HasSubstr;

constexpr uint128 kOne = 1;
constexpr uint128 kRhoUnits = uint128{1'000'000'000'000} * 1'000'000'000'000;  // of rho 1

Epsilon Eps(const std::string& text) { return Epsilon::Parse(text).value(); }
Delta Del(const std::string& text) { return Delta::Parse(text).value(); }
ExactRho RhoOf(double value) { return {static_cast<uint128>(value * 1e24)}; }
double ValueOf(ExactRho rho) { return static_cast<double>(rho.units) * 1e-24; }

int64_t TotalUnits(const std::vector<Epsilon>& shares) {
  return std::accumulate(shares.begin(), shares.end(), int64_t{0},
                         [](int64_t sum, Epsilon share) { return sum + share.units(); });
}

// --- splitting ---

TEST(SplitEpsilonTest, ThirdsAddToTheWholeExactly) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto shares, SplitEpsilonEvenly(Eps("1"), 3));
  ASSERT_EQ(shares.size(), 3U);
  EXPECT_EQ(shares[0].units(), 333'333'333'334);
  EXPECT_EQ(shares[2].units(), 333'333'333'333);
  EXPECT_EQ(TotalUnits(shares), Eps("1").units());
}

TEST(SplitEpsilonTest, AnySplitIsExactAndProportional) {
  EXPECT_TRUE(rc::check([] {
    const auto units = *rc::gen::inRange<int64_t>(10'000'000, 1'000'000'000'000'000'000);
    const auto weights = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<uint32_t>>(rc::gen::inRange<uint32_t>(1, 1000)));
    RC_PRE(weights.size() < 1000U);
    const auto shares = SplitEpsilon(Epsilon::FromUnits(units).value(), weights).value();
    RC_ASSERT(TotalUnits(shares) == units);
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (size_t i = 0; i < weights.size(); ++i) {
      const double fair = static_cast<double>(units) * weights[i] / sum;
      RC_ASSERT(std::abs(static_cast<double>(shares[i].units()) - fair) <= 1 + 1e-15 * fair);
    }
  }));
}

TEST(SplitEpsilonTest, RefusesWhatCannotBeSplit) {
  const std::vector<uint32_t> none;
  const std::vector<uint32_t> with_zero = {1, 0};
  const std::vector<uint32_t> too_much = {0xffffffff, 1};
  EXPECT_THAT(SplitEpsilon(Eps("1"), none), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(SplitEpsilon(Eps("1"), with_zero), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(SplitEpsilon(Eps("1"), too_much), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(SplitEpsilonEvenly(Eps("1"), 0), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(SplitEpsilonEvenly(Eps("0.000000000002"), 3),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("epsilon")));
}

// --- Laplace ---

TEST(LaplaceScaleTest, IsExact) {
  WEIR_ASSERT_OK_AND_ASSIGN(const Rational third, LaplaceScale(Eps("0.3"), 1));
  EXPECT_TRUE(third == (Rational{10, 3}));
  WEIR_ASSERT_OK_AND_ASSIGN(const Rational whole, LaplaceScale(Eps("0.5"), 4));
  EXPECT_TRUE(whole == (Rational{8, 1}));
}

TEST(LaplaceScaleTest, TakesTheWidestSensitivityAtTheSmallestEpsilon) {
  WEIR_ASSERT_OK_AND_ASSIGN(const Rational scale, LaplaceScale(Eps("0.000000000001"), kOne << 62));
  EXPECT_TRUE(scale == (Rational{(kOne << 62) * 1'000'000'000'000, 1}));
}

TEST(LaplaceScaleTest, RefusesZeroAndTooWide) {
  EXPECT_THAT(LaplaceScale(Eps("1"), 0), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(LaplaceScale(Eps("0.000000000001"), kOne << 80),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("large")));
  EXPECT_THAT(LaplaceScale(Eps("1"), ~uint128{0}), StatusIs(StatusCode::kInvalidArgument));
}

TEST(LaplaceEpsilonTest, InvertsTheScaleExactly) {
  EXPECT_TRUE(rc::check([] {
    const auto units = *rc::gen::inRange<int64_t>(1, 1'000'000'000'000'000'000);
    const auto l1 = *rc::gen::inRange<uint64_t>(1, uint64_t{1} << 62);
    const Epsilon epsilon = Epsilon::FromUnits(units).value();
    const Rational scale = LaplaceScale(epsilon, l1).value();
    RC_ASSERT(LaplaceEpsilon(scale, l1).value() == epsilon);
  }));
}

TEST(LaplaceEpsilonTest, RoundsUp) {
  EXPECT_EQ(LaplaceEpsilon({3, 1}, 1)->units(), 333'333'333'334);
  EXPECT_EQ(LaplaceEpsilon({(kOne << 110) - 1, 1}, 1)->units(), 1);
}

TEST(LaplaceEpsilonTest, RefusesScalesBeyondAnyEpsilon) {
  EXPECT_THAT(LaplaceEpsilon({1, ~uint64_t{0}}, ~uint128{0}),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(LaplaceEpsilon({1, 1'000'001}, 1), StatusIs(StatusCode::kInvalidArgument));
}

// --- rho ---

TEST(ExactRhoTest, PureEpsilonIsHalfTheSquareRoundedUp) {
  EXPECT_TRUE(PureEpsilonRho(Eps("1")).units == kRhoUnits / 2);
  EXPECT_TRUE(PureEpsilonRho(Eps("0.000000000001")).units == 1);
  EXPECT_TRUE(PureEpsilonRho(Eps("0.000000000003")).units == 5);
}

TEST(ExactRhoTest, SaturatesInsteadOfWrapping) {
  const ExactRho limit{ExactRho::kLimit};
  EXPECT_TRUE(limit.AddUp(limit) == limit);
  EXPECT_TRUE(GaussianRho({1, (kOne << 32) - 1}, ~uint128{0}) == limit);
}

TEST(ExactRhoTest, AsADoubleNeverFallsShort) {
  EXPECT_EQ(RoundUp({0})->value(), 0.0);
  EXPECT_GE(RoundUp({kRhoUnits})->value(), 1.0);
  EXPECT_LE(RoundUp({kRhoUnits})->value(), 1.0 + 1e-14);
}

TEST(GaussianVarianceTest, IsExactWhereItCanBe) {
  EXPECT_TRUE(*GaussianVariance({kRhoUnits / 2}, 1) == (Rational{1, 1}));
  EXPECT_TRUE(*GaussianVariance({kRhoUnits / 8}, 3) == (Rational{12, 1}));
  EXPECT_TRUE(*GaussianVariance({kRhoUnits * 2}, 1) == (Rational{1, 4}));
}

// The variance never costs more than rho, and wastes less than 2^-22 of it.
TEST(GaussianVarianceTest, RoundsUpAndOnlyALittle) {
  EXPECT_TRUE(rc::check([] {
    const int shift = *rc::gen::inRange(0, 60);
    const uint128 rho = (kOne << 62) + *rc::gen::inRange<uint64_t>(0, uint64_t{1} << 62);
    const uint128 squared_l2 = *rc::gen::inRange<uint64_t>(1, uint64_t{1} << 40);
    const ExactRho wanted{rho >> (shift / 4)};
    const Rational variance = GaussianVariance(wanted, squared_l2 << (shift / 2)).value();
    const ExactRho spent = GaussianRho(variance, squared_l2 << (shift / 2));
    RC_ASSERT(spent <= wanted);
    RC_ASSERT(ValueOf(spent) >= ValueOf(wanted) * (1 - 0x1p-22));
  }));
}

TEST(GaussianVarianceTest, RefusesZeroAndTooWide) {
  EXPECT_THAT(GaussianVariance({0}, 1), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(GaussianVariance({1}, 0), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(GaussianVariance({1}, kOne << 100),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("large")));
}

// --- zCDP and (epsilon, delta) ---

TEST(RhoToEpsilonTest, AgreesWithTheTightConversionAndNeverFallsShort) {
  for (const auto& row : GoldenRows("zcdp_conversion")) {
    const double expected = Number(row[3]);
    WEIR_ASSERT_OK_AND_ASSIGN(const Epsilon epsilon,
                              RhoToEpsilon(RhoOf(Number(row[0])), Del(row[1])));
    // The vectors have 13 digits after the point.
    EXPECT_GE(epsilon.value(), expected - 1e-13) << row[0];
    EXPECT_LE(epsilon.value(), expected * (1 + 1e-9)) << row[0];
    EXPECT_LT(epsilon.value(), Number(row[2])) << "not better than the loose conversion";
    EXPECT_GT(epsilon.value(), Number(row[4])) << "better than the truth";
  }
}

TEST(LargestRhoTest, AgreesWithTheTightConversionAndNeverExceedsIt) {
  for (const auto& row : GoldenRows("zcdp_conversion")) {
    const Epsilon epsilon = Epsilon::Create(Number(row[3])).value();
    const double rho = ValueOf(LargestRho(epsilon, Del(row[1])));
    EXPECT_LE(rho, Number(row[0]) * (1 + 1e-11)) << row[0];  // the vector's own rounding
    EXPECT_GE(rho, Number(row[0]) * (1 - 1e-9)) << row[0];
  }
}

TEST(LargestRhoTest, GoingThereAndBackNeverGains) {
  EXPECT_TRUE(rc::check([] {
    const auto units = *rc::gen::inRange<int64_t>(1'000'000, 100'000'000'000'000);
    const auto delta_units = *rc::gen::inRange<int64_t>(1, 999'999'999'999'999'999);
    const Epsilon epsilon = Epsilon::FromUnits(units).value();
    const Delta delta = Delta::FromUnits(delta_units).value();
    const ExactRho rho = LargestRho(epsilon, delta);
    RC_PRE(rho.units > 0U);
    const double back = RhoToEpsilon(rho, delta).value().value();
    RC_ASSERT(back <= epsilon.value() * (1 + 1e-9) + 2e-12);
    const ExactRho more{rho.units + rho.units / 1'000'000 + 1'000'000};
    RC_ASSERT(RhoToEpsilon(more, delta).value() > epsilon);
  }));
}

TEST(LargestRhoTest, IsZeroWithoutDelta) {
  EXPECT_TRUE(LargestRho(Eps("1"), Delta::Zero()).units == 0);
  EXPECT_THAT(RhoToEpsilon({kRhoUnits}, Delta::Zero()), StatusIs(StatusCode::kInvalidArgument));
}

TEST(LargestRhoTest, ExtremesStayFiniteAndOrdered) {
  const ExactRho tiny = LargestRho(Eps("0.000000000001"), Del("1e-18"));
  const ExactRho small = LargestRho(Eps("0.001"), Del("1e-18"));
  const ExactRho usual = LargestRho(Eps("1"), Del("1e-6"));
  const ExactRho large = LargestRho(Eps("1000000"), Del("0.999999999999999999"));
  EXPECT_LT(tiny, small);
  EXPECT_LT(small, usual);
  EXPECT_LT(usual, large);
  EXPECT_LT(large, ExactRho{ExactRho::kLimit});
  EXPECT_THAT(RhoToEpsilon({ExactRho::kLimit}, Del("1e-6")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("rho")));
}

// --- the discrete Gaussian's own delta ---

TEST(UnitShiftGaussianDeltaTest, AgreesWithTheExactSumAndNeverFallsShort) {
  for (const auto& row : GoldenRows("discrete_gaussian_delta")) {
    const double expected = Number(row[2]);
    const double delta =
        UnitShiftGaussianDelta({static_cast<uint128>(Number(row[0])), 1}, Eps(row[1]));
    EXPECT_GE(delta, expected * (1 - 1e-15)) << row[0];
    EXPECT_LE(delta, expected * (1 + 1e-10)) << row[0];
  }
}

TEST(UnitShiftGaussianDeltaTest, GivesUpOnTheSafeSide) {
  EXPECT_EQ(UnitShiftGaussianDelta({(kOne << 24) + 1, 1}, Eps("1")), 1.0);
  EXPECT_EQ(UnitShiftGaussianDelta({1, 1}, Eps("41")), 1.0);
  EXPECT_GT(UnitShiftGaussianDelta({1000, 1}, Eps("40")), 0.0);
}

TEST(SingleGaussianVarianceTest, TakesTheExactDeltaForAUnitShiftAndTheNormalLawForOthers) {
  const Epsilon epsilon = Eps("1");
  const Delta delta = Del("1e-6");
  WEIR_ASSERT_OK_AND_ASSIGN(const Rational unit, SingleGaussianVariance(epsilon, delta, 1));
  WEIR_ASSERT_OK_AND_ASSIGN(const Rational four, SingleGaussianVariance(epsilon, delta, 4));
  const double by_zcdp = ToDouble(*GaussianVariance(LargestRho(epsilon, delta), 1));
  // The optimum for the continuous Gaussian is sigma 4.22468 (Balle, Wang 2018).
  EXPECT_NEAR(std::sqrt(ToDouble(unit)), 4.2247, 0.01);
  EXPECT_LT(ToDouble(unit), 0.95 * by_zcdp);
  EXPECT_LT(ToDouble(four), 0.9 * 4 * by_zcdp);
  EXPECT_GT(ToDouble(four), 4 * 4.22468 * 4.22468) << "below what continuous noise needs";
  EXPECT_LT(ToDouble(four), 1.02 * 4 * 4.22468 * 4.22468);
  EXPECT_LE(UnitShiftGaussianDelta(unit, epsilon), 1e-6);
  const Rational one_step_less{unit.numerator - 1, unit.denominator};
  EXPECT_GT(UnitShiftGaussianDelta(one_step_less, epsilon), 1e-6 * (1 - 3e-6));
}

TEST(SingleGaussianVarianceTest, RefusesPureBudgets) {
  EXPECT_THAT(SingleGaussianVariance(Eps("1"), Delta::Zero(), 1),
              StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace weir::dp
