// SPDX-License-Identifier: Apache-2.0
// Histograms of privacy units against counts by hand, and what the bounds leave of them.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/data_fixture.h"
#include "tests/support/status_matchers.h"

namespace weir::data {
namespace {

using test::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// a: 5 rows in x, 1 in y. b: 1 row in x, its value unknown. c: 2 rows in each of x, y and z.
constexpr char kCsv[] =
    "who,where,value\n"
    "a,x,1\na,x,2\na,x,-3\na,x,\na,x,nan\na,y,40\n"
    "b,x,\n"
    "c,x,-1\nc,x,-1\nc,y,-2\nc,y,-1\nc,z,-9\nc,z,-1\n"
    ",x,1000\nd,elsewhere,1000\n";

class UnitHistogramTest : public ::testing::Test {
 protected:
  UnitHistogramTest() {
    file_.Column("who", v1::COLUMN_TYPE_TEXT);
    file_.Column("where", v1::COLUMN_TYPE_TEXT);
    file_.Column("value", v1::COLUMN_TYPE_INT);
    file_.Unit({"who"}).WriteCsv(kCsv);
  }
  StatusOr<AggregateTable> Count(const UnitHistogram& histogram,
                                 const ContributionBounds& bounds = Bounds(8, 8),
                                 bool is_open = false) const {
    KeyDomain key{.column = "where", .values = {"x", "y", "z"}};
    if (is_open) key = {.column = "where", .open = true};
    return TryAggregate(
        file_.Description(),
        {.keys = {key}, .measures = {}, .bounds = bounds, .histograms = {histogram}});
  }
  std::vector<int64_t> Units(const UnitHistogram& histogram,
                             const ContributionBounds& bounds = Bounds(8, 8),
                             bool is_open = false) const {
    return Count(histogram, bounds, is_open).value().unit_counts.at(0);
  }
  static UnitHistogram OfValues(UnitFigure figure, std::vector<int64_t> ends) {
    return {
        .figure = figure, .column = "value", .lowest = -8, .highest = 16, .ends = std::move(ends)};
  }

 private:
  TestDataset file_;
};

TEST_F(UnitHistogramTest, CountsUnitsByKeysAndRows) {
  EXPECT_THAT(Units({.figure = UnitFigure::kKeys, .ends = {1, 2, 4}}), ElementsAre(1, 1, 1));
  EXPECT_THAT(Units({.figure = UnitFigure::kRowsOfKey, .ends = {1, 2, 4, 8}}),
              ElementsAre(1, 1, 0, 1));
  EXPECT_THAT(Units({.figure = UnitFigure::kRows, .ends = {1, 2, 4, 5}}), ElementsAre(1, 0, 0, 2))
      << "the last bin holds what is beyond";
}

TEST_F(UnitHistogramTest, CountsUnitsByTheirClampedExtremes) {
  EXPECT_THAT(Units(OfValues(UnitFigure::kHighest, {-8, -1, 0, 8, 15, 16})),
              ElementsAre(0, 1, 0, 0, 0, 1))
      << "b has no value, the 40 of a counts as 16";
  EXPECT_THAT(Units(OfValues(UnitFigure::kLowest, {0, 2, 4, 7, 8})), ElementsAre(0, 0, 1, 0, 1))
      << "-3 needs 4, the -9 of c counts as -8";
}

TEST_F(UnitHistogramTest, OpenKeysCountAsWell) {
  EXPECT_THAT(Units({.figure = UnitFigure::kKeys, .ends = {1, 2, 4}}, Bounds(8, 8), true),
              ElementsAre(2, 1, 1))
      << "d is somewhere now";
}

TEST_F(UnitHistogramTest, BoundsCutWhatIsCounted) {
  EXPECT_THAT(Units({.figure = UnitFigure::kKeys, .ends = {1, 2, 4}}, Bounds(2, 8)),
              ElementsAre(1, 2, 0));
  EXPECT_THAT(Units({.figure = UnitFigure::kRowsOfKey, .ends = {1, 2, 4, 8}}, Bounds(8, 2)),
              ElementsAre(1, 2, 0, 0));
  EXPECT_THAT(Units({.figure = UnitFigure::kRows, .ends = {1, 2, 3, 6}}, Bounds(8, 1)),
              ElementsAre(1, 1, 1, 0));
}

TEST_F(UnitHistogramTest, MeasuresStandBesideThem) {
  TestDataset file;
  file.Column("who", v1::COLUMN_TYPE_TEXT);
  file.Column("where", v1::COLUMN_TYPE_TEXT);
  file.Column("value", v1::COLUMN_TYPE_INT);
  file.Unit({"who"}).WriteCsv(kCsv);
  const auto table = TryAggregate(file.Description(),
                                  {.keys = {},
                                   .measures = {Sum("value", -8, 16), Rows()},
                                   .bounds = Bounds(1, 100),
                                   .histograms = {{.figure = UnitFigure::kRows, .ends = {1, 100}},
                                                  OfValues(UnitFigure::kHighest, {0, 16})}});
  WEIR_ASSERT_OK(table);
  // Without a key d counts.
  EXPECT_EQ(ToCells(*table).at(0),
            (std::vector<int128>{1 + 2 - 3 + 16 - 1 - 1 - 2 - 1 - 8 - 1 + 16, 14}));
  EXPECT_THAT(table->unit_counts, ElementsAre(ElementsAre(2, 2), ElementsAre(1, 2)));
}

TEST_F(UnitHistogramTest, RefusesWhatCannotBeCounted) {
  const auto refuses = [this](const UnitHistogram& histogram, const char* why) {
    EXPECT_THAT(Count(histogram), StatusIs(StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  refuses({.figure = UnitFigure::kKeys, .ends = {}}, "no ends");
  refuses({.figure = UnitFigure::kKeys, .ends = {2, 2}}, "ascend");
  UnitHistogram values = OfValues(UnitFigure::kHighest, {1});
  values.column = "where";
  refuses(values, "no numbers");
  values.column = "nowhere";
  refuses(values, "no column nowhere");
  values = OfValues(UnitFigure::kHighest, {1});
  values.highest = INT64_MAX;
  refuses(values, "too far");
}

}  // namespace
}  // namespace weir::data
