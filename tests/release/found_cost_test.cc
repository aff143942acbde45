// SPDX-License-Identifier: Apache-2.0
// What a release with bounds that are found is charged is enough for every outcome of its searches,
// in every account that is kept: all outcomes of small questions are tried.
#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/release/release_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/accountant.h"
#include "weir/dp/calibration.h"
#include "weir/dp/dominating_gaussian.h"
#include "weir/dp/event_proto.h"
#include "weir/dp/intervals.h"
#include "weir/dp/renyi_price.h"
#include "weir/release/internal/charged_noise.h"
#include "weir/release/plan.h"

namespace weir::release {
namespace {

using test::IsOk;
using ::testing::UnorderedElementsAreArray;

constexpr char kVisits[] = R"(dataset: visits
theme: transportation
source: {csv: {path: visits.csv}}
privacy_unit: [person]
columns:
  person: {type: int}
  place: {type: text}
  kind: {type: text, domain: {values: [a, b, c, d]}}
  amount: {type: int, bounds: [-5, 300]}
  fare: {type: decimal, bounds: [0, 3], grid: 0.5}
budget: {epsilon: 10, delta: 1e-5}
)";

constexpr char kLaplace[] = "{epsilon: 1, noise: discrete_laplace}";
constexpr char kGaussian[] = "{epsilon: 1, delta: 1e-6, noise: discrete_gaussian}";
constexpr char kLargeEpsilon[] = "{epsilon: 12, delta: 1e-6, noise: discrete_gaussian}";
constexpr char kGiven[] = "bounds: {max_keys_per_unit: 3, max_rows_per_key: 2}\n";
constexpr char kFound[] =
    "bounds: {estimate: {share: 0.1, max_keys_per_unit: 3, max_rows_per_key: 4}}\n";

struct CostCase {
  const char* name;
  const char* question;
  const char* bounds;
  const char* privacy;
  size_t outcomes;
};
void PrintTo(const CostCase& cost_case, std::ostream* out) { *out << cost_case.name; }

constexpr char kSum[] = "keys: [kind]\nmeasures: [sum: {column: amount, estimate: 0.2}]\n";
constexpr char kMoments[] =
    "keys: [kind]\nmeasures: [mean: {column: amount, estimate: 0.2}, "
    "variance: {column: amount, estimate: 0.2}, rows]\n";
constexpr char kQuantiles[] =
    "keys: [kind]\nmeasures: [quantiles: {column: amount, at: [0.5], estimate: 0.2}]\n";
constexpr char kRatio[] =
    "keys: [kind]\nmeasures: [ratio: {numerator: amount, denominator: fare, estimate: 0.2}]\n";
constexpr char kCounts[] =
    "keys: [kind]\nmeasures: [rows, units, sum: {column: fare, estimate: 0.2}]\n";
constexpr char kSelected[] = "keys: [place]\nselection: {}\nmeasures: [units]\n";
constexpr char kSplit[] = "keys: [place]\nselection: {}\nmeasures: [sum: fare]\n";
constexpr char kTop[] = "keys: [kind]\ntop: {keys: 2, by: rows}\nmeasures: [rows]\n";

// Every way of combining one end of each search.
std::vector<std::vector<int64_t>> OutcomesOf(const ReleasePlan& plan) {
  std::vector<std::vector<int64_t>> outcomes = {{}};
  for (const BoundSearch& search : plan.search->searches) {
    std::vector<std::vector<int64_t>> longer;
    for (const std::vector<int64_t>& outcome : outcomes) {
      for (const int64_t end : search.histogram.ends) {
        longer.push_back(outcome);
        longer.back().push_back(end);
      }
    }
    outcomes = std::move(longer);
  }
  return outcomes;
}

std::vector<NoiseEvent> EventsOf(const ReleasePlan& plan, bool charged) {
  std::vector<NoiseEvent> events;
  for (const Channel& channel : plan.channels) {
    if (!channel.noise.has_value()) continue;
    events.push_back(charged ? internal::ChargedEvent(channel) : channel.noise->event);
  }
  return events;
}

// What the filter adds up: exact figures of one event.
struct Prices {
  int64_t epsilon_units = 0;  // Laplace
  dp::ExactRho rho = {};
  std::vector<dp::ExactDivergence> divergences = {};
};
constexpr std::array<dp::RenyiOrder, 4> kOrders = {
    {{.numerator = 9, .denominator = 8}, {3, 2}, {4, 1}, {300, 1}}};

Prices PricesOf(const NoiseEvent& event) {
  Prices prices{.rho = dp::EventsRho({&event, 1}).value()};
  if (event.kind == NoiseKind::kDiscreteLaplace) {
    prices.epsilon_units = dp::LaplaceEpsilon(event.parameter, event.sensitivity).value().units();
  }
  for (const dp::RenyiOrder order : kOrders) {
    prices.divergences.push_back(dp::EventsDivergence({&event, 1}, {}, order).value());
  }
  return prices;
}

bool IsEnough(const NoiseEvent& charged, const NoiseEvent& event) {
  const Prices paid = PricesOf(charged);
  const Prices spent = PricesOf(event);
  bool is_enough = charged.kind == event.kind && spent.epsilon_units <= paid.epsilon_units &&
                   spent.rho <= paid.rho;
  for (size_t i = 0; i < kOrders.size(); ++i) {
    is_enough = is_enough && spent.divergences[i] <= paid.divergences[i];
  }
  return is_enough;
}

// By the dominating normal law, beside the plan's searches and selection; 1 without Gaussians.
double DeltaOf(const std::vector<NoiseEvent>& events, const ReleasePlan& plan) {
  std::vector<NoiseEvent> gaussians;
  std::vector<Epsilon> pure;
  for (const NoiseEvent& event : events) {
    if (event.kind == NoiseKind::kDiscreteGaussian) {
      gaussians.push_back(event);
    } else {
      pure.push_back(dp::LaplaceEpsilon(event.parameter, event.sensitivity).value());
    }
  }
  for (const ApproximateEvent& event : plan.cost.approximate()) {
    if (event.epsilon.has_value()) pure.push_back(*event.epsilon);
  }
  return dp::DominatedDelta(gaussians, pure, plan.cost.epsilon());
}

// A unit that is alone in each of its keys: the chance that any of them is shown.
double ChanceOfLoneKeys(const ReleasePlan& settled) {
  const SelectionPlan& selection = *settled.selection;
  const NoiseEvent& event = settled.channels[selection.channel].noise->event;
  const double one = dp::TwoSidedTail(dp::LawOf(event), selection.threshold - 2).value() / 2;
  const auto keys = static_cast<double>(settled.query.bounds.max_keys_per_unit.value());
  return -std::expm1(keys * std::log1p(-one));
}

class FoundCostTest : public ::testing::TestWithParam<CostCase> {
 protected:
  static StatusOr<ReleasePlan> MakePlan(const CostCase& asked) {
    return test::PlanYaml(test::Describe(kVisits, "/nowhere").value(),
                          std::string("dataset: visits\n") + asked.question + asked.bounds +
                              "privacy: " + asked.privacy + "\n");
  }
};
INSTANTIATE_TEST_SUITE_P(
    Questions, FoundCostTest,
    ::testing::Values(CostCase{"sum_laplace", kSum, kGiven, kLaplace, 50},
                      CostCase{"sum_gaussian", kSum, kGiven, kGaussian, 50},
                      CostCase{"sum_little_noise", kSum, kGiven, kLargeEpsilon, 50},
                      CostCase{"moments_laplace", kMoments, kGiven, kLaplace, 50},
                      CostCase{"moments_gaussian", kMoments, kGiven, kGaussian, 50},
                      CostCase{"quantiles_laplace", kQuantiles, kGiven, kLaplace, 50},
                      CostCase{"quantiles_gaussian", kQuantiles, kGiven, kGaussian, 50},
                      CostCase{"ratio_gaussian", kRatio, kGiven, kGaussian, 200},
                      CostCase{"counts_laplace", kCounts, kFound, kLaplace, 180},
                      CostCase{"counts_gaussian", kCounts, kFound, kGaussian, 180},
                      CostCase{"counts_little_noise", kCounts, kFound, kLargeEpsilon, 180},
                      CostCase{"selected_laplace", kSelected,
                               "bounds: {estimate: {share: 0.1, max_keys_per_unit: 50}}\n",
                               "{epsilon: 1, delta: 1e-6, noise: discrete_laplace}", 7},
                      CostCase{"selected_gaussian", kSelected,
                               "bounds: {estimate: {share: 0.1, max_keys_per_unit: 50}}\n",
                               kGaussian, 7},
                      CostCase{"split", kSplit, kFound, "{epsilon: 1, delta: 1e-6}", 45},
                      CostCase{"split_gaussian", kSplit, kFound, kGaussian, 45},
                      CostCase{"top", kTop, kFound, kLaplace, 45}),
    [](const auto& test_case) { return std::string(test_case.param.name); });

TEST_P(FoundCostTest, NoOutcomeCostsMoreThanIsCharged) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, MakePlan(GetParam()));
  const std::vector<std::vector<int64_t>> outcomes = OutcomesOf(plan);
  EXPECT_EQ(outcomes.size(), GetParam().outcomes);
  const std::vector<NoiseEvent> charged = EventsOf(plan, true);
  EXPECT_THAT(charged, UnorderedElementsAreArray(plan.cost.events()));
  WEIR_ASSERT_OK_AND_ASSIGN(const dp::CostProof proof, dp::ProofOf(plan.cost));
  EXPECT_NE(proof, dp::CostProof::kExactDelta) << "of one step, which is no price of more";
  const double delta = DeltaOf(charged, plan);
  for (const std::vector<int64_t>& outcome : outcomes) {
    WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan settled, Settle(plan, outcome));
    const std::vector<NoiseEvent> events = EventsOf(settled, false);
    ASSERT_EQ(events.size(), charged.size());
    for (size_t i = 0; i < events.size(); ++i) {
      EXPECT_TRUE(IsEnough(charged[i], events[i])) << ::testing::PrintToString(outcome);
    }
    EXPECT_LE(DeltaOf(events, plan), delta);
    // The release that runs keeps what is claimed for it.
    WEIR_ASSERT_OK_AND_ASSIGN(const PrivacyCost cost,
                              PrivacyCost::Create(events, plan.cost.epsilon(), plan.cost.delta(),
                                                  plan.cost.approximate()));
    EXPECT_THAT(dp::CheckCost(cost), IsOk());
    if (settled.selection.has_value() && settled.selection->by_noise) {
      EXPECT_LE(ChanceOfLoneKeys(settled), settled.selection->delta.value() * (1 + 1e-9));
    }
  }
}

