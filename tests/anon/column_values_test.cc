// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/profile/column_values.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::anon::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Texts with the rows of each.
using Values = std::vector<std::pair<std::string, uint64_t>>;

ColumnProfile Profile(const char* name, const Values& values) {
  std::vector<CountedValue> counted;
  for (const auto& [text, rows] : values) counted.push_back({.text = text, .rows = rows});
  return ProfileColumn(name, std::move(counted));
}

// `count` different values of a pattern with one number in it.
Values Numbered(const std::string& before, uint64_t count, uint64_t rows,
                const std::string& after = "") {
  Values values;
  for (uint64_t i = 0; i < count; ++i) {
    values.emplace_back(before + std::to_string(100 + i) + after, rows);
  }
  return values;
}

TEST(ProfileColumnTest, TellsTypesByEveryValue) {
  EXPECT_EQ(Profile("a", {{"1", 1}, {"-20", 1}, {"0", 2}}).type, v1::VALUE_TYPE_INT);
  EXPECT_EQ(Profile("a", {{"1", 1}, {"2.50", 1}}).type, v1::VALUE_TYPE_DECIMAL);
  EXPECT_EQ(Profile("a", {{"2025-01-31", 1}, {"2025-02-01", 1}}).type, v1::VALUE_TYPE_DATE);
  EXPECT_EQ(Profile("a", {{"2025-01-31 12:00:00", 1}}).type, v1::VALUE_TYPE_TIMESTAMP);
  EXPECT_EQ(Profile("a", {{"1", 1}, {"one", 1}}).type, v1::VALUE_TYPE_TEXT);
  EXPECT_EQ(Profile("a", {{"", 3}}).type, v1::VALUE_TYPE_TEXT);
}

TEST(ProfileColumnTest, AnNLateInANumericColumnIsMissing) {
  Values values = Numbered("", 30, 100);
  values.emplace_back("N", 1);
  const ColumnProfile column = Profile("AGEP", values);
  EXPECT_EQ(column.type, v1::VALUE_TYPE_INT);
  EXPECT_THAT(column.missing_texts, ElementsAre("N"));
  EXPECT_EQ(column.missing, 1u);
  EXPECT_EQ(column.distinct, 30u);
}

TEST(ProfileColumnTest, AnNAmongTextsIsAValue) {
  const ColumnProfile column = Profile("flag", {{"Y", 5}, {"N", 7}, {"", 2}, {"NULL", 1}});
  EXPECT_EQ(column.distinct, 2u);
  EXPECT_EQ(column.missing, 3u);
  EXPECT_THAT(column.missing_texts, ElementsAre("NULL"));
}

TEST(ProfileColumnTest, LeadingZerosMakeCodes) {
  const ColumnProfile column = Profile("ZIP", {{"08001", 3}, {"85721", 4}});
  EXPECT_TRUE(column.has_leading_zeros);
  EXPECT_EQ(column.type, v1::VALUE_TYPE_TEXT);
  ASSERT_THAT(column.findings, SizeIs(1));
  EXPECT_EQ(column.findings[0].kind, ContentKind::kZipCode);
  EXPECT_EQ(column.role, v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER);
  ASSERT_TRUE(column.hierarchy.has_value());
  EXPECT_EQ(column.hierarchy->area().kind(), v1::AREA_KIND_US_ZIP);
}

TEST(ProfileColumnTest, MeasuresSeparationAndDistinction) {
  const ColumnProfile column = Profile("a", {{"x", 2}, {"y", 1}, {"", 1}});
  EXPECT_DOUBLE_EQ(column.distinction, 0.75);
  EXPECT_DOUBLE_EQ(column.separation, 5.0 / 6);
}

TEST(ProfileColumnTest, FindsIdentifiersByContentUnderAnyName) {
  const ColumnProfile email = Profile("column7", Numbered("p", 30, 3, "@example.org"));
  ASSERT_THAT(email.findings, SizeIs(1));
  EXPECT_TRUE(email.findings[0].is_found);
  EXPECT_EQ(email.findings[0].share, 1.0);
  EXPECT_EQ(email.role, v1::ATTRIBUTE_ROLE_IDENTIFIER);
  EXPECT_EQ(email.reason, RoleReason::kContent);
  EXPECT_TRUE(email.repeats);
  // The name alone proves nothing.
  const ColumnProfile named = Profile("email", {{"yes", 10}, {"no", 10}});
  EXPECT_THAT(named.findings, IsEmpty());
  EXPECT_EQ(named.role, v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER);
}

