// SPDX-License-Identifier: Apache-2.0
// The audit of the whole release path - plan, ledger, engine, noise step - on neighbouring tables
// that adversaries would choose, each path that is broken on purpose beside it. Together with
// contribution_property_test.cc, which has no randomness left but the choice of rows: for every key
// of that choice neighbouring aggregates differ by no more than the declared sensitivity, so the
// mixture over keys keeps what the noise gives for each. Passing does not prove it.
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/statistical/dp/goodness_of_fit.h"
#include "tests/statistical/effort.h"
#include "tests/statistical/release/neighbours.h"
#include "tests/statistical/release/panel_audit.h"
#include "tests/statistical/release/panels.h"
#include "weir/dp/audit.h"
#include "weir/dp/calibration.h"

namespace weir::release {
namespace {

using test::AuditPath;
using test::LetInKeys;
using test::LetInRows;
using test::LetInValues;
using test::Neighbours;
using test::Nothing;
using test::PanelRelease;
using test::PanelRow;
using test::PanelShape;
using test::Repeat;
using test::RowsInCells;
using test::ShrinkNoise;
using test::StatisticalSeed;
using test::Tamper;

constexpr test::Effort kSamples = test::kAuditSamples;

// --- adversarial neighbours ---

// Numbers that are none, keys that are none, and one row that counts.
std::vector<PanelRow> StrangeRows() {
  std::vector<PanelRow> rows;
  for (const char* text : {"nan", "NaN", "inf", "-inf", "1e400", "-1e400", "abc", "\"\"", "0x10",
                           "1e-400", "9223372036854775808", "\"1,5\""}) {
    rows.push_back({"unit", "0", text});
    rows.push_back({"unit", text, "2.5"});
  }
  rows.push_back({"unit", "0", "2.5"});
  return rows;
}

const std::vector<PanelRow> kPeople = {
    {"ann", "0", "1"}, {"bob", "1", "2"}, {"bob", "2", "0.5"}, {"cyd", "0", "-1"}};

std::vector<Neighbours> AllNeighbours() {
  // One measure that the unit moves by its whole reach in one cell: here all of epsilon shows.
  const PanelShape sharp{.high = 100, .low = 150, .cells = 2};
  PanelShape sum = sharp;
  sum.measures = "[{sum: amount}]";
  PanelShape all = sharp;
  all.measures = "[rows, units, {sum: amount}]";
  PanelShape four_keys = sharp;
  four_keys.cells = 8;
  four_keys.max_keys = 4;
  PanelShape heavy{.high = 50, .low = 50, .cells = 50, .max_keys = 4, .max_rows = 2};
  return {
      {"one_row", sharp, kPeople, {{"unit", "0", "1"}}, 0.85, ShrinkNoise},
      {"new_key", sharp, {{"ann", "0", "1"}}, {{"unit", "1", "1"}}, 0.85, ShrinkNoise},
      {"new_missing_key", sharp, {{"ann", "0", "1"}}, {{"unit", "", "1"}}, 0.85, ShrinkNoise},
      {"empty_table", sharp, {}, {{"unit", "0", "1"}}, 0.85, ShrinkNoise},
      {"reordered_rows", sharp, kPeople, {{"unit", "0", "1"}}, 0.85, ShrinkNoise, true},
      {"highest_value", sum, kPeople, {{"unit", "0", "1000000000000000"}}, 0.85, LetInValues},
      {"value_beyond_numbers", sum, kPeople, {{"unit", "0", "99e30"}}, 0.8, LetInValues},
      {"lowest_value", sum, kPeople, {{"unit", "0", "-99e30"}}, 0.25, LetInValues},
      {"strange_values", sum, kPeople, StrangeRows(), 0.3, LetInRows(30)},
      {"strange_keys", sharp, kPeople, StrangeRows(), 0.8, LetInRows(30)},
      {"duplicates", sharp, kPeople, Repeat({"unit", "0", "1"}, 20), 0.85, LetInRows(20)},
      {"duplicates_in_all_measures", all, kPeople, Repeat({"unit", "0", "2.5"}, 20), 0.8,
       LetInRows(4)},
      {"eight_keys_for_four", four_keys, kPeople, RowsInCells(8, 8), 0.4, LetInKeys(8)},
      {"heavy_contributor", heavy, kPeople, RowsInCells(200, 50), 0.02, LetInKeys(50)},
  };
}

class ReleaseAuditTest : public ::testing::TestWithParam<Neighbours> {};

TEST_P(ReleaseAuditTest, ShowsNoMoreThanItsClaim) {
  const dp::AuditReport report = AuditPath(GetParam(), Nothing);
  EXPECT_LE(report.epsilon, 1) << report.event;
  EXPECT_GT(report.epsilon, GetParam().seen) << "the audit has lost its power";
}
TEST_P(ReleaseAuditTest, ABrokenPathIsFound) {
  const dp::AuditReport report = AuditPath(GetParam(), GetParam().fault);
  EXPECT_GT(report.epsilon, 1) << report.event;
}
INSTANTIATE_TEST_SUITE_P(Adversarial, ReleaseAuditTest, ::testing::ValuesIn(AllNeighbours()),
                         [](const auto& test_case) { return test_case.param.name; });

// One count with Gaussian noise, against the exact delta of the noise that the plan chose.
class GaussianReleaseAuditTest : public ::testing::Test {
 protected:
  static bool Exceeds(const Tamper& tamper) {
    PanelShape shape{.high = 100, .low = 150};
    shape.privacy = "{epsilon: 8, delta: 1e-6, noise: discrete_gaussian}";
    PanelRelease with(shape, {{"unit", "0", "1"}}, StatisticalSeed(103));
    PanelRelease without(shape, {}, StatisticalSeed(104));
    const ReleasePlan declared = with.plan();
    const Epsilon epsilon = Epsilon::Parse("1").value();
    const double delta =
        dp::UnitShiftGaussianDelta(declared.channels[0].noise->event.parameter, epsilon);
    tamper(with.plan());
    tamper(without.plan());
    return test::AuditPaths({.shape = shape,
                             .declared = declared,
                             .with_unit = [&with] { return with.Run(); },
                             .without_unit = [&without] { return without.Run(); }},
                            Delta::Create(delta).value(), kSamples)
        .Exceeds(epsilon);
  }
};
TEST_F(GaussianReleaseAuditTest, ShowsNoMoreThanItsClaim) { EXPECT_FALSE(Exceeds(Nothing)); }
TEST_F(GaussianReleaseAuditTest, ABrokenPathIsFound) { EXPECT_TRUE(Exceeds(ShrinkNoise)); }

// --- a sum in floating point ---

// Sums in floating point round other people's values by what the unit has added before. Eleven
// bits do with a thousand people what 24 bits do with millions.
double ElevenBitSum(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    int exponent = 0;
    const double mantissa = std::frexp(sum + value, &exponent);
    sum = std::ldexp(std::nearbyint(std::ldexp(mantissa, 11)), exponent - 11);
  }
  return sum;
}

TEST(ReleaseSumTest, AFloatingPointSumIsFound) {
  PanelShape shape{.high = 100, .low = 100, .amount = "[0, 4096], grid: 1"};
  shape.measures = "[{sum: amount}]";
  std::vector<double> people(1000, 3);
  const auto exact = static_cast<int128>(3000);
  const auto without_unit = static_cast<int128>(ElevenBitSum(people));
  people.insert(people.begin(), 4096);
  const auto with_unit = static_cast<int128>(ElevenBitSum(people));
  // The noise of the real path on an empty table; in place of its sums those given.
  PanelRelease empty(shape, {}, StatisticalSeed(105));
  const auto path = [&empty](int128 sum) {
    return [&empty, sum] {
      ReleaseTable table = empty.Run();
      for (uint64_t row = 0; row < table.rows; row += 2) table.measures[0].values[row] += sum;
      return table;
    };
  };
  const auto audit = [&](int128 with, int128 without) {
    return test::AuditPaths({.shape = shape,
                             .declared = empty.plan(),
                             .with_unit = path(with),
                             .without_unit = path(without)},
                            Delta::Zero(), kSamples)
        .epsilon;
  };
  EXPECT_LE(audit(exact + 4096, exact), 1);
  EXPECT_GT(audit(with_unit, without_unit), 1);
}

// --- the bytes that leave ---

TEST(ReleaseAuditDoorTest, ThePayloadShowsNoMoreThanItsClaim) {
  const PanelShape shape{.high = 250, .low = 200};
  PanelRelease with(shape, {{"unit", "0", "1"}}, StatisticalSeed(106));
  PanelRelease without(shape, {}, StatisticalSeed(107));
  const dp::AuditReport report =
      test::AuditPaths({.shape = shape,
                        .declared = with.plan(),
                        .with_unit = [&with] { return with.RunThroughDoor(); },
                        .without_unit = [&without] { return without.RunThroughDoor(); }},
                       Delta::Zero(), kSamples);
  EXPECT_LE(report.epsilon, 1);
  EXPECT_GT(report.epsilon, 0.8);
}

// --- what makes panels independent ---

// Magnitudes at least as large as the median and signs of two noises, in sixteen cases.
bool AreIndependent(const std::vector<int128>& a, const std::vector<int128>& b) {
  const auto kind = [](int128 value) {
    return static_cast<size_t>(value > 0) + 2 * static_cast<size_t>(value > 1 || value < -1);
  };
  std::vector<double> first(4);
  std::vector<double> second(4);
  std::vector<uint64_t> both(16);
  for (size_t i = 0; i < a.size(); ++i) {
    ++first[kind(a[i])];
    ++second[kind(b[i])];
    ++both[4 * kind(a[i]) + kind(b[i])];
  }
  std::vector<double> expected;
  const auto count = static_cast<double>(a.size());
  for (const double x : first) {
    for (const double y : second) expected.push_back(x / count * (y / count));
  }
  // The margins are those of the samples: 9 degrees of freedom.
  return test::ChiSquare(both, expected) <= test::ChiSquareThreshold(9);
}

TEST(ReleaseNoiseTest, IsIndependentBetweenCellsMeasuresAndReleases) {
  PanelShape shape{.high = 300, .low = 300};
  shape.measures = "[rows, units]";
  PanelRelease empty(shape, {}, StatisticalSeed(108));
  const ReleaseTable one = empty.Run();
  const ReleaseTable two = empty.Run();
  const std::vector<int128>& rows = one.measures[0].values;
  for (const size_t lag : {size_t{1}, size_t{2}, size_t{128}}) {
    const std::vector<int128> later(rows.begin() + static_cast<std::ptrdiff_t>(lag), rows.end());
    const std::vector<int128> earlier(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(lag));
    EXPECT_TRUE(AreIndependent(earlier, later)) << lag;
  }
  EXPECT_TRUE(AreIndependent(rows, one.measures[1].values));
  EXPECT_TRUE(AreIndependent(rows, two.measures[0].values));
  EXPECT_FALSE(AreIndependent(rows, rows));
  std::vector<int128> sometimes = one.measures[1].values;  // one noise in twenty is used twice
  for (size_t i = 0; i < sometimes.size(); i += 20) sometimes[i] = rows[i];
  EXPECT_FALSE(AreIndependent(rows, sometimes));
}

}  // namespace
}  // namespace weir::release
