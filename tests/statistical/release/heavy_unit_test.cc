// SPDX-License-Identifier: Apache-2.0
// Heavy units reach the sensitivity that a plan declares, so that contribution_property_test.cc
// would find any that is too small; and every path that is broken on purpose exceeds it.
#include <algorithm>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/statistical/release/contribution.h"
#include "tests/statistical/release/raw_vectors.h"
#include "tests/support/status_matchers.h"
#include "weir/dp/running_noise.h"

namespace weir::release {
namespace {

using test::Form;
using test::IsWithin;
using test::Keeps;
using test::LossOf;
using test::Minus;
using test::Norms;
using test::NormsOf;
using test::RawVectors;
using test::Row;
using test::SpecOf;
using test::Tables;
using test::Target;
using test::TargetsOf;
using test::Without;

// 1000 rows of unit 0 in 6 * 3 keys, all values beyond the bounds.
std::vector<Row> ManyKeys(int /*unused*/) {
  std::vector<Row> rows;
  for (int i = 0; i < 1000; ++i) {
    rows.push_back({0, std::to_string(i % 6), "-1000", "1000", "1000000", "2025-03-01T12:00:00Z",
                    "a", "p" + std::to_string(i / 6 % 3)});
  }
  return rows;
}

// 1000 rows in the first `keys` periods of one series.
std::vector<Row> FirstMonths(int keys) {
  std::vector<Row> rows = ManyKeys(keys);
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].cell = "0";
    rows[i].month = "2025-0" + std::to_string(i % static_cast<size_t>(keys) + 1) + "-01T00:00:00Z";
  }
  return rows;
}
std::vector<Row> FirstDays(int keys) {
  std::vector<Row> rows = ManyKeys(keys);
  const std::vector<std::string> days = {"02-27", "02-28", "03-01", "03-02", "03-03"};
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].month = "2025-" + days[i % static_cast<size_t>(keys)] + "T00:00:00Z";
  }
  return rows;
}

// 1000 rows in all leaves of one tree, and from the fifth key on in another tree.
std::vector<Row> AllLeaves(int keys) {
  std::vector<Row> rows = ManyKeys(keys);
  for (size_t i = 0; i < rows.size(); ++i) {
    const size_t key = i % static_cast<size_t>(keys);
    rows[i].cell = key < 4 ? "0" : "1";
    rows[i].stop = std::string(1, "abcd"[key % 4]);
  }
  return rows;
}

struct HeavyCase {
  const char* name;
  size_t keys;
  bool per_unit = false;
  bool is_gaussian = false;
  Form form = Form::kPlain;
  // Rows of unit 0 in so many keys; ManyKeys takes no notice.
  std::vector<Row> (*rows)(int keys) = ManyKeys;
  bool is_structured = false;
};
void PrintTo(const HeavyCase& heavy, std::ostream* out) { *out << heavy.name; }

class HeavyUnitTest : public ::testing::TestWithParam<HeavyCase> {
 protected:
  static constexpr int kKeys = 4;

  ReleasePlan MakePlan(uint32_t rows_per_key = 3, uint64_t rows_per_unit = 0) const {
    return Plan(tables_.dataset(), SpecOf({.max_keys = kKeys,
                                           .max_rows = rows_per_key,
                                           .max_rows_per_unit = rows_per_unit,
                                           .keys = GetParam().keys,
                                           .per_unit = GetParam().per_unit,
                                           .is_gaussian = GetParam().is_gaussian,
                                           .form = GetParam().form}))
        .value();
  }
  RawVectors Added(const ReleasePlan& plan, int keys = kKeys) const {
    std::vector<Row> rows = GetParam().rows(keys);
    rows.push_back({1, "2", "1", "1", "1", "", "a", "p0"});
    return Minus(tables_.Aggregate(rows, plan, 7), tables_.Aggregate(Without(rows, 0), plan, 7));
  }
  bool IsKept(const ReleasePlan& plan, int keys = kKeys) const {
    return IsWithin(NormsOf(Added(plan, keys)), TargetsOf(plan));
  }
  Tables tables_;
};
INSTANTIATE_TEST_SUITE_P(
    Ways, HeavyUnitTest,
    ::testing::Values(HeavyCase{.name = "laplace", .keys = 0},
                      HeavyCase{.name = "gaussian", .keys = 0, .is_gaussian = true},
                      HeavyCase{.name = "clamp_per_unit", .keys = 0, .per_unit = true},
                      HeavyCase{.name = "open_key", .keys = 9, .is_gaussian = true},
                      HeavyCase{"months", 12, false, true, Form::kRunning, FirstMonths, true},
                      HeavyCase{"days", 13, false, true, Form::kRunning, FirstDays, true},
                      HeavyCase{"levels", 15, false, true, Form::kPlain, AllLeaves, true}),
    [](const auto& test_case) { return test_case.param.name; });

