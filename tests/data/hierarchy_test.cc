// SPDX-License-Identifier: Apache-2.0
// Hierarchies and default bounds of a dataset document.
#include <string>
#include <utility>

#include "tests/data/data_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/data/dataset.h"
#include "weir/doc/yaml_reader.h"

namespace weir::data {
namespace {

using test::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr char kZones[] = R"(dataset: zones
theme: transportation
source: {csv: {path: zones.csv}}
privacy_unit: [who]
columns:
  who: {type: int}
  hour:
    type: int
    domain: {values: [7, 8, 9, 17, 18, 23]}
    hierarchy:
      - level: part_of_day
        groups: {night: [23], evening: [18, 17], morning: [7, 8, 9]}
      - level: day_or_night
        groups: {night: [night], day: [evening, morning]}
budget: {epsilon: 4}
bounds: {max_keys_per_unit: 4, max_rows_per_unit: 100}
)";

StatusOr<DatasetDescription> Describe(const std::string& yaml) {
  WEIR_ASSIGN_OR_RETURN(const auto document, doc::ParseYaml<v1::Dataset>(yaml, "a.dataset.yaml"));
  return DatasetDescription::Create(document, "/data/folder");
}

// kZones with one piece replaced.
std::string With(const std::string& piece, const std::string& replacement) {
  std::string yaml = kZones;
  const size_t at = yaml.find(piece);
  EXPECT_NE(at, std::string::npos) << piece;
  return yaml.replace(at, piece.size(), replacement);
}

TEST(HierarchyTest, LevelsDivideTheDomain) {
  WEIR_ASSERT_OK_AND_ASSIGN(const DatasetDescription dataset, Describe(kZones));
  const ColumnDescription& hour = *dataset.FindColumn("hour");
  ASSERT_EQ(hour.hierarchy.size(), 2u);
  const HierarchyLevel& parts = hour.hierarchy[0];
  EXPECT_EQ(parts.name, "part_of_day");
  ASSERT_EQ(parts.groups.size(), 3u);
  EXPECT_EQ(parts.groups[0].name, "morning") << "in the order of the domain";
  EXPECT_THAT(parts.groups[0].members, ElementsAre(0, 1, 2));
  EXPECT_EQ(parts.groups[1].name, "evening");
  EXPECT_THAT(parts.groups[1].members, ElementsAre(3, 4));
  EXPECT_EQ(parts.groups[2].name, "night");
  const HierarchyLevel& halves = hour.hierarchy[1];
  ASSERT_EQ(halves.groups.size(), 2u);
  EXPECT_EQ(halves.groups[0].name, "day");
  EXPECT_THAT(halves.groups[0].members, ElementsAre(0, 1)) << "groups of the level before";
  EXPECT_THAT(halves.groups[1].members, ElementsAre(2));
  EXPECT_EQ(hour.FindLevel("day_or_night"), 1u);
  EXPECT_EQ(hour.FindLevel("hour"), std::nullopt);
  EXPECT_THAT(hour.ValuesOfGroups(0),
              ElementsAre(ElementsAre("7", "8", "9"), ElementsAre("17", "18"), ElementsAre("23")));
  EXPECT_THAT(hour.ValuesOfGroups(1),
              ElementsAre(ElementsAre("7", "8", "9", "17", "18"), ElementsAre("23")));
}

TEST(HierarchyTest, RefusesBrokenRulesAndSaysWhere) {
  struct Case {
    const char* piece;
    const char* replacement;
    const char* place;
    const char* message;
  };
  const Case cases[] = {
      {"    domain: {values: [7, 8, 9, 17, 18, 23]}\n", "", ":10:", "no domain"},
      {"evening: [18, 17]", "evening: [18]", ":12:", "\"17\" is in no group"},
      {"evening: [18, 17]", "evening: [18, 17, 8]", ":12:", "\"8\" is in group \"evening\" and"},
      {"evening: [18, 17]", "evening: [18, 17, 17]", ":12:", "\"17\" is in group \"evening\" and"},
      {"evening: [18, 17]", "evening: [18, 17, 19]", ":12:", "no \"19\""},
      {"evening: [18, 17]", "evening: [18, late]", ":12:", "late"},
      {"evening: [18, 17]", "evening: [18, 17], empty: []", ":12:", "members"},
      {"day: [evening, morning]", "day: [evening]", ":14:", "\"morning\" is in no group"},
      {"day: [evening, morning]", "day: [evening, morning, 7]", ":14:", "no \"7\""},
      {"night: [night], ", "", ":14:", "\"night\" is in no group"},
      {"level: day_or_night", "level: part_of_day", ":13:", "name of its own"},
      {"max_keys_per_unit: 4", "max_keys_per_unit: 4294967295", ":16:", "2147483647"},
      {"max_rows_per_unit: 100", "max_rows_per_unit: 4611686018427387905", ":16:", "2^62"}};
  for (const Case& c : cases) {
    EXPECT_THAT(
        Describe(With(c.piece, c.replacement)),
        StatusIs(StatusCode::kInvalidArgument,
                 AllOf(HasSubstr(std::string("a.dataset.yaml") + c.place), HasSubstr(c.message))))
        << c.replacement;
  }
}

TEST(HierarchyTest, PublicDigestCoversHierarchiesAndNoDefaultBounds) {
  const std::string digest = Describe(kZones)->public_sha256();
  const std::pair<const char*, const char*> same[] = {
      {"bounds: {max_keys_per_unit: 4, max_rows_per_unit: 100}", ""},
      {"max_keys_per_unit: 4", "max_rows_per_key: 9"},
      {"[18, 17]", "[17, 18]"},
      {"night: [23], evening: [18, 17]", "evening: [17, 18], night: [23]"}};
  for (const auto& [piece, replacement] : same) {
    EXPECT_EQ(Describe(With(piece, replacement))->public_sha256(), digest) << replacement;
  }
  const std::pair<const char*, const char*> other[] = {
      {"level: part_of_day", "level: part"},
      {"evening: [18, 17], morning: [7, 8, 9]", "evening: [18, 17, 9], morning: [7, 8]"},
      {"      - level: day_or_night\n        groups: {night: [night], day: [evening, morning]}\n",
       ""},
      {"groups: {night: [night], day:", "groups: {dark: [night], day:"}};
  for (const auto& [piece, replacement] : other) {
    EXPECT_NE(Describe(With(piece, replacement))->public_sha256(), digest) << replacement;
  }
}

TEST(HierarchyTest, DefaultBoundsAreThoseThatAreGiven) {
  WEIR_ASSERT_OK_AND_ASSIGN(const DatasetDescription dataset, Describe(kZones));
  EXPECT_EQ(dataset.default_bounds().max_keys_per_unit->value(), 4);
  EXPECT_EQ(dataset.default_bounds().max_rows_per_key, std::nullopt);
  EXPECT_EQ(dataset.default_bounds().max_rows_per_unit, 100);
}

TEST(HierarchyTest, OwnKeyNeedsNoDomain) {
  WEIR_ASSERT_OK_AND_ASSIGN(
      const DatasetDescription dataset,
      Describe(With("who: {type: int}",
                    "who: {type: int}\n  street: {type: text, missing: {as: own_key}}")));
  EXPECT_TRUE(dataset.FindColumn("street")->missing_is_key);
}

TEST(HierarchyTest, GroupsAreKeys) {
  TestDataset test;
  test.Unit({"who"}).WriteCsv("who,hour\n1,7\n2,08\n3,9.0\n4,17\n5,23\n6,22\n7,\n");
  test.Column("who", v1::COLUMN_TYPE_INT);
  test.Column("hour", v1::COLUMN_TYPE_INT);
  WEIR_ASSERT_OK_AND_ASSIGN(const DatasetDescription dataset, Describe(kZones));
  const auto rows_by = [&](size_t level, bool missing_is_key) {
    KeyDomain key{.column = "hour", .missing_is_key = missing_is_key};
    const ColumnDescription& hour = *dataset.FindColumn("hour");
    for (const HierarchyGroup& group : hour.hierarchy[level].groups) {
      key.values.push_back(group.name);
    }
    key.members = hour.ValuesOfGroups(level);
    return Aggregate(test.Description(),
                     {.keys = {key}, .measures = {Rows()}, .bounds = Bounds(1, 1)});
  };
  EXPECT_THAT(rows_by(0, false), ElementsAre(Pair(0, ElementsAre(3)), Pair(1, ElementsAre(1)),
                                             Pair(2, ElementsAre(1))));
  EXPECT_THAT(rows_by(1, true), ElementsAre(Pair(0, ElementsAre(4)), Pair(1, ElementsAre(1)),
                                            Pair(2, ElementsAre(1))));
}

}  // namespace
}  // namespace weir::data
