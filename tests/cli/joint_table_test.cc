// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/joint_table.h"

#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "tools/weir/text_table.h"

namespace weir::tool {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;

// Two weekdays with one measure under discrete Laplace noise of scale 2 (half width 6).
RegionTable Region(const std::string& provider, int64_t first, int64_t second) {
  RegionTable region;
  region.manifest.set_provider(provider);
  v1::PlannedMeasure* measure = region.manifest.mutable_plan()->add_measures();
  measure->mutable_measure()->mutable_rows();
  v1::MechanismEvent* event = measure->add_events();
  event->set_mechanism(v1::MECHANISM_DISCRETE_LAPLACE);
  event->set_numerator("2");
  event->set_denominator("1");
  event->set_sensitivity("1");
  event->set_epsilon("0.5");
  measure->set_half_width(6);
  region.table.columns = {{.name = "weekday", .type = data::PlainType::kInt64},
                          {.name = "rows", .type = data::PlainType::kInt64},
                          {.name = "rows_low", .type = data::PlainType::kInt64},
                          {.name = "rows_high", .type = data::PlainType::kInt64}};
  int64_t day = 1;
  for (const int64_t value : {first, second}) {
    region.table.rows.push_back({day++, value, value - 6, value + 6});
  }
  return region;
}

TEST(JointTableTest, CountsNobodyTwice) {
  const auto of_windows = [](const std::vector<std::string>& windows) {
    RegionTable region = Region("kc", 10, 20);
    region.manifest.mutable_plan()->set_dataset("crashes");
    for (const std::string& window : windows) region.manifest.mutable_plan()->add_windows(window);
    return region;
  };
  const auto twice =
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("count the same people twice"));
  EXPECT_THAT(SumTables({Region("co", 1, 2), of_windows({}), of_windows({})}), twice);
  EXPECT_THAT(SumTables({of_windows({"2014"}), of_windows({})}), twice);
  EXPECT_THAT(SumTables({of_windows({"2014", "2015"}), of_windows({"2013", "2015"})}), twice);
  EXPECT_THAT(SumTables({of_windows({"2014"}), of_windows({"2015"})}), test::IsOk());
  EXPECT_THAT(StackTables({of_windows({}), of_windows({})}), test::IsOk());
}

TEST(JointTableTest, SumsOnlyWhatAddsUp) {
  const auto changed = [](const std::function<void(v1::ResolvedPlan&)>& change) {
    RegionTable region = Region("kc", 10, 20);
    change(*region.manifest.mutable_plan());
    return region;
  };
  const auto refused = [&](const char* why, const std::function<void(v1::ResolvedPlan&)>& change) {
    EXPECT_THAT(SumTables({Region("co", 1, 2), changed(change)}),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  refused("selected keys", [](v1::ResolvedPlan& plan) { plan.mutable_selection(); });
  refused("all levels", [](v1::ResolvedPlan& plan) { plan.add_keys()->set_all_levels(true); });
  refused("selected keys", [](v1::ResolvedPlan& plan) { plan.mutable_top(); });
  refused("estimated bounds", [](v1::ResolvedPlan& plan) { plan.add_searches(); });
  refused("only rows, units and sums", [](v1::ResolvedPlan& plan) {
    plan.mutable_measures(0)->mutable_measure()->mutable_mean()->set_column("cost");
  });
  refused("only rows, units and sums", [](v1::ResolvedPlan& plan) {
    plan.mutable_measures(0)->mutable_measure()->mutable_rows()->set_running(true);
  });
}

TEST(JointTableTest, SumsKeyByKey) {
  WEIR_ASSERT_OK_AND_ASSIGN(const data::PlainTable sums,
                            SumTables({Region("kc", 10, 20), Region("co", 1, -2)}));
  ASSERT_EQ(sums.rows.size(), 2u);
  EXPECT_EQ(std::get<int64_t>(sums.rows[0][1]), 11);
  EXPECT_EQ(std::get<int64_t>(sums.rows[1][1]), 18);
}

TEST(JointTableTest, IntervalOfASumIsNarrowerThanTheSumOfIntervals) {
  WEIR_ASSERT_OK_AND_ASSIGN(const data::PlainTable one, SumTables({Region("kc", 0, 0)}));
  EXPECT_EQ(std::get<int64_t>(one.rows[0][3]), 6);
  WEIR_ASSERT_OK_AND_ASSIGN(
      const data::PlainTable four,
      SumTables({Region("a", 0, 0), Region("b", 0, 0), Region("c", 0, 0), Region("d", 0, 0)}));
  const int64_t width = std::get<int64_t>(four.rows[0][3]);
  // Four noises of standard error 2.8 have one of 5.6: wider than 1.9 of those, far below 24.
  EXPECT_GT(width, 9);
  EXPECT_LT(width, 14);
  EXPECT_EQ(std::get<int64_t>(four.rows[0][2]), -width);
}

TEST(JointTableTest, StacksWithTheRegionsName) {
  WEIR_ASSERT_OK_AND_ASSIGN(const data::PlainTable stacked,
                            StackTables({Region("kc", 10, 20), Region("co", 1, 2)}));
  ASSERT_EQ(stacked.rows.size(), 4u);
  EXPECT_EQ(stacked.columns[0].name, "region");
  EXPECT_EQ(std::get<std::string>(stacked.rows[2][0]), "co");
}

TEST(JointTableTest, RefusesTablesThatDoNotMatch) {
  RegionTable other = Region("co", 1, 2);
  other.table.columns[1].name = "units";
  EXPECT_THAT(SumTables({Region("kc", 1, 2), other}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("different columns")));
  EXPECT_THAT(StackTables({Region("kc", 1, 2), other}), StatusIs(StatusCode::kInvalidArgument));
  RegionTable keys = Region("co", 1, 2);
  keys.table.rows[1][0] = int64_t{7};
  EXPECT_THAT(SumTables({Region("kc", 1, 2), keys}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("different keys")));
  EXPECT_THAT(SumTables({}), StatusIs(StatusCode::kInvalidArgument));
}

TEST(JointTableTest, ChartsAMeasureAndRefusesAKey) {
  WEIR_ASSERT_OK_AND_ASSIGN(const data::PlainTable sums, SumTables({Region("kc", 10, 20)}));
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string chart, Chart(sums, "rows", 26));
  EXPECT_EQ(chart,
            "1  ##########------|            10 [4, 16]\n"
            "2  ####################------|  20 [14, 26]\n");
  EXPECT_THAT(Chart(sums, "weekday", 26), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Chart(sums, "nothing", 26), StatusIs(StatusCode::kInvalidArgument));
}

TEST(TextTableTest, AlignsNumbersToTheRight) {
  TextTable table({"NAME", "VALUE"});
  table.Add({"a", "1"});
  table.Add({"long", "-20.5"});
  EXPECT_EQ(table.ToString(), "NAME  VALUE\na         1\nlong  -20.5\n");
}

TEST(TextTableTest, ShowsNumbersWithoutTrailingZeros) {
  EXPECT_EQ(ShowNumber(2.5), "2.5");
  EXPECT_EQ(ShowNumber(-0.00001), "0");
  EXPECT_EQ(ShowNumber(100), "100");
}

}  // namespace
}  // namespace weir::tool
