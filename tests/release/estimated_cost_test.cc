// SPDX-License-Identifier: Apache-2.0
// What a sum with an estimated bound is charged holds for every bound that may be found.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/release/release_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/accountant.h"
#include "weir/dp/dominating_gaussian.h"
#include "weir/dp/event_proto.h"
#include "weir/dp/rational.h"
#include "weir/dp/renyi_price.h"
#include "weir/release/internal/estimated_channel.h"
#include "weir/release/plan.h"

namespace weir::release {
namespace {

using test::IsOk;
using test::PlanYaml;

StatusOr<ReleasePlan> PlanEstimated(const std::string& noise) {
  return PlanYaml(test::Describe(test::kCrashesDataset, "/nowhere").value(),
                  "dataset: d.yaml\nkeys: [weekday]\n"
                  "measures: [sum: {column: fatalities, estimate: 0.2}]\n"
                  "bounds: {max_keys_per_unit: 3, max_rows_per_key: 1}\n"
                  "privacy: {epsilon: 1, delta: 1e-6, noise: " +
                      noise + "}\n");
}

const Channel& EstimatedChannel(const ReleasePlan& plan) {
  return plan.channels[plan.measures[0].channels.front()];
}

NoiseEvent EventAt(const ReleasePlan& plan, size_t candidate) {
  return internal::Rescaled(*EstimatedChannel(plan).noise, plan.channels[candidate].sensitivity)
      .value();
}

dp::ExactDivergence PriceOf(const NoiseEvent& event, dp::RenyiOrder order) {
  return dp::EventsDivergence({&event, 1}, {}, order).value();
}

constexpr dp::RenyiOrder kOrders[] = {{.numerator = 3, .denominator = 2}, {4, 1}, {30, 1}};

TEST(EstimatedCostTest, IsThatOfTheNarrowestBound) {
  for (const char* noise : {"discrete_laplace", "discrete_gaussian"}) {
    const StatusOr<ReleasePlan> plan = PlanEstimated(noise);
    ASSERT_THAT(plan, IsOk());
    const std::vector<size_t>& candidates = EstimatedChannel(*plan).estimate->candidates;
    ASSERT_EQ(candidates.size(), 5u) << "1, 2, 4, 8, 10";
    ASSERT_EQ(plan->cost.events().size(), 1u);
    EXPECT_EQ(plan->cost.events()[0], *EstimatedChannel(*plan).estimate->charged);
    const NoiseEvent narrowest = EventAt(*plan, candidates.front());
    EXPECT_EQ(plan->cost.events()[0].sensitivity, narrowest.sensitivity);
    EXPECT_LE(dp::ToDouble(plan->cost.events()[0].parameter), dp::ToDouble(narrowest.parameter));
    EXPECT_EQ(dp::EventFromProto(plan->resolved.measures(0).events(0)).value(),
              plan->cost.events()[0])
        << "the plan says what is charged";
    EXPECT_THAT(dp::CheckCost(plan->cost), IsOk());
  }
}

TEST(EstimatedCostTest, NoBoundCostsMoreThanIsCharged) {
  for (const char* noise : {"discrete_laplace", "discrete_gaussian"}) {
    const StatusOr<ReleasePlan> plan = PlanEstimated(noise);
    ASSERT_THAT(plan, IsOk());
    for (const size_t candidate : EstimatedChannel(*plan).estimate->candidates) {
      const NoiseEvent event = EventAt(*plan, candidate);
      for (const dp::RenyiOrder order : kOrders) {
        EXPECT_TRUE(PriceOf(event, order) <= PriceOf(plan->cost.events()[0], order)) << noise;
      }
      // With every bound the release keeps what it claims.
      const StatusOr<PrivacyCost> cost = PrivacyCost::Create(
          {event}, plan->cost.epsilon(), plan->cost.delta(), plan->cost.approximate());
      ASSERT_THAT(cost, IsOk());
      EXPECT_THAT(dp::CheckCost(*cost), IsOk()) << noise;
    }
  }
}

// Twin: charged for the widest bound, the noise of a narrower one would cost more than it says.
TEST(EstimatedCostTest, TheWidestBoundWouldBeTooCheap) {
  const StatusOr<ReleasePlan> laplace = PlanEstimated("discrete_laplace");
  ASSERT_THAT(laplace, IsOk());
  const std::vector<size_t>& candidates = EstimatedChannel(*laplace).estimate->candidates;
  EXPECT_TRUE(PriceOf(EventAt(*laplace, candidates.back()), {4, 1}) <
              PriceOf(EventAt(*laplace, candidates.front()), {4, 1}));
  const StatusOr<ReleasePlan> gaussian = PlanEstimated("discrete_gaussian");
  ASSERT_THAT(gaussian, IsOk());
  const NoiseEvent widest = EventAt(*gaussian, candidates.back());
  const NoiseEvent narrowest = EventAt(*gaussian, candidates.front());
  EXPECT_LT(dp::DominatedDelta({&widest, 1}, {}, gaussian->cost.epsilon()),
            dp::DominatedDelta({&narrowest, 1}, {}, gaussian->cost.epsilon()));
}

}  // namespace
}  // namespace weir::release
