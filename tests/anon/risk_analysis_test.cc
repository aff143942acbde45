// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/risk/risk_analysis.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/anon/profile/draft_recipe.h"

namespace weir::anon::test {
namespace {

using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::StatusIs;

InputLocation Adult(const char* file) {
  return {.path = std::string(WEIR_SOURCE_DIR) + "/tests/testdata/adult/" + file, .delimiter = ';'};
}

RiskRequest SubsetRequest() {
  return {.input = Adult("adult_subset.csv"), .quasi_identifiers = {"sex", "age", "race"}};
}

StatusOr<OwnerView<RiskReport>> Analyze(const RiskRequest& request, Holding holding) {
  WEIR_ASSIGN_OR_RETURN(
      const RiskFindings findings,
      RiskAnalysis::Analyze(request, {.temp_folder = ::testing::TempDir(), .holding = holding},
                            SystemRandom()));
  return findings.report;
}

TEST(RiskAnalysisTest, StreamedRowsGiveTheSameReport) {
  RiskRequest request = SubsetRequest();
  request.privacy_unit = {"occupation", "education"};
  const auto held = Analyze(request, Holding::kHeld);
  const auto streamed = Analyze(request, Holding::kStreamed);
  ASSERT_THAT(held, IsOk());
  ASSERT_THAT(streamed, IsOk());
  const RiskReport& a = held->ShowToOwner();
  const RiskReport& b = streamed->ShowToOwner();
  EXPECT_EQ(a.rows, 3016u);
  EXPECT_EQ(a.sha256, b.sha256);
  EXPECT_EQ(a.class_sizes, b.class_sizes);
  EXPECT_EQ(a.unit_class_sizes, b.unit_class_sizes);
  EXPECT_EQ(a.units->unique_units, b.units->unique_units);
  EXPECT_EQ(a.special.uniques, b.special.uniques);
  EXPECT_EQ(a.risk.prosecutor.average, b.risk.prosecutor.average);
}

TEST(RiskAnalysisTest, AgainstThePopulationThatTheRowsCameFrom) {
  RiskRequest request = SubsetRequest();
  request.population_table = Adult("adult.csv");
  request.population = 30162;
  const auto report = Analyze(request, Holding::kAutomatic);
  ASSERT_THAT(report, IsOk());
  const RiskReport& figures = report->ShowToOwner();
  ASSERT_TRUE(figures.risk.journalist.has_value());
  EXPECT_LT(figures.risk.journalist->average, figures.risk.prosecutor.average);
  EXPECT_EQ(figures.risk.rows_beyond_population, 0u);
  ASSERT_TRUE(figures.uniqueness.has_value());
  EXPECT_EQ(figures.uniqueness->population, 30162u);
}

TEST(RiskAnalysisTest, NoEstimateWhereUnitsAreInSeveralClasses) {
  RiskRequest request = SubsetRequest();
  request.privacy_unit = {"occupation"};
  request.population = 1000;
  const auto report = Analyze(request, Holding::kAutomatic);
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->ShowToOwner().uniqueness.has_value());
}

// Rows of the subset in classes of one are found for certain, those of others by chance.
TEST(RiskAnalysisTest, LinkedWithItselfAFileHasTheRiskOfTheMarketer) {
  RiskRequest request = SubsetRequest();
  request.linkage = LinkageRequest{.known = request.input};
  for (const Holding holding : {Holding::kHeld, Holding::kStreamed}) {
    const auto report = Analyze(request, holding);
    ASSERT_THAT(report, IsOk());
    const RiskReport& figures = report->ShowToOwner();
    ASSERT_TRUE(figures.linkage.has_value());
    EXPECT_EQ(figures.linkage->targets, 3016u);
    EXPECT_EQ(figures.linkage->certain_links, figures.risk.unique_rows);
    EXPECT_NEAR(figures.linkage->share, figures.risk.marketer, 1e-12);
  }
}

TEST(RiskAnalysisTest, PersonsAreNeverCompared) {
  RiskRequest request = SubsetRequest();
  request.linkage = LinkageRequest{.known = request.input, .persons = {"age"}};
  EXPECT_THAT(Analyze(request, Holding::kHeld),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("twice")));
}

