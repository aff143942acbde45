// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/range_query_error.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/dp/dense_least_squares.h"
#include "tests/dp/golden_vectors.h"
#include "tests/support/status_matchers.h"

namespace weir::dp {
namespace {

using test::GoldenRows;
using test::Matrix;
using test::Number;
using test::StatusIs;

uint32_t DepthOf(uint64_t leaves, uint32_t branching) {
  uint32_t depth = 0;
  for (uint64_t n = 1; n < leaves; n *= branching) ++depth;
  return depth;
}

// "tree b=16 (levels ..." or "identity".
StatusOr<RangeQueryError> ErrorOf(uint64_t leaves, const std::string& strategy) {
  if (strategy == "identity") return LeavesRangeError(leaves);
  const auto branching = static_cast<uint32_t>(Number(strategy.substr(strategy.find('=') + 1)));
  return TreeRangeError(branching, DepthOf(leaves, branching));
}

TEST(RangeQueryErrorTest, AgreesWithTheVectors) {
  const auto rows = GoldenRows("range_queries");
  ASSERT_FALSE(rows.empty());
  for (const auto& row : rows) {
    WEIR_ASSERT_OK_AND_ASSIGN(const RangeQueryError error,
                              ErrorOf(static_cast<uint64_t>(Number(row[0])), row[1]));
    EXPECT_EQ(error.levels, static_cast<int>(Number(row[2])));
    EXPECT_NEAR(error.laplace_epsilon1 / Number(row[3]), 1, 1e-9) << row[0] << row[1];
    EXPECT_NEAR(error.gaussian / Number(row[4]), 1, 1e-9) << row[0] << row[1];
  }
}

// All measurements of a tree as rows over the leaves, all ranges by the dense covariance.
double DenseError(size_t leaves, size_t branching) {
  Matrix rows;
  for (size_t width = leaves;; width /= branching) {
    for (size_t start = 0; start < leaves; start += width) {
      std::vector<double> row(leaves);
      std::fill_n(row.begin() + static_cast<std::ptrdiff_t>(start), width, 1);
      rows.push_back(row);
    }
    if (width == 1) break;
  }
  const Matrix covariance = test::Covariance(rows, std::vector<double>(rows.size(), 1));
  double sum = 0;
  for (size_t first = 0; first < leaves; ++first) {
    std::vector<double> range(leaves);
    for (size_t last = first; last < leaves; ++last) {
      range[last] = 1;
      sum += test::Product(range, test::Product(covariance, range));
    }
  }
  return std::sqrt(2 * sum / static_cast<double>(leaves * (leaves + 1)));
}

TEST(RangeQueryErrorTest, AgreesWithDenseLeastSquares) {
  EXPECT_NEAR(TreeRangeError(2, 4)->per_noise, DenseError(16, 2), 1e-12);
  EXPECT_NEAR(TreeRangeError(3, 3)->per_noise, DenseError(27, 3), 1e-12);
  EXPECT_NEAR(TreeRangeError(5, 1)->per_noise, DenseError(5, 5), 1e-12);
}

TEST(RangeQueryErrorTest, OneLeafIsOneMeasurement) {
  EXPECT_EQ(TreeRangeError(2, 0)->gaussian, 1);
  EXPECT_EQ(LeavesRangeError(1)->gaussian, 1);
}

TEST(RangeQueryErrorTest, RefusesWhatIsNoTree) {
  EXPECT_THAT(TreeRangeError(1, 3), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(TreeRangeError(0, 3), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(TreeRangeError(2, 25), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(LeavesRangeError(0), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace weir::dp