TEST(ProfileColumnTest, AFewIdentifiersAmongOtherTextsShow) {
  Values values = {{"call me", 90}, {"mail to a@example.org soon", 2}, {"fine", 8}};
  const ColumnProfile column = Profile("comment", values);
  ASSERT_THAT(column.findings, SizeIs(1));
  EXPECT_FALSE(column.findings[0].is_found);
  EXPECT_TRUE(column.findings[0].is_in_text);
  EXPECT_DOUBLE_EQ(column.findings[0].share, 0.02);
  EXPECT_EQ(column.role, v1::ATTRIBUTE_ROLE_IDENTIFIER);
}

TEST(ProfileColumnTest, NumbersThatPassTheCheckDigitByChanceAreNoCards) {
  // 16 digits in a row: one in ten has the check digit.
  Values values;
  for (uint64_t i = 0; i < 1000; ++i) values.emplace_back(std::to_string(4000000000000000 + i), 2);
  EXPECT_THAT(Profile("meter", values).findings, IsEmpty());
}

TEST(ProfileColumnTest, NamesNeedBothFormAndName) {
  const Values people = {{"Ada Lovelace", 1}, {"Alan Turing", 1}, {"Mary O'Neil", 2}};
  EXPECT_EQ(Profile("driver", people).role, v1::ATTRIBUTE_ROLE_IDENTIFIER);
  EXPECT_THAT(Profile("street_name", people).findings, IsEmpty());
  EXPECT_THAT(Profile("driver", {{"yes", 1}, {"no", 3}}).findings, IsEmpty());
}

TEST(ProfileColumnTest, PlainFormsNeedTheName) {
  const std::vector<std::pair<Values, std::vector<const char*>>> cases = {
      {Numbered("303555", 90, 3, "0"), {"phone", "home_phone", "PhoneNumber"}},
      {Numbered("303555", 90, 3, "0.0"), {"mobile"}},
      {Numbered("123456", 90, 3), {"ssn", "social_security_number"}},
      {Numbered("001A2B3C4", 90, 3), {"mac", "MAC address"}},
      {Numbered("abc", 90, 3), {"license_plate"}},
      {{{"anna", 9}, {"bob", 8}}, {"first_name", "surname"}}};
  for (const auto& [values, names] : cases) {
    for (const char* name : names) {
      const ColumnProfile column = Profile(name, values);
      EXPECT_EQ(column.role, v1::ATTRIBUTE_ROLE_IDENTIFIER) << name;
      EXPECT_EQ(column.reason, RoleReason::kContent) << name;
    }
    for (const char* name : {"meter", "name", "version"}) {
      EXPECT_THAT(Profile(name, values).findings, IsEmpty()) << name;
    }
  }
  // The name alone proves nothing.
  EXPECT_THAT(Profile("phone", Numbered("", 90, 3)).findings, IsEmpty());
  EXPECT_THAT(Profile("ssn", {{"yes", 10}, {"no", 10}}).findings, IsEmpty());
}

TEST(ProfileColumnTest, KeysAreIdentifiers) {
  EXPECT_EQ(Profile("ref", Numbered("K", 40, 1)).reason, RoleReason::kKey);
  EXPECT_EQ(Profile("userId", Numbered("", 40, 5)).reason, RoleReason::kNamedKey);
  EXPECT_EQ(Profile("zone", Numbered("", 40, 5)).reason, RoleReason::kLinkable);
  // Too few rows to tell.
  EXPECT_EQ(Profile("ref", Numbered("K", 19, 1)).reason, RoleReason::kLinkable);
}

