// SPDX-License-Identifier: Apache-2.0
#include "weir/privacy/privacy_unit.h"

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace weir {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;
using Window = PrivacyUnit::Window;

TEST(PrivacyUnitTest, SaysWhoIsProtected) {
  EXPECT_EQ(PrivacyUnit::Create({"case_id"}, std::nullopt)->ToString(), "one value of (case_id)");
  EXPECT_EQ(PrivacyUnit::Create({"state", "case_id"}, std::nullopt)->ToString(),
            "one value of (state, case_id)");
  EXPECT_EQ(PrivacyUnit::Create({"rider"}, Window{"start_time", WindowPeriod::kMonth})->ToString(),
            "one value of (rider) in one month of start_time");
  EXPECT_EQ(PrivacyUnit::Create({"rider"}, Window{"day", WindowPeriod::kYear})->ToString(),
            "one value of (rider) in one year of day");
  EXPECT_EQ(PrivacyUnit::Create({"rider"}, Window{"day", WindowPeriod::kDay})->ToString(),
            "one value of (rider) in one day of day");
}

TEST(PrivacyUnitTest, AWindowHasOneTextOfItsLength) {
  const struct {
    WindowPeriod period;
    const char* text;
  } good[] = {{WindowPeriod::kYear, "2015"},
              {WindowPeriod::kYear, "0001"},
              {WindowPeriod::kMonth, "2015-12"},
              {WindowPeriod::kDay, "2016-02-29"}};
  for (const auto& c : good) {
    for (const WindowPeriod period :
         {WindowPeriod::kYear, WindowPeriod::kMonth, WindowPeriod::kDay}) {
      EXPECT_EQ(IsWindowText(c.text, period), period == c.period) << c.text;
    }
  }
  for (const char* bad : {"", "15", "02015", "2015-", "2015-1", "2015-13", "2015-00", "2015/03",
                          "2015-02-29", "2015-02-32", "2015-2-3", "2015-03-01T", "201 ", "+015"}) {
    for (const WindowPeriod period :
         {WindowPeriod::kYear, WindowPeriod::kMonth, WindowPeriod::kDay}) {
      EXPECT_FALSE(IsWindowText(bad, period)) << bad;
    }
  }
}

TEST(PrivacyUnitTest, KeepsColumnsAndWindow) {
  const Window window{"start_time", WindowPeriod::kMonth};
  WEIR_ASSERT_OK_AND_ASSIGN(const PrivacyUnit unit, PrivacyUnit::Create({"b", "a"}, window));
  EXPECT_THAT(unit.columns(), ::testing::ElementsAre("b", "a"));
  EXPECT_EQ(unit.window(), window);
  EXPECT_NE(unit, *PrivacyUnit::Create({"b", "a"}, std::nullopt));
  EXPECT_NE(unit, *PrivacyUnit::Create({"a", "b"}, window));
}

TEST(PrivacyUnitTest, RefusesMissingAndRepeatedColumns) {
  const auto create = [](std::vector<std::string> columns) {
    return PrivacyUnit::Create(std::move(columns), std::nullopt);
  };
  EXPECT_THAT(create({}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("at least one")));
  EXPECT_THAT(create({""}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("name")));
  EXPECT_THAT(create({"a", ""}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(create({"a", "b", "a"}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("twice")));
}

TEST(PrivacyUnitTest, RefusesAWindowThatIsNone) {
  const auto create = [](std::string column, WindowPeriod period) {
    return PrivacyUnit::Create({"rider"}, Window{std::move(column), period});
  };
  EXPECT_THAT(create("", WindowPeriod::kDay), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(create("rider", WindowPeriod::kDay),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("twice")));
  EXPECT_THAT(create("day", static_cast<WindowPeriod>(3)),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("window")));
}

}  // namespace
}  // namespace weir
