// SPDX-License-Identifier: Apache-2.0
// Keys and words of documents that are not the names of the fields and values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/doc/json_writer.h"
#include "weir/doc/yaml_reader.h"
#include "weir/doc/yaml_writer.h"
#include "weir/v1/recipe.pb.h"

namespace weir::doc {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::HasSubstr;

constexpr char kRecipe[] =
    "input: {path: a.csv}\n"
    "attributes:\n"
    "  age: {role: quasi-identifier}\n"
    "models: [{k-anonymity: {k: 5}}]\n"
    "quality: {aggregate: geometric-mean}\n";

TEST(KeyOptionTest, ReadsHyphenatedKeysAndWords) {
  const auto recipe = ParseYaml<v1::Recipe>(kRecipe, "a.recipe.yaml");
  ASSERT_THAT(recipe, IsOk());
  EXPECT_EQ(recipe->message.models(0).k_anonymity().k(), 5u);
  EXPECT_EQ(recipe->message.attributes().at("age").role(), v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER);
  EXPECT_EQ(recipe->message.quality().aggregate(), v1::QUALITY_AGGREGATE_GEOMETRIC_MEAN);
}

TEST(KeyOptionTest, KnowsOneSpellingOnly) {
  std::string text = kRecipe;
  text.replace(text.find("k-anonymity"), 11, "k_anonymity");
  EXPECT_THAT(ParseYaml<v1::Recipe>(text, "a.recipe.yaml"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("did you mean \"k-anonymity\"")));
  text = kRecipe;
  text.replace(text.find("quasi-"), 6, "quasi_");
  EXPECT_THAT(ParseYaml<v1::Recipe>(text, "a.recipe.yaml"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("quasi-identifier")));
}

TEST(KeyOptionTest, WritesWhatItReads) {
  const auto recipe = ParseYaml<v1::Recipe>(kRecipe, "a.recipe.yaml");
  ASSERT_THAT(recipe, IsOk());
  const auto text = WriteYaml(recipe->message);
  ASSERT_THAT(text, IsOk());
  const auto again = ParseYaml<v1::Recipe>(*text, "b.recipe.yaml");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->message.SerializeAsString(), recipe->message.SerializeAsString());
  EXPECT_THAT(WriteJson(recipe->message, {}), HasSubstr("\"k-anonymity\""));
}

TEST(KeyOptionTest, OneMappingStandsForAListOfActions) {
  const std::string head = "input: {path: a.csv}\nattributes:\n  id: {role: identifier, action: ";
  const std::string action = "{pseudonym: {key: trips-2025, scope: recipient}}";
  const auto lone = ParseYaml<v1::Recipe>(head + action + "}\n", "a.recipe.yaml");
  const auto list = ParseYaml<v1::Recipe>(head + "[" + action + "]}\n", "a.recipe.yaml");
  ASSERT_THAT(lone, IsOk());
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(lone->message.SerializeAsString(), list->message.SerializeAsString());
  EXPECT_THAT(lone->locations.Find("attributes.id.action[0].pseudonym.key"), IsOk());
}

TEST(KeyOptionTest, OtherListsAreWrittenAsLists) {
  const std::string text =
      "input: {path: a.csv}\nattributes:\n  age: quasi-identifier\n"
      "models: {k-anonymity: {k: 5}}\n";
  EXPECT_THAT(ParseYaml<v1::Recipe>(text, "a.recipe.yaml"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("must be a list")));
}

}  // namespace
}  // namespace weir::doc
