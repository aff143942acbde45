// SPDX-License-Identifier: Apache-2.0
// Recodings that are frozen and applied to the next delivery.
#include "weir/anon/frozen_recoding.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "weir/anon/anonymize.h"
#include "weir/base/files.h"
#include "weir/base/random.h"
#include "weir/doc/yaml_reader.h"
#include "weir/doc/yaml_writer.h"

namespace weir::anon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using weir::test::IsOk;
using weir::test::ReadTextFile;
using weir::test::SeededRandom;
using weir::test::StatusIs;
using weir::test::WriteTextFile;

// Ages and zips, of which low ones are more frequent.
std::string People(uint64_t seed, size_t rows, const std::string& zip = "8020") {
  SeededRandom random(seed);
  std::string text = "zip,age,ill\n";
  for (size_t i = 0; i < rows; ++i) {
    const uint64_t age = 20 + std::min(random.Word() % 40, random.Word() % 40);
    text += zip + std::to_string(random.Word() % 4) + "," + std::to_string(age) + "," +
            (random.Word() % 3 == 0 ? "yes" : "no") + "\n";
  }
  return text;
}

class FrozenRecodingTest : public ::testing::Test {
 protected:
  static std::string RecipeWith(const std::string& transformation, const std::string& limit = "0.3",
                                const std::string& more = "") {
    return "input: {path: in.csv}\nattributes:\n"
           "  zip: {role: quasi-identifier, hierarchy: {prefix: {masked: [1, 5]}}}\n"
           "  age: {role: quasi-identifier, type: int,\n"
           "        hierarchy: {interval: {widths: [5, 20], lowest: 20, highest: 60}}}\n"
           "  ill: {role: sensitive" +
           more + "}\nmodels: [{k-anonymity: 4}]\nsuppression_limit: " + limit +
           "\ntransformation: " + transformation + "\n";
  }

  StatusOr<Anonymizer> Open(const std::string& yaml, const std::string& people) {
    WriteTextFile(folder_.Path("in.csv"), people);
    WEIR_ASSIGN_OR_RETURN(const auto document, doc::ParseYaml<v1::Recipe>(yaml, "a.recipe.yaml"));
    WEIR_ASSIGN_OR_RETURN(const Recipe recipe, Recipe::Create(document, folder_.path()));
    message_ = recipe.message();
    return Anonymizer::Open(recipe, {}, SystemFiles(), SystemRandom());
  }

  // The text of the frozen recipe.
  StatusOr<std::string> Freeze(const std::string& yaml, const std::string& people) {
    WEIR_ASSIGN_OR_RETURN(Anonymizer anonymizer, Open(yaml, people));
    WEIR_ASSIGN_OR_RETURN(const SearchResult found, anonymizer.Find());
    WEIR_ASSIGN_OR_RETURN(*message_.mutable_frozen(), anonymizer.Freeze(found));
    WEIR_RETURN_IF_ERROR(
        anonymizer.Write(found, {.path = Path("found.csv"), .replace = true}).status());
    return doc::WriteYaml(message_);
  }

  StatusOr<uint64_t> Apply(const std::string& frozen, const std::string& people) {
    WEIR_ASSIGN_OR_RETURN(Anonymizer anonymizer, Open(frozen, people));
    WEIR_RETURN_IF_ERROR(anonymizer.CheckFrozen(message_.frozen()));
    WEIR_ASSIGN_OR_RETURN(const SearchResult found, anonymizer.Repeat(message_.frozen()));
    WEIR_RETURN_IF_ERROR(
        anonymizer.Write(found, {.path = Path("out.csv"), .replace = true}).status());
    return found.suppressed_rows;
  }

