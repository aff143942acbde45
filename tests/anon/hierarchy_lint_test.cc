// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/hierarchy_lint.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/anon/internal/edit_distance.h"

namespace weir::anon {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<Finding> Lint(const std::string& text) {
  const auto file = ParseHierarchyFile(text, "h.csv", ';');
  EXPECT_THAT(file, IsOk());
  return LintHierarchyFile(*file);
}

std::vector<FindingKind> KindsOf(const std::vector<Finding>& findings) {
  std::vector<FindingKind> kinds;
  kinds.reserve(findings.size());
  for (const Finding& finding : findings) kinds.push_back(finding.kind);
  return kinds;
}

TEST(HierarchyFileTest, ReadsQuotesMarksAndMissingNewlines) {
  const auto file =
      ParseHierarchyFile("\xEF\xBB\xBF\"a;b\";\"say \"\"A\"\"\";*\r\n\nb;B;*", "h.csv", ';');
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(file->paths,
              ElementsAre(GroundPath{"a;b", "say \"A\"", "*"}, GroundPath{"b", "B", "*"}));
  EXPECT_THAT(file->lines, ElementsAre(1u, 3u));
  EXPECT_TRUE(file->has_byte_order_mark);
  EXPECT_FALSE(file->has_final_newline);
}

TEST(HierarchyFileTest, KeepsEmptyCells) {
  const auto file = ParseHierarchyFile(";unknown;*\na;;\n", "h.csv", ';');
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(file->paths, ElementsAre(GroundPath{"", "unknown", "*"}, GroundPath{"a", "", ""}));
}

TEST(HierarchyFileTest, RefusesWhatCannotBeRead) {
  const auto refusal = [](const std::string& text) {
    return ParseHierarchyFile(text, "h.csv", ';').status();
  };
  EXPECT_THAT(refusal(""), StatusIs(StatusCode::kInvalidArgument, HasSubstr("at least one line")));
  EXPECT_THAT(refusal("a;*\n\"b;*\n"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("h.csv:2")));
  EXPECT_THAT(refusal("\"a\"b;*\n"), StatusIs(StatusCode::kInvalidArgument, HasSubstr("h.csv:1")));
  EXPECT_THAT(refusal("a;*\n\xE9;*\n"), StatusIs(StatusCode::kInvalidArgument,
                                                 AllOf(HasSubstr("h.csv:2"), HasSubstr("UTF-8"))));
  EXPECT_THAT(refusal(std::string("a;\0\n", 4)),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("NUL")));
}

TEST(HierarchyLintTest, ASoundFileHasNoFindings) {
  EXPECT_THAT(Lint("1;0-4;*\n2;0-4;*\n5;5-9;*\n"), IsEmpty());
}

TEST(HierarchyLintTest, FindsMarkAndMissingNewline) {
  const auto findings = Lint(
      "\xEF\xBB\xBF"
      "1;*\n2;*");
  EXPECT_THAT(KindsOf(findings),
              ElementsAre(FindingKind::kByteOrderMark, FindingKind::kNoFinalNewline));
  EXPECT_EQ(findings[0].place, "h.csv:1");
  EXPECT_EQ(findings[1].place, "h.csv:2");
  EXPECT_FALSE(findings[1].is_error);
}

TEST(HierarchyLintTest, FindsUnequalDepthAndDoubleValues) {
  const auto findings = Lint("1;a;*\n2;*\n1;a;*\n");
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].kind, FindingKind::kUnequalDepth);
  EXPECT_EQ(findings[0].place, "h.csv:2");
  EXPECT_TRUE(findings[0].is_error);
  EXPECT_EQ(findings.back().kind, FindingKind::kValueTwice);
  EXPECT_EQ(findings.back().place, "h.csv:3");
}

TEST(HierarchyLintTest, FindsLabelsThatAreTornApart) {
  const auto findings = Lint("1;a;x;*\n2;a;y;*\n");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::kNotMonotone);
  EXPECT_THAT(findings[0].what, AllOf(HasSubstr("\"a\""), HasSubstr("\"x\""), HasSubstr("line 1")));
}

