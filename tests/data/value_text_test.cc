// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/value_text.h"

#include <limits>

#include "tests/support/status_matchers.h"

namespace weir::data::internal {
namespace {

using test::IsOkAndHolds;
using test::StatusIs;

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();

TEST(ReadIntTest, TakesWhatProgramsWrite) {
  const std::pair<const char*, int64_t> cases[] = {
      {"0", 0},
      {"-0", 0},
      {"7", 7},
      {"007", 7},
      {"-12", -12},
      {"+5", 5},
      {"7.0", 7},
      {"1e3", 1000},
      {"1200e-2", 12},
      {"5.", 5},
      {"0.00", 0},
      {"000000000000000000000000000000000000000000000001", 1},
      {"0e99999", 0},
      {"9223372036854775807", kMost},
      {"-9223372036854775808", kLeast}};
  for (const auto& [text, value] : cases) EXPECT_EQ(ReadInt(text), value) << text;
}

TEST(ReadIntTest, RefusesEverythingElse) {
  for (const char* text : {"",
                           "-",
                           "+",
                           ".",
                           "N",
                           "7.5",
                           "1e-1",
                           "9223372036854775808",
                           "-9223372036854775809",
                           "1e19",
                           "0x10",
                           "1 2",
                           "NaN",
                           "inf",
                           "-inf",
                           "1e",
                           "1e+",
                           "--1",
                           "1.2.3",
                           "1,000",
                           "99999999999999999999999999999999999999999"}) {
    EXPECT_EQ(ReadInt(text), std::nullopt) << text;
  }
}

TEST(ReadDecimalTest, IsExactAndCanonical) {
  EXPECT_EQ(ReadDecimal("0.10"), (Decimal{1, -1}));
  EXPECT_EQ(ReadDecimal("100"), (Decimal{1, 2}));
  EXPECT_EQ(ReadDecimal(".5"), (Decimal{5, -1}));
  EXPECT_EQ(ReadDecimal("-1.50e2"), (Decimal{-15, 1}));
  EXPECT_EQ(ReadDecimal("0.000"), (Decimal{0, 0}));
  EXPECT_EQ(FormatDecimal(*ReadDecimal("123456789012345678.901234567890123456")),
            "123456789012345678.901234567890123456");
}

TEST(ReadDecimalTest, RefusesWhatDoesNotFit) {
  for (const char* text : {"1234567890123456789012345678901234567", "1e61", "1e-61",
                           "1e99999999999", "NaN", "inf", "", "e5", "1e5.5", "1 "}) {
    EXPECT_EQ(ReadDecimal(text), std::nullopt) << text;
  }
}

TEST(ReadBoolTest, TakesTwoWordsAndTwoDigits) {
  for (const char* text : {"true", "TRUE", "True", "1"}) EXPECT_EQ(ReadBool(text), 1) << text;
  for (const char* text : {"false", "False", "0"}) EXPECT_EQ(ReadBool(text), 0) << text;
  for (const char* text : {"", "yes", "2", "truee", "falsefalse"}) {
    EXPECT_EQ(ReadBool(text), std::nullopt) << text;
  }
}

TEST(CanonicalTextTest, HasOneTextForAValue) {
  EXPECT_THAT(CanonicalText(v1::COLUMN_TYPE_INT, "-0"), IsOkAndHolds("0"));
  EXPECT_THAT(CanonicalText(v1::COLUMN_TYPE_DECIMAL, "0.50"), IsOkAndHolds("0.5"));
  EXPECT_THAT(CanonicalText(v1::COLUMN_TYPE_TEXT, "08001"), IsOkAndHolds("08001"));
  EXPECT_THAT(CanonicalText(v1::COLUMN_TYPE_DATE, "2015-03-31"), IsOkAndHolds("2015-03-31"));
  EXPECT_THAT(CanonicalText(v1::COLUMN_TYPE_TIMESTAMP, "2015-03-31 12:00Z"),
              IsOkAndHolds("2015-03-31T12:00:00Z"));
  EXPECT_THAT(CanonicalText(v1::COLUMN_TYPE_TIMESTAMP, "2015-03-31"),
              IsOkAndHolds("2015-03-31T00:00:00Z"));
  EXPECT_THAT(CanonicalText(v1::COLUMN_TYPE_TIMESTAMP, "1969-12-31T23:59:59.5Z"),
              IsOkAndHolds("1969-12-31T23:59:59.500000Z"));
}

TEST(CanonicalTextTest, RefusesWhatIsNotPlain) {
  const std::pair<v1::ColumnType, const char*> cases[] = {
      {v1::COLUMN_TYPE_INT, "08"},
      {v1::COLUMN_TYPE_INT, "1.5"},
      {v1::COLUMN_TYPE_INT, ""},
      {v1::COLUMN_TYPE_INT, "9223372036854775808"},
      {v1::COLUMN_TYPE_DECIMAL, "NaN"},
      {v1::COLUMN_TYPE_BOOL, "1"},
      {v1::COLUMN_TYPE_BOOL, "yes"},
      {v1::COLUMN_TYPE_DATE, "2015-02-30"},
      {v1::COLUMN_TYPE_DATE, "31.3.2015"},
      {v1::COLUMN_TYPE_DATE, "2015-03-31T00:00"},
      {v1::COLUMN_TYPE_TIMESTAMP, "2015-03-31T12:00:00"},
      {v1::COLUMN_TYPE_TIMESTAMP, "2015-02-30"},
      {v1::COLUMN_TYPE_TIMESTAMP, "2015-03-3Z"},
      {v1::COLUMN_TYPE_TEXT, ""},
      {v1::COLUMN_TYPE_TEXT, "\xff"}};
  for (const auto& [type, text] : cases) {
    EXPECT_THAT(CanonicalText(type, text), StatusIs(StatusCode::kInvalidArgument)) << text;
  }
}

TEST(IsUtf8Test, FollowsTheStandard) {
  for (const char* text : {"", "plain ASCII text", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
                           "12345678\xC3\xA9", "\xEF\xBF\xBD"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  for (const char* text : {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "12345678\xFF", "\xE2\x82"}) {
    EXPECT_FALSE(IsUtf8(text));
  }
}

TEST(ToGridTest, RoundsHalvesAwayFromZeroAndClamps) {
  struct Case {
    const char* value;
    Decimal grid;
    int64_t steps;
  };
  const Case cases[] = {{"0", {1, 0}, 0},
                        {"2.4", {1, 0}, 2},
                        {"2.5", {1, 0}, 3},
                        {"-2.5", {1, 0}, -3},
                        {"-2.4", {1, 0}, -2},
                        {"0.125", {1, -2}, 13},
                        {"0.1249999", {1, -2}, 12},
                        {"7", {5, 0}, 1},
                        {"7.5", {5, 0}, 2},
                        {"12", {5, -1}, 24},
                        {"1e60", {1, 0}, 1000},
                        {"-1e60", {1, 0}, -1000},
                        {"1e-60", {1, 0}, 0},
                        {"1e60", {1, 60}, 1},
                        {"1e-60", {1, -60}, 1},
                        {"5e-61", {1, 0}, 0},
                        {"999.4", {1, 0}, 999},
                        {"1000.5", {1, 0}, 1000},
                        {"123456789012345678901234567890123456", {1, 18}, 1000},
                        {"1", {1000000000000000000, 0}, 0}};
  for (const Case& c : cases) {
    const auto value = ReadDecimal(c.value);
    if (!value.has_value()) continue;
    EXPECT_EQ(ToGrid(*value, c.grid, -1000, 1000), c.steps) << c.value;
  }
}

TEST(ToGridTest, ZeroIsClampedToo) { EXPECT_EQ(ToGrid({}, {1, 0}, 5, 10), 5); }

}  // namespace
}  // namespace weir::data::internal