TEST(RiskAnalysisTest, ScoresOfRecordsAddUpToTheReport) {
  RiskRequest request = SubsetRequest();
  request.scores_records = true;
  const auto findings =
      RiskAnalysis::Analyze(request, {.temp_folder = ::testing::TempDir()}, SystemRandom());
  ASSERT_THAT(findings, IsOk());
  ASSERT_TRUE(findings->scores.has_value());
  const RecordScores& scores = findings->scores->ShowToOwner();
  const RiskReport& report = findings->report.ShowToOwner();
  ASSERT_EQ(scores.tuple_of_row.size(), report.rows);
  uint64_t unique = 0;
  uint64_t special = 0;
  double sum = 0;
  for (const uint32_t tuple : scores.tuple_of_row) {
    unique += scores.classes[tuple].rows == 1 ? 1 : 0;
    special += scores.smallest[tuple] > 0 ? 1 : 0;
    sum += 1.0 / static_cast<double>(scores.classes[tuple].rows);
  }
  EXPECT_EQ(unique, report.risk.unique_rows);
  EXPECT_EQ(special, report.special.rows);
  EXPECT_NEAR(sum / static_cast<double>(report.rows), report.risk.prosecutor.average, 1e-12);
}

TEST(RiskAnalysisTest, RefusesWrongRequests) {
  RiskRequest none = SubsetRequest();
  none.quasi_identifiers.clear();
  EXPECT_THAT(Analyze(none, Holding::kHeld),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("at least one")));
  RiskRequest twice = SubsetRequest();
  twice.quasi_identifiers = {"sex", "sex"};
  EXPECT_THAT(Analyze(twice, Holding::kHeld),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("twice")));
  RiskRequest small = SubsetRequest();
  small.population = 3015;
  EXPECT_THAT(Analyze(small, Holding::kHeld),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("smaller than the table")));
}

TEST(ProfileTest, StreamedRowsGiveTheSameProfile) {
  const auto profile = [](Holding holding) {
    return RiskAnalysis::Profile(Adult("adult_subset.csv"),
                                 {.temp_folder = ::testing::TempDir(), .holding = holding},
                                 SystemRandom());
  };
  const auto held = profile(Holding::kHeld);
  const auto streamed = profile(Holding::kStreamed);
  ASSERT_THAT(held, IsOk());
  ASSERT_THAT(streamed, IsOk());
  const FileProfile& a = held->ShowToOwner();
  const FileProfile& b = streamed->ShowToOwner();
  ASSERT_EQ(a.columns.size(), 9u);
  EXPECT_EQ(a.ranked, b.ranked);
  for (size_t i = 0; i < a.columns.size(); ++i) {
    EXPECT_EQ(a.columns[i].rows, b.columns[i].rows);
    EXPECT_EQ(a.columns[i].separation, b.columns[i].separation);
    EXPECT_EQ(a.columns[i].role, b.columns[i].role);
  }
}

TEST(DraftRecipeTest, LeavesOutColumnsWithNamesThatARecipeCannotHave) {
  FileProfile profile;
  profile.rows = 3;
  profile.columns = {{.name = "Stra\xC3\x9F"
                              "e (%)",
                      .role = v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER},
                     {.name = "bad\nname", .role = v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER}};
  v1::RecipeInput input;
  input.set_path("a.csv");
  const auto recipe = DraftRecipe(OwnerView<FileProfile>(profile), input);
  ASSERT_THAT(recipe, IsOk());
  ASSERT_EQ(recipe->attributes().size(), 1u);
  EXPECT_EQ(recipe->attributes().begin()->first,
            "Stra\xC3\x9F"
            "e (%)");
  EXPECT_EQ(recipe->models(0).k_anonymity().k(), 3u);  // not more than there are rows
}

}  // namespace
}  // namespace weir::anon::test
