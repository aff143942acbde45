// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/time_text.h"

#include <optional>
#include <utility>

#include "tests/support/status_matchers.h"

namespace weir::data::internal {
namespace {

using test::IsOkAndHolds;
using test::StatusIs;
using ::testing::HasSubstr;

TEST(ReadDateTest, KnowsTheCalendar) {
  EXPECT_EQ(ReadDate("1970-01-01"), 0);
  EXPECT_EQ(ReadDate("1969-12-31"), -1);
  EXPECT_EQ(ReadDate("2016-02-29"), 16860);
  EXPECT_EQ(ReadDate("0000-01-01"), kFirstDay);
  EXPECT_EQ(ReadDate("9999-12-31"), kLastDay);
  EXPECT_EQ(ReadDate("2015-03-31T23:59:59-05:00"), *ReadDate("2015-03-31"));
  for (const char* text : {"", "2015-02-29", "2015-13-01", "2015-00-01", "2015-1-1", "15-01-01",
                           "2015/01/01", "2015-01-01x", "2015-01-01T25:00"}) {
    EXPECT_EQ(ReadDate(text), std::nullopt) << text;
  }
}

TEST(ReadTimestampTest, IsUtcUnlessItSaysOtherwise) {
  const int64_t noon = *ReadTimestamp("2015-03-31T12:00:00Z");
  for (const char* text :
       {"2015-03-31 12:00", "2015-03-31T12:00:00", "2015-03-31T12:00:00.0",
        "2015-03-31T14:00:00+02:00", "2015-03-31 07:00:00-0500", "2015-03-31 07:00:00-05"}) {
    EXPECT_EQ(ReadTimestamp(text), noon) << text;
  }
  EXPECT_EQ(ReadTimestamp("1969-12-31T23:59:59.9999999"), -1);
  for (const char* text :
       {"2015-03-31T", "2015-03-31T12", "2015-03-31T12:60", "2015-03-31T12:00:60",
        "2015-03-31T12:00:00.", "2015-03-31T12:00:00+", "2015-03-31T12:00Zx",
        "9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+00:01"}) {
    EXPECT_EQ(ReadTimestamp(text), std::nullopt) << text;
  }
}

TEST(WindowTest, NamesAndDaysAgree) {
  const int64_t day = *ReadDate("2015-03-31");
  EXPECT_THAT(ParseWindow(WindowPeriod::kYear, "2015"),
              IsOkAndHolds(WindowOfDay(WindowPeriod::kYear, day)));
  EXPECT_THAT(ParseWindow(WindowPeriod::kMonth, "2015-03"),
              IsOkAndHolds(WindowOfDay(WindowPeriod::kMonth, day)));
  EXPECT_THAT(ParseWindow(WindowPeriod::kDay, "2015-03-31"),
              IsOkAndHolds(WindowOfDay(WindowPeriod::kDay, day)));
  EXPECT_NE(WindowOfDay(WindowPeriod::kMonth, day), WindowOfDay(WindowPeriod::kMonth, day + 1));
}

TEST(WindowTest, RefusesNamesOfAnotherPeriod) {
  const std::pair<WindowPeriod, const char*> cases[] = {
      {WindowPeriod::kYear, "2015-03"}, {WindowPeriod::kYear, "15"},
      {WindowPeriod::kMonth, "2015"},   {WindowPeriod::kMonth, "2015-13"},
      {WindowPeriod::kDay, "2015-03"},  {WindowPeriod::kDay, "2015-02-29"},
      {WindowPeriod::kYear, ""}};
  for (const auto& [period, name] : cases) {
    EXPECT_THAT(ParseWindow(period, name), StatusIs(StatusCode::kInvalidArgument, HasSubstr(name)));
  }
}

}  // namespace
}  // namespace weir::data::internal
