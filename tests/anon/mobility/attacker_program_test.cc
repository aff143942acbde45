// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/attacker_program.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace weir::anon::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::StatusIs;

// Two origins (0, 1), two destinations (2, 3): 5 and 4 leave, 6 and 3 arrive.
const std::vector<ProgramArc> kArcs = {{0, 2}, {0, 3}, {1, 2}, {1, 3}};
const std::vector<double> kFirst = {1, 0, 0, 0};

TEST(AttackerProgramTest, FindsTheEndsOfACell) {
  auto program = AttackerProgram::Create(kArcs, std::vector<int64_t>{5, 4, -6, -3});
  ASSERT_THAT(program, IsOk());
  const auto largest = program->Solve(kFirst, Sense::kLargest);
  ASSERT_THAT(largest, IsOk());
  EXPECT_THAT(*largest, ElementsAre(5, 0, 1, 3));
  const auto least = program->Solve(kFirst, Sense::kLeast);
  ASSERT_THAT(least, IsOk());
  EXPECT_THAT(*least, ElementsAre(2, 3, 4, 0));
}

TEST(AttackerProgramTest, MarginsThatDoNotAddUpHaveNoAnswer) {
  auto program = AttackerProgram::Create(kArcs, std::vector<int64_t>{5, 4, -6, -4});
  ASSERT_THAT(program, IsOk());
  EXPECT_THAT(program->Solve(kFirst, Sense::kLargest).status(),
              StatusIs(StatusCode::kInternal, HasSubstr("no answer")));
}

}  // namespace
}  // namespace weir::anon::internal
