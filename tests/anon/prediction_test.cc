// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/prediction.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::anon {
namespace {

using ::testing::HasSubstr;

LabelledRows Rows(size_t count, uint32_t (*feature)(size_t), uint32_t (*target)(size_t)) {
  LabelledRows rows;
  rows.features.resize(1);
  for (size_t i = 0; i < count; ++i) {
    rows.features[0].push_back(feature(i));
    rows.target.push_back(target(i));
  }
  return rows;
}

uint32_t ThirdOfRow(size_t row) { return static_cast<uint32_t>(row / 7 % 3); }
uint32_t Seldom(size_t row) { return row % 4 == 0 ? 1 : 0; }
uint32_t Third(size_t row) { return static_cast<uint32_t>(row % 3); }
uint32_t Half(size_t row) { return static_cast<uint32_t>(row % 2); }
uint32_t Same(size_t) { return 5; }
uint32_t Single(size_t row) { return static_cast<uint32_t>(row); }

TEST(CrossValidateTest, FeatureThatIsTheTargetIsAlwaysRight) {
  const Accuracy accuracy = CrossValidate(Rows(210, ThirdOfRow, ThirdOfRow));
  EXPECT_EQ(accuracy.rows, 210U);
  EXPECT_EQ(accuracy.predicted, 1.0);
  EXPECT_EQ(accuracy.majority, 1.0 / 3.0);
}

TEST(CrossValidateTest, FeatureThatSaysNothingIsNoBetterThanTheMajority) {
  const Accuracy accuracy = CrossValidate(Rows(400, Same, Seldom));
  EXPECT_EQ(accuracy.majority, 0.75);
  EXPECT_EQ(accuracy.predicted, 0.75);
}

// Who leaves rows out at random leaves too many of one value out, and then guesses the others: with
// values that are equally frequent that is wrong nearly always.
TEST(CrossValidateTest, ValuesThatAreEquallyFrequentAreNotGuessedWorseThanByChance) {
  const Accuracy accuracy = CrossValidate(Rows(40, Same, Third));
  EXPECT_EQ(accuracy.majority, 14.0 / 40.0);
  EXPECT_EQ(accuracy.predicted, 14.0 / 40.0);
  EXPECT_EQ(CrossValidate(Rows(400, Same, Half)).majority, 0.5);
  EXPECT_EQ(CrossValidate(Rows(400, Same, Half)).predicted, 0.5);
}

// What is right on its own training rows only: each row has a code of its own.
TEST(CrossValidateTest, RowsAreNotGuessedFromThemselves) {
  const Accuracy accuracy = CrossValidate(Rows(400, Single, Seldom));
  EXPECT_EQ(accuracy.predicted, accuracy.majority);
}

TEST(CrossValidateTest, TwoFeaturesAreWeighedByHand) {
  // 40 rows; value 1 exactly where both features are 1. Independence given the value: naive Bayes
  // is right on all.
  LabelledRows rows;
  rows.features.resize(2);
  for (uint32_t i = 0; i < 400; ++i) {
    const uint32_t one = i / 10 % 2;
    const uint32_t other = i / 20 % 2;
    rows.features[0].push_back(one);
    rows.features[1].push_back(other);
    rows.target.push_back(one * other);
  }
  const Accuracy accuracy = CrossValidate(rows);
  EXPECT_EQ(accuracy.majority, 0.75);
  EXPECT_EQ(accuracy.predicted, 1.0);
}

TEST(CrossValidateTest, FewRowsGiveNoFigures) {
  EXPECT_EQ(CrossValidate(Rows(2 * kFolds - 1, Same, Seldom)).rows, 0U);
  EXPECT_EQ(CrossValidate(Rows(2 * kFolds, Same, Seldom)).rows, 2 * kFolds);
  EXPECT_EQ(CrossValidate({}).rows, 0U);
}

// Two values of one attribute, `rows` rows each, with their own sensitive value.
struct TwoGroups {
  explicit TwoGroups(uint64_t rows, uint32_t values = 2)
      : hierarchy(*Hierarchy::Create({{"a", "*"}, {"b", "*"}})) {
    table.names = {"group"};
    table.codes = {{0, 1}};
    table.rows = {rows, rows};
    table.total_rows = 2 * rows;
    SensitiveColumn illness = {.name = "illness", .values = values, .counts = {}};
    illness.counts.begin = {0, values / 2, values};
    for (uint32_t v = 0; v < values; ++v) illness.counts.items.push_back({v, 2 * rows / values});
    table.sensitive = {illness};
    list = {&hierarchy};
  }
  PublishedTable Publish(const std::vector<std::string>& labels,
                         const std::vector<uint32_t>& codes) {
    return {.table = &table,
            .hierarchies = list,
            .columns = {{.labels = labels, .codes = codes}},
            .suppressed = {false, false}};
  }
  Hierarchy hierarchy;
  std::vector<const Hierarchy*> list;
  TupleTable table;
};

const std::vector<std::string>& Raw() {
  static const std::vector<std::string> labels = {"a", "b"};
  return labels;
}
const std::vector<uint32_t>& RawCodes() {
  static const std::vector<uint32_t> codes = {0, 1};
  return codes;
}
const std::vector<std::string>& Star() {
  static const std::vector<std::string> labels = {"*"};
  return labels;
}
const std::vector<uint32_t>& StarCodes() {
  static const std::vector<uint32_t> codes = {0, 0};
  return codes;
}

TEST(PredictSensitiveTest, GeneralizingTakesWhatTheAttributeSaid) {
  TwoGroups groups(100);
  const TargetAccuracy open =
      PredictSensitive(groups.Publish(Raw(), RawCodes()), 0, /*drops_suppressed=*/false);
  EXPECT_EQ(open.name, "illness");
  EXPECT_EQ(open.before.predicted, 1.0);
  EXPECT_EQ(open.after.predicted, 1.0);
  const TargetAccuracy closed =
      PredictSensitive(groups.Publish(Star(), StarCodes()), 0, /*drops_suppressed=*/false);
  EXPECT_EQ(closed.before.predicted, 1.0);
  EXPECT_EQ(closed.after.predicted, closed.after.majority);
}

TEST(PredictSensitiveTest, SuppressedRowsStayAsUnknownOrAreLeftOut) {
  TwoGroups groups(100);
  PublishedTable published = groups.Publish(Raw(), RawCodes());
  published.suppressed = {true, false};
  EXPECT_EQ(PredictSensitive(published, 0, /*drops_suppressed=*/false).after.rows, 200U);
  EXPECT_EQ(PredictSensitive(published, 0, /*drops_suppressed=*/true).after.rows, 100U);
}

TEST(PredictSensitiveTest, LargeTablesAreSampledEvenly) {
  TwoGroups groups(kMostPredictedRows);
  const TargetAccuracy accuracy =
      PredictSensitive(groups.Publish(Raw(), RawCodes()), 0, /*drops_suppressed=*/false);
  EXPECT_EQ(accuracy.sampled_every, 2U);
  EXPECT_EQ(accuracy.before.rows, kMostPredictedRows);
  EXPECT_EQ(accuracy.before.predicted, 1.0);
}

TEST(PredictSensitiveTest, ManyValuesAreNotMeasured) {
  TwoGroups groups(1000, kMostTargetValues + 2);
  EXPECT_THAT(PredictSensitive(groups.Publish(Raw(), RawCodes()), 0, false).not_measured,
              HasSubstr("more than 100"));
}

TEST(PredictAttributeTest, AnAttributeIsNotGuessedFromItself) {
  TwoGroups groups(100);
  EXPECT_THAT(PredictAttribute(groups.Publish(Raw(), RawCodes()), 0, false).not_measured,
              HasSubstr("no other quasi-identifier"));
}

}  // namespace
}  // namespace weir::anon
