// SPDX-License-Identifier: Apache-2.0
// The audit of the release path where the answer has a structure: running totals, a key on all
// levels of its hierarchy, windows, ranked keys. Each path that is broken on purpose stands beside
// it.
//
// A correct path fails with probability at most kFalsePositiveRate a row of the tables below:
// AuditEpsilon's bound exceeds a claim that holds with no larger probability.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/statistical/release/neighbours.h"

namespace weir::release {
namespace {

using test::AuditPath;
using test::Effort;
using test::ForgetStrategyRows;
using test::kGaussian;
using test::LetInAllWindows;
using test::LetInKeys;
using test::LetInRows;
using test::LetInValues;
using test::LowerThreshold;
using test::Neighbours;
using test::Nothing;
using test::PanelCells;
using test::PanelRow;
using test::PanelShape;
using test::Repeat;
using test::ShrinkNoise;

constexpr Effort kSome = {.everyday = 8'000, .soak = 1'000'000};
constexpr Effort kMore = {.everyday = 40'000, .soak = 1'000'000};  // for 10 % of the noise
constexpr Effort kSelections = {.everyday = 24'000, .soak = 500'000};

// Little noise and a small epsilon, whose delta is so large that few samples show when it is
// larger.
constexpr double kEpsilon = 0.5;
constexpr char kGaussianPrivacy[] = "{epsilon: 8, delta: 1e-6}";

std::vector<PanelRow> OnDays(int rows, int days) {
  std::vector<PanelRow> all;
  for (int i = 0; i < rows; ++i) {
    all.push_back({"unit", "", "250", "2025-01-0" + std::to_string(i % days + 1)});
  }
  return all;
}

std::vector<PanelRow> StrangeDays() {
  std::vector<PanelRow> rows;
  for (const char* text : {"nan", "inf", "-1e400", "abc", "\"\"", "0x10", "9223372036854775808"}) {
    rows.push_back({"unit", "", text, "2025-01-01"});
    rows.push_back({"unit", "", "250", text});
  }
  rows.push_back({"unit", "", "250", "2025-01-01"});
  return rows;
}

const std::vector<PanelRow> kPeople = {{"ann", "0", "1", "2025-01-01"},
                                       {"bob", "1", "200", "2025-01-02"},
                                       {"bob", "2", "0.5", "2025-01-03"},
                                       {"cyd", "0", "-50", "2025-01-03"}};

PanelShape Series() {
  return {.high = 100,
          .low = 100,
          .cells = 3,
          .kind = PanelCells::kDays,
          .amount = "[-50, 250], grid: 0.5",
          .measures = "[sum: {column: amount, running: true}]",
          .privacy = kGaussianPrivacy};
}

std::vector<Neighbours> RunningTotals() {
  const PanelShape series = Series();
  PanelShape two_days = Series();
  two_days.max_keys = 2;
  const std::vector<PanelRow> first = OnDays(1, 1);
  const std::vector<PanelRow> beyond = {{"unit", "", "99e30", "2025-01-01"}};
  const std::vector<PanelRow> last = Repeat({"unit", "", "250", "2025-01-03"}, 20);
  return {
      {"first_day", series, {}, first, 0.1, ShrinkNoise, false, kEpsilon, kGaussian, kMore},
      {"forgotten_totals", series, kPeople, first, 0.2, ForgetStrategyRows, false, kEpsilon,
       kGaussian, kMore},
      {"last_day_reordered", series, kPeople, last, 0, LetInRows(20), true, kEpsilon, kGaussian,
       kSome},
      {"value_beyond_numbers", series, kPeople, beyond, 0.05, LetInValues, false, kEpsilon,
       kGaussian, kSome},
      {"strange_values", series, kPeople, StrangeDays(), 0, LetInRows(20), false, kEpsilon,
       kGaussian, kSome},
      {"three_days_for_two", two_days, kPeople, OnDays(9, 3), 0, LetInKeys(3), false, kEpsilon,
       kGaussian, kSome},
  };
}

PanelShape Hierarchy() {
  return {.high = 100,
          .low = 100,
          .cells = 4,
          .kind = PanelCells::kLevels,
          .amount = "[-50, 250], grid: 0.5",
          .measures = "[sum: amount]",
          .privacy = kGaussianPrivacy};
}

// Rows of the highest amount in the cells in turn.
std::vector<PanelRow> InCells(int rows, int cells) {
  std::vector<PanelRow> all;
  for (int i = 0; i < rows; ++i) all.push_back({"unit", std::to_string(i % cells), "250"});
  return all;
}

std::vector<Neighbours> Levels() {
  const PanelShape one = Hierarchy();
  PanelShape counts = Hierarchy();
  counts.measures = "[rows]";
  PanelShape two = Hierarchy();
  two.max_keys = 2;
  return {
      {"one_row", one, {}, InCells(1, 1), 0.1, ShrinkNoise, false, kEpsilon, kGaussian, kMore},
      {"new_key",
       one,
       {},
       {{"unit", "3", "99e30"}},
       0.2,
       LetInValues,
       true,
       kEpsilon,
       kGaussian,
       kMore},
      {"duplicates_of_a_count", counts, kPeople, InCells(20, 1), 0, LetInRows(20), false, kEpsilon,
       kGaussian, kSome},
      {"two_cells_of_a_pair", two, kPeople, InCells(2, 2), 0.2, ForgetStrategyRows, false, kEpsilon,
       kGaussian, kMore},
      {"four_cells_for_two", two, kPeople, InCells(8, 4), 0, LetInKeys(4), false, kEpsilon,
       kGaussian, kSome},
  };
}

// A unit is a person in a month: other months of the same person are other units.
std::vector<Neighbours> Windows() {
  PanelShape january{.high = 80, .low = 100, .cells = 2, .has_months = true};
  january.choice = "windows: [\"2025-01\"]";
  PanelShape all = january;
  all.choice = "";
  const std::vector<PanelRow> three_months = {{"unit", "0", "1", "2025-01-31"},
                                              {"unit", "0", "1", "2025-02-01"},
                                              {"unit", "0", "1", "2025-03-15"}};
  const std::vector<PanelRow> other_months = {{"unit", "0", "1", "2025-02-01"},
                                              {"unit", "1", "1", "2025-03-15"}};
  const std::vector<PanelRow> new_month = {{"unit", "0", "1", "2025-01-01"},
                                           {"unit", "0", "1", "2025-01-31"}};
  return {
      {"one_of_three_months", january, kPeople, three_months, 0.8, LetInAllWindows, false, 1, 0,
       kSome},
      {"one_month_more", all, other_months, new_month, 0.8, LetInRows(20), false, 1, 0, kSome},
      {"one_month_more_noise", all, other_months, new_month, 0.8, ShrinkNoise, false, 1, 0,
       test::kAuditSamples},
  };
}

// Keys that nobody knew are found and then ranked; here all that are found are shown.
std::vector<Neighbours> Ranked() {
  PanelShape ranked{.high = 10, .low = 100, .cells = 1, .kind = PanelCells::kOpen};
  ranked.measures = "[sum: amount]";
  ranked.privacy = "{epsilon: 2, delta: 0.02, noise: discrete_laplace}";
  ranked.choice = "selection: {}\ntop: {keys: 1000}";
  const std::vector<PanelRow> alone = {{"unit", "0", "1"}};
  return {
      {"new_key", ranked, {}, alone, 0, LowerThreshold, false, 2, 0.02, kSelections},
      {"duplicates",
       ranked,
       {{"ann", "0", "1"}, {"bob", "0", "2"}, {"cyd", "0", "0.5"}, {"dee", "0", "-1"}},
       Repeat({"unit", "0", "2.5"}, 20),
       0.3,
       LetInRows(20),
       false,
       2,
       0.02,
       kSelections},
  };
}

class StructuredAuditTest : public ::testing::TestWithParam<Neighbours> {};

TEST_P(StructuredAuditTest, ShowsNoMoreThanItsClaim) {
  const dp::AuditReport report = AuditPath(GetParam(), Nothing);
  EXPECT_LE(report.epsilon, GetParam().epsilon) << report.event;
  EXPECT_GE(report.epsilon, GetParam().seen) << "the audit has lost its power";
}
TEST_P(StructuredAuditTest, ABrokenPathIsFound) {
  const dp::AuditReport report = AuditPath(GetParam(), GetParam().fault);
  EXPECT_GT(report.epsilon, GetParam().epsilon) << report.event;
}
INSTANTIATE_TEST_SUITE_P(RunningTotals, StructuredAuditTest, ::testing::ValuesIn(RunningTotals()),
                         [](const auto& test_case) { return test_case.param.name; });
INSTANTIATE_TEST_SUITE_P(Levels, StructuredAuditTest, ::testing::ValuesIn(Levels()),
                         [](const auto& test_case) { return test_case.param.name; });
INSTANTIATE_TEST_SUITE_P(Windows, StructuredAuditTest, ::testing::ValuesIn(Windows()),
                         [](const auto& test_case) { return test_case.param.name; });
INSTANTIATE_TEST_SUITE_P(Ranked, StructuredAuditTest, ::testing::ValuesIn(Ranked()),
                         [](const auto& test_case) { return test_case.param.name; });

}  // namespace
}  // namespace weir::release