TEST(HierarchyLintTest, QuotesLabelsThatLookLikeAPlaceOfAMessage) {
  const auto findings = Lint("1;50%s;x;*\n2;50%s;y;*\n");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].what, HasSubstr("\"50%s\" lies under \"y\" here and under \"x\" in"));
}

TEST(HierarchyLintTest, FindsSpellings) {
  const auto findings =
      Lint("Spain;Europe;*\nItaly;Europa;*\nPeru;South America;*\nBrazil;south  america;*\n");
  EXPECT_THAT(KindsOf(findings),
              ElementsAre(FindingKind::kNearDuplicate, FindingKind::kNearDuplicate));
  EXPECT_THAT(findings[0].what,
              AllOf(HasSubstr("Europa"), HasSubstr("Europe"), HasSubstr("line 1")));
  EXPECT_EQ(findings[1].place, "h.csv:4");
}

TEST(HierarchyLintTest, DoesNotTakeNumbersOrShortWordsForSpellings) {
  EXPECT_THAT(Lint("1;group 1;*\n2;group 2;*\n3;Asia;*\n4;Asio;*\n"), IsEmpty());
  EXPECT_THAT(Lint("Iran;*\nIraq;*\nMalen;*\nMales;*\n"), IsEmpty());
  EXPECT_THAT(KindsOf(Lint("Male;*\nmale;*\n")), ElementsAre(FindingKind::kNearDuplicate));
}

TEST(HierarchyLintTest, FindsSpacesAndRoots) {
  EXPECT_THAT(KindsOf(Lint("a; A;*\nb;B;*\n")), ElementsAre(FindingKind::kSpaceAround));
  EXPECT_THAT(KindsOf(Lint("a;A\nb;B\n")), ElementsAre(FindingKind::kNoRoot));
}

TEST(HierarchyLintTest, FindsATypingErrorInAPublishedHierarchy) {
  const std::string path =
      std::string(WEIR_SOURCE_DIR) + "/tests/testdata/adult/adult_hierarchy_native-country.csv";
  auto text = SystemFiles().Read(path, kMaxHierarchyFileBytes);
  ASSERT_THAT(text, IsOk());
  // As it is, North America and South America are no spellings of each other.
  EXPECT_THAT(KindsOf(Lint(*text)), ElementsAre(FindingKind::kNoFinalNewline));
  text->replace(text->find("England;Europe"), 14, "England;Europa");
  const auto findings = Lint(*text);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].kind, FindingKind::kNearDuplicate);
  EXPECT_THAT(findings[0].what, AllOf(HasSubstr("Europa"), HasSubstr("Europe")));
}

TEST(HierarchyLintTest, CountsValuesWithoutAPlace) {
  RecipeColumn column;
  column.name = "age";
  RuleResult result;
  EXPECT_THAT(LintCoverage(column, result, 3, "h.csv"), IsEmpty());
  result.unplaced = {1, 2};
  const auto findings = LintCoverage(column, result, 3, "h.csv");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].what, HasSubstr("2 of the 3 different values of age"));
}

TEST(EditDistanceTest, CountsChangesAndSwaps) {
  using internal::EditDistance;
  EXPECT_EQ(EditDistance("Europa", "Europe", 2), 1u);
  EXPECT_EQ(EditDistance("Eruope", "Europe", 2), 1u);
  EXPECT_EQ(EditDistance("abc", "abc", 0), 0u);
  EXPECT_EQ(EditDistance("", "ab", 2), 2u);
  EXPECT_EQ(EditDistance("kitten", "sitting", 3), 3u);
  EXPECT_EQ(EditDistance("kitten", "sitting", 2), 3u);
  EXPECT_EQ(EditDistance("short", "muchlonger", 1), 2u);
}

}  // namespace
}  // namespace weir::anon
