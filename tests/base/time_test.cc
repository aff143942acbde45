// SPDX-License-Identifier: Apache-2.0
#include "weir/base/time.h"

#include <chrono>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace weir {
namespace {

using test::IsOkAndHolds;
using test::StatusIs;

Time FromMilliseconds(int64_t count) { return Time(std::chrono::milliseconds(count)); }

TEST(FormatTimeTest, WritesRfc3339InUtc) {
  EXPECT_EQ(FormatTime(FromMilliseconds(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatTime(FromMilliseconds(951827696'000)), "2000-02-29T12:34:56Z");
  EXPECT_EQ(FormatTime(FromMilliseconds(253402300799'000)), "9999-12-31T23:59:59Z");
}

TEST(FormatTimeTest, CutsMillisecondsOff) {
  EXPECT_EQ(FormatTime(FromMilliseconds(999)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatTime(FromMilliseconds(-1)), "1969-12-31T23:59:59Z");
}

TEST(ParseTimeTest, UndoesFormat) {
  for (const int64_t seconds : {int64_t{0}, int64_t{86399}, int64_t{86400}, int64_t{951827696},
                                int64_t{4102444800}, int64_t{253402300799}}) {
    const Time time = FromMilliseconds(1000 * seconds);
    EXPECT_THAT(ParseTime(FormatTime(time)), IsOkAndHolds(time));
  }
}

TEST(ParseTimeTest, KnowsLeapYears) {
  EXPECT_THAT(ParseTime("2024-02-29T00:00:00Z"), test::IsOk());
  EXPECT_THAT(ParseTime("2000-02-29T00:00:00Z"), test::IsOk());
  EXPECT_THAT(ParseTime("2023-02-29T00:00:00Z"), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseTime("2100-02-29T00:00:00Z"), StatusIs(StatusCode::kInvalidArgument));
}

TEST(ParseTimeTest, RefusesOtherFormsAndUnrealTimes) {
  for (const char* text : {"",
                           "2026-01-31",
                           "2026-01-31T12:00:00",
                           "2026-01-31T12:00:00z",
                           "2026-01-31t12:00:00Z",
                           "2026-01-31 12:00:00Z",
                           "2026-01-31T12:00:00.5Z",
                           "2026-01-31T12:00:00+00:00",
                           "2026-01-31T12:00:00Z ",
                           " 2026-01-31T12:00:00Z",
                           "2026-1-31T12:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-01-00T00:00:00Z",
                           "2026-04-31T00:00:00Z",
                           "2026-01-31T24:00:00Z",
                           "2026-01-31T23:60:00Z",
                           "2026-01-31T23:59:60Z",
                           "1969-12-31T23:59:59Z",
                           "0000-01-01T00:00:00Z",
                           "-026-01-31T12:00:00Z",
                           "2026-01-31T12:00:0aZ",
                           "12026-01-31T12:00:00Z"}) {
    EXPECT_THAT(ParseTime(text), StatusIs(StatusCode::kInvalidArgument)) << text;
  }
}

TEST(SystemClockTest, IsLaterThanThisTestAndOneObject) {
  EXPECT_GT(SystemClock().Now(), *ParseTime("2025-01-01T00:00:00Z"));
  EXPECT_EQ(&SystemClock(), &SystemClock());
}

TEST(FakeClockTest, MovesOnlyWhenTold) {
  test::FakeClock clock;
  EXPECT_EQ(FormatTime(clock.Now()), "2026-01-01T00:00:00Z");
  clock.Advance(std::chrono::hours(1));
  EXPECT_EQ(FormatTime(clock.Now()), "2026-01-01T01:00:00Z");
  clock.Set(FromMilliseconds(0));
  EXPECT_EQ(clock.Now(), FromMilliseconds(0));
}

}  // namespace
}  // namespace weir
