// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/recipe.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace weir::anon {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// As in the reference of the recipe.
constexpr char kTrips[] =
    "input: {path: adult.csv, delimiter: \";\"}\n"
    "attributes:\n"
    "  age: {role: quasi-identifier, hierarchy: {csv: age.csv, delimiter: \";\"}}\n"
    "  sex: {role: quasi-identifier}\n"
    "  occupation: {role: sensitive, hierarchy: {csv: occupation.csv, delimiter: \";\"}}\n"
    "  trip_id: {role: identifier, action: {pseudonym: {key: trips-2025, scope: recipient}}}\n"
    "models: [{k-anonymity: {k: 5}}, {t-closeness: {t: 0.2, distance: hierarchical, "
    "attribute: occupation}}]\n"
    "suppression_limit: 0.05\n"
    "quality: {measure: loss, suppression_factor: 0.5, aggregate: geometric-mean}\n";

StatusOr<Recipe> Read(const std::string& text) {
  auto document = doc::ParseYaml<v1::Recipe>(text, "a.recipe.yaml");
  if (!document.ok()) return document.status();
  return Recipe::Create(*document, "/data");
}

// kTrips with one place changed.
std::string With(const std::string& from, const std::string& to) {
  std::string text = kTrips;
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(RecipeTest, ReadsWhatTheIssueShows) {
  const auto recipe = Read(kTrips);
  ASSERT_THAT(recipe, IsOk());
  EXPECT_EQ(recipe->input().path, "/data/adult.csv");
  EXPECT_EQ(recipe->input().delimiter, ';');
  std::vector<std::string> names;
  for (const RecipeColumn& column : recipe->columns()) names.push_back(column.name);
  EXPECT_THAT(names, ElementsAre("age", "occupation", "sex", "trip_id"));
  EXPECT_TRUE(recipe->FindColumn("trip_id")->actions.at(0).has_pseudonym());
  EXPECT_EQ(recipe->models().size(), 2u);
  EXPECT_EQ(recipe->quality().suppression_factor, 0.5);
  EXPECT_EQ(recipe->quality().aggregate, v1::QUALITY_AGGREGATE_GEOMETRIC_MEAN);
}

TEST(RecipeTest, FillsInDefaults) {
  const auto recipe = Read(With("distance: hierarchical, attribute: occupation", ""));
  ASSERT_THAT(recipe, IsOk());
  EXPECT_EQ(recipe->models()[0].k_anonymity().count(), v1::COUNT_OF_ROWS);
  EXPECT_EQ(recipe->models()[1].t_closeness().attribute(), "occupation");
  EXPECT_EQ(recipe->models()[1].t_closeness().distance(), v1::CLOSENESS_DISTANCE_EQUAL);
  const auto units = Read(std::string(kTrips) + "privacy_unit: [trip_id]\n");
  ASSERT_THAT(units, IsOk());
  EXPECT_EQ(units->models()[0].k_anonymity().count(), v1::COUNT_OF_UNITS);
}

TEST(RecipeTest, CountsSuppressibleRowsExactly) {
  const auto recipe = Read(With("0.05", "0.29"));
  ASSERT_THAT(recipe, IsOk());
  // 0.29 * 100 is 28.999999999999996 in binary floating point.
  EXPECT_EQ(recipe->SuppressibleRows(100), 29u);
  EXPECT_EQ(recipe->SuppressibleRows(3), 0u);
  EXPECT_EQ(recipe->SuppressibleRows(0), 0u);
  EXPECT_EQ(Read(kTrips)->SuppressibleRows(30162), 1508u);
  EXPECT_EQ(Read(With("0.05", "1"))->SuppressibleRows(uint64_t{1} << 62), uint64_t{1} << 62);
}

TEST(RecipeTest, HashTellsRecipesNotFiles) {
  const auto hash = Read(kTrips)->Sha256();
  ASSERT_THAT(hash, IsOk());
  EXPECT_EQ(*Read(With("path: adult.csv", "path: other.csv"))->Sha256(), *hash);
  EXPECT_NE(*Read(With("k: 5", "k: 6"))->Sha256(), *hash);
}

TEST(RecipeTest, TheFormatOfAnotherDeliveryFollowsFromItsPathUnlessItIsGiven) {
  const Recipe csv = *Read(kTrips);
  EXPECT_EQ(csv.WithInput("/next.parquet").input().format, v1::FILE_FORMAT_PARQUET);
  EXPECT_EQ(csv.WithInput("/next.jsonl.gz").input().format, v1::FILE_FORMAT_JSON);
  EXPECT_EQ(csv.WithInput("/next.csv.zst").input().format, v1::FILE_FORMAT_CSV);
  EXPECT_EQ(csv.WithInput("/next.csv").input().delimiter, ';');
  const Recipe given = *Read(With("delimiter: \";\"", "format: parquet"));
  EXPECT_EQ(given.WithInput("/next").input().format, v1::FILE_FORMAT_PARQUET);
}

struct Fault {
  const char* from;
  const char* to;
  const char* place;
  const char* says;
};

TEST(RecipeTest, NamesTheFaultAndItsPlace) {
  const std::vector<Fault> faults = {
      {"k: 5", "k: 1", ":7:28:", "k must be at least 2, got 1"},
      {"k: 5", "k: 0", ":7:28:", "k must be at least 2, got 0"},
      {"t: 0.2", "t: 1.01", ":7:51:", "t must be in (0, 1], got 1.01"},
      {"t: 0.2", "t: 0", ":7:51:", "t must be in (0, 1]"},
      {"t: 0.2", "t: -0.1", ":7:51:", "t must be in (0, 1]"},
      {"attribute: occupation", "attribute: age", ":7", "age is a quasi-identifier and cannot be"},
      {"attribute: occupation", "attribute: work", ":7", "work is not among the attributes"},
      {"attribute: occupation", "attribute: trip_id", ":7", "does not have the role sensitive"},
      {"role: sensitive, hierarchy: {csv: occupation.csv, delimiter: \";\"}", "role: sensitive",
       ":7", "needs a hierarchy of occupation"},
      {"role: sensitive, hierarchy", "role: insensitive, hierarchy", ":5",
       "only quasi-identifiers"},
      {"suppression_limit: 0.05", "suppression_limit: 1.5", ":8:", "must be in [0, 1], got 1.5"},
      {"suppression_limit: 0.05", "suppression_limit: -0.5", ":8:", "must be in [0, 1]"},
      {"suppression_factor: 0.5", "suppression_factor: 2", ":9:", "must be in [0, 1], got 2"},
      {"measure: loss", "measure: height", ":9:", "has no aggregate"},
      {"path: adult.csv", "path: adult.parquet", ":1:", "delimiter"},
      {"delimiter: \";\"}\nattr", "delimiter: \";;\"}\nattr", ":1:", "delimiter"},
      {"{role: quasi-identifier}", "{role: quasi-identifier, weight: -1}", ":4:", "weight"},
      {"{role: quasi-identifier}", "{role: quasi-identifier, levels: {lowest: 2, highest: 1}}",
       ":4:", "lowest must not be above highest"},
      {"{role: quasi-identifier}", "{role: quasi-identifier, hierarchy: {delimiter: \";\"}}",
       ":4:", "got 0 of them"},
      {"{role: quasi-identifier}", "{role: quasi-identifier, action: keep}",
       ":4:", "may not be kept"},
      {"{role: quasi-identifier}",
       "{role: quasi-identifier, hierarchy: {interval: {widths: [5, 7], lowest: 0, highest: 9}}}",
       ":4:", "7 is no multiple of 5"},
      {"{role: quasi-identifier}",
       "{role: quasi-identifier, hierarchy: {interval: {widths: [5], lowest: 9, highest: 9}}}",
       ":4:", "lowest must be below highest"},
      {"{role: quasi-identifier}",
       "{role: quasi-identifier, hierarchy: {date: {levels: [week, month]}}}",
       ":4:", "does not follow from the level before"},
      {"{role: quasi-identifier}",
       "{role: quasi-identifier, hierarchy: {prefix: {masked: [2, 2]}}}", ":4:", "must ascend"},
      {"{role: quasi-identifier}", "{role: quasi-identifier, hierarchy: {order: {sizes: [1]}}}",
       ":4:", "at least 2 neighbours"},
      {"models: [{k-anonymity: {k: 5}}", "models: [{k-anonymity: {k: 5, count: units}}", ":7",
       "privacy_unit"},
      {"models: [{k-anonymity: {k: 5}}", "models: [{k-anonymity: {k: 5, attributes: [job]}}", ":7",
       "job is no quasi-identifier"},
      {"models: [{k-anonymity: {k: 5}}", "models: [{l-diversity: {l: 2.5}}", ":7",
       "must be a whole number"},
      {"models: [{k-anonymity: {k: 5}}", "models: [{l-diversity: {l: 1, kind: entropy}}", ":7",
       "greater than 1"},
      {"models: [{k-anonymity: {k: 5}}", "models: [{l-diversity: {l: 3, kind: recursive}}", ":7",
       "needs c"},
      {"models: [{k-anonymity: {k: 5}}", "models: [{l-diversity: {l: 3, c: 4}}", ":7",
       "recursive only"},
      {"models: [{k-anonymity: {k: 5}}", "models: [{delta-disclosure: 0}", ":7", "greater than 0"},
      {"models: [{k-anonymity: {k: 5}}", "models: [{beta-likeness: {beta: -1}}", ":7",
       "greater than 0"},
      {"models: [{k-anonymity: {k: 5}}", "models: [{average-risk: 0}", ":7", "must be in (0, 1]"},
      {"models: [{k-anonymity: {k: 5}}",
       "models: [{delta-presence: {lowest: 0.5, highest: 0.2, population: p.csv}}", ":7",
       "lowest must not be above highest"},
      {"models: [{k-anonymity: {k: 5}}",
       "models: [{k-map: {k: 3, population: p.csv}}, {delta-presence: {lowest: 0, highest: 0.2, "
       "population: q.csv}}",
       ":7", "two populations"},
      {"models: [{k-anonymity: {k: 5}}",
       "models: [{population-uniqueness: {limit: 0.1, population: 0}}", ":7",
       "at least one person"},
  };
  for (const Fault& fault : faults) {
    EXPECT_THAT(Read(With(fault.from, fault.to)),
                StatusIs(StatusCode::kInvalidArgument,
                         AllOf(HasSubstr(std::string("a.recipe.yaml") + fault.place),
                               HasSubstr(fault.says))))
        << fault.to;
  }
}

TEST(RecipeTest, WantsAQuasiIdentifierAndAModel) {
  EXPECT_THAT(
      Read("input: {path: a.csv}\nattributes: {x: sensitive}\nmodels: [{average-risk: 1}]\n"),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("no attribute is a quasi-id")));
  EXPECT_THAT(Read("input: {path: a.csv}\nattributes: {x: quasi-identifier}\n"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("at least one model")));
}

