// SPDX-License-Identifier: Apache-2.0
// What every kind of question is planned as, before any data is read, and what is refused.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/release/trips_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/release/explain.h"

namespace weir::release {
namespace {

using MeasurePlanTest = test::TripsTest;
using test::StatusIs;
using ::testing::HasSubstr;

TEST_F(MeasurePlanTest, EqualChannelsGetNoiseOnce) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan both,
                            PlanFor("keys: [kind]\nmeasures: [mean: fare, variance: fare]\n"));
  EXPECT_EQ(both.channels.size(), 3u) << "number, sum and squares";
  EXPECT_EQ(both.cost.events().size(), 3u);
}

// Rows that are the largest of many noised ones would lie above the truth: what ranks is not shown.
TEST_F(MeasurePlanTest, WhatRanksTheRowsIsNotShown) {
  WEIR_ASSERT_OK_AND_ASSIGN(
      const ReleasePlan plan,
      PlanFor("keys: [zone]\nselection: {}\ntop: {keys: 2}\nmeasures: [units]\n"));
  ASSERT_EQ(plan.channels.size(), 2u);
  EXPECT_NE(plan.top->channel, plan.measures[0].channels[0]);
  EXPECT_EQ(plan.top->channel, plan.selection->channel);
  EXPECT_EQ(plan.cost.events().size(), 2u);
}

TEST_F(MeasurePlanTest, EqualFiltersAreOneQuestion) {
  const auto text = [this](const std::string& filter) {
    return PlanFor("keys: [kind]\nmeasures: [rows]\nfilter: " + filter + "\n").value().text;
  };
  const std::string one = text("[{column: fare, at_least: 1}, {column: zone, in: [a, b]}]");
  EXPECT_EQ(one, text("[{column: zone, in: [b, a, b]}, {column: fare, at_least: 1.0}]"));
  EXPECT_NE(one, text("[{column: zone, in: [b, a]}, {column: fare, above: 1}]"));
}

TEST_F(MeasurePlanTest, ADateFiltersTimesFromItsMidnight) {
  const auto text = [this](const std::string& start) {
    return PlanFor("keys: [kind]\nmeasures: [units]\nfilter: [{column: start, at_least: " + start +
                   "}]\n")
        ->text;
  };
  EXPECT_EQ(text("2025-02-01"), text("2025-02-01T00:00:00Z"));
  EXPECT_NE(text("2025-02-01"), text("2025-02-02"));
}

// The measure is what cannot be, not the privacy that is asked for.
TEST_F(MeasurePlanTest, AChangeThatIsTooLargeIsRefusedAtItsMeasure) {
  for (const char* privacy : {"{epsilon: 1}", "{epsilon: 1, delta: 1e-6}"}) {
    EXPECT_THAT(
        PlanFor("measures: [rows, variance: tip]\nbounds: {max_rows_per_key: 1000000}\n", privacy),
        StatusIs(StatusCode::kInvalidArgument, HasSubstr("question.yaml:2:18: the bounds let")));
  }
}

TEST_F(MeasurePlanTest, AccuracyNamesItsPrice) {
  WEIR_ASSERT_OK_AND_ASSIGN(
      const ReleasePlan plan,
      PlanFor("keys: [kind]\nmeasures: [rows: {within: 10}, units: {within: 5.0}]\n",
              "{epsilon: 20}"));
  EXPECT_LE(plan.resolved.measures(0).half_width(), 10);
  EXPECT_LE(plan.resolved.measures(1).half_width(), 5);
  EXPECT_LT(plan.cost.epsilon(), Epsilon::Parse("20").value());
  WEIR_ASSERT_OK_AND_ASSIGN(
      const ReleasePlan same,
      PlanFor("keys: [kind]\nmeasures: [rows: {within: 10.0}, units: {within: 5}]\n",
              "{delta: 0}"));
  EXPECT_EQ(plan.text, same.text) << "equal questions, equal text";
}

TEST_F(MeasurePlanTest, BoundsComeFromTheDatasetWhereTheSpecIsSilent) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, PlanFor("keys: [kind]\nmeasures: [rows]\n"));
  EXPECT_EQ(plan.channels[0].sensitivity.l1, 12u) << "three keys of four rows";
  WEIR_ASSERT_OK_AND_ASSIGN(
      const ReleasePlan own,
      PlanFor("keys: [kind]\nmeasures: [rows]\n"
              "bounds: {max_keys_per_unit: 3, max_rows_per_key: 4, max_rows_per_unit: 6}\n"));
  EXPECT_EQ(own.channels[0].sensitivity.l1, 6u);
  EXPECT_EQ(own.channels[0].sensitivity.squared_l2, 16u + 4u) << "one full key, half of another";
}

