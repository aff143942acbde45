// SPDX-License-Identifier: Apache-2.0
// What a server answers is added up only if it can be the answer to the question.
#include "weir/data/clickhouse/internal/shard_cells.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "tests/data/clickhouse/shard_question.h"
#include "tests/support/status_matchers.h"
#include "weir/data/clickhouse/internal/server_batch.h"

namespace weir::data::internal {
namespace {

using test::IsOk;
using test::StatusIs;
using test_clickhouse::AnswerColumn;
using test_clickhouse::NativeRow;
using test_clickhouse::ShardQuestion;
using ::testing::ElementsAre;

constexpr uint64_t kMemory = uint64_t{1} << 20;
constexpr size_t kMostBytes = size_t{1} << 20;
const std::string kMost = "9223372036854775807";

// The names of the columns of an honest answer, in their order.
enum Place : size_t {
  kFlag,
  kText,
  kHour,
  kYes,
  kNo,
  kRows,
  kUnits,
  kOver,
  kLimb0,
  kLimb1,
  kLimb2
};
constexpr size_t kWords = kLimb2 + 1, kCounts = kWords + 1, kEdgeWords = kWords + 2,
                 kEdgeCounts = kWords + 3;

std::vector<AnswerColumn> Honest() {
  return {{"UInt8", "1"},      {"String", "a"}, {"Int64", "24"}, {"Int64", "1"},
          {"Int64", "0"},      {"Int64", "3"},  {"Int64", "2"},  {"Int64", "0"},
          {"Int64", "5"},      {"Int64", "1"},  {"Int64", "-1"}, {"String", "0,1,5"},
          {"String", "1,1,1"}, {"String", "2"}, {"String", "3"}};
}

class ShardCellsTest : public ::testing::Test {
 protected:
  Status Add(const std::vector<AnswerColumn>& columns, int times = 1) {
    NativeReader reader(question_.sql().cells.names, kMostBytes);
    const std::string row = NativeRow(question_.sql().cells.names, columns);
    for (int i = 0; i < times; ++i) {
      WEIR_RETURN_IF_ERROR(reader.Add(row, [this](const NativeBlock& block) {
        return cells_.AddCells(question_.sql().layout, block);
      }));
    }
    return reader.Finish();
  }

  Status AddHistograms(const std::vector<std::string>& units) {
    NativeReader reader(question_.sql().histograms.names, kMostBytes);
    std::vector<AnswerColumn> columns;
    for (const std::string& count : units) columns.push_back({"Int64", count});
    return reader.Add(NativeRow(question_.sql().histograms.names, columns),
                      [this](const NativeBlock& block) { return cells_.AddHistograms(block); });
  }

  static std::vector<AnswerColumn> With(size_t place, const std::string& value) {
    std::vector<AnswerColumn> columns = Honest();
    columns[place].value = value;
    return columns;
  }

