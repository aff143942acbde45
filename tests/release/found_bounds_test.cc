// SPDX-License-Identifier: Apache-2.0
// Bounds that are left out of a question and found privately, from the document to the table.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/release/release_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/release/door.h"
#include "weir/release/noise_step.h"

namespace weir::release {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;

constexpr char kVisitsDataset[] = R"(dataset: visits
theme: transportation
source: {csv: {path: crashes.csv}}
privacy_unit: [person]
columns:
  person: {type: int}
  place: {type: text}
  kind: {type: text, domain: {values: [a, b, c, d, e, f, g, h]}}
  day: {type: date}
  change: {type: decimal, bounds: [-100000, 100000], grid: 0.01}
  debt: {type: int, bounds: [-1000000, 0]}
  late: {type: int, bounds: [5, 100000]}
  free: {type: decimal, grid: 0.5}
  flag: {type: int, bounds: [0, 1]}
budget: {epsilon: 1000000, delta: 0.01}
)";

constexpr int kPeople = 300;

// Every person in three of eight kinds, two rows in each; values between -3 and 12.
class FoundBoundsTest : public test::NoiselessTest {
 protected:
  FoundBoundsTest() : NoiselessTest(kVisitsDataset) {}
  void SetUp() override {
    ReleaseTest::SetUp();
    std::string csv = "person,place,kind,day,change,debt,late,free,flag\n";
    for (int person = 0; person < kPeople; ++person) {
      for (int i = 0; i < 6; ++i) {
        const char kind = static_cast<char>('a' + (person + i / 2) % 8);
        const int mix = (person * 7 + i * 13) % 16;
        char line[128];
        (void)std::snprintf(line, sizeof line, "%d,p%c,%c,2025-03-0%d,%d,%d,%d,%.1f,1\n", person,
                            kind, kind, i + 1, mix - 3, -mix, 10 + mix, mix * 0.5);
        csv += line;
        changes_[std::string(1, kind)].push_back(mix - 3);
      }
    }
    WriteCsv(csv);
  }

  const std::map<std::string, std::vector<double>>& changes() const { return changes_; }

 private:
  std::map<std::string, std::vector<double>> changes_;
};

double At(const data::PlainTable& table, size_t row, const std::string& column) {
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name != column) continue;
    const data::PlainValue& value = table.rows.at(row).at(i);
    if (const auto* whole = std::get_if<int64_t>(&value)) return static_cast<double>(*whole);
    return std::get<double>(value);
  }
  ADD_FAILURE() << "no column " << column;
  return 0;
}

constexpr char kGiven[] = "bounds: {max_keys_per_unit: 3, max_rows_per_key: 2}\n";

TEST_F(FoundBoundsTest, ClampsAreFoundOnBothSides) {
  const data::PlainTable table =
      Run(std::string("keys: [kind]\nmeasures: [mean: {column: change, estimate: 0.1},\n"
                      "  variance: {column: change, estimate: 0.1}, "
                      "sum: {column: change, estimate: 0.1},\n"
                      "  quantiles: {column: change, at: [0.5], estimate: 0.1}]\n") +
          kGiven);
  for (size_t row = 0; row < 8; ++row) {
    std::vector<double> values = changes().at(std::get<std::string>(table.rows[row][0]));
    double sum = 0, squares = 0;
    for (const double value : values) {
      sum += value;
      squares += value * value;
    }
    const auto n = static_cast<double>(values.size());
    std::sort(values.begin(), values.end());
    EXPECT_EQ(At(table, row, "lower_bound_change"), -5.12) << "the first power of two below -3";
    EXPECT_EQ(At(table, row, "upper_bound_change"), 20.48) << "the first power of two above 12";
    EXPECT_NEAR(At(table, row, "sum_change"), sum, 1);
    EXPECT_NEAR(At(table, row, "mean_change"), sum / n, 0.02);
    EXPECT_NEAR(At(table, row, "variance_change"), squares / n - sum / n * sum / n, 0.5);
    EXPECT_NEAR(At(table, row, "quantile_change_0.5"), values[(values.size() - 1) / 2], 0.1);
  }
}

TEST_F(FoundBoundsTest, OneSearchServesAllMeasuresOfAColumn) {
  WEIR_ASSERT_OK_AND_ASSIGN(
      const ReleasePlan plan,
      PlanFor(std::string("keys: [kind]\nmeasures: [mean: {column: change, estimate: 0.10},\n"
                          "  sum: {column: change, estimate: 0.1}]\n") +
                  kGiven,
              "{epsilon: 1}"));
  ASSERT_EQ(plan.resolved.searches_size(), 2);
  EXPECT_EQ(plan.resolved.searches(0).bound(), "lower_bound");
  EXPECT_EQ(plan.resolved.searches(0).widest(), "-100000");
  EXPECT_EQ(plan.resolved.searches(1).widest(), "100000");
  for (const v1::PlannedSearch& search : plan.resolved.searches()) {
    EXPECT_EQ(search.event().epsilon(), "0.05");
  }
  EXPECT_EQ(plan.cost.approximate().size(), 2u);
}