TEST_P(FoundCostTest, ThePlanSaysWhatIsCharged) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, MakePlan(GetParam()));
  size_t described = 0;
  for (const v1::PlannedMeasure& measure : plan.resolved.measures()) {
    for (const auto& event : measure.events()) {
      EXPECT_THAT(plan.cost.events(), ::testing::Contains(dp::EventFromProto(event).value()));
      ++described;
    }
  }
  EXPECT_GT(described, 0u);
}

// Twin: charged for the widest bounds, some outcome would cost more than it says.
TEST_P(FoundCostTest, TheWidestBoundsWouldBeTooCheap) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, MakePlan(GetParam()));
  const std::vector<NoiseEvent> widest = EventsOf(plan, false);
  bool is_too_cheap = false;
  for (const std::vector<int64_t>& outcome : OutcomesOf(plan)) {
    const std::vector<NoiseEvent> events = EventsOf(Settle(plan, outcome).value(), false);
    bool is_laplace = false;
    for (size_t i = 0; i < events.size(); ++i) {
      is_laplace = is_laplace || events[i].kind == NoiseKind::kDiscreteLaplace;
      is_too_cheap = is_too_cheap || (is_laplace && !IsEnough(widest[i], events[i]));
    }
    is_too_cheap = is_too_cheap || (!is_laplace && DeltaOf(events, plan) > DeltaOf(widest, plan));
  }
  EXPECT_TRUE(is_too_cheap);
}