TEST_F(MeasurePlanTest, ExplainsTheChoice) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan,
                            PlanFor("keys: [zone]\nselection: {}\nmeasures: [sum: distance]\n",
                                    "{epsilon: 1, delta: 1e-6}"));
  v1::ReleasePreview preview;
  WEIR_ASSERT_OK(Explain(plan, preview));
  EXPECT_EQ(preview.alternatives_size(), 5)
      << "the plain rules; two kinds of noise, two rules, and a Gaussian threshold beside Laplace";
  int taken = 0;
  for (const v1::PlanAlternative& way : preview.alternatives()) taken += way.taken() ? 1 : 0;
  EXPECT_EQ(taken, 1);
  ASSERT_GT(preview.selection_loss_size(), 3);
  EXPECT_LE(preview.selection_loss(0).shown(), 1e-6);
  for (int i = 1; i < preview.selection_loss_size(); ++i) {
    EXPECT_GE(preview.selection_loss(i).shown(), preview.selection_loss(i - 1).shown());
  }
  EXPECT_GT(preview.selection_loss(preview.selection_loss_size() - 1).shown(), 0.9);
}

TEST_F(MeasurePlanTest, ExplainsWhatAccuracyCosts) {
  const std::string question = "keys: [kind]\nmeasures: [rows: {within: 10}, units: {within: 5}]\n";
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, PlanFor(question, "{delta: 1e-6}"));
  v1::ReleasePreview preview;
  WEIR_ASSERT_OK(Explain(plan, preview));
  ASSERT_EQ(preview.alternatives_size(), 2);
  EXPECT_TRUE(preview.alternatives(0).taken());
  EXPECT_FALSE(preview.alternatives(1).taken());
  EXPECT_EQ(preview.alternatives(0).epsilon(), plan.resolved.epsilon());
  // What the other one says it costs is what it costs.
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan other,
                            PlanFor(question, "{delta: 1e-6, noise: discrete_gaussian}"));
  EXPECT_EQ(preview.alternatives(1).epsilon(), other.resolved.epsilon());
  EXPECT_GT(other.cost.epsilon(), plan.cost.epsilon());
  EXPECT_EQ(preview.alternatives(1).standard_errors(0),
            other.resolved.measures(0).standard_error());

  v1::ReleasePreview pure;
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan without, PlanFor(question, "{}"));
  WEIR_ASSERT_OK(Explain(without, pure));
  ASSERT_EQ(pure.alternatives_size(), 2);
  EXPECT_THAT(pure.alternatives(1).refusal(), HasSubstr("delta"));
}

TEST_F(MeasurePlanTest, ExplainsWhatEveryClampTakes) {
  const auto losses = [this](const std::string& measures) {
    const auto plan = PlanFor("keys: [kind]\nmeasures: " + measures + "\n");
    EXPECT_TRUE(plan.ok()) << plan.status();
    v1::ReleasePreview preview;
    EXPECT_TRUE(Explain(*plan, preview).ok());
    std::vector<std::string> texts;
    for (const v1::ClippingLoss& loss : preview.clipping_loss()) {
      if (loss.kept() == 0.5) {
        texts.push_back(
            loss.bound() + " " + loss.column() + " " +
            (loss.amount().empty() ? std::to_string(loss.contribution()) : loss.amount()));
      }
    }
    return texts;
  };
  using ::testing::Contains;
  using ::testing::Not;
  using ::testing::StartsWith;
  // A sum of a unit is clamped as a whole: no row of it is left out.
  const auto clamped = losses("[sum: {column: distance, per_unit: [-30, 7]}]");
  EXPECT_THAT(clamped, Contains("per_unit distance -60"));
  EXPECT_THAT(clamped, Not(Contains(StartsWith("max_rows_per_key"))));
  const auto both = losses("[sum: {column: distance, per_unit: [-30, 7]}, rows: {}]");
  EXPECT_THAT(both, Contains(StartsWith("max_rows_per_key")));
  // A column's bounds once, whatever is computed with them.
  const auto values = losses("[variance: fare, quantiles: {column: fare, at: [0.5]}]");
  EXPECT_EQ(std::count_if(values.begin(), values.end(),
                          [](const std::string& text) { return text.starts_with("bounds fare"); }),
            1);
}

