// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/locations.h"

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace weir::doc {
namespace {

using test::StatusIs;

Locations Places() {
  return Locations("a.yaml", {{"", {"a.yaml", 1, 1}},
                              {"budget", {"a.yaml", 5, 9}},
                              {"columns.hour", {"a.yaml", 7, 9}},
                              {"columns.hour.bounds[0]", {"a.yaml", 7, 20}}});
}

TEST(LocationsTest, FindIsExact) {
  EXPECT_EQ(Places().Find("budget")->ToString(), "a.yaml:5:9");
  EXPECT_THAT(Places().Find("budget.delta"),
              StatusIs(StatusCode::kNotFound, "a.yaml does not set budget.delta"));
}

TEST(LocationsTest, NearestGoesOutwards) {
  EXPECT_EQ(Places().Nearest("budget.delta").ToString(), "a.yaml:5:9");
  EXPECT_EQ(Places().Nearest("columns.hour.bounds[0]").ToString(), "a.yaml:7:20");
  EXPECT_EQ(Places().Nearest("columns.hour.bounds[1]").ToString(), "a.yaml:7:9");
  EXPECT_EQ(Places().Nearest("columns.day.bounds[1]").ToString(), "a.yaml:1:1");
  EXPECT_EQ(Locations().Nearest("x").line, 1);
}

TEST(LocationsTest, AtPutsThePlaceBeforeTheMessageAndKeepsTheCode) {
  EXPECT_THAT(Places().At("budget.delta", OutOfRange("delta must be in [0, 1), got 2")),
              StatusIs(StatusCode::kOutOfRange, "a.yaml:5:9: delta must be in [0, 1), got 2"));
  EXPECT_THAT(Places().At("budget", PolicyRefusal("dataset_budget", "no")),
              test::IsPolicyRefusal("dataset_budget"));
  WEIR_EXPECT_OK(Places().At("budget", OkStatus()));
}

}  // namespace
}  // namespace weir::doc