double Weight(int64_t x, double variance) {
  return std::exp(-static_cast<double>(x * x) / (2 * variance));
}

// The delta of discrete Gaussian noise on one number that moves by `shift`.
double ShiftDelta(double variance, int64_t shift, double epsilon) {
  double all = 0;
  double delta = 0;
  for (int64_t x = -200; x <= 200; ++x) {
    all += Weight(x, variance);
    delta += std::max(0.0, Weight(x, variance) - std::exp(epsilon) * Weight(x + shift, variance));
  }
  return delta / all;
}

// Why a search never goes with the exact delta of one step: at equal rho, two steps have more.
TEST(OneStepTest, ItsExactDeltaIsNoPriceOfTwoSteps) {
  const Epsilon epsilon = Epsilon::Parse("7").value();
  EXPECT_NEAR(dp::UnitShiftGaussianDelta({1, 2}, epsilon) / ShiftDelta(0.5, 1, 7), 1, 1e-6);
  EXPECT_GT(ShiftDelta(2, 2, 7), 10 * ShiftDelta(0.5, 1, 7));
  EXPECT_EQ(dp::GaussianRho({2, 1}, 4), dp::GaussianRho({1, 2}, 1));
  // The accounts that are used know: of both.
  const NoiseEvent one{NoiseKind::kDiscreteGaussian, {1, 2}, 1};
  EXPECT_GE(dp::DominatedDelta({&one, 1}, {}, epsilon), ShiftDelta(2, 2, 7));
}

