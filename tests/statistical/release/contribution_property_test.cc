// SPDX-License-Identifier: Apache-2.0
// What a plan declares one privacy unit can do, against what it does: the engine's numbers of
// random tables with and without each unit, under the same key for the choice of rows. That choice
// is the only randomness and does not depend on other units, so the difference is the unit's
// contribution. Every channel of a plan is checked, whatever measure it belongs to;
// heavy_unit_test.cc has the paths that are broken on purpose.
//
// This is stronger than an audit of samples: what holds for every key holds for the mixture over
// keys that a release draws from, and the noise does the rest.
#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/statistical/release/contribution.h"
#include "tests/statistical/release/raw_vectors.h"
#include "tests/support/status_matchers.h"

namespace weir::release {
namespace {

using test::AllNoiseFits;
using test::Allows;
using test::Form;
using test::Keeps;
using test::Minus;
using test::Question;
using test::RawVectors;
using test::Row;
using test::SpecOf;
using test::Tables;
using test::Without;

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
                             rc::gen::set(&Row::place, rc::gen::elementOf(kPlaces)),
                             rc::gen::set(&Row::month, rc::gen::elementOf(kTimes)));
}

constexpr std::array<Form, 3> kForms = {Form::kPlain, Form::kTop, Form::kRunning};

Question ArbitraryQuestion(size_t keys) {
  std::vector<Form> forms;
  std::copy_if(kForms.begin(), kForms.end(), std::back_inserter(forms),
               [keys](Form form) { return Allows(keys, form); });
  return {.max_keys = static_cast<uint32_t>(*rc::gen::inRange(1, 9)),
          .max_rows = static_cast<uint32_t>(*rc::gen::inRange(1, 6)),
          .max_rows_per_unit = static_cast<uint64_t>(*rc::gen::inRange(0, 12)),
          .keys = keys,
          .filter = *rc::gen::inRange<size_t>(0, test::FilterChoices().size()),
          .measures = *rc::gen::arbitrary<uint64_t>(),
          .per_unit = *rc::gen::arbitrary<bool>(),
          .is_gaussian = *rc::gen::arbitrary<bool>(),
          .form = *rc::gen::elementOf(forms),
          .top = static_cast<uint32_t>(*rc::gen::inRange(1, 9)),
          .top_by_rows = *rc::gen::arbitrary<bool>()};
}

class ContributionTest : public ::testing::TestWithParam<size_t> {
 protected:
  Tables tables_;
};
INSTANTIATE_TEST_SUITE_P(Keys, ContributionTest,
                         ::testing::Range<size_t>(0, test::KeyChoices().size()));

TEST_P(ContributionTest, EveryMeasureCanBeAsked) {
  for (const Form form : kForms) {
    for (const bool per_unit : {false, true}) {
      if (!Allows(GetParam(), form)) continue;
      const Question question{.keys = GetParam(), .filter = 1, .per_unit = per_unit, .form = form};
      const auto plan = Plan(tables_.dataset(), SpecOf(question));
      ASSERT_TRUE(plan.ok()) << plan.status() << ": teach FillIn to ask for it";
      EXPECT_EQ(plan->measures.size(), test::EveryMeasure(question).size());
      EXPECT_EQ(plan->query.measures.size(), plan->channels.size());
      EXPECT_TRUE(AllNoiseFits(*plan));
    }
  }
}

TEST_P(ContributionTest, OfOneUnitStaysWithinSensitivity) {
  EXPECT_TRUE(rc::check([this] {
    const ReleasePlan plan = Plan(tables_.dataset(), SpecOf(ArbitraryQuestion(GetParam()))).value();
    RC_ASSERT(AllNoiseFits(plan));
    const auto count = static_cast<size_t>(*rc::gen::inRange(0, 120));
    const auto rows = *rc::gen::container<std::vector<Row>>(count, ArbitraryRow());
    const uint64_t seed = *rc::gen::arbitrary<uint64_t>();
    const RawVectors with = tables_.Aggregate(rows, plan, seed);
    for (int unit = 0; unit < 4; ++unit) {
      const RawVectors added = Minus(with, tables_.Aggregate(Without(rows, unit), plan, seed));
      RC_ASSERT(Keeps(added, plan));
      // The choice depends on the unit alone: whoever else is there, it contributes the same.
      std::vector<Row> own;
      std::copy_if(rows.begin(), rows.end(), std::back_inserter(own),
                   [unit](const Row& row) { return row.unit == unit; });
      RC_ASSERT(added == tables_.Aggregate(own, plan, seed));
    }
  }));
}

// --- windows: the unit is a person in a month ---

// The month of a row, none where it has no time.
std::string WindowOf(const Row& row) {
  static const std::map<std::string, std::string> kWindows = {
      {"2025-01-31T23:59:59Z", "2025-01"},
      {"2025-02-28T00:00:00Z", "2025-02"},
      {"2025-03-01T12:00:00Z", "2025-03"},
      {"2025-06-30T23:00:00-02:00", "2025-07"},
      {"1999-12-31T00:00:00Z", "1999-12"}};
  const auto entry = kWindows.find(row.month);
  return entry == kWindows.end() ? "" : entry->second;
}

std::vector<Row> WithoutMonth(std::vector<Row> rows, const std::string& window) {
  std::erase_if(rows,
                [&window](const Row& row) { return row.unit == 0 && WindowOf(row) == window; });
  return rows;
}

TEST_P(ContributionTest, OfOneUnitInOneWindowStaysWithinSensitivity) {
  const Tables tables(test::Unit::kPersonMonth);
  EXPECT_TRUE(rc::check([this, &tables] {
    Question question = ArbitraryQuestion(GetParam());
    if (*rc::gen::arbitrary<bool>()) question.windows = {"2025-01", "2025-07"};
    const ReleasePlan plan = Plan(tables.dataset(), SpecOf(question)).value();
    const auto count = static_cast<size_t>(*rc::gen::inRange(0, 80));
    const auto rows = *rc::gen::container<std::vector<Row>>(count, ArbitraryRow());
    const uint64_t seed = *rc::gen::arbitrary<uint64_t>();
    const RawVectors with = tables.Aggregate(rows, plan, seed);
    for (const std::string window : {"2025-01", "2025-02", "2025-07", ""}) {
      const RawVectors added =
          Minus(with, tables.Aggregate(WithoutMonth(rows, window), plan, seed));
      RC_ASSERT(Keeps(added, plan));
      const bool is_asked = question.windows.empty() || window == "2025-01" || window == "2025-07";
      if (is_asked && !window.empty()) continue;
      const bool is_nothing = std::all_of(added.begin(), added.end(),
                                          [](const auto& vector) { return vector.empty(); });
      RC_ASSERT(is_nothing);
    }
  }));
}

}  // namespace
}  // namespace weir::release
