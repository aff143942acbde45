// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/report/report.h"

#include <cctype>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "weir/anon/report/charts.h"
#include "weir/anon/report/html.h"
#include "weir/anon/report/model_notes.h"

namespace weir::anon {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(EscapeTest, MarkupBecomesText) {
  EXPECT_EQ(html::Escape("<script>alert('1' & \"2\")</script>"),
            "&lt;script&gt;alert(&#39;1&#39; &amp; &quot;2&quot;)&lt;/script&gt;");
  EXPECT_EQ(html::Escape("&lt;"), "&amp;lt;");
}

TEST(EscapeTest, ControlAndDirectionMarksAreReplaced) {
  EXPECT_EQ(html::Escape(std::string("a\0b", 3)), "a&#xFFFD;b");
  EXPECT_EQ(html::Escape("a\x1B[31m"), "a&#xFFFD;[31m");
  EXPECT_EQ(html::Escape("\xC2\x85"), "&#xFFFD;");  // a C1 control
  EXPECT_EQ(html::Escape("\xE2\x80\xAE"
                         "abc"),
            "&#xFFFD;abc");                             // right-to-left override
  EXPECT_EQ(html::Escape("\xE2\x81\xA6"), "&#xFFFD;");  // an isolate
  EXPECT_EQ(html::Escape("Z\xC3\xBCrich \xE2\x82\xAC"), "Z\xC3\xBCrich \xE2\x82\xAC");
}

TEST(EscapeTest, BytesThatAreNoTextHideNoMarkup) {
  EXPECT_EQ(html::Escape("<\x80"), "&lt;&#xFFFD;");
  EXPECT_EQ(html::Escape("\xE2<b>"), "&#xFFFD;&lt;b&gt;");
  EXPECT_EQ(html::Escape("\xC0\xBC"), "&#xFFFD;&#xFFFD;");     // '<' in two bytes
  EXPECT_EQ(html::Escape("\xED\xA0\x80").size(), 3 * 8U);      // a surrogate
  EXPECT_EQ(html::Escape("\xF4\x90\x80\x80").size(), 4 * 8U);  // beyond Unicode
}

TEST(EscapeTest, LongTextIsCutBetweenCharacters) {
  EXPECT_EQ(html::EscapeShort("\xC3\xBC\xC3\xBC\xC3\xBC", 2), "\xC3\xBC\xC3\xBC&#x2026;");
  EXPECT_EQ(html::EscapeShort("<<", 2), "&lt;&lt;");
}

RC_GTEST_PROP(EscapeProperty, NoMarkupComesOut, (const std::string& text)) {
  const std::string escaped = html::Escape(text);
  RC_ASSERT(escaped.find_first_of("<>\"'") == std::string::npos);
  for (const char c : escaped) {
    RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t');
  }
}

TEST(FigureTest, NearlyAllAndNearlyNothingAreNotShownAsSuch) {
  EXPECT_EQ(html::PlainPercent(0), "0 %");
  EXPECT_EQ(html::PlainPercent(1), "100 %");
  EXPECT_EQ(html::PlainPercent(0.99999), "> 99.9 %");
  EXPECT_EQ(html::PlainPercent(1e-9), "< 0.001 %");
  EXPECT_EQ(html::PlainPercent(0.2), "20.0 %");
  EXPECT_EQ(html::PlainPercent(0.0512), "5.12 %");
  EXPECT_EQ(html::PlainPercent(0.00512), "0.512 %");
  EXPECT_EQ(html::PlainCount(0), "0");
  EXPECT_EQ(html::PlainCount(999), "999");
  EXPECT_EQ(html::PlainCount(1234567), "1,234,567");
}

TEST(FigureTest, ExactFiguresReadBack) {
  for (const double value : {0.1, 1.0 / 3.0, 0.5142895033485844, 1e-300}) {
    EXPECT_EQ(std::stod(html::Exact(value)), value);
  }
  EXPECT_EQ(html::Percent(0.25, "x"), "<data id=\"x\" value=\"0.25\">25.0 %</data>");
}

TEST(ChartsTest, DescriptionsSayWhatThePicturesShow) {
  const std::map<uint64_t, uint64_t> before = {{1, 5}, {5, 1}};
  const std::map<uint64_t, uint64_t> after = {{8, 1}};
  const ClassSizes sizes = {.before = &before, .after = &after, .suppressed_rows = 2};
  EXPECT_THAT(DrawClassSizes(sizes), AllOf(HasSubstr("1: 50.0 % before, 0 % after."),
                                           HasSubstr("5-9: 50.0 % before, 80.0 % after."),
                                           HasSubstr("suppressed: 0 % before, 20.0 % after.")));
  const std::map<uint64_t, uint64_t> rows_before = {{1, 5}, {5, 5}};
  const std::map<uint64_t, uint64_t> rows_after = {{8, 8}};
  // Of five rows that share a class the risk is 20 %, and not above it.
  EXPECT_THAT(DrawRiskCurve({.before = &rows_before, .after = &rows_after}),
              HasSubstr("Risk above 20 %: 50.0 % of the rows before"));
}

TEST(ChartsTest, TablesWithoutRowsAreDrawn) {
  const std::map<uint64_t, uint64_t> none;
  const ClassSizes sizes = {.before = &none, .after = &none, .suppressed_rows = 0};
  EXPECT_THAT(DrawClassSizes(sizes) + DrawRiskCurve({.before = &none, .after = &none}),
              AllOf(Not(HasSubstr("nan")), Not(HasSubstr("inf"))));
}

TEST(ModelNotesTest, EveryModelSaysWhatItDoesNotProtect) {
  const auto* oneof = v1::PrivacyModel::descriptor()->FindOneofByName("model");
  ASSERT_NE(oneof, nullptr);
  for (int i = 0; i < oneof->field_count(); ++i) {
    v1::PrivacyModel model;
    model.GetReflection()->MutableMessage(&model, oneof->field(i));
    const ModelNote note = NoteOn(model);
    EXPECT_FALSE(note.promise.empty()) << oneof->field(i)->name();
    EXPECT_FALSE(note.not_protected.empty()) << oneof->field(i)->name();
  }
}

TEST(ModelNotesTest, ThePromiseHasTheFigureOfTheRecipe) {
  v1::PrivacyModel model;
  model.mutable_k_anonymity()->set_k(7);
  model.mutable_k_anonymity()->set_count(v1::COUNT_OF_UNITS);
  EXPECT_THAT(NoteOn(model).promise, HasSubstr("at least 7 different people"));
  model.mutable_k_anonymity()->set_count(v1::COUNT_OF_ROWS);
  EXPECT_THAT(NoteOn(model).promise, HasSubstr("at least 7 rows"));
  EXPECT_THAT(NoteOn(model).not_protected, HasSubstr("can fill a class alone"));
}

// What every text of a report can be.
const char kHostile[] = "<script>alert(1)</script>\"' onload=\"x\" &copy; </pre>]]>";

Recipe HostileRecipe() {
  const auto document = doc::ParseYaml<v1::Recipe>(
      "input: {path: in.csv}\nattributes: {age: quasi-identifier}\nmodels: [{k-anonymity: 2}]\n",
      "a.recipe.yaml");
  return *Recipe::Create(*document, "/data");
}

AnonymizationFacts HostileFacts() {
  AnonymizationFacts facts;
  facts.rows = 4;
  facts.class_sizes_before = {{1, 4}};
  facts.class_sizes_after = {{4, 1}};
  facts.before = RiskOf(facts.class_sizes_before);
  facts.after = RiskOf(facts.class_sizes_after);
  facts.models = {kHostile};
  facts.input_sha256 = kHostile;
  facts.hierarchy_sha256 = {{kHostile, kHostile}};
  facts.columns = {
      {.name = kHostile, .role = v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER, .is_written = true},
      {.name = kHostile, .role = v1::ATTRIBUTE_ROLE_INSENSITIVE, .is_written = true},
      {.name = kHostile, .role = v1::ATTRIBUTE_ROLE_SENSITIVE, .is_written = true}};
  AttributeOutcome attribute = {.name = kHostile, .level = 1, .height = 1, .loss = 1};
  attribute.utility.example_value = kHostile;
  attribute.utility.example_label = kHostile;
  attribute.utility.labels = {{kHostile, 4, 4}, {std::string(5000, 'x'), 0, 0}};
  facts.attributes = {attribute};
  facts.targets = {{.name = kHostile, .values = 2, .not_measured = kHostile},
                   {.name = kHostile, .values = 2}};
  return facts;
}

std::string HostileReport() {
  return WriteHtmlReport(OwnerView<AnonymizationFacts>(HostileFacts()), HostileRecipe(),
                         {.recipe_name = kHostile,
                          .recipe_text = kHostile,
                          .input_name = kHostile,
                          .output_name = kHostile,
                          .made_at = kHostile,
                          .made_by = kHostile});
}

TEST(ReportTest, SaysWhatBecameOfHomesAndTraces) {
  const auto page_of = [](const std::optional<MobilityFacts>& mobility) {
    AnonymizationFacts facts = HostileFacts();
    facts.mobility = mobility;
    return WriteHtmlReport(OwnerView<AnonymizationFacts>(facts), HostileRecipe(), {});
  };
  const std::string page =
      page_of(MobilityFacts{.rows_read = 8040,
                            .rows_removed = 2091,
                            .known_points = 3,
                            .unique_before = {.share = 0.75, .is_exact = true, .units = 40},
                            .unique_after = {.share = 0.125, .lower = 0.1, .upper = 0.15}});
  EXPECT_THAT(page, HasSubstr("href=\"#mobility\""));
  EXPECT_THAT(page, HasSubstr("id=\"mobility-removed\" value=\"2091\""));
  EXPECT_THAT(page, HasSubstr("id=\"traces-before\" value=\"0.75\""));
  EXPECT_THAT(page, HasSubstr("id=\"traces-after\" value=\"0.125\""));
  EXPECT_THAT(page, AllOf(HasSubstr("all were tried"), HasSubstr("10.0 %")));
  EXPECT_THAT(page_of(std::nullopt), Not(HasSubstr("mobility")));
}

// The names of all elements, and whether each that is opened is closed in its turn.
bool IsNested(const std::string& page) {
  std::vector<std::string> open;
  for (size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    if (page.compare(at, 2, "<!") == 0) continue;
    const size_t end = page.find('>', at);
    if (end == std::string::npos) return false;
    if (page[end - 1] == '/') continue;
    const bool closes = page[at + 1] == '/';
    const size_t begin = at + (closes ? 2 : 1);
    const std::string name = page.substr(begin, page.find_first_of(" >", begin) - begin);
    if (!closes) {
      open.push_back(name);
    } else if (open.empty() || open.back() != name) {
      return false;
    } else {
      open.pop_back();
    }
  }
  return open.empty();
}

TEST(ReportTest, HostileTextsStayText) {
  const std::string page = HostileReport();
  EXPECT_THAT(page, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("onload=\"")),
                          Not(HasSubstr("&copy;")), HasSubstr("&lt;script&gt;")));
  EXPECT_TRUE(IsNested(page));
  EXPECT_THAT(page, Not(HasSubstr(std::string(200, 'x'))));  // long labels are cut
}

TEST(ReportTest, TheCheckOfNestingFindsWhatIsNotClosed) {
  EXPECT_TRUE(IsNested("<!DOCTYPE html><a><b x=\"1\">t</b><c/></a>"));
  EXPECT_FALSE(IsNested("<a><b></a></b>"));
  EXPECT_FALSE(IsNested("<a>"));
}

TEST(ReportTest, NothingIsLoadedFromElsewhere) {
  const std::string page = HostileReport();
  EXPECT_THAT(page,
              AllOf(HasSubstr("default-src 'none'"), Not(HasSubstr("http:")),
                    Not(HasSubstr("https:")), Not(HasSubstr("src=")), Not(HasSubstr("url("))));
}

TEST(ReportTest, UnprotectedSensitiveColumnsAreNamed) {
  EXPECT_THAT(HostileReport(), HasSubstr("Sensitive columns that no model protects"));
}

}  // namespace
}  // namespace weir::anon
