// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/continual_counting.h"

#include <gtest/gtest.h>

#include "tests/dp/golden_vectors.h"

namespace weir::dp {
namespace {

using test::GoldenRows;
using test::Number;

TEST(ContinualErrorFactorsTest, AgreeWithTheVectors) {
  const auto rows = GoldenRows("continual_counting");
  ASSERT_FALSE(rows.empty());
  for (const auto& row : rows) {
    const ContinualFactors factors = ContinualErrorFactors(static_cast<size_t>(Number(row[0])));
    EXPECT_NEAR(factors.factorization_worst / Number(row[1]), 1, 1e-12) << row[0];
    EXPECT_NEAR(factors.tree_worst / Number(row[2]), 1, 1e-8) << row[0] << ": ten digits given";
    EXPECT_NEAR(factors.tree_rms / Number(row[3]), 1, 1e-8) << row[0] << ": ten digits given";
    EXPECT_NEAR(factors.naive_worst / Number(row[4]), 1, 1e-7) << row[0] << ": eight digits given";
  }
}

TEST(ContinualErrorFactorsTest, OnePeriodIsOneCount) {
  const ContinualFactors factors = ContinualErrorFactors(1);
  EXPECT_EQ(factors.factorization_worst, 1);
  EXPECT_EQ(factors.tree_worst, 1);
  EXPECT_EQ(factors.naive_worst, 1);
}

TEST(ContinualErrorFactorsTest, NoPeriodsHaveNoError) {
  EXPECT_EQ(ContinualErrorFactors(0).factorization_worst, 0);
}

// The figures for the hours of a year.
TEST(ContinualErrorFactorsTest, YearOfHoursBeatsTheTreeThreefold) {
  const ContinualFactors factors = ContinualErrorFactors(8760);
  EXPECT_LE(factors.factorization_worst, 3.96);
  EXPECT_GE(factors.tree_worst, 13.96);
}

}  // namespace
}  // namespace weir::dp
