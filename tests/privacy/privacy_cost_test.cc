// SPDX-License-Identifier: Apache-2.0
#include "weir/privacy/privacy_cost.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace weir {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;

constexpr NoiseEvent kLaplace{.kind = NoiseKind::kDiscreteLaplace,
                              .parameter = {.numerator = 3, .denominator = 2},
                              .sensitivity = 1};
constexpr NoiseEvent kGaussian{.kind = NoiseKind::kDiscreteGaussian,
                               .parameter = {.numerator = 400, .denominator = 1},
                               .sensitivity = 4};

// Stored in ledgers and manifests.
static_assert(static_cast<int>(NoiseKind::kDiscreteLaplace) == 1);
static_assert(static_cast<int>(NoiseKind::kDiscreteGaussian) == 2);

StatusOr<PrivacyCost> Create(std::vector<NoiseEvent> events, Delta delta) {
  return PrivacyCost::Create(std::move(events), *Epsilon::Parse("1"), delta);
}

TEST(PrivacyCostTest, KeepsEventsInOrder) {
  WEIR_ASSERT_OK_AND_ASSIGN(const Delta delta, Delta::Parse("1e-6"));
  WEIR_ASSERT_OK_AND_ASSIGN(const PrivacyCost cost, Create({kLaplace, kGaussian}, delta));
  EXPECT_THAT(cost.events(), ::testing::ElementsAre(kLaplace, kGaussian));
  EXPECT_EQ(cost.epsilon().ToString(), "1");
  EXPECT_EQ(cost.delta(), delta);
}

TEST(PrivacyCostTest, RefusesACostWithoutEvents) {
  EXPECT_THAT(Create({}, Delta::Zero()),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("at least one noise event")));
}

TEST(PrivacyCostTest, RefusesGaussianNoiseWithoutDelta) {
  EXPECT_THAT(Create({kLaplace}, Delta::Zero()), test::IsOk());
  EXPECT_THAT(Create({kLaplace, kGaussian}, Delta::Zero()),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("delta must be positive")));
  EXPECT_THAT(Create({kGaussian}, *Delta::FromUnits(1)), test::IsOk());
}

TEST(PrivacyCostTest, RefusesZeroParametersAnywhere) {
  NoiseEvent no_scale = kLaplace;
  no_scale.parameter.numerator = 0;
  NoiseEvent no_denominator = kLaplace;
  no_denominator.parameter.denominator = 0;
  NoiseEvent no_sensitivity = kLaplace;
  no_sensitivity.sensitivity = 0;
  NoiseEvent no_kind = kLaplace;
  no_kind.kind = static_cast<NoiseKind>(0);
  for (const NoiseEvent& event : {no_scale, no_denominator, no_sensitivity, no_kind}) {
    EXPECT_THAT(Create({event}, Delta::Zero()), StatusIs(StatusCode::kInvalidArgument));
    EXPECT_THAT(Create({kLaplace, event}, Delta::Zero()), StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST(PrivacyCostTest, TakesTheLargestParameters) {
  const NoiseEvent huge{.kind = NoiseKind::kDiscreteLaplace,
                        .parameter = {.numerator = ~uint128{0}, .denominator = 1},
                        .sensitivity = ~uint128{0}};
  EXPECT_THAT(Create({huge}, Delta::Zero()), test::IsOk());
}

TEST(PrivacyCostTest, EqualityLooksAtEverything) {
  const PrivacyCost cost = *Create({kLaplace}, Delta::Zero());
  EXPECT_EQ(cost, *Create({kLaplace}, Delta::Zero()));
  EXPECT_NE(cost, *Create({kLaplace, kLaplace}, Delta::Zero()));
  EXPECT_NE(cost, *Create({kLaplace}, *Delta::FromUnits(1)));
  EXPECT_NE(cost, *PrivacyCost::Create({kLaplace}, *Epsilon::Parse("2"), Delta::Zero()));
}

}  // namespace
}  // namespace weir