TEST_F(MeasurePlanTest, RefusesWhatCannotBe) {
  const auto refused = [this](const std::string& question, const char* why,
                              const char* privacy = "{epsilon: 1, delta: 1e-6}") {
    EXPECT_THAT(PlanFor(question, privacy), StatusIs(StatusCode::kInvalidArgument, HasSubstr(why)))
        << question;
  };
  refused("keys: [zone]\nmeasures: [units]\n", "`selection`");
  refused("keys: [zone]\nselection: {}\nmeasures: [units]\n", "delta above 0", "{epsilon: 1}");
  refused("measures: [units]\nselection: {}\n", "no keys to select");
  refused("keys: [kind]\nmeasures: [mean: zone]\n", "is not a number");
  refused("keys: [kind]\nmeasures: [quantiles: {column: fare, at: [0]}]\n", "between 0 and 1");
  refused("keys: [kind]\nmeasures: [quantiles: {column: fare, at: [0.5, 0.2]}]\n", "ascend");
  refused("keys: [kind]\nmeasures: [quantiles: {column: fare}]\n", "1 to 100");
  refused("keys: [kind]\nmeasures: [histogram: {column: fare, edges: [1]}]\n", "edges");
  refused("keys: [kind]\nmeasures: [ratio: {numerator: fare, denominator: fare}]\n", "itself");
  refused("keys: [kind]\nmeasures: [sum: {column: fare, per_unit: [1, 2]}]\n", "must hold 0");
  refused("keys: [kind]\nmeasures: [sum: {column: fare, estimate: 1}]\n", "share");
  refused("keys: [kind]\nmeasures: [sum: {column: fare, estimate: 0.1, within: 3}]\n", "estimate");
  refused("keys: [{column: kind, level: wheels}]\nmeasures: [units]\n", "no level wheels");
  refused("keys: [{column: kind, part: month}]\nmeasures: [units]\n", "has no parts");
  refused("keys: [{column: start, part: year}]\nmeasures: [units]\n", "name a period");
  refused(
      "keys: [{column: start, period: {per: month, first: 2025-13, last: 2026-01}}]\n"
      "measures: [units]\n",
      "2025-13 is not such a period");
  refused(
      "keys: [{column: start, period: {per: day, first: 2025-03-02, last: 2025-03-01}}]\n"
      "measures: [units]\n",
      "lies before");
  refused("keys: [kind]\nmeasures: [units]\nfilter: [{column: fear, below: 1}]\n",
          "no column fear");
  refused("keys: [kind]\nmeasures: [units]\nfilter: [{column: fare, below: x}]\n",
          "question.yaml:4:10");
  refused("keys: [kind]\nmeasures: [units]\nfilter: [{column: distance, below: 1.5}]\n",
          "condition on column distance: not an int");
  refused("keys: [kind]\nmeasures: [units]\nfilter: [{column: start, below: 2025-02-30}]\n",
          "or a date");
  refused("keys: [kind]\nmeasures: [units]\ntop: {keys: 0}\n", "at least one key");
  refused("keys: [kind]\nmeasures: [units]\nbounds: {max_keys_per_unit: 0}\n",
          "question.yaml:4:29: bounds.max_keys_per_unit must be at least 1, got 0");
  refused("keys: [kind]\nmeasures: [rows]\nbounds: {max_rows_per_unit: 0}\n", "at least 1, got 0");
  refused("keys: [kind]\nmeasures: [rows]\nbounds: {estimate: {share: 0.1, max_rows_per_key: 0}}\n",
          "at least 1, got 0");
  refused("keys: [zone]\nselection: {min_units: 0}\nmeasures: [units]\n", "at least 1, got 0");
  refused("keys: [kind]\nmeasures: [rows, variance: fare]\n", "too small for 4 parts",
          "{epsilon: 0.000000000003}");
  refused("keys: [kind]\nmeasures: [rows: {within: 5}, units]\n", "all measures say `within`");
  refused("keys: [kind]\nmeasures: [rows: {within: 0}]\n", "above 0");
  refused("keys: [kind]\nmeasures: [rows: {within: 1}]\n", "more than", "{epsilon: 0.1}");
  refused("keys: [kind]\nmeasures: [units]\n", "epsilon is missing", "{delta: 1e-6}");
  refused("keys: [zone]\nselection: {share: 1}\nmeasures: [sum: fare]\n", "share");
  refused("keys: [zone]\nselection: {}\ntop: {keys: 2, by: rows}\nmeasures: [rows]\n",
          "ranked by their units");
  refused("keys: [kind]\ntop: {keys: 1001}\nmeasures: [units]\n", "at most 1000 keys");
  refused(
      "keys: [{column: kind, all_levels: true}]\nmeasures: [sum: {column: fare, estimate: 0.1}]\n",
      "plain keys only");
}

}  // namespace
}  // namespace weir::release
