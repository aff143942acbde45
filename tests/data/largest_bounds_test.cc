// SPDX-License-Identifier: Apache-2.0
// The largest contributions that a query may have, added up as if 2^40 rows had them: the engine's
// own numbers of one row, merged with themselves forty times.
#include <cstdint>
#include <limits>
#include <optional>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "tests/data/data_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/base/random.h"
#include "weir/data/internal/bounded_query.h"
#include "weir/data/internal/cell_sums.h"

namespace weir::data {
namespace {

constexpr int kDoublings = 40;
constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr int64_t kFarthest = int64_t{1} << 40;  // from the origin, with squares

struct LargestCase {
  const char* name;
  Contribution contribution;
  const char* value;
  int128 of_one_row;
};
void PrintTo(const LargestCase& largest, std::ostream* out) { *out << largest.name; }

Contribution Squares(int64_t lowest, int64_t highest) {
  Contribution squares = Sum("v", lowest, highest);
  squares.kind = ContributionKind::kSquares;
  return squares;
}

Contribution PerUnit() {
  Contribution sum = Sum("v", kLeast, kMost);
  sum.unit_lowest = kLeast;
  sum.unit_highest = kMost;
  return sum;
}

class LargestBoundsTest : public ::testing::TestWithParam<LargestCase> {
 protected:
  LargestBoundsTest() {
    dataset_.Unit({"who"});
    dataset_.Column("who", v1::COLUMN_TYPE_TEXT);
    dataset_.Column("v", v1::COLUMN_TYPE_INT);
  }
  // Nothing where it does not fit 128 bits.
  static std::optional<int128> Expected() {
    int128 product = 0;
    if (__builtin_mul_overflow(GetParam().of_one_row, int128{1} << kDoublings, &product)) return {};
    return product;
  }
  TestDataset dataset_;
};
INSTANTIATE_TEST_SUITE_P(
    Kinds, LargestBoundsTest,
    ::testing::Values(LargestCase{"highest", Sum("v", kLeast, kMost), "9223372036854775807", kMost},
                      LargestCase{"lowest", Sum("v", kLeast, kMost), "-9223372036854775808",
                                  kLeast},
                      LargestCase{"per_unit", PerUnit(), "-9223372036854775808", kLeast},
                      LargestCase{"squares", Squares(-kFarthest, kFarthest), "1099511627777",
                                  int128{kFarthest} * kFarthest}),
    [](const auto& test_case) { return test_case.param.name; });

TEST_P(LargestBoundsTest, FitTheirSumsOverTwoToTheFortyRows) {
  dataset_.WriteCsv(std::string("who,v\na,") + GetParam().value + "\n");
  Contribution bins = Sum("v", 0, 0);
  bins.kind = ContributionKind::kBins;
  bins.edges = {{-1, 30}, {1, 30}};
  const AggregateQuery query{.keys = {},
                             .measures = {GetParam().contribution, Rows(), bins},
                             .bounds = Bounds(1, kUnbounded)};
  const DatasetDescription description = dataset_.Description();
  WEIR_ASSERT_OK_AND_ASSIGN(const AggregateTable one, TryAggregate(description, query));
  ASSERT_EQ(one.values[0], GetParam().of_one_row);
  WEIR_ASSERT_OK_AND_ASSIGN(const internal::BoundedQuery bounded,
                            internal::ResolveQuery(description, query, SystemRandom()));
  internal::CellSums sums(bounded);
  for (size_t m = 0; m < 3; ++m) sums.At(0)[m] = one.values[m];
  sums.AddToBin(0, sums.PositionOf(0), 0);
  for (int i = 0; i < kDoublings; ++i) {
    const internal::CellSums same = sums;
    sums.Add(same);
  }
  const AggregateTable all = sums.ToTable();
  ASSERT_TRUE(Expected().has_value());
  EXPECT_EQ(all.values[0], *Expected());
  EXPECT_EQ(all.values[1], int128{1} << kDoublings);
  EXPECT_EQ(all.bins[0][0].rows, int64_t{1} << kDoublings);
}

// The twin: words of 64 bits do not.
TEST_P(LargestBoundsTest, DoNotFitWordsOf64Bits) {
  auto sum = static_cast<uint64_t>(GetParam().of_one_row);
  for (int i = 0; i < kDoublings; ++i) sum += sum;
  EXPECT_NE(int128{static_cast<int64_t>(sum)}, Expected());
}

TEST(LargerBoundsTest, AreRefused) {
  TestDataset dataset;
  dataset.Unit({"who"}).WriteCsv("who,v\n");
  dataset.Column("who", v1::COLUMN_TYPE_TEXT);
  dataset.Column("v", v1::COLUMN_TYPE_INT);
  Contribution far = Sum("v", kLeast, 0);
  far.origin = 1;
  for (const Contribution& contribution :
       {Squares(-kFarthest - 1, 0), Squares(0, kFarthest + 1), far}) {
    const AggregateQuery query{
        .keys = {}, .measures = {contribution}, .bounds = Bounds(1, kUnbounded)};
    EXPECT_THAT(CheckQuery(dataset.Description(), query),
                test::StatusIs(StatusCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace weir::data