// At all sensitivities, whether some bound can be found there or not.
TEST(OneStepTest, IsTheWorstSensitivity) {
  for (const char* epsilon : {"0.001", "0.1", "1", "3", "20"}) {
    const Rational scale = dp::LaplaceScale(Epsilon::Parse(epsilon).value(), 1).value();
    const NoiseEvent laplace{NoiseKind::kDiscreteLaplace, scale, 1};
    for (const uint128 l1 : {uint128{1}, uint128{2}, uint128{3}, uint128{1000}, uint128{1} << 61}) {
      const dp::MeasureSensitivity many{.l1 = l1, .squared_l2 = l1};
      EXPECT_TRUE(IsEnough(laplace, internal::NoiseChargedAs(laplace, many).value().event))
          << epsilon;
    }
  }
  for (const Rational& variance : {Rational{3, 2}, Rational{10, 3}, Rational{1'234'567, 1}}) {
    const NoiseEvent gaussian{NoiseKind::kDiscreteGaussian, variance, 1};
    for (uint128 squared = 1; squared < uint128{1} << 80; squared = squared * 3 + 1) {
      const dp::MeasureSensitivity many{.l1 = squared, .squared_l2 = squared};
      const StatusOr<dp::PlannedNoise> noise = internal::NoiseChargedAs(gaussian, many);
      EXPECT_TRUE(noise.ok() || squared > 1);
      if (!noise.ok()) continue;  // beyond the sampler
      EXPECT_TRUE(IsEnough(gaussian, noise->event));
      for (const char* epsilon : {"0.5", "2", "5"}) {
        const Epsilon at = Epsilon::Parse(epsilon).value();
        EXPECT_LE(dp::DominatedDelta({&noise->event, 1}, {}, at),
                  dp::DominatedDelta({&gaussian, 1}, {}, at));
      }
    }
  }
}

}  // namespace
}  // namespace weir::release