  const ShardQuestion question_;
  ShardCells cells_{question_.query(), question_.bounded(), kMemory};
};

TEST_F(ShardCellsTest, AddsUpWhatFits) {
  ASSERT_THAT(Add(Honest(), 2), IsOk());
  ASSERT_THAT(AddHistograms({"1", "2"}), IsOk());
  const AggregateTable table = cells_.Finish();
  ASSERT_EQ(table.cells.size(), 1u);
  const int128 sum = 5 + (int128{1} << 21) - (int128{1} << 42);
  EXPECT_TRUE(table.values == (std::vector<int128>{6, 4, 2 * sum, 0, 0}));
  ASSERT_EQ(table.bins.size(), 2u);
  ASSERT_EQ(table.bins[0].size(), 2u);
  EXPECT_EQ(table.bins[0][1].bin, test_clickhouse::kStepBins - 1);
  EXPECT_EQ(table.bins[0][1].rows, 2);
  ASSERT_EQ(table.bins[1].size(), 1u);
  EXPECT_EQ(table.bins[1][0].bin, test_clickhouse::kEdgeBins - 1);
  EXPECT_THAT(table.open_values,
              ElementsAre(ElementsAre("a"), ElementsAre("1970-01-02T00"), ElementsAre("true")));
  EXPECT_THAT(table.unit_counts, ElementsAre(ElementsAre(1, 2)));
}

// A bin behind the last one would be written behind the end of a release's numbers.
TEST_F(ShardCellsTest, RefusesABinThatIsNotThere) {
  for (const auto& [place, word] :
       {std::pair(kWords, "0,1,6"), std::pair(kEdgeWords, "3"), std::pair(kWords, "0,1,-1"),
        std::pair(kEdgeWords, "4294967298")}) {
    EXPECT_THAT(Add(With(place, word)), StatusIs(StatusCode::kDataLoss)) << word;
  }
  EXPECT_THAT(Add(With(kWords, "0,1,5")), IsOk());
}

TEST_F(ShardCellsTest, RefusesNegativeCounts) {
  for (const size_t place : {size_t{kRows}, size_t{kUnits}, kEdgeCounts}) {
    EXPECT_THAT(Add(With(place, "-1")), StatusIs(StatusCode::kDataLoss)) << place;
  }
  EXPECT_THAT(AddHistograms({"-1", "2"}), StatusIs(StatusCode::kDataLoss));
}

// The question's bound is 3 rows of a unit.
TEST_F(ShardCellsTest, RefusesRowsThatNoBoundLeaves) {
  for (const auto& [rows, units] :
       {std::pair("1", "2"), {"7", "2"}, {"1", "0"}, {kMost.c_str(), "2"}}) {
    std::vector<AnswerColumn> columns = With(kRows, rows);
    columns[kUnits].value = units;
    EXPECT_THAT(Add(columns), StatusIs(StatusCode::kDataLoss)) << rows << " of " << units;
  }
  EXPECT_THAT(Add(With(kRows, "6")), IsOk());
  EXPECT_THAT(Add(With(kRows, "2")), IsOk());
}

// NULL would count as 0, and the bits of a fraction as a large number.
TEST_F(ShardCellsTest, RefusesNullsAndFractions) {
  for (const size_t place : {size_t{kHour}, size_t{kRows}, size_t{kLimb0}, kWords}) {
    std::vector<AnswerColumn> columns = Honest();
    columns[place].type = "Nullable(" + columns[place].type + ")";
    EXPECT_THAT(Add(columns), IsOk()) << place;
    columns[place].is_null = true;
    EXPECT_THAT(Add(columns), StatusIs(StatusCode::kDataLoss)) << place;
  }
  std::vector<AnswerColumn> columns = Honest();
  columns[kHour].type = "Float64";
  EXPECT_THAT(Add(columns), StatusIs(StatusCode::kDataLoss));
}

TEST_F(ShardCellsTest, RefusesHistogramsThatLackAServer) {
  EXPECT_THAT(cells_.CheckHistograms(1), StatusIs(StatusCode::kDataLoss));
  ASSERT_THAT(AddHistograms({"1", "2"}), IsOk());
  EXPECT_THAT(cells_.CheckHistograms(1), IsOk());
  EXPECT_THAT(cells_.CheckHistograms(2), StatusIs(StatusCode::kDataLoss));
  ASSERT_THAT(AddHistograms({"1", "2"}), IsOk());
  EXPECT_THAT(cells_.CheckHistograms(1), StatusIs(StatusCode::kDataLoss));
}

TEST_F(ShardCellsTest, RefusesSumsThatLeaveTheirType) {
  ASSERT_THAT(Add(With(kEdgeCounts, kMost)), IsOk());
  EXPECT_THAT(Add(With(kEdgeCounts, "1")), StatusIs(StatusCode::kDataLoss));
  ASSERT_THAT(AddHistograms({kMost, "0"}), IsOk());
  EXPECT_THAT(AddHistograms({"1", "0"}), StatusIs(StatusCode::kDataLoss));
}

TEST_F(ShardCellsTest, RefusesKeysThatNoRowHas) {
  for (const auto& [place, value] : {std::pair<size_t, std::string>(kHour, kMost),
                                     {kHour, "-" + kMost},
                                     {kYes, "2"},
                                     {kNo, "2"},
                                     {kNo, "-1"},
                                     {kText, ""},
                                     {kText, "\xFF"}}) {
    EXPECT_THAT(Add(With(place, value)), StatusIs(StatusCode::kDataLoss)) << place << value;
  }
}

// Its upper half would be negative numbers.
TEST(ServerBatchTest, RefusesNumbersOfSixtyFourBitsWithoutSign) {
  for (const char* type : {"UInt64", "Int64"}) {
    ServerBatch batch({CellKind::kInt64});
    NativeReader reader({"n"}, kMostBytes);
    const Status status =
        reader.Add(NativeRow({"n"}, {{type, "-1"}}),
                   [&batch](const NativeBlock& block) { return batch.Make(block).status(); });
    EXPECT_EQ(status.code(),
              std::string(type) == "Int64" ? StatusCode::kOk : StatusCode::kDataLoss);
  }
}

TEST(ServerBatchTest, RefusesSecondsOfSixtyFourBits) {
  for (const char* type : {"Int64", "UInt8"}) {
    for (const CellKind kind : {CellKind::kMicros, CellKind::kDays}) {
      ServerBatch batch({kind});
      NativeReader reader({"t"}, kMostBytes);
      const bool is_narrow = std::string(type) == "UInt8";
      const Status status =
          reader.Add(NativeRow({"t"}, {{type, is_narrow ? "7" : kMost}}),
                     [&batch](const NativeBlock& block) { return batch.Make(block).status(); });
      EXPECT_EQ(status.code(), is_narrow ? StatusCode::kOk : StatusCode::kDataLoss) << type;
    }
  }
}

}  // namespace
}  // namespace weir::data::internal
