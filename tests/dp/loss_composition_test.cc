// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/loss_composition.h"

#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace weir::dp {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;

std::vector<LossEvent> MixedEvents() {
  std::vector<LossEvent> events;
  for (int i = 0; i < 60; ++i) {
    const double size = 20 + 0.5 * i;
    switch (i % 4) {
      case 0:
        events.push_back({LossKind::kGaussian, size});
        break;
      case 1:
        events.push_back({LossKind::kLaplace, size, 0, 2});
        break;
      case 2:
        events.push_back({LossKind::kDiscreteGaussian, size, 0, 1, 2});
        break;
      default:
        events.push_back({LossKind::kApproximate, 1 / size, 1e-10});
    }
  }
  return events;
}

LossComposition Empty() { return *LossComposition::Create({}); }

// After every event it says what Compose says of all so far, but for the coarser grid.
TEST(LossCompositionTest, AgreesWithComposeAfterEveryEvent) {
  LossComposition composition = Empty();
  std::vector<LossEvent> events;
  for (const LossEvent& event : MixedEvents()) {
    events.push_back(event);
    WEIR_ASSERT_OK(composition.Add(event));
    const PrivacyLoss whole = *PrivacyLoss::Compose(events);
    for (const double delta : {1e-3, 1e-6}) {
      const double epsilon = whole.Epsilon(delta);
      EXPECT_GE(composition.Epsilon(delta), epsilon * (1 - 2e-5)) << events.size();
      EXPECT_LE(composition.Epsilon(delta), epsilon * (1 + 2e-4)) << events.size();
    }
    EXPECT_NEAR(composition.Delta(0.5), whole.Delta(0.5), 1e-3 * whole.Delta(0.5) + 1e-12);
  }
}

// The twin: one event left out is seen.
TEST(LossCompositionTest, AnEventLeftOutIsSeen) {
  LossComposition composition = Empty();
  const std::vector<LossEvent> events = MixedEvents();
  for (size_t i = 1; i < events.size(); ++i) WEIR_ASSERT_OK(composition.Add(events[i]));
  const double epsilon = PrivacyLoss::Compose(events)->Epsilon(1e-6);
  EXPECT_LT(composition.Epsilon(1e-6), epsilon * (1 - 2e-5));
}

TEST(LossCompositionTest, TakesBothDirectionsOfSubsampling) {
  const std::vector<LossEvent> events = {{LossKind::kGaussian, 10, 0, 4},
                                         {LossKind::kSubsampledGaussian, 1, 0.01, 500},
                                         {LossKind::kLaplace, 30, 0, 20},
                                         {LossKind::kSubsampledGaussian, 2, 0.02, 500}};
  LossComposition composition = Empty();
  for (const LossEvent& event : events) WEIR_ASSERT_OK(composition.Add(event));
  const double epsilon = PrivacyLoss::Compose(events)->Epsilon(1e-6);
  EXPECT_GE(composition.Epsilon(1e-6), epsilon * (1 - 1e-4));
  EXPECT_LE(composition.Epsilon(1e-6), epsilon * (1 + 5e-3));
}

TEST(LossCompositionTest, SmallDeltasAreComposedAnew) {
  LossComposition composition = Empty();
  const std::vector<LossEvent> events = {{LossKind::kLaplace, 20, 0, 1000},
                                         {LossKind::kGaussian, 20, 0, 100}};
  for (const LossEvent& event : events) WEIR_ASSERT_OK(composition.Add(event));
  const double epsilon = PrivacyLoss::Compose(events)->Epsilon(1e-14);
  EXPECT_NEAR(composition.Epsilon(1e-14), epsilon, 1e-9 * epsilon);
}

TEST(LossCompositionTest, WithoutEventsNothingIsLost) {
  LossComposition composition = Empty();
  EXPECT_EQ(composition.Epsilon(1e-6), 0);
  EXPECT_EQ(composition.Delta(0), 0);
}

TEST(LossCompositionTest, RefusesAndStaysAsItWas) {
  LossComposition composition = Empty();
  WEIR_ASSERT_OK(composition.Add({LossKind::kPure, 0.5}));
  const double before = composition.Epsilon(1e-6);
  EXPECT_THAT(composition.Add({LossKind::kGaussian, -1}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("sigma")));
  EXPECT_EQ(composition.Epsilon(1e-6), before);
  for (const size_t points : {size_t{0}, size_t{512}, size_t{3000}, size_t{1} << 21}) {
    EXPECT_THAT(LossComposition::Create({.points = points}).status(),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("points")));
  }
}

}  // namespace
}  // namespace weir::dp