TEST_F(FoundBoundsTest, ClampsOnOneSideOfZeroKeepTheOther) {
  const data::PlainTable table =
      Run("measures: [sum: {column: debt, estimate: 0.1}, mean: {column: late, estimate: 0.1},\n"
          "  ratio: {numerator: free, denominator: late, estimate: 0.1}]\n"
          "bounds: {max_rows_per_key: 6}\n");
  EXPECT_EQ(At(table, 0, "lower_bound_debt"), -16);
  EXPECT_EQ(At(table, 0, "upper_bound_late"), 32);
  EXPECT_EQ(At(table, 0, "lower_bound_free"), 0);
  EXPECT_EQ(At(table, 0, "upper_bound_free"), 8) << "16 steps; the column has no bounds at all";
  for (const data::PlainColumn& column : table.columns) {
    EXPECT_NE(column.name, "upper_bound_debt") << "its 0 is known";
    EXPECT_NE(column.name, "lower_bound_late") << "its 5 is known";
  }
  EXPECT_NEAR(At(table, 0, "mean_late"), 17.5, 0.2);
}

TEST_F(FoundBoundsTest, ContributionBoundsAreFound) {
  const data::PlainTable table =
      Run("keys: [kind]\nmeasures: [rows, units, sum: {column: change, estimate: 0.1}]\n"
          "bounds: {estimate: 0.1}\n");
  EXPECT_EQ(At(table, 0, "max_keys_per_unit"), 4) << "three kinds a person";
  EXPECT_EQ(At(table, 0, "max_rows_per_key"), 2);
  EXPECT_EQ(At(table, 0, "max_rows_per_unit"), 8) << "six rows a person";
  double rows = 0;
  for (size_t row = 0; row < 8; ++row) rows += At(table, row, "rows");
  EXPECT_NEAR(rows, 6 * kPeople, 1);
  // Eight rows, of 0.2 of 80,000: errors are those of what was found.
  EXPECT_LT(At(table, 0, "rows_se"), 0.1);
}

TEST_F(FoundBoundsTest, TheNoiseIsThatOfTheBoundsFound) {
  WEIR_ASSERT_OK_AND_ASSIGN(
      const ReleasePlan plan,
      PlanFor("keys: [kind]\nmeasures: [rows]\n"
              "bounds: {max_rows_per_unit: 1000, estimate: {share: 0.5, max_rows_per_key: 16}}\n",
              "{epsilon: 1}"));
  EXPECT_EQ(plan.channels[0].sensitivity.l1, 8u * 16u) << "planned with the widest";
  EXPECT_EQ(plan.resolved.bounds().max_keys_per_unit(), 0u);
  EXPECT_EQ(plan.resolved.bounds().estimate().max_keys_per_unit(), 8u) << "there are no more";
  EXPECT_NEAR(plan.resolved.measures(0).standard_error(), std::sqrt(2.0) * 256, 1);
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan settled, Settle(plan, {4, 2}));
  EXPECT_EQ(settled.channels[0].sensitivity.l1, 8u);
  EXPECT_EQ(settled.channels[0].noise->event.parameter, (Rational{16, 1}));
  EXPECT_EQ(settled.query.bounds.max_keys_per_unit.value(), 4);
  EXPECT_EQ(settled.cost, plan.cost);
  EXPECT_THAT(Settle(plan, {4, 3}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("3")));
  EXPECT_THAT(Settle(plan, {4}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("one bound")));
}

TEST_F(FoundBoundsTest, SelectionAndTopTakeWhatIsFound) {
  const data::PlainTable selected =
      Run("keys: [place]\nselection: {}\nmeasures: [units]\nbounds: {estimate: 0.1}\n");
  EXPECT_EQ(selected.rows.size(), 8u);
  EXPECT_EQ(At(selected, 0, "max_keys_per_unit"), 4);
  const data::PlainTable sums =
      Run("keys: [place]\nselection: {}\nmeasures: [histogram: {column: change, edges: [0, 100]}]\n"
          "bounds: {estimate: 0.1}\n");
  EXPECT_EQ(sums.rows.size(), 8u);
  const data::PlainTable top =
      Run("keys: [kind]\ntop: {keys: 3, by: rows}\nmeasures: [rows]\nbounds: {estimate: 0.1}\n");
  EXPECT_EQ(top.rows.size(), 3u);
  EXPECT_EQ(At(top, 0, "max_rows_per_key"), 2);
}

TEST_F(FoundBoundsTest, AThresholdFollowsTheKeysThatAreFound) {
  WEIR_ASSERT_OK_AND_ASSIGN(
      const ReleasePlan plan,
      PlanFor("keys: [place]\nselection: {}\nmeasures: [units]\nbounds: {estimate: 0.1}\n",
              "{epsilon: 1, delta: 1e-6}"));
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan settled, Settle(plan, {4}));
  EXPECT_LT(settled.selection->threshold, plan.selection->threshold);
  WEIR_ASSERT_OK_AND_ASSIGN(
      const ReleasePlan given,
      PlanFor("keys: [place]\nselection: {}\nmeasures: [units]\nbounds: {max_keys_per_unit: 4}\n",
              "{epsilon: 0.9, delta: 1e-6, noise: " +
                  std::string(plan.channels[0].noise->event.kind == NoiseKind::kDiscreteLaplace
                                  ? "discrete_laplace}"
                                  : "discrete_gaussian}")));
  EXPECT_NEAR(static_cast<double>(settled.selection->threshold),
              static_cast<double>(given.selection->threshold),
              0.1 * static_cast<double>(given.selection->threshold));
}

