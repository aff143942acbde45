// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/analytic_gaussian.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "tests/dp/golden_vectors.h"
#include "tests/support/status_matchers.h"

namespace weir::dp {
namespace {

using test::GoldenRows;
using test::Number;
using test::StatusIs;

Epsilon Eps(const std::string& text) { return Epsilon::Parse(text).value(); }
Delta Del(const std::string& text) { return Delta::Parse(text).value(); }

TEST(AnalyticGaussianTest, AgreesWithTheOptimumAndNeverFallsShort) {
  for (const auto& row : GoldenRows("analytic_gaussian_sigma")) {
    WEIR_ASSERT_OK_AND_ASSIGN(const double sigma,
                              AnalyticGaussianSigma(Eps(row[0]), Del(row[1]), 1));
    const double optimum = Number(row[2]);
    EXPECT_GE(sigma, optimum) << row[0] << " " << row[1];
    EXPECT_LE(sigma, optimum * (1 + 1e-12)) << row[0] << " " << row[1];
  }
}

TEST(AnalyticGaussianTest, NeedsNoMoreThanThePeerThatStopsEarly) {
  for (const auto& row : GoldenRows("google_cpp_sigma")) {
    const Delta delta = Delta::Create(Number(row[1])).value();
    WEIR_ASSERT_OK_AND_ASSIGN(
        const double sigma,
        AnalyticGaussianSigma(Epsilon::Create(Number(row[0])).value(), delta, 1));
    EXPECT_LT(sigma, Number(row[2]));
    EXPECT_GT(sigma, Number(row[2]) * (1 - 1e-3));
  }
}

TEST(AnalyticGaussianTest, GrowsWithTheSensitivityOnly) {
  const double one = AnalyticGaussianSigma(Eps("1"), Del("1e-6"), 1).value();
  EXPECT_NEAR(AnalyticGaussianSigma(Eps("1"), Del("1e-6"), 1e6).value(), 1e6 * one, 1e-6);
  EXPECT_NEAR(AnalyticGaussianSigma(Eps("1"), Del("1e-6"), 0.5).value(), 0.5 * one, 1e-12);
}

// As epsilon goes to 0 the optimum is the sigma whose total variation is delta:
// 2 Phi(1/(2 sigma)) - 1 = delta, about 1/(sigma sqrt(2 pi)).
TEST(AnalyticGaussianTest, KeepsItsDigitsAtTinyBudgets) {
  WEIR_ASSERT_OK_AND_ASSIGN(const double sigma,
                            AnalyticGaussianSigma(Eps("0.000000000001"), Del("1e-3"), 1));
  EXPECT_NEAR(sigma, 398.9422638, 1e-6 * 398.9);
  WEIR_ASSERT_OK_AND_ASSIGN(const double wide,
                            AnalyticGaussianSigma(Eps("0.000000000001"), Del("1e-18"), 1));
  EXPECT_TRUE(std::isfinite(wide));
  EXPECT_GT(wide, 1e11);
}

TEST(AnalyticGaussianTest, StaysOrderedAtLargeBudgets) {
  WEIR_ASSERT_OK_AND_ASSIGN(const double at_100, AnalyticGaussianSigma(Eps("100"), Del("1e-6"), 1));
  WEIR_ASSERT_OK_AND_ASSIGN(const double at_million,
                            AnalyticGaussianSigma(Eps("1000000"), Del("1e-6"), 1));
  EXPECT_LT(at_million, at_100);
  EXPECT_NEAR(at_million, std::sqrt(0.5 / 1e6), 1e-5);
  WEIR_ASSERT_OK_AND_ASSIGN(const double nearly_one,
                            AnalyticGaussianSigma(Eps("1"), Del("0.999999999"), 1));
  EXPECT_GT(nearly_one, 0.05);
  EXPECT_LT(nearly_one, 0.2);
}

TEST(AnalyticGaussianTest, RefusesWhatHasNoSigma) {
  EXPECT_THAT(AnalyticGaussianSigma(Eps("1"), Delta::Zero(), 1),
              StatusIs(StatusCode::kInvalidArgument));
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::infinity(),
                           std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THAT(AnalyticGaussianSigma(Eps("1"), Del("1e-6"), bad),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace weir::dp
