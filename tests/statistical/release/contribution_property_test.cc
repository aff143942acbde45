// SPDX-License-Identifier: Apache-2.0
// What a plan declares one privacy unit can do, against what it does: the engine's numbers of
// random tables with and without each unit, under the same key for the choice of rows. That choice
// is the only randomness and does not depend on other units, so the difference is the unit's
// contribution. Every channel of a plan is checked, whatever measure it belongs to.
//
// This is stronger than an audit of samples: what holds for every key holds for the mixture over
// keys that a release draws from, and the noise does the rest.
#include <algorithm>
#include <iterator>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/statistical/release/raw_vectors.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/rational.h"

namespace weir::release {
namespace {

using test::Minus;
using test::Norms;
using test::NormsOf;
using test::Question;
using test::RawVectors;
using test::Row;
using test::SpecOf;
using test::Tables;

bool IsWithin(const std::vector<Norms>& norms, const std::vector<Channel>& channels) {
  for (size_t c = 0; c < channels.size(); ++c) {
    const dp::MeasureSensitivity& declared = channels[c].sensitivity;
    if (norms[c].l1 > static_cast<double>(declared.l1)) return false;
    if (norms[c].squared_l2 > static_cast<double>(declared.squared_l2)) return false;
  }
  return true;
}

// The noise is made for what the channel declares.
bool NoiseFits(const Channel& channel) {
  if (!channel.noise.has_value()) return true;
  const NoiseEvent& event = channel.noise->event;
  return event.sensitivity == (event.kind == NoiseKind::kDiscreteLaplace
                                   ? channel.sensitivity.l1
                                   : channel.sensitivity.squared_l2);
}

// Epsilon of what was contributed, in all, under Laplace noise.
double Loss(const std::vector<Norms>& norms, const std::vector<Channel>& channels) {
  double loss = 0;
  for (size_t c = 0; c < channels.size(); ++c) {
    if (!channels[c].noise.has_value()) continue;
    loss += norms[c].l1 / dp::ToDouble(channels[c].noise->event.parameter);
  }
  return loss;
}

// --- random tables ---

const std::vector<std::string> kCells = {"0", "1", "2", "3", "4", "5", "", "nan", "77", "x"};
const std::vector<std::string> kWholes = {
    "0", "1", "3", "-7", "99", "1000000", "", "-1e30", "nan", "x", "9223372036854775808"};
const std::vector<std::string> kFares = {"0",   "2.5",  "-1",   "0.25", "-0.25",  "1e300",
                                         "nan", "-inf", "1e-9", "",     "\"1,5\""};
const std::vector<std::string> kLengths = {"0", "1", "17", "99999", "100000", "1e18", "", "-5"};
const std::vector<std::string> kTimes = {"2025-01-31T23:59:59Z", "2025-02-28T00:00:00Z",
                                         "2025-03-01T12:00:00Z", "2025-06-30T23:00:00-02:00",
                                         "1999-12-31T00:00:00Z", "",
                                         "2025-02-30T00:00:00Z", "noon"};
const std::vector<std::string> kStops = {"a", "b", "c", "d", "e", ""};
const std::vector<std::string> kPlaces = {"north", "south", "", "\xff\xfe", "east", "n|orth"};

// Few units of many rows: some are beyond every bound.
rc::Gen<Row> ArbitraryRow() {
  return rc::gen::build<Row>(rc::gen::set(&Row::unit, rc::gen::inRange(0, 4)),
                             rc::gen::set(&Row::cell, rc::gen::elementOf(kCells)),
                             rc::gen::set(&Row::whole, rc::gen::elementOf(kWholes)),
                             rc::gen::set(&Row::fare, rc::gen::elementOf(kFares)),
                             rc::gen::set(&Row::length, rc::gen::elementOf(kLengths)),
                             rc::gen::set(&Row::time, rc::gen::elementOf(kTimes)),
                             rc::gen::set(&Row::stop, rc::gen::elementOf(kStops)),
                             rc::gen::set(&Row::place, rc::gen::elementOf(kPlaces)));
}

Question ArbitraryQuestion(size_t keys) {
  return {.max_keys = static_cast<uint32_t>(*rc::gen::inRange(1, 9)),
          .max_rows = static_cast<uint32_t>(*rc::gen::inRange(1, 6)),
          .max_rows_per_unit = static_cast<uint64_t>(*rc::gen::inRange(0, 12)),
          .keys = keys,
          .filter = *rc::gen::inRange<size_t>(0, test::FilterChoices().size()),
          .measures = *rc::gen::arbitrary<uint64_t>(),
          .per_unit = *rc::gen::arbitrary<bool>(),
          .is_gaussian = *rc::gen::arbitrary<bool>()};
}

class ContributionTest : public ::testing::TestWithParam<size_t> {
 protected:
  Tables tables_;
};
INSTANTIATE_TEST_SUITE_P(Keys, ContributionTest,
                         ::testing::Range<size_t>(0, test::KeyChoices().size()));

TEST_P(ContributionTest, EveryMeasureCanBeAsked) {
  for (const bool per_unit : {false, true}) {
    const auto plan =
        Plan(tables_.dataset(), SpecOf({.keys = GetParam(), .filter = 1, .per_unit = per_unit}));
    ASSERT_TRUE(plan.ok()) << plan.status() << ": teach FillIn to ask for it";
    EXPECT_EQ(plan->measures.size(), test::EveryMeasure(per_unit).size());
    EXPECT_EQ(plan->query.measures.size(), plan->channels.size());
    for (const Channel& channel : plan->channels) EXPECT_TRUE(NoiseFits(channel));
  }
}

TEST_P(ContributionTest, OfOneUnitStaysWithinSensitivity) {
  EXPECT_TRUE(rc::check([this] {
    const ReleasePlan plan = Plan(tables_.dataset(), SpecOf(ArbitraryQuestion(GetParam()))).value();
    RC_ASSERT(std::all_of(plan.channels.begin(), plan.channels.end(), NoiseFits));
    const auto count = static_cast<size_t>(*rc::gen::inRange(0, 120));
    const auto rows = *rc::gen::container<std::vector<Row>>(count, ArbitraryRow());
    const uint64_t seed = *rc::gen::arbitrary<uint64_t>();
    const RawVectors with = tables_.Aggregate(rows, plan, Tables::kNobody, seed);
    for (int unit = 0; unit < 4; ++unit) {
      const RawVectors added = Minus(with, tables_.Aggregate(rows, plan, unit, seed));
      RC_ASSERT(IsWithin(NormsOf(added), plan.channels));
      if (plan.cost.delta().is_zero()) {
        RC_ASSERT(Loss(NormsOf(added), plan.channels) <= plan.cost.epsilon().value() + 1e-9);
      }
      // The choice depends on the unit alone: whoever else is there, it contributes the same.
      std::vector<Row> own;
      std::copy_if(rows.begin(), rows.end(), std::back_inserter(own),
                   [unit](const Row& row) { return row.unit == unit; });
      RC_ASSERT(added == tables_.Aggregate(own, plan, Tables::kNobody, seed));
    }
  }));
}

// --- heavy units reach the declared sensitivity, and broken paths exceed it ---

// 1000 rows in 6 * 3 keys, all values beyond the bounds.
std::vector<Row> HeavyUnit() {
  std::vector<Row> rows;
  for (int i = 0; i < 1000; ++i) {
    rows.push_back({0, std::to_string(i % 6), "-1000", "1000", "1000000", "2025-03-01T12:00:00Z",
                    "a", "p" + std::to_string(i / 6 % 3)});
  }
  rows.push_back({1, "2", "1", "1", "1", "", "a", "p0"});
  return rows;
}

struct HeavyCase {
  const char* name;
  size_t keys;
  bool per_unit;
  bool is_gaussian;
};
void PrintTo(const HeavyCase& heavy, std::ostream* out) { *out << heavy.name; }

class HeavyUnitTest : public ::testing::TestWithParam<HeavyCase> {
 protected:
  ReleasePlan MakePlan(uint32_t rows_per_key = 3, uint64_t rows_per_unit = 0) const {
    return Plan(tables_.dataset(), SpecOf({.max_keys = 4,
                                           .max_rows = rows_per_key,
                                           .max_rows_per_unit = rows_per_unit,
                                           .keys = GetParam().keys,
                                           .per_unit = GetParam().per_unit,
                                           .is_gaussian = GetParam().is_gaussian}))
        .value();
  }
  std::vector<Norms> Contributed(const ReleasePlan& plan) const {
    return NormsOf(Minus(tables_.Aggregate(HeavyUnit(), plan, Tables::kNobody, 7),
                         tables_.Aggregate(HeavyUnit(), plan, 0, 7)));
  }
  bool Keeps(const ReleasePlan& plan) const { return IsWithin(Contributed(plan), plan.channels); }
  Tables tables_;
};
INSTANTIATE_TEST_SUITE_P(Ways, HeavyUnitTest,
                         ::testing::Values(HeavyCase{"laplace", 0, false, false},
                                           HeavyCase{"gaussian", 0, false, true},
                                           HeavyCase{"clamp_per_unit", 0, true, false},
                                           HeavyCase{"open_key", 9, false, true}),
                         [](const auto& test_case) { return test_case.param.name; });

// So a sensitivity that is smaller by one step, for any channel, fails the property above.
TEST_P(HeavyUnitTest, ReachesTheDeclaredSensitivityOfEveryChannel) {
  const ReleasePlan plan = MakePlan();
  const std::vector<Norms> contributed = Contributed(plan);
  for (size_t c = 0; c < plan.channels.size(); ++c) {
    const dp::MeasureSensitivity& declared = plan.channels[c].sensitivity;
    EXPECT_EQ(contributed[c].l1, static_cast<double>(declared.l1)) << c;
    EXPECT_EQ(contributed[c].squared_l2, static_cast<double>(declared.squared_l2)) << c;
  }
  if (plan.cost.delta().is_zero()) {
    EXPECT_NEAR(Loss(contributed, plan.channels), 1, 1e-9);
  }
}

TEST_P(HeavyUnitTest, ReachesTheSumOfTheBoundOnAllItsRows) {
  const ReleasePlan plan = MakePlan(3, 7);
  const std::vector<Norms> contributed = Contributed(plan);
  for (size_t c = 0; c < plan.channels.size(); ++c) {
    EXPECT_EQ(contributed[c].l1, static_cast<double>(plan.channels[c].sensitivity.l1)) << c;
  }
  EXPECT_TRUE(IsWithin(contributed, plan.channels));
}

TEST_P(HeavyUnitTest, IsFoundWhereABoundIsNotEnforced) {
  ReleasePlan keys = MakePlan();
  EXPECT_TRUE(Keeps(keys));
  keys.query.bounds.max_keys_per_unit = L0Sensitivity::Create(5).value();
  EXPECT_FALSE(Keeps(keys));

  ReleasePlan rows = MakePlan();
  rows.query.bounds.max_rows_per_key = LInfSensitivity::Create(4).value();
  EXPECT_FALSE(Keeps(rows));

  ReleasePlan in_all = MakePlan(3, 7);
  in_all.query.bounds.max_rows_per_unit = 8;
  EXPECT_FALSE(Keeps(in_all));
}

TEST_P(HeavyUnitTest, IsFoundWhereAClampIsWider) {
  ReleasePlan plan = MakePlan();
  for (size_t c = 0; c < plan.query.measures.size(); ++c) {
    data::Contribution& contribution = plan.query.measures[c];
    if (contribution.kind != data::ContributionKind::kSum &&
        contribution.kind != data::ContributionKind::kSquares) {
      continue;
    }
    const data::Contribution as_planned = contribution;
    if (contribution.unit_lowest.has_value()) {
      --*contribution.unit_lowest;
      ++*contribution.unit_highest;
    } else {
      --contribution.lowest;
      ++contribution.highest;
    }
    EXPECT_FALSE(Keeps(plan)) << c;
    contribution = as_planned;
  }
}

TEST_P(HeavyUnitTest, IsFoundWhereASensitivityForgetsSomething) {
  const std::vector<Norms> contributed = Contributed(MakePlan());
  EXPECT_FALSE(IsWithin(contributed, MakePlan(1).channels)) << "the rows of a key";
  for (const Channel& channel : MakePlan().channels) {
    if (channel.shape != ChannelShape::kTree) continue;
    std::vector<Channel> one_level = MakePlan().channels;
    for (Channel& tree : one_level) {
      if (tree.shape != ChannelShape::kTree || tree.tree != channel.tree) continue;
      tree.sensitivity.l1 /= tree.tree->height();
      EXPECT_EQ(IsWithin(contributed, one_level), tree.tree->height() == 1);
    }
  }
}

// Sums that are kept in 24 bits round others' values differently after a large one.
TEST(FloatSumTest, ExceedsTheSensitivity) {
  const auto sum = [](const std::vector<float>& values) {
    float total = 0;
    for (const float value : values) total += value;
    return static_cast<double>(total);
  };
  constexpr float kLargest = 0x1p25F;
  std::vector<float> values(1000, 3);
  const double without = sum(values);
  values.insert(values.begin(), kLargest);
  Channel channel;
  channel.sensitivity = {.l1 = uint128{1} << 25, .squared_l2 = uint128{1} << 50};
  const double step = sum(values) - without;
  EXPECT_FALSE(IsWithin({{.l1 = step, .squared_l2 = step * step}}, {channel}));
  EXPECT_TRUE(IsWithin({{.l1 = kLargest, .squared_l2 = kLargest * kLargest}}, {channel}));
}

}  // namespace
}  // namespace weir::release