TEST_F(FoundBoundsTest, ThePlanIsTheQuestion) {
  const auto text = [this](const std::string& bounds) {
    return PlanFor("keys: [kind]\nmeasures: [rows]\nbounds: " + bounds + "\n", "{epsilon: 1}")
        .value()
        .text;
  };
  EXPECT_EQ(text("{estimate: 0.1}"), text("{estimate: {share: 0.10, max_rows_per_key: 1024}}"));
  EXPECT_NE(text("{estimate: 0.1}"), text("{estimate: 0.2}"));
  EXPECT_NE(text("{estimate: 0.1}"), text("{estimate: {share: 0.1, max_rows_per_key: 512}}"));
  EXPECT_NE(text("{estimate: 0.1}"), text("{max_keys_per_unit: 8, estimate: 0.1}"));
  EXPECT_THAT(text("{estimate: 0.1}"), HasSubstr("searches"));
}

TEST_F(FoundBoundsTest, NothingIsShownBeforeBoundsAreFound) {
  WEIR_ASSERT_OK_AND_ASSIGN(
      const ReleasePlan plan,
      PlanFor("keys: [kind]\nmeasures: [units]\nbounds: {estimate: 0.1}\n", "{epsilon: 1}"));
  Door door = MakeDoor();
  const Door::Payment payment = door.Pay(dataset(), plan, {}).value();
  WEIR_ASSERT_OK_AND_ASSIGN(Charge charge, ledger().Resume(payment.charge));
  WEIR_ASSERT_OK_AND_ASSIGN(Private<data::AggregateTable> table,
                            engine().Aggregate(dataset(), plan.query, std::move(charge)));
  EXPECT_THAT(NoiseStep::AddNoise(plan, std::move(table), SystemRandom()),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("not found yet")));
}

TEST_F(FoundBoundsTest, RefusesWhatCannotBeFound) {
  const auto refused = [this](const std::string& question, const char* why,
                              const char* privacy = "{epsilon: 1, delta: 1e-6}") {
    EXPECT_THAT(PlanFor(question, privacy), StatusIs(StatusCode::kInvalidArgument, HasSubstr(why)))
        << question;
  };
  const std::string rows = "keys: [kind]\nmeasures: [rows]\nbounds: ";
  refused(rows + "{}\n", "max_keys_per_unit is missing");
  refused(rows + "{estimate: 0}\n", "share must lie between 0 and 1");
  refused(rows + "{estimate: 1}\n", "share must lie between 0 and 1");
  refused(rows + "{estimate: 0.1}\n", "too small", "{epsilon: 1e-9}");
  refused(rows + "{max_keys_per_unit: 1, max_rows_per_key: 1, estimate: 0.1}\n",
          "nothing to estimate");
  refused(rows + "{max_keys_per_unit: 2, estimate: {share: 0.1, max_keys_per_unit: 9}}\n",
          "max_keys_per_unit is not estimated");
  refused(rows + "{estimate: {share: 0.1, max_rows_per_key: 1000001}}\n", "[1, 1000000]");
  refused("measures: [units]\nbounds: {estimate: 0.1}\n", "nothing to estimate");
  refused("keys: [kind]\nmeasures: [rows: {within: 5}]\nbounds: {estimate: 0.1}\n", "within");
  refused(
      "keys: [{column: day, period: {per: day, first: 2025-03-01, last: 2025-03-06}}]\n"
      "measures: [rows: {running: true}]\nbounds: {estimate: 0.1}\n",
      "running totals");
  refused(rows + "{estimate: 0.1}\nselection: {share: 0.95}\n", "", "{epsilon: 1}");
  const std::string given = kGiven;
  refused("keys: [kind]\nmeasures: [sum: {column: flag, estimate: 0.1}]\n" + given,
          "leave nothing to find");
  refused("keys: [kind]\nmeasures: [mean: {column: free}]\n" + given, "or `estimate`");
  refused("keys: [kind]\nmeasures: [variance: {column: free, estimate: 0.1}]\n" + given,
          "more than 2^62");
  refused(
      "keys: [kind]\nmeasures: [mean: {column: change, estimate: 0.1}, "
      "sum: {column: change, estimate: 0.2}]\n" +
          given,
      "name one share");
  refused(
      "keys: [kind]\nmeasures: [mean: {column: change, estimate: 0.6}, "
      "sum: {column: debt, estimate: 0.5}]\n" +
          given,
      "use up its epsilon");
  refused("keys: [kind]\nmeasures: [sum: {column: late, estimate: 0.1, running: true}]\n" + given,
          "neither running");
}

}  // namespace
}  // namespace weir::release
