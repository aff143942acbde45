// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/key_part.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/data/internal/time_text.h"

namespace weir::data::internal {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;

constexpr KeyPart kParts[] = {KeyPart::kQuarter,     KeyPart::kMonth,     KeyPart::kDay,
                              KeyPart::kWeekday,     KeyPart::kHour,      KeyPart::kPeriodYear,
                              KeyPart::kPeriodMonth, KeyPart::kPeriodDay, KeyPart::kPeriodHour};

std::string TextOf(KeyPart part, const std::string& time) {
  return FormatPart(part, *PartOf(part, /*is_date=*/false, *ReadTimestamp(time)));
}

TEST(KeyPartTest, IsOfTheTimeInUtc) {
  struct Case {
    const char* time;
    const char* texts[9];
  };
  const Case cases[] = {
      {"2015-03-31T23:59:59.999999Z",
       {"1", "3", "31", "2", "23", "2015", "2015-03", "2015-03-31", "2015-03-31T23"}},
      {"2015-04-01T00:30:00+01:00",
       {"1", "3", "31", "2", "23", "2015", "2015-03", "2015-03-31", "2015-03-31T23"}},
      {"2014-12-31T20:00:00-05:00",
       {"1", "1", "1", "4", "1", "2015", "2015-01", "2015-01-01", "2015-01-01T01"}},
      {"1969-12-31T23:59:59.999999Z",
       {"4", "12", "31", "3", "23", "1969", "1969-12", "1969-12-31", "1969-12-31T23"}},
      {"1970-01-01T00:00:00Z",
       {"1", "1", "1", "4", "0", "1970", "1970-01", "1970-01-01", "1970-01-01T00"}},
      {"0000-01-01T00:00:00Z",
       {"1", "1", "1", "6", "0", "0000", "0000-01", "0000-01-01", "0000-01-01T00"}},
      {"9999-12-31T23:59:59Z",
       {"4", "12", "31", "5", "23", "9999", "9999-12", "9999-12-31", "9999-12-31T23"}},
      {"2016-02-29T12:00:00Z",
       {"1", "2", "29", "1", "12", "2016", "2016-02", "2016-02-29", "2016-02-29T12"}}};
  for (const Case& c : cases) {
    for (size_t i = 0; i < std::size(kParts); ++i) {
      EXPECT_EQ(TextOf(kParts[i], c.time), c.texts[i]) << c.time;
    }
  }
}

TEST(KeyPartTest, HasTheNumbersOfTimesAndNoOthers) {
  const int64_t first = kFirstDay * kMicrosPerDay, last = (kLastDay + 1) * kMicrosPerDay - 1;
  for (const KeyPart part :
       {KeyPart::kPeriodYear, KeyPart::kPeriodMonth, KeyPart::kPeriodDay, KeyPart::kPeriodHour}) {
    const int64_t lowest = *PartOf(part, /*is_date=*/false, first);
    const int64_t highest = *PartOf(part, /*is_date=*/false, last);
    EXPECT_TRUE(IsPart(part, lowest) && IsPart(part, highest));
    EXPECT_FALSE(IsPart(part, lowest - 1) || IsPart(part, highest + 1));
    EXPECT_FALSE(IsPart(part, INT64_MIN) || IsPart(part, INT64_MAX));
  }
  EXPECT_TRUE(IsPart(KeyPart::kHour, 0) && IsPart(KeyPart::kHour, 23));
  EXPECT_FALSE(IsPart(KeyPart::kHour, 24) || IsPart(KeyPart::kMonth, 0));
  EXPECT_TRUE(IsPart(KeyPart::kMonth, 12) && IsPart(KeyPart::kQuarter, 4));
}

TEST(KeyPartTest, DatesHaveNoHour) {
  const int64_t day = *ReadDate("2015-03-31");
  EXPECT_EQ(PartOf(KeyPart::kHour, /*is_date=*/true, day), std::nullopt);
  EXPECT_EQ(PartOf(KeyPart::kPeriodHour, /*is_date=*/true, day), std::nullopt);
  EXPECT_EQ(PartOf(KeyPart::kWeekday, /*is_date=*/true, day), 2);
}

TEST(KeyPartTest, TextsAreReadBack) {
  test::SeededRandom random(41);
  constexpr int64_t kHours = (kLastDay - kFirstDay + 1) * 24;
  for (int i = 0; i < 20000; ++i) {
    const int64_t hour =
        kFirstDay * 24 + static_cast<int64_t>(random.Word() % static_cast<uint64_t>(kHours));
    for (const KeyPart part : kParts) {
      const int64_t number = *PartOf(part, /*is_date=*/false, hour * (kMicrosPerDay / 24));
      WEIR_ASSERT_OK_AND_ASSIGN(const int64_t read, ParsePart(part, FormatPart(part, number)));
      EXPECT_EQ(read, number);
    }
  }
}

TEST(KeyPartTest, RefusesWhatIsNoPart) {
  const std::pair<KeyPart, const char*> cases[] = {{KeyPart::kQuarter, "0"},
                                                   {KeyPart::kQuarter, "5"},
                                                   {KeyPart::kMonth, "13"},
                                                   {KeyPart::kMonth, "01"},
                                                   {KeyPart::kMonth, "1.0"},
                                                   {KeyPart::kDay, "32"},
                                                   {KeyPart::kWeekday, "0"},
                                                   {KeyPart::kWeekday, "Monday"},
                                                   {KeyPart::kHour, "24"},
                                                   {KeyPart::kHour, "-1"},
                                                   {KeyPart::kHour, ""},
                                                   {KeyPart::kPeriodYear, "15"},
                                                   {KeyPart::kPeriodMonth, "2015-13"},
                                                   {KeyPart::kPeriodDay, "2015-02-29"},
                                                   {KeyPart::kPeriodHour, "2015-02-28T24"},
                                                   {KeyPart::kPeriodHour, "2015-02-28 10"},
                                                   {KeyPart::kPeriodHour, "2015-02-28"},
                                                   {KeyPart::kPeriodHour, "2015-02-30T10"},
                                                   {KeyPart::kPeriodHour, "2015-02-28T+1"}};
  for (const auto& [part, text] : cases) {
    EXPECT_THAT(ParsePart(part, text), StatusIs(StatusCode::kInvalidArgument, HasSubstr("not a")))
        << text;
  }
}

}  // namespace
}  // namespace weir::data::internal