TEST(RecipeTest, AModelFindsTheOnlySensitiveAttributeOrAsks) {
  const std::string head = "input: {path: a.csv}\nmodels: [{l-diversity: {l: 2}}]\n";
  EXPECT_THAT(Read(head + "attributes: {x: quasi-identifier}\n"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("there is none")));
  EXPECT_THAT(Read(head + "attributes: {x: quasi-identifier, y: sensitive, z: sensitive}\n"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("there are 2 sensitive ones")));
  EXPECT_THAT(Read(head + "attributes: {x: quasi-identifier, y: sensitive}\n"), IsOk());
}

TEST(RecipeTest, AUnitIsNeitherGeneralizedNorKept) {
  EXPECT_THAT(Read(std::string(kTrips) + "privacy_unit: [age]\n"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("age names whose presence")));
  EXPECT_THAT(Read(std::string(kTrips) + "privacy_unit: [trip_id, trip_id]\n"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("twice")));
  EXPECT_THAT(Read(std::string(kTrips) + "privacy_unit: [rider]\n"), IsOk());
}

TEST(RecipeTest, FrozenLevelsFitTheAttributes) {
  const std::string text = kTrips;
  EXPECT_THAT(Read(text + "frozen: {levels: {age: 1}}\n"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("the level of sex is missing")));
  EXPECT_THAT(Read(text + "frozen: {levels: {age: 1, sex: 0, trip_id: 0}}\n"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("trip_id is no quasi-identifier")));
  const auto frozen = Read(text + "frozen: {levels: {age: 1, sex: 0}}\n");
  ASSERT_THAT(frozen, IsOk());
  EXPECT_EQ(frozen->frozen()->levels().at("age"), 1u);
  EXPECT_EQ(*frozen->Sha256(), *Read(text)->Sha256());
}

}  // namespace
}  // namespace weir::anon
