// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/yaml_reader.h"

#include <string>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/v1/agreement.pb.h"
#include "weir/v1/dataset.pb.h"
#include "weir/v1/release.pb.h"

namespace weir::doc {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using test::StatusIs;
using ::testing::HasSubstr;

template <class M>
M FromText(const std::string& text) {
  M message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

// The two documents that the README shows.
constexpr char kDataset[] = R"(# crashes.dataset.yaml
dataset: crashes
theme: transportation
source: {csv: {path: crashes.csv, delimiter: ","}}
privacy_unit: [case_id]
columns:
  case_id: {type: text}
  weekday: {type: int, domain: {values: [1,2,3,4,5,6,7]}}
  hour: {type: int, missing: {values: [99], as: drop}, bounds: [0, 23]}
  fatalities: {type: int, bounds: [0, 10]}
budget: {epsilon: 4, delta: 1e-6}
)";

constexpr char kRelease[] = R"(# crashes-by-hour.release.yaml
dataset: crashes.dataset.yaml
keys:
  - weekday
  - {column: hour, bucket: {edges: [0, 4, 8, 12, 16, 20, 24]}}
measures: [rows, units, {sum: fatalities}]
bounds: {max_keys_per_unit: 1, max_rows_per_key: 1}
privacy: {epsilon: 1.0}
)";

TEST(YamlReaderTest, ReadsTheDatasetThatStewardsSeeFirst) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto document, ParseYaml<v1::Dataset>(kDataset, "a.yaml"));
  const auto expected = FromText<v1::Dataset>(R"(
    dataset: "crashes"
    theme: THEME_TRANSPORTATION
    source { csv { path: "crashes.csv" delimiter: "," } }
    privacy_unit: "case_id"
    columns { key: "case_id" value { type: COLUMN_TYPE_TEXT } }
    columns { key: "weekday" value {
      type: COLUMN_TYPE_INT
      domain { values: ["1", "2", "3", "4", "5", "6", "7"] } } }
    columns { key: "hour" value {
      type: COLUMN_TYPE_INT
      missing { values: "99" as: MISSING_RULE_DROP }
      bounds: ["0", "23"] } }
    columns { key: "fatalities" value { type: COLUMN_TYPE_INT bounds: ["0", "10"] } }
    budget { epsilon: "4" delta: "1e-6" })");
  EXPECT_TRUE(MessageDifferencer::Equals(document.message, expected))
      << document.message.DebugString();
}

TEST(YamlReaderTest, ReadsTheReleaseThatStewardsSeeFirst) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto document, ParseYaml<v1::ReleaseSpec>(kRelease, "a.yaml"));
  const auto expected = FromText<v1::ReleaseSpec>(R"(
    dataset: "crashes.dataset.yaml"
    keys { column: "weekday" }
    keys { column: "hour" bucket { edges: ["0", "4", "8", "12", "16", "20", "24"] } }
    measures { rows {} }
    measures { units {} }
    measures { sum { column: "fatalities" } }
    bounds { max_keys_per_unit: 1 max_rows_per_key: 1 }
    privacy { epsilon: "1.0" })");
  EXPECT_TRUE(MessageDifferencer::Equals(document.message, expected))
      << document.message.DebugString();
}

TEST(YamlReaderTest, AListMayStandForAMessageThatIsMostlyAList) {
  WEIR_ASSERT_OK_AND_ASSIGN(
      const auto document,
      ParseYaml<v1::Level>("level: district\ngroups: {north: [a, b], south: {members: [c]}}\n",
                           "h.yaml"));
  const auto expected = FromText<v1::Level>(R"(
    level: "district"
    groups { key: "north" value { members: ["a", "b"] } }
    groups { key: "south" value { members: "c" } })");
  EXPECT_TRUE(MessageDifferencer::Equals(document.message, expected));
  EXPECT_THAT(ParseYaml<v1::Level>("level: d\ngroups: {north: []}\n", "h.yaml"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("must not be empty")));
}

TEST(YamlReaderTest, AMeasureThatNeedsNothingMayStandAlone) {
  WEIR_ASSERT_OK_AND_ASSIGN(
      const auto document,
      ParseYaml<v1::ReleaseSpec>("dataset: a\nmeasures: [rows, rows: {running: true}]\n", "a"));
  EXPECT_TRUE(document.message.measures(0).has_rows());
  EXPECT_TRUE(document.message.measures(1).rows().running());
  EXPECT_THAT(ParseYaml<v1::ReleaseSpec>("dataset: a\nmeasures: [sum]\n", "a"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("needs a value for \"sum\"")));
}

TEST(YamlReaderTest, BlockAndFlowStyleSayTheSame) {
  constexpr char kBlock[] = R"(dataset: 'crashes.dataset.yaml'
keys:
- column: "weekday"   # with a comment
- column: hour
  bucket:
    edges:
      - 0
      - 4
      - 8
      - 12
      - 16
      - 20
      - 24
measures:
  - rows: {}
  - units
  - sum: fatalities
bounds:
  max_keys_per_unit: 1
  max_rows_per_key: 1
privacy:
  epsilon: 1.0
)";
  WEIR_ASSERT_OK_AND_ASSIGN(const auto block, ParseYaml<v1::ReleaseSpec>(kBlock, "a.yaml"));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto flow, ParseYaml<v1::ReleaseSpec>(kRelease, "a.yaml"));
  EXPECT_TRUE(MessageDifferencer::Equals(block.message, flow.message));
}

