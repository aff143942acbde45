// SPDX-License-Identifier: Apache-2.0
// What recipes may say about actions and recodings.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/anon/recipe.h"

namespace weir::anon {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::HasSubstr;

StatusOr<Recipe> Read(const std::string& attribute, const std::string& more = "") {
  const std::string text =
      "input: {path: a.csv}\n"
      "attributes:\n"
      "  q: quasi-identifier\n"
      "  s: {role: sensitive, type: int, action: {round: 5}}\n"
      "  " +
      attribute + "\nmodels: [{k-anonymity: {k: 2}}, {l-diversity: {l: 2, attribute: s}}]\n" + more;
  auto document = doc::ParseYaml<v1::Recipe>(text, "a.recipe.yaml");
  if (!document.ok()) return document.status();
  return Recipe::Create(*document, "/data");
}

constexpr char kUnit[] = "privacy_unit: [u]\n";

TEST(RecipeActionsTest, TakesWhatFits) {
  for (const char* attribute :
       {"x: {role: identifier, action: {pseudonym: {key: k, scope: period, form: ff1}}}",
        "x: {role: identifier, action: [{mask: {keep_first: 2}}, {pseudonym: {key: k, scope: "
        "coalition}}]}",
        "x: {role: quasi-identifier, type: int, action: [{coding: {top: 9}}, {round: 2}, {pram: "
        "{keep: 0.9}}]}",
        "x: {role: insensitive, type: decimal, action: [{round: 0.5}, {rank-swap: {percent: 5}}, "
        "{microaggregate: {function: range, k: 3}}]}",
        "x: {role: insensitive, type: date, action: {date-shift: {days: 30, key: k}}}",
        "x: {role: insensitive, action: {mask: {with: \"\xe2\x80\xa2\"}}}"}) {
    EXPECT_THAT(Read(attribute, kUnit), IsOk()) << attribute;
  }
}

TEST(RecipeActionsTest, NamesWhatDoesNotFit) {
  const struct {
    const char* attribute;
    const char* says;
  } faults[] = {
      {"x: {role: identifier, action: {round: 5}}", "removed, masked or made a pseudonym"},
      {"x: {role: identifier, action: {pram: {keep: 0.5}}}", "removed, masked or made a pseudonym"},
      {"x: {role: insensitive, action: [{pram: {keep: 0.5}}, {round: 5}]}",
       "come before date-shift"},
      {"x: {role: insensitive, action: [{round: 5}, keep]}", "stand alone"},
      {"x: {role: insensitive, type: int, action: [{microaggregate: mean}, {round: 5}]}",
       "nothing comes after"},
      {"x: {role: quasi-identifier, type: int, action: {microaggregate: mean}}", "is generalized"},
      {"x: {role: insensitive, action: {microaggregate: mean}}", "only numbers are aggregated"},
      {"x: {role: insensitive, type: int, action: {microaggregate: {k: 1}}}", "at least 2"},
      {"x: {role: insensitive, action: {mask: {with: ab}}}", "one character"},
      {"x: {role: insensitive, action: {coding: {bottom: 9, top: 9}}}", "bottom must be below top"},
      {"x: {role: insensitive, action: {pram: {keep: 1.5}}}", "in [0, 1]"},
      {"x: {role: insensitive, action: {rank-swap: {percent: 0}}}", "in (0, 100]"},
      {"x: {role: insensitive, action: {round: 0}}", "greater than 0"},
      {"x: {role: insensitive, type: date, action: {date-shift: {days: 0, key: k}}}",
       "days must be in [1, 365250], got 0"},
      {"x: {role: insensitive, action: {date-shift: {days: 3, key: k}}}", "only dates are shifted"},
  };
  for (const auto& [attribute, says] : faults) {
    EXPECT_THAT(Read(attribute, kUnit), StatusIs(StatusCode::kInvalidArgument, HasSubstr(says)))
        << attribute;
  }
}

TEST(RecipeActionsTest, ADateShiftNeedsAUnit) {
  EXPECT_THAT(Read("x: {role: insensitive, type: date, action: {date-shift: {days: 3, key: k}}}"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("name privacy_unit")));
}

TEST(RecipeActionsTest, ProtectedValuesAreNotAggregated) {
  EXPECT_THAT(Read("x: {role: sensitive, type: int, action: {microaggregate: mean}}"), IsOk());
  EXPECT_THAT(Read("x: {role: sensitive, type: int, action: {microaggregate: mean}}\n",
                   "transformation: mondrian\n"),
              IsOk());
  const auto recipe = doc::ParseYaml<v1::Recipe>(
      "input: {path: a.csv}\nattributes:\n  q: quasi-identifier\n"
      "  s: {role: sensitive, type: int, action: {microaggregate: mean}}\n"
      "models: [{l-diversity: {l: 2}}]\n",
      "a.recipe.yaml");
  ASSERT_THAT(recipe, IsOk());
  EXPECT_THAT(
      Recipe::Create(*recipe, "/data"),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("a model protects the values of s")));
}

TEST(RecipeActionsTest, LocalRecodingAloneHasRounds) {
  const std::string x = "x: insensitive";
  EXPECT_THAT(Read(x, "transformation: {recoding: local, rounds: 5, least_share: 0.05}\n"), IsOk());
  EXPECT_THAT(Read(x, "transformation: {recoding: mondrian, least_share: 0.05}\n"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("local only")));
  EXPECT_THAT(Read(x, "transformation: {recoding: local, least_share: 0}\n"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("in (0, 1]")));
}

}  // namespace
}  // namespace weir::anon
