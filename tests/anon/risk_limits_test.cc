// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/risk_limits.h"

#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/anon/model_support.h"
#include "tests/support/status_matchers.h"

namespace weir::anon::test {
namespace {

using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::StatusIs;

bool HoldsTable(const TableModel& model, const Counts& ascending) {
  const uint64_t rows = std::accumulate(ascending.begin(), ascending.end(), uint64_t{0});
  return model.Holds({.class_sizes = ascending, .rows = rows, .total_rows = rows});
}

TEST(HighestRiskTest, IsKAnonymity) {
  const ClassModelPtr fifth = *MakeHighestRisk(Dec("0.2"));
  EXPECT_TRUE(fifth->Holds({.rows = 5}));
  EXPECT_FALSE(fifth->Holds({.rows = 4}));
  EXPECT_EQ(fifth->least_rows(), 5u);
  EXPECT_EQ((*MakeHighestRisk(Dec("0.3")))->least_rows(), 4u);
  EXPECT_EQ((*MakeHighestRisk(Dec("0.333333333")))->least_rows(), 4u);
  EXPECT_EQ((*MakeHighestRisk(Dec("1")))->least_rows(), 1u);
  EXPECT_EQ((*MakeHighestRisk(Dec("0.000000001")))->least_rows(), 1'000'000'000u);
}

TEST(AverageRiskTest, IsClassesPerRow) {
  const TableModelPtr model = *MakeAverageRisk(Dec("0.3"));
  EXPECT_TRUE(HoldsTable(*model, {1, 3, 6}));
  EXPECT_FALSE(HoldsTable(*model, {1, 3, 5}));
  EXPECT_TRUE(HoldsTable(*model, {}));
}

TEST(SampleUniquenessTest, IsTheShareOfRowsThatStandAlone) {
  const TableModelPtr model = *MakeSampleUniqueness(Dec("0.1"));
  EXPECT_TRUE(HoldsTable(*model, {1, 2, 7}));
  EXPECT_FALSE(HoldsTable(*model, {1, 2, 6}));
  EXPECT_FALSE(HoldsTable(*model, {1, 1, 8}));
  EXPECT_TRUE(HoldsTable(*model, {}));
  EXPECT_TRUE(HoldsTable(**MakeSampleUniqueness(Dec("0")), {2, 2}));
  EXPECT_FALSE(HoldsTable(**MakeSampleUniqueness(Dec("0")), {1, 1'000'000'000}));
}

TEST(RiskLimitsTest, RefuseWrongParameters) {
  for (const char* limit : {"0", "-0.1", "1.000000001", "0.0000000001"}) {
    EXPECT_THAT(MakeHighestRisk(Dec(limit)),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("highest risk")))
        << limit;
    EXPECT_THAT(MakeAverageRisk(Dec(limit)),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("average risk")))
        << limit;
  }
  for (const char* limit : {"-0.1", "1.000000001", "0.0000000001"}) {
    EXPECT_THAT(MakeSampleUniqueness(Dec(limit)),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("sample uniqueness")))
        << limit;
  }
  EXPECT_THAT(MakeSampleUniqueness(Dec("0")), IsOk());
}

}  // namespace
}  // namespace weir::anon::test