TEST(YamlReaderTest, RemembersWhereEachValueStood) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto dataset, ParseYaml<v1::Dataset>(kDataset, "a.yaml"));
  const Locations& places = dataset.locations;
  EXPECT_EQ(places.Find("")->ToString(), "a.yaml:2:1");
  EXPECT_EQ(places.Find("source.csv.delimiter")->ToString(), "a.yaml:4:46");
  EXPECT_EQ(places.Find("columns.hour.bounds")->ToString(), "a.yaml:9:64");
  EXPECT_EQ(places.Find("columns.hour.bounds[1]")->ToString(), "a.yaml:9:68");
  EXPECT_FALSE(places.Find("columns.hour.bounds[2]").ok());
  WEIR_ASSERT_OK_AND_ASSIGN(const auto release, ParseYaml<v1::ReleaseSpec>(kRelease, "r.yaml"));
  EXPECT_EQ(release.locations.Find("keys[0]")->ToString(), "r.yaml:4:5");
  EXPECT_EQ(release.locations.Find("keys[0].column")->ToString(), "r.yaml:4:5");
  EXPECT_EQ(release.locations.Find("measures[0].rows")->ToString(), "r.yaml:6:12");
  EXPECT_EQ(release.locations.Find("measures[2].sum")->ToString(), "r.yaml:6:31");
}

TEST(YamlReaderTest, ColumnsCountCharactersNotBytes) {
  const std::string text = "dataset: a\ntitle: \"\xC3\xA9\xC3\xA9\"\ntheme: {\xC3\xA9: 1, b: 2}\n";
  EXPECT_THAT(ParseYaml<v1::Dataset>(text, "a"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("a:3:8: theme must be a single")));
  EXPECT_THAT(ParseYaml<v1::Dataset>("{title: \xC3\xA9, x: 1}", "a"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("a:1:12: unknown key \"x\"")));
}

TEST(YamlReaderTest, CrlfReadsAsLf) {
  std::string windows;
  for (const char c : std::string(kDataset)) windows += c == '\n' ? "\r\n" : std::string(1, c);
  WEIR_ASSERT_OK_AND_ASSIGN(const auto a, ParseYaml<v1::Dataset>(windows, "a.yaml"));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto b, ParseYaml<v1::Dataset>(kDataset, "a.yaml"));
  EXPECT_TRUE(MessageDifferencer::Equals(a.message, b.message));
  EXPECT_EQ(*a.locations.Find("budget.delta"), *b.locations.Find("budget.delta"));
}

TEST(YamlReaderTest, OneDocumentStartIsAllowed) {
  WEIR_EXPECT_OK(ParseYaml<v1::Dataset>("---\n" + std::string(kDataset), "a.yaml"));
}

// Text fields take the words that other readers turn into something else.
TEST(YamlReaderTest, TextStaysAsItIsWritten) {
  constexpr char kText[] =
      "values: [010, 08001, 1.50, 0x1F, 1_000, 12:30:00, yes, NO, on, true, 2026-01-31, +1, .5,"
      " \"null\", '~', \"\", \" a \", \"\\t\\u00e9\\\"\", 'it''s', a#b, \"#\", -, =, a:b]\n";
  WEIR_ASSERT_OK_AND_ASSIGN(const auto document, ParseYaml<v1::Domain>(kText, "a.yaml"));
  EXPECT_THAT(document.message.values(),
              testing::ElementsAre("010", "08001", "1.50", "0x1F", "1_000", "12:30:00", "yes", "NO",
                                   "on", "true", "2026-01-31", "+1", ".5", "null", "~", "", " a ",
                                   "\t\xC3\xA9\"", "it's", "a#b", "#", "-", "=", "a:b"));
}

TEST(YamlReaderTest, BlockTextKeepsItsFinalLineBreaks) {
  constexpr char kText[] =
      "values:\n  - |\n    a\n\n     b\n  - |-\n    a\n  - |+\n    a\n\n  - >\n    a\n    b\n"
      "  - \"a\n    b\"\n";
  WEIR_ASSERT_OK_AND_ASSIGN(const auto document, ParseYaml<v1::Domain>(kText, "a.yaml"));
  EXPECT_THAT(document.message.values(),
              testing::ElementsAre("a\n\n b\n", "a", "a\n\n", "a b\n", "a b"));
}

TEST(YamlReaderTest, ShorthandMustNameAMemberWithoutValue) {
  WEIR_EXPECT_OK(ParseYaml<v1::Dataset>(
      "dataset: a\ntheme: resilience\nsource: {json: {path: x}}\nprivacy_unit: [a]\n"
      "columns: {a: text}\nbudget: {epsilon: 1}\n",
      "a.yaml"));
  EXPECT_THAT(ParseYaml<v1::Dataset>("dataset: a\nsource: csv\n", "a.yaml"),
              StatusIs(StatusCode::kInvalidArgument,
                       "a.yaml:2:9: source needs a value for \"csv\"; write csv: and the value"));
}

TEST(YamlReaderTest, EmptyListIsNotTheSameAsAbsentForRequired) {
  WEIR_EXPECT_OK(ParseYaml<v1::Domain>("values: []\n", "a.yaml"));
  EXPECT_THAT(ParseYaml<v1::Bucket>("edges: []\n", "a.yaml"),
              StatusIs(StatusCode::kInvalidArgument, "a.yaml:1:8: edges must not be empty"));
}

}  // namespace
}  // namespace weir::doc
