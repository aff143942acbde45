// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/accountant.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/dp/golden_vectors.h"
#include "tests/support/status_matchers.h"

namespace weir::dp {
namespace {

using test::GoldenRows;
using test::IsOk;
using test::Number;
using test::StatusIs;
using ::testing::HasSubstr;

constexpr uint128 kRhoUnits = uint128{1'000'000'000'000} * 1'000'000'000'000;

Epsilon Eps(const std::string& text) { return Epsilon::Parse(text).value(); }
Delta Del(const std::string& text) { return Delta::Parse(text).value(); }

NoiseEvent Laplace(uint128 numerator, uint128 denominator, uint128 l1) {
  return {NoiseKind::kDiscreteLaplace, {numerator, denominator}, l1};
}
NoiseEvent Gaussian(uint128 variance, uint128 squared_l2) {
  return {NoiseKind::kDiscreteGaussian, {variance, 1}, squared_l2};
}
PrivacyCost Cost(std::vector<NoiseEvent> events, const std::string& epsilon,
                 const std::string& delta) {
  return PrivacyCost::Create(std::move(events), Eps(epsilon), Del(delta)).value();
}

TEST(EventsTest, PureEpsilonAddsExactly) {
  const std::vector<NoiseEvent> events = {Laplace(10, 1, 1), Laplace(10, 1, 1), Laplace(5, 1, 1)};
  WEIR_ASSERT_OK_AND_ASSIGN(const auto epsilon, EventsPureEpsilon(events));
  EXPECT_EQ(epsilon, Eps("0.4"));
}

TEST(EventsTest, AgreesWithBasicCompositionOfTheVectors) {
  for (const auto& row : GoldenRows("pure_composition")) {
    const auto per_release = Eps(row[0]);
    const auto count = static_cast<size_t>(Number(row[1]));
    const NoiseEvent event{NoiseKind::kDiscreteLaplace, LaplaceScale(per_release, 1).value(), 1};
    WEIR_ASSERT_OK_AND_ASSIGN(const auto epsilon,
                              EventsPureEpsilon(std::vector<NoiseEvent>(count, event)));
    EXPECT_EQ(epsilon->value(), Number(row[3])) << row[0];
  }
}

TEST(EventsTest, AGaussianIsNotPure) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto epsilon, EventsPureEpsilon({{Gaussian(10, 1)}}));
  EXPECT_EQ(epsilon, std::nullopt);
}

TEST(EventsTest, RhoAddsOverBothKinds) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ExactRho rho,
                            EventsRho({{Laplace(2, 1, 1), Gaussian(8, 1), Gaussian(2, 4)}}));
  EXPECT_TRUE(rho.units == kRhoUnits / 8 + kRhoUnits / 16 + kRhoUnits);
}

TEST(EventsTest, RefusesBadEvents) {
  EXPECT_THAT(EventsRho({{Laplace(0, 1, 1)}}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(EventsRho({{Laplace(1, 1, 0)}}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(EventsRho({{Gaussian(0, 1)}}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(EventsRho({{NoiseEvent{static_cast<NoiseKind>(5), {1, 1}, 1}}}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("kind")));
}

TEST(CheckCostTest, PureClaimsHoldToTheLastUnit) {
  EXPECT_THAT(CheckCost(Cost({Laplace(1, 1, 1)}, "1", "")), IsOk());
  EXPECT_THAT(CheckCost(Cost({Laplace(1, 1, 1)}, "1.5", "")), IsOk());
  EXPECT_THAT(CheckCost(Cost({Laplace(1, 1, 1)}, "0.999999999999", "")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("0.999999999999")));
  EXPECT_THAT(CheckCost(Cost({Laplace(2, 1, 1), Laplace(2, 1, 1)}, "1", "")), IsOk());
  EXPECT_THAT(CheckCost(Cost({Laplace(2, 1, 1), Laplace(2, 1, 2)}, "1", "")),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST(CheckCostTest, GaussiansHoldByZcdp) {
  const ExactRho rho = LargestRho(Eps("1"), Del("1e-6"));
  const Rational variance = GaussianVariance(ExactRho{rho.units / 2}, 9).value();
  const NoiseEvent half{NoiseKind::kDiscreteGaussian, variance, 9};
  EXPECT_EQ(ProofOf(Cost({half, half}, "1", "1e-6")).value(), CostProof::kZcdp);
  // Beyond zCDP by a little: the dominating normal law still proves it.
  const NoiseEvent more{NoiseKind::kDiscreteGaussian, variance, 10};
  EXPECT_EQ(ProofOf(Cost({half, more}, "1", "1e-6")).value(), CostProof::kDominated);
  EXPECT_EQ(ProofOf(Cost({half, half}, "0.95", "1e-6")).value(), CostProof::kDominated);
  EXPECT_EQ(ProofOf(Cost({half, half}, "1", "7e-7")).value(), CostProof::kDominated);
  // By more: nothing does.
  EXPECT_THAT(CheckCost(Cost({half, half, half}, "1", "1e-6")),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(CheckCost(Cost({half, half}, "0.9", "1e-6")), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(CheckCost(Cost({half, half}, "1", "2e-7")), StatusIs(StatusCode::kInvalidArgument));
}

TEST(CheckCostTest, ManySmallLaplacesHoldByZcdpToo) {
  const std::vector<NoiseEvent> many(400, Laplace(50, 1, 1));  // 8 by addition, rho 0.08
  EXPECT_THAT(CheckCost(Cost(many, "2", "1e-6")), IsOk());
  EXPECT_THAT(CheckCost(Cost(many, "2", "")), StatusIs(StatusCode::kInvalidArgument));
}

TEST(CheckCostTest, MixedEventsHoldByAddingTheTwoParts) {
  const Rational variance = GaussianVariance(LargestRho(Eps("0.5"), Del("1e-9")), 4).value();
  const NoiseEvent gaussian{NoiseKind::kDiscreteGaussian, variance, 4};
  const std::vector<NoiseEvent> events = {Laplace(1, 2, 1), gaussian};
  EXPECT_EQ(ProofOf(Cost(events, "2.5", "1e-9")).value(), CostProof::kAddition);
  EXPECT_EQ(ProofOf(Cost(events, "2.499", "1e-9")).value(), CostProof::kDominated);
  EXPECT_THAT(CheckCost(Cost(events, "2.4", "1e-9")), StatusIs(StatusCode::kInvalidArgument));
}

TEST(CheckCostTest, TheExactDeltaCountsForOneUnitShiftOnly) {
  const Rational variance = SingleGaussianVariance(Eps("1"), Del("1e-6"), 1).value();
  const NoiseEvent unit{NoiseKind::kDiscreteGaussian, variance, 1};
  const NoiseEvent two{
      NoiseKind::kDiscreteGaussian, {variance.numerator * 2, variance.denominator}, 2};
  EXPECT_EQ(ProofOf(Cost({unit}, "1", "1e-6")).value(), CostProof::kExactDelta);
  EXPECT_THAT(CheckCost(Cost({unit}, "0.99", "1e-6")), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_FALSE(CheckCost(Cost({two}, "1", "1e-6")).ok());
  EXPECT_THAT(CheckCost(Cost({unit, Gaussian(1'000'000'000, 1)}, "1", "1e-6")),
              StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace weir::dp