// So a sensitivity that is smaller by one step, for any channel or level, fails the property of
// contribution_property_test.cc. (L1 of running totals is a bound that nothing uses.)
TEST_P(HeavyUnitTest, ReachesTheDeclaredSensitivityOfEveryTarget) {
  const ReleasePlan plan = MakePlan();
  const RawVectors added = Added(plan);
  const std::vector<Norms> contributed = NormsOf(added);
  const std::vector<Target> targets = TargetsOf(plan);
  for (size_t t = 0; t < targets.size(); ++t) {
    const dp::MeasureSensitivity& declared = targets[t].declared;
    EXPECT_EQ(contributed[t].squared_l2, static_cast<double>(declared.squared_l2)) << t;
    if (plan.channels[targets[t].channel].shape == ChannelShape::kRunning) continue;
    EXPECT_EQ(contributed[t].l1, static_cast<double>(declared.l1)) << t;
  }
  if (plan.cost.delta().is_zero()) {
    EXPECT_NEAR(LossOf(added, plan), 1, 1e-9);
  }
}

TEST_P(HeavyUnitTest, ReachesTheSumOfTheBoundOnAllItsRows) {
  const ReleasePlan plan = MakePlan(3, 7);
  const std::vector<Norms> contributed = NormsOf(Added(plan));
  const std::vector<Target> targets = TargetsOf(plan);
  for (size_t t = 0; t < targets.size() && !GetParam().is_structured; ++t) {
    EXPECT_EQ(contributed[t].l1, static_cast<double>(targets[t].declared.l1)) << t;
  }
  EXPECT_TRUE(IsWithin(contributed, targets));
}

TEST_P(HeavyUnitTest, IsFoundWhereABoundIsNotEnforced) {
  ReleasePlan keys = MakePlan();
  EXPECT_TRUE(IsKept(keys, kKeys + 1));
  keys.query.bounds.max_keys_per_unit = L0Sensitivity::Create(kKeys + 1).value();
  EXPECT_FALSE(IsKept(keys, kKeys + 1));

  ReleasePlan rows = MakePlan();
  rows.query.bounds.max_rows_per_key = LInfSensitivity::Create(4).value();
  EXPECT_FALSE(IsKept(rows));

  ReleasePlan in_all = MakePlan(3, 7);
  in_all.query.bounds.max_rows_per_unit = GetParam().is_structured ? 12 : 8;
  EXPECT_FALSE(IsKept(in_all));
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
    EXPECT_FALSE(IsKept(plan)) << c;
    contribution = as_planned;
  }
}

TEST_P(HeavyUnitTest, IsFoundWhereASensitivityForgetsSomething) {
  const std::vector<Norms> contributed = NormsOf(Added(MakePlan()));
  EXPECT_FALSE(IsWithin(contributed, TargetsOf(MakePlan(1)))) << "the rows of a key";
  const ReleasePlan plan = MakePlan();
  const std::vector<Target> targets = TargetsOf(plan);
  for (size_t t = 0; t < targets.size(); ++t) {
    const Channel& channel = plan.channels[targets[t].channel];
    std::vector<Target> forgetful = targets;
    dp::MeasureSensitivity& declared = forgetful[t].declared;
    if (channel.shape == ChannelShape::kTree) {
      if (channel.tree->height() == 1) continue;
      declared.l1 /= channel.tree->height();
    } else if (channel.shape == ChannelShape::kRunning) {
      // The last row of the strategy matrix: what all that came before adds to the last total.
      uint64_t last = 0;
      for (const int64_t step : dp::RunningNoise::StrategyColumn(channel.periods)) {
        last = static_cast<uint64_t>(step);
      }
      declared.squared_l2 -= uint128{last} * last;
    } else if (targets[t].level == 0 && channel.shape == ChannelShape::kLevels) {
      // That several leaves of a unit meet in the root.
      declared.squared_l2 = channel.levels.back().sensitivity.squared_l2;
    } else {
      continue;
    }
    EXPECT_FALSE(IsWithin(contributed, forgetful)) << t;
  }
}