// Few people have values that are all different by chance: what others may know of them stays a
// quasi-identifier.
TEST(ProfileColumnTest, WhatIsKnownOfPeopleIsNoKeyOfASmallFile) {
  const Values digits = Numbered("", 30, 1);
  const Values zips = Numbered("85", 30, 1);  // 85100, 85101, ...
  const std::vector<std::pair<const char*, Values>> known = {
      {"zip", zips},
      {"home_zip", digits},
      {"county", zips},
      {"tract_id", digits},
      {"geoid", digits},
      {"town", Numbered("Town ", 30, 1)},
      {"age", digits},
      {"AgeYears", digits},
      {"year_of_birth", Numbered("1", 30, 1)},
      {"dob", Numbered("Jan ", 30, 1)},
      {"occupation", Numbered("job ", 30, 1)},
      {"occupation_code", digits},
      {"start_time", Numbered("at ", 30, 1)},
      {"height", digits},
      {"x_coordinate", digits}};
  for (const auto& [name, values] : known) {
    const ColumnProfile column = Profile(name, values);
    EXPECT_EQ(column.role, v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER) << name;
    EXPECT_EQ(column.reason, RoleReason::kKnown) << name;
    EXPECT_FALSE(column.repeats) << name;
  }
  const auto areas = Profile("zip", zips).hierarchy;
  ASSERT_TRUE(areas.has_value());
  EXPECT_EQ(areas->area().kind(), v1::AREA_KIND_US_ZIP);
  const auto intervals = Profile("age", digits).hierarchy;
  ASSERT_TRUE(intervals.has_value());
  EXPECT_TRUE(intervals->has_interval());
  for (const char* name : {"ref", "date_id", "state_number", "birth_certificate", "birthId"}) {
    EXPECT_EQ(Profile(name, digits).reason, RoleReason::kKey) << name;
  }
  // Not all different: as before.
  EXPECT_EQ(Profile("age", Numbered("", 30, 4)).reason, RoleReason::kLinkable);
}

TEST(ProfileColumnTest, DifferentAmountsAndDiagnosesAreNoKeys) {
  for (const char* name : {"income", "diagnosis", "diagnosis_code"}) {
    EXPECT_EQ(Profile(name, Numbered("3", 30, 1)).role, v1::ATTRIBUTE_ROLE_SENSITIVE) << name;
  }
  EXPECT_EQ(Profile("health_id", Numbered("3", 30, 1)).reason, RoleReason::kKey);
  EXPECT_EQ(Profile("drug_record", Numbered("3", 30, 1)).reason, RoleReason::kKey);
  // Texts about one person.
  EXPECT_EQ(Profile("diagnosis", Numbered("see file ", 30, 1)).reason, RoleReason::kKey);
}

TEST(ProfileColumnTest, HintsAtSensitiveColumnsAndConstants) {
  EXPECT_EQ(Profile("salary-class", {{"<=50K", 3}, {">50K", 2}}).role,
            v1::ATTRIBUTE_ROLE_SENSITIVE);
  EXPECT_EQ(Profile("year", {{"2025", 3}}).role, v1::ATTRIBUTE_ROLE_INSENSITIVE);
}

TEST(ProfileColumnTest, IntervalsHaveRoundedBounds) {
  Values values;
  for (int age = 17; age <= 90; ++age) values.emplace_back(std::to_string(age), 2);
  const ColumnProfile column = Profile("age", values);
  ASSERT_TRUE(column.hierarchy.has_value());
  const v1::IntervalRule& rule = column.hierarchy->interval();
  EXPECT_THAT(rule.widths(), ElementsAre("1", "5", "10"));
  EXPECT_EQ(rule.lowest(), "10");
  EXPECT_EQ(rule.highest(), "100");
}

TEST(ProfileColumnTest, IntervalsOfSmallDecimals) {
  Values values;
  for (int i = 0; i < 20; ++i) values.emplace_back("0.0" + std::to_string(10 + i), 1);
  const ColumnProfile column = Profile("dose", values);
  ASSERT_TRUE(column.hierarchy.has_value());
  EXPECT_EQ(column.hierarchy->interval().lowest(), "0.01");
  EXPECT_EQ(column.hierarchy->interval().highest(), "0.03");
}

}  // namespace
}  // namespace weir::anon::test