  // The rows of a file, sorted.
  std::vector<std::string> Lines(const std::string& name) const {
    std::ifstream file(Path(name));
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  std::string Path(const std::string& name) const { return folder_.Path(name); }

  weir::test::TemporaryFolder folder_;
  v1::Recipe message_;
};

TEST_F(FrozenRecodingTest, GivesTheSameForWhatItWasFoundFor) {
  const std::string people = People(1, 400);
  for (const std::string transformation : {"local", "mondrian"}) {
    const auto frozen = Freeze(RecipeWith(transformation), people);
    ASSERT_THAT(frozen, IsOk());
    ASSERT_THAT(Apply(*frozen, people), IsOk());
    EXPECT_EQ(Lines("out.csv"), Lines("found.csv")) << transformation;
  }
}

TEST_F(FrozenRecodingTest, TheNextDeliveryGoesThroughTheSameClasses) {
  for (const std::string transformation : {"local", "mondrian"}) {
    const auto frozen = Freeze(RecipeWith(transformation), People(1, 400));
    ASSERT_THAT(frozen, IsOk());
    const std::vector<std::string> before = Lines("found.csv");
    ASSERT_THAT(Apply(*frozen, People(2, 600)), IsOk()) << transformation;
    std::set<std::string> known;
    for (const std::string& line : before) known.insert(line.substr(0, line.rfind(',')));
    std::map<std::string, int> classes;
    for (const std::string& line : Lines("out.csv")) ++classes[line.substr(0, line.rfind(','))];
    classes.erase("zip,age");
    classes.erase("*,*");
    EXPECT_GT(classes.size(), 3u);
    for (const auto& [labels, rows] : classes) {
      EXPECT_TRUE(known.contains(labels)) << labels;
      EXPECT_GE(rows, 4);
    }
  }
}

TEST_F(FrozenRecodingTest, ADeliveryThatBreaksItIsRefused) {
  for (const std::string transformation : {"local", "mondrian"}) {
    const auto frozen = Freeze(RecipeWith(transformation, "0.1"), People(1, 400));
    ASSERT_THAT(frozen, IsOk());
    // Too few rows for the classes; people of whom no class is.
    EXPECT_THAT(Apply(*frozen, People(3, 40)),
                StatusIs(StatusCode::kFailedPrecondition, HasSubstr("limit")));
    EXPECT_THAT(Apply(*frozen, People(1, 400, "9910")),
                StatusIs(StatusCode::kFailedPrecondition, HasSubstr("limit")));
    EXPECT_FALSE(std::ifstream(Path("out.csv")).good());
  }
}

TEST_F(FrozenRecodingTest, TellsNothingOfWhatIsSuppressed) {
  // One person lives elsewhere, and stands alone there.
  const std::string people = People(1, 400) + "99999,59,yes\n";
  const auto frozen = Freeze(RecipeWith("local"), people);
  ASSERT_THAT(frozen, IsOk());
  EXPECT_THAT(*frozen, Not(HasSubstr("9999")));
}

TEST_F(FrozenRecodingTest, RefusesWhatFollowsFromOneDelivery) {
  const std::string people = People(1, 400);
  EXPECT_THAT(
      Freeze(RecipeWith("cell-suppression"), people),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("cell suppression cannot be frozen")));
  const std::string mdav =
      "input: {path: in.csv}\nattributes:\n"
      "  zip: quasi-identifier\n"
      "  age: {role: insensitive, type: int, action: {microaggregate: {k: 3}}}\n"
      "models: [{k-anonymity: 2}]\n";
  EXPECT_THAT(Freeze(mdav, people),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("MDAV cannot be frozen")));
}

TEST_F(FrozenRecodingTest, FrozenFormsThatDoNotFitAreRefused) {
  const std::string people = People(1, 400);
  const auto frozen = Freeze(RecipeWith("mondrian"), people);
  ASSERT_THAT(frozen, IsOk());
  const auto with = [&](const std::string& text, const std::string& other) {
    std::string changed = *frozen;
    const size_t at = changed.rfind(text);
    EXPECT_NE(at, std::string::npos) << text;
    return changed.replace(at, text.size(), other);
  };
  EXPECT_THAT(Apply(with("mondrian", "global"), people),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("global recoding has no rounds")));
  EXPECT_THAT(Apply(with("mondrian", "local"), people),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("changed after it was frozen")));
  EXPECT_THAT(Apply(RecipeWith("mondrian") + "frozen: {levels: {age: 0, zip: 0}}\n", people),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("frozen as rounds")));
  EXPECT_THAT(
      Apply(RecipeWith("mondrian") +
                "frozen: {rounds: [{levels: {age: 0, zip: 0}, classes: [{labels: [x]}]}]}\n",
            people),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("number of labels")));
  EXPECT_THAT(Apply(RecipeWith("mondrian") + "frozen: {rounds: [{levels: {age: 0}}]}\n", people),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("level of zip is missing")));
}

// Odd labels survive the document: quotes, line ends, stars and nothing at all.
TEST_F(FrozenRecodingTest, LabelsAreTexts) {
  std::string people = "q,r\n";
  for (int i = 0; i < 3; ++i)
    people += "\"a \"\"b\"\", *\",1\n\"two\nlines\",1\n,1\n- &x !y: #z,1\n";
  const std::string yaml =
      "input: {path: in.csv}\nattributes:\n  q: quasi-identifier\n"
      "  r: quasi-identifier\nmodels: [{k-anonymity: 3}]\n"
      "transformation: mondrian\n";
  const auto frozen = Freeze(yaml, people);
  ASSERT_THAT(frozen, IsOk());
  const auto suppressed = Apply(*frozen, people);
  ASSERT_THAT(suppressed, IsOk());
  EXPECT_EQ(*suppressed, 0u);
  EXPECT_EQ(Lines("out.csv"), Lines("found.csv"));
}

RC_GTEST_FIXTURE_PROP(FrozenRecodingTest, WhatIsFrozenGivesItselfBack, (uint32_t seed)) {
  const std::string people = People(seed, 5 + seed % 300);
  for (const std::string transformation : {"local", "mondrian"}) {
    const auto frozen = Freeze(RecipeWith(transformation, "1"), people);
    if (!frozen.ok()) {
      const bool is_empty = frozen.status().message().find("no class") != absl::string_view::npos;
      RC_ASSERT(is_empty || frozen.status().code() == StatusCode::kFailedPrecondition);
      continue;
    }
    const auto again = Apply(*frozen, people);
    RC_ASSERT(again.ok());
    RC_ASSERT(Lines("out.csv") == Lines("found.csv"));
  }
}

}  // namespace
}  // namespace weir::anon