// Only the cells that are shown are charged: one more, or a score that moves further, is found.
TEST(TopTest, IsFoundWhereMoreIsShownThanIsPaid) {
  const Tables tables;
  const auto planned = [&tables](bool by_rows) {
    return Plan(tables.dataset(), SpecOf({.max_keys = 6,
                                          .max_rows = 2,
                                          .form = Form::kTop,
                                          .top = 2,
                                          .top_by_rows = by_rows}))
        .value();
  };
  ReleasePlan plan = planned(true);
  const std::vector<Row> rows = ManyKeys(0);
  const auto added = [&] {
    return Minus(tables.Aggregate(rows, plan, 7), tables.Aggregate({}, plan, 7));
  };
  EXPECT_TRUE(Keeps(added(), plan));
  EXPECT_NEAR(LossOf(added(), plan), 1, 1e-9);
  ++plan.top->rows;
  EXPECT_FALSE(Keeps(added(), plan));
  plan = planned(true);
  plan.query.bounds.max_rows_per_key = LInfSensitivity::Create(3).value();
  EXPECT_FALSE(Keeps(added(), plan));
  plan = planned(false);
  plan.top->epsilon_a_round = Epsilon::Parse("0.26").value();
  EXPECT_FALSE(Keeps(added(), plan));
}

// A person has several units; a release of some windows must not see the others.
TEST(WindowTest, IsFoundWhereWindowsAreNotEnforced) {
  const Tables tables(test::Unit::kPersonMonth);
  ReleasePlan plan =
      Plan(tables.dataset(), SpecOf({.max_keys = 2, .max_rows = 2, .windows = {"2025-01"}}))
          .value();
  std::vector<Row> rows;
  for (int month = 1; month <= 3; ++month) {
    for (Row row : ManyKeys(0)) {
      row.month = "2025-0" + std::to_string(month) + "-10T00:00:00Z";
      rows.push_back(std::move(row));
    }
  }
  const auto added = [&](const std::vector<Row>& rest) {
    return Minus(tables.Aggregate(rows, plan, 7), tables.Aggregate(rest, plan, 7));
  };
  const auto after_january = rows.begin() + 1000;
  EXPECT_TRUE(Keeps(added({after_january, rows.end()}), plan));
  EXPECT_TRUE(Keeps(added({}), plan)) << "no other window is seen";
  plan.query.windows.clear();
  EXPECT_TRUE(Keeps(added({after_january, rows.end()}), plan));
  EXPECT_FALSE(Keeps(added({}), plan));
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
  const Target target{.declared = {.l1 = uint128{1} << 25, .squared_l2 = uint128{1} << 50}};
  const double step = sum(values) - without;
  EXPECT_FALSE(IsWithin({{.l1 = step, .squared_l2 = step * step}}, {target}));
  EXPECT_TRUE(IsWithin({{.l1 = kLargest, .squared_l2 = kLargest * kLargest}}, {target}));
}

// B x of three periods in 24 bits: where others have 2^24 rows, one more moves totals by more than
// its column of B. In integers it never does.
template <class Number>
double RunningStep(int64_t others) {
  const std::vector<int64_t> column = dp::RunningNoise::StrategyColumn(3);
  const auto strategy = [&column](const std::vector<Number>& x) {
    std::vector<Number> y(3);
    for (size_t t = 0; t < 3; ++t) {
      for (size_t s = 0; s <= t; ++s) y[t] += static_cast<Number>(column[t - s]) * x[s];
    }
    return y;
  };
  const auto rows = static_cast<Number>(others);
  const std::vector<Number> without = strategy({rows, rows, rows});
  const std::vector<Number> with = strategy({rows + 1, rows, rows});
  double squared = 0;
  for (size_t t = 0; t < 3; ++t) {
    const auto step = static_cast<double>(with[t] - without[t]);
    squared += step * step;
  }
  return squared;
}

TEST(FloatSumTest, OfRunningTotalsExceedsTheSensitivity) {
  const auto declared =
      static_cast<double>(dp::RunningNoise::SquaredSensitivity(3, L0Sensitivity::Create(1).value(),
                                                               LInfSensitivity::Create(1).value())
                              .value());
  bool exceeds = false;
  for (int64_t others = (int64_t{1} << 24) - 64; others < int64_t{1} << 24; ++others) {
    EXPECT_LE(RunningStep<int64_t>(others), declared);
    exceeds = exceeds || RunningStep<float>(others) > declared;
  }
  EXPECT_TRUE(exceeds);
}

}  // namespace
}  // namespace weir::release
