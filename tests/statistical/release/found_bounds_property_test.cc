// SPDX-License-Identifier: Apache-2.0
// Bounds that are found: what one privacy unit changes of the counts they are found by, and what it
// contributes once they are found, whichever they are.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/statistical/release/contribution.h"
#include "tests/statistical/release/raw_vectors.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/calibration.h"
#include "weir/release/internal/charged_noise.h"

namespace weir::release {
namespace {

using test::IsWithin;
using test::Minus;
using test::Norms;
using test::NormsOf;
using test::Question;
using test::Row;
using test::SpecOf;
using test::Tables;
using test::TargetsOf;
using test::Without;

using Counts = std::vector<std::vector<int64_t>>;

// Few units of many rows, values inside and far outside the bounds, some of them none.
rc::Gen<Row> ArbitraryRow() {
  const std::vector<std::string> numbers = {"0",   "1",   "3",     "-7",    "99",      "-1e30",
                                            "2.5", "nan", "99999", "-0.25", "1000000", ""};
  const std::vector<std::string> cells = {"0", "1", "2", "3", "4", "5", "", "x"};
  const std::vector<std::string> places = {"north", "south", "", "east"};
  return rc::gen::build<Row>(
      rc::gen::set(&Row::unit, rc::gen::inRange(0, 4)),
      rc::gen::set(&Row::cell, rc::gen::elementOf(cells)),
      rc::gen::set(&Row::whole, rc::gen::elementOf(numbers)),
      rc::gen::set(&Row::fare, rc::gen::elementOf(numbers)),
      rc::gen::set(&Row::length, rc::gen::elementOf(numbers)),
      rc::gen::set(&Row::time, rc::gen::just(std::string("2025-03-01T12:00:00Z"))),
      rc::gen::set(&Row::stop, rc::gen::elementOf(std::vector<std::string>{"a", "c", ""})),
      rc::gen::set(&Row::place, rc::gen::elementOf(places)));
}

Question ArbitraryQuestion(size_t keys) {
  return {.max_keys = static_cast<uint32_t>(*rc::gen::inRange(2, 9)),
          .max_rows = static_cast<uint32_t>(*rc::gen::inRange(2, 9)),
          .keys = keys,
          .measures = *rc::gen::arbitrary<uint64_t>(),
          .is_gaussian = *rc::gen::arbitrary<bool>(),
          .is_estimated = true};
}

// Most that a histogram changes by, added over its bins.
int64_t LargestChange(const Counts& with, const Counts& without) {
  int64_t largest = 0;
  for (size_t h = 0; h < with.size(); ++h) {
    int64_t change = 0;
    for (size_t bin = 0; bin < with[h].size(); ++bin) {
      change += std::abs(with[h][bin] - without[h][bin]);
    }
    largest = std::max(largest, change);
  }
  return largest;
}

std::vector<int64_t> ArbitraryEnds(const ReleasePlan& plan) {
  std::vector<int64_t> found;
  for (const BoundSearch& search : plan.search->searches) {
    found.push_back(*rc::gen::elementOf(search.histogram.ends));
  }
  return found;
}

// No more loss than is charged.
bool CostsNoMore(const Channel& settled, const Channel& planned) {
  if (!planned.noise.has_value()) return !settled.noise.has_value();
  const NoiseEvent& event = settled.noise->event;
  const NoiseEvent& before = internal::ChargedEvent(planned);
  if (event.kind == NoiseKind::kDiscreteLaplace) {
    return event.sensitivity == settled.sensitivity.l1 &&
           dp::LaplaceEpsilon(event.parameter, event.sensitivity).value() <=
               dp::LaplaceEpsilon(before.parameter, before.sensitivity).value();
  }
  return event.sensitivity == settled.sensitivity.squared_l2 &&
         dp::GaussianRho(event.parameter, event.sensitivity) <=
             dp::GaussianRho(before.parameter, before.sensitivity);
}

class FoundBoundsTest : public ::testing::TestWithParam<size_t> {
 protected:
  Tables tables_;
};
// No keys, public ones, and ones that are selected.
INSTANTIATE_TEST_SUITE_P(Keys, FoundBoundsTest, ::testing::Values(1, 7, 9));

TEST_P(FoundBoundsTest, OneUnitChangesOneCountOfEachSearch) {
  EXPECT_TRUE(rc::check([this] {
    const ReleasePlan plan = Plan(tables_.dataset(), SpecOf(ArbitraryQuestion(GetParam()))).value();
    const auto count = static_cast<size_t>(*rc::gen::inRange(0, 120));
    const auto rows = *rc::gen::container<std::vector<Row>>(count, ArbitraryRow());
    const uint64_t seed = *rc::gen::arbitrary<uint64_t>();
    const Counts with = tables_.CountUnits(rows, plan, seed);
    RC_ASSERT(with.size() == plan.search->searches.size());
    for (int unit = 0; unit < 4; ++unit) {
      RC_ASSERT(LargestChange(with, tables_.CountUnits(Without(rows, unit), plan, seed)) <= 1);
    }
  }));
}

TEST_P(FoundBoundsTest, OneUnitStaysWithinTheSensitivityOfWhatIsFound) {
  EXPECT_TRUE(rc::check([this] {
    const ReleasePlan plan = Plan(tables_.dataset(), SpecOf(ArbitraryQuestion(GetParam()))).value();
    const ReleasePlan settled = Settle(plan, ArbitraryEnds(plan)).value();
    for (size_t c = 0; c < plan.channels.size(); ++c) {
      RC_ASSERT(CostsNoMore(settled.channels[c], plan.channels[c]));
    }
    RC_ASSERT(settled.cost == plan.cost);
    RC_ASSERT(settled.text == plan.text);
    const auto count = static_cast<size_t>(*rc::gen::inRange(0, 120));
    const auto rows = *rc::gen::container<std::vector<Row>>(count, ArbitraryRow());
    const uint64_t seed = *rc::gen::arbitrary<uint64_t>();
    const auto with = tables_.Aggregate(rows, settled, seed);
    for (int unit = 0; unit < 4; ++unit) {
      const auto added = Minus(with, tables_.Aggregate(Without(rows, unit), settled, seed));
      RC_ASSERT(IsWithin(NormsOf(added), TargetsOf(settled)));
    }
  }));
}

// --- what the properties above find ---

std::vector<Row> HeavyUnit() {
  std::vector<Row> rows;
  for (int i = 0; i < 600; ++i) {
    rows.push_back({0, std::to_string(i % 6), "-1000", "1000", "1000000", "2025-03-01T12:00:00Z",
                    "a", "p" + std::to_string(i / 6 % 3)});
  }
  return rows;
}

ReleasePlan HeavyPlan(const Tables& tables) {
  return Plan(tables.dataset(), SpecOf({.max_keys = 4, .max_rows = 4, .is_estimated = true}))
      .value();
}

// Rows by the size of their values, not units: a search by them would need 1/16 of its epsilon.
TEST(FoundBoundsTwinTest, CountsOfRowsChangeByAllRowsOfAUnit) {
  const Tables tables;
  const ReleasePlan plan = HeavyPlan(tables);
  EXPECT_EQ(LargestChange(tables.CountUnits(HeavyUnit(), plan, 1), tables.CountUnits({}, plan, 1)),
            1);
  const std::vector<Norms> rows =
      NormsOf(Minus(tables.Aggregate(HeavyUnit(), plan, 1), tables.Aggregate({}, plan, 1)));
  EXPECT_EQ(rows.front().l1, 16) << "the channel of the rows";
}

// Noise for what was found with rows as they were planned.
TEST(FoundBoundsTwinTest, ARunWithTheWidestBoundsExceedsWhatWasFound) {
  const Tables tables;
  const ReleasePlan plan = HeavyPlan(tables);
  std::vector<int64_t> narrowest;
  for (const BoundSearch& search : plan.search->searches) {
    narrowest.push_back(search.histogram.ends.front());
  }
  const ReleasePlan settled = Settle(plan, narrowest).value();
  const auto contributed = [&tables](const ReleasePlan& run) {
    return NormsOf(Minus(tables.Aggregate(HeavyUnit(), run, 1), tables.Aggregate({}, run, 1)));
  };
  EXPECT_TRUE(IsWithin(contributed(settled), TargetsOf(settled)));
  ReleasePlan wide_keys = settled;
  wide_keys.query.bounds = plan.query.bounds;
  EXPECT_FALSE(IsWithin(contributed(wide_keys), TargetsOf(settled)));
  ReleasePlan wide_values = settled;
  wide_values.query.measures = plan.query.measures;
  EXPECT_FALSE(IsWithin(contributed(wide_values), TargetsOf(settled)));
}

}  // namespace
}  // namespace weir::release
