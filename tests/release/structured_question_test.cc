// SPDX-License-Identifier: Apache-2.0
// The question that is read off a plan of running totals or of all levels gives that plan again.
#include <gtest/gtest.h>

#include "tests/release/release_fixture.h"
#include "tests/release/structured_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/member/internal/question.h"

namespace weir::release {
namespace {

void ExpectPlannedAgain(const test::Asked& asked) {
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, test::PlanYaml(test::Trips(), Ask(asked)));
  const doc::Document<v1::ReleaseSpec> question{member::internal::QuestionOf(plan.resolved), {}};
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan again, Plan(test::Trips(), question));
  EXPECT_EQ(again.text, plan.text);
  EXPECT_EQ(again.cost, plan.cost);
}

TEST(StructuredQuestionTest, RunningTotals) {
  ExpectPlannedAgain({.keys = std::string("[mode, ") + test::kThreeDays + "]",
                      .measures = "rows: {running: true}, sum: {column: fare, running: true, "
                                  "per_unit: [0, 30.0]}, units"});
}

TEST(StructuredQuestionTest, AllLevels) {
  ExpectPlannedAgain({.keys = "[mode, {column: cell, all_levels: true}]",
                      .measures = "rows, sum: {column: fare, per_unit: [0, 30.0]}, sum: balance"});
}

// What decides the answer is in the text.
TEST(StructuredQuestionTest, PlainAndStructuredQuestionsDiffer) {
  const auto text = [](const test::Asked& asked) {
    return test::PlanYaml(test::Trips(), Ask(asked)).value().text;
  };
  EXPECT_NE(text({.keys = "[cell]"}), text({.keys = "[{column: cell, all_levels: true}]"}));
  const std::string days = std::string("[") + test::kThreeDays + "]";
  EXPECT_NE(text({.keys = days}), text({.keys = days, .measures = "rows: {running: true}"}));
}

}  // namespace
}  // namespace weir::release
