// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/clipped_interval.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/dp/mass_table.h"
#include "tests/support/status_matchers.h"

namespace weir::dp {
namespace {

using test::Laplace;
using test::MassTable;
using weir::test::StatusIs;

constexpr IntegerInterval kCounts = {0, 1'000'000};

// The half width of Laplace noise of scale 1 is 3.
TEST(ClippedIntervalTest, IsTheHalfWidthInsideThePossible) {
  EXPECT_TRUE((*ClippedInterval(50, Laplace(1), kCounts) == IntegerInterval{47, 53}));
  EXPECT_TRUE((*ClippedInterval(2, Laplace(1), kCounts) == IntegerInterval{0, 5}));
  EXPECT_TRUE((*ClippedInterval(-20, Laplace(1), kCounts) == IntegerInterval{0, 0}));
  EXPECT_TRUE(
      (*ClippedInterval(2'000'000, Laplace(1), kCounts) == IntegerInterval{1'000'000, 1'000'000}));
}

TEST(ClippedIntervalTest, CoversEverySmallCountExactly) {
  for (const int scale : {1, 3, 10}) {
    const MassTable table(Laplace(static_cast<uint128>(scale)));
    for (int count = 0; count <= 12; ++count) {
      double covered = 0;
      for (int x = -table.reach; x <= table.reach; ++x) {
        const IntegerInterval interval =
            *ClippedInterval(count + x, Laplace(static_cast<uint128>(scale)), kCounts);
        if (interval.low <= count && count <= interval.high) covered += table.at(x);
      }
      EXPECT_GE(covered, kCoverage) << scale << " " << count;
    }
  }
}

TEST(ClippedIntervalTest, ExtremesDoNotOverflow) {
  const auto most = static_cast<int128>(~uint128{0} >> 1);
  EXPECT_TRUE((*ClippedInterval(most, Laplace(1000), {0, most})).high == most);
  EXPECT_TRUE((*ClippedInterval(-most, Laplace(1000), {-most, 0})).low == -most);
}

TEST(ClippedIntervalTest, RefusesWhatHasNoMeaning) {
  EXPECT_THAT(ClippedInterval(1, Laplace(1), {1, 0}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(ClippedInterval(1, Laplace(0), kCounts), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace weir::dp
