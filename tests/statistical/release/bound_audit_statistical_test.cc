// SPDX-License-Identifier: Apache-2.0
// The audit of the release path where bounds are found: the adversary sees the bound and the figure
// that was made with it. Each path that is broken on purpose stands beside it.
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/statistical/dp/goodness_of_fit.h"
#include "tests/statistical/effort.h"
#include "tests/statistical/release/panels.h"
#include "tests/support/seeded_random.h"
#include "weir/dp/audit.h"
#include "weir/release/plan.h"

namespace weir::release {
namespace {

using test::PanelRelease;
using test::PanelRow;
using test::PanelShape;

// One search a release: a release is one sample.
constexpr test::Effort kSamples = {.everyday = 1'500, .soak = 20'000};
constexpr double kEpsilon = 2;

using Tamper = std::function<void(ReleasePlan&)>;

struct BoundCase {
  const char* name;
  const char* measures;
  const char* bounds;
  std::vector<PanelRow> without;
  std::vector<PanelRow> unit;
};
void PrintTo(const BoundCase& bound_case, std::ostream* out) { *out << bound_case.name; }

PanelShape ShapeOf(const BoundCase& bound_case) {
  PanelShape shape{.high = 1, .low = 1, .cells = 0};
  shape.amount = "[-1000, 1000], grid: 0.5";
  shape.measures = bound_case.measures;
  shape.bounds = bound_case.bounds;
  shape.privacy = "{epsilon: 2}";
  return shape;
}

// The bound, the first figure, and whether both are large.
dp::AuditValues Look(PanelRelease& release, size_t count) {
  dp::AuditValues values(3);
  for (size_t i = 0; i < count; ++i) {
    const ReleaseTable table = release.Run();
    const auto bound = static_cast<double>(table.bounds.back().steps);
    const ReleasedMeasure& measure = table.measures.front();
    const double figure =
        measure.is_exact ? static_cast<double>(measure.values[0]) : measure.reals[0].value;
    values[0].push_back(bound);
    values[1].push_back(figure);
    values[2].push_back(figure * bound);
  }
  return values;
}

dp::AuditReport Audit(const BoundCase& bound_case, const Tamper& tamper) {
  std::vector<PanelRow> rows = bound_case.unit;
  rows.insert(rows.end(), bound_case.without.begin(), bound_case.without.end());
  PanelRelease with(ShapeOf(bound_case), rows, test::StatisticalSeed(301));
  PanelRelease without(ShapeOf(bound_case), bound_case.without, test::StatisticalSeed(302));
  tamper(with.plan());
  tamper(without.plan());
  test::SeededRandom coins(test::StatisticalSeed(303));
  return dp::AuditEpsilon({.one = [&with](size_t count) { return Look(with, count); },
                           .other = [&without](size_t count) { return Look(without, count); },
                           .statistics = {"bound", "figure", "product"}},
                          {.delta = Delta::Zero(),
                           .samples = kSamples.value(),
                           .false_positive_rate = test::kFalsePositiveRate},
                          coins)
      .value();
}

// Searches that spend twenty times what is charged: as if nobody had added up their prices.
void OverspendSearches(ReleasePlan& plan) {
  for (BoundSearch& search : plan.search->searches) {
    search.epsilon = Epsilon::FromUnits(20 * search.epsilon->units()).value();
  }
}

const std::vector<BoundCase>& Cases() {
  static const std::vector<PanelRow> kPeople = {
      {"ann", "0", "1"}, {"bob", "0", "-2"}, {"cyd", "0", "0.5"}};
  static const std::vector<BoundCase> kCases = {
      {"rows_per_key", "[rows]", "{max_keys_per_unit: 1, estimate: 0.5}", kPeople,
       std::vector<PanelRow>(500, {"unit", "0", "1"})},
      {"value_of_a_sum",
       "[{sum: {column: amount, estimate: 0.5}}]",
       "{max_keys_per_unit: 1, max_rows_per_key: 1}",
       kPeople,
       {{"unit", "0", "1000"}}},
      {"value_of_a_mean",
       "[{mean: {column: amount, estimate: 0.5}}]",
       "{max_keys_per_unit: 1, max_rows_per_key: 1}",
       kPeople,
       {{"unit", "0", "1000"}}},
      {"empty_table",
       "[{sum: {column: amount, estimate: 0.5}}]",
       "{max_keys_per_unit: 1, max_rows_per_key: 1}",
       {},
       {{"unit", "0", "1e30"}}},
      {"eight_rows", "[{sum: {column: amount, estimate: 0.9}}]",
       "{max_keys_per_unit: 1, max_rows_per_key: 8}", kPeople,
       std::vector<PanelRow>(20, {"unit", "0", "1000"})},
  };
  return kCases;
}

class BoundAuditTest : public ::testing::TestWithParam<BoundCase> {};
INSTANTIATE_TEST_SUITE_P(Cases, BoundAuditTest, ::testing::ValuesIn(Cases()),
                         [](const auto& test_case) { return std::string(test_case.param.name); });

TEST_P(BoundAuditTest, ShowsNoMoreThanItsClaim) {
  const dp::AuditReport report = Audit(GetParam(), [](ReleasePlan&) {});
  EXPECT_LE(report.epsilon, kEpsilon) << report.event;
}
TEST_P(BoundAuditTest, ASearchThatSpendsMoreIsFound) {
  const dp::AuditReport report = Audit(GetParam(), OverspendSearches);
  EXPECT_GT(report.epsilon, kEpsilon) << report.event;
}

}  // namespace
}  // namespace weir::release
