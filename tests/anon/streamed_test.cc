// SPDX-License-Identifier: Apache-2.0
// Rows that are not held give the same tuples as rows that are, whatever memory and threads.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/anon/table_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/anon/internal/collapse_table.h"
#include "weir/base/random.h"

namespace weir::anon {
namespace {

using internal::CodedTable;
using internal::CollapseTable;
using internal::ReadTable;
using test::Columns;
using test::Limits;
using ::testing::HasSubstr;
using weir::test::StatusIs;

// Equal but for the hashes of units, whose key is fresh: their numbers must be equal.
void ExpectSame(const TupleTable& a, const TupleTable& b) {
  EXPECT_EQ(a.codes, b.codes);
  EXPECT_EQ(a.rows, b.rows);
  EXPECT_EQ(a.total_rows, b.total_rows);
  EXPECT_EQ(a.units.begin, b.units.begin);
  ASSERT_EQ(a.sensitive.size(), b.sensitive.size());
  for (size_t i = 0; i < a.sensitive.size(); ++i) {
    EXPECT_EQ(a.sensitive[i].counts.begin, b.sensitive[i].counts.begin);
    const auto& left = a.sensitive[i].counts.items;
    const auto& right = b.sensitive[i].counts.items;
    EXPECT_TRUE(std::equal(left.begin(), left.end(), right.begin(), right.end(),
                           [](const ValueCount& x, const ValueCount& y) {
                             return x.value == y.value && x.rows == y.rows;
                           }));
  }
}

class StreamedTest : public ::testing::Test {
 protected:
  // Two and a half million rows, 40 MB of records: text, number, time, missing values and units.
  InputLocation Trips() const {
    return files_.Parquet(
        "SELECT CASE WHEN i % 97 = 0 THEN NULL ELSE 'zone ' || (hash(i) % 300) END AS zone, "
        "CAST(hash(i + 1) % 20 AS INTEGER) AS age, "
        "TIMESTAMP '2025-01-01' + to_seconds(CAST(hash(i + 2) % 86400 AS INTEGER)) AS t, "
        "'mode ' || (hash(i + 3) % 3) AS mode, "
        "CASE WHEN i % 1000 = 0 THEN NULL ELSE 'rider ' || (hash(i + 4) % 5000) END AS rider "
        "FROM range(2500000) rows(i)");
  }
  static ReadRequest Request() {
    ReadRequest request = Columns({"zone", "age", "t", "mode"});
    request.columns[2].step = ValueStep{.width = int64_t{3600} * 1'000'000 * 3};
    request.unit = {"rider"};
    request.unit_cap = 3;
    return request;
  }
  static TupleTable Tuples(const CodedTable& table) {
    CollapseRequest request = test::CollapseBy(table, {"zone", "age", "t"});
    request.sensitive = {test::IdentityMap(table, "mode")};
    request.sensitive_values = {3};
    auto collapsed = CollapseTable(table, request, nullptr);
    EXPECT_THAT(collapsed, weir::test::IsOk());
    return std::move(collapsed->table);
  }
  test::TableFiles files_;
};

TEST_F(StreamedTest, MemoryAndThreadsDoNotShow) {
  const InputLocation input = Trips();
  ReadLimits ample = Limits(Holding::kHeld);
  ample.memory_bytes = uint64_t{1} << 30;
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable held,
                            ReadTable(input, Request(), ample, SystemRandom()));
  const TupleTable expected = Tuples(held);
  EXPECT_EQ(expected.total_rows, 2'500'000u);
  EXPECT_GT(expected.tuples(), 40'000u);
  for (const unsigned threads : {1u, 4u}) {
    WEIR_ASSERT_OK_AND_ASSIGN(
        const CodedTable spilled,
        ReadTable(input, Request(), Limits(Holding::kStreamed, threads, files_.folder()),
                  SystemRandom()));
    EXPECT_GT(spilled.facts.spilled_bytes, 0u);
    EXPECT_EQ(spilled.facts.rows_without_unit, held.facts.rows_without_unit);
    ExpectSame(Tuples(spilled), expected);
  }
}

TEST_F(StreamedTest, RecordsComeInAFixedOrder) {
  const InputLocation input = Trips();
  WEIR_ASSERT_OK_AND_ASSIGN(
      const CodedTable one,
      ReadTable(input, Request(), Limits(Holding::kStreamed, 1, files_.folder()), SystemRandom()));
  WEIR_ASSERT_OK_AND_ASSIGN(
      const CodedTable two,
      ReadTable(input, Request(), Limits(Holding::kStreamed, 3, files_.folder()), SystemRandom()));
  for (size_t i = 0; i < one.columns.size(); ++i) {
    EXPECT_EQ(one.columns[i].codes, two.columns[i].codes);
  }
  EXPECT_EQ(one.rows_of_record, two.rows_of_record);
}

// A record of two columns and its count of rows take 16 bytes, and half of the memory holds
// records.
TEST_F(StreamedTest, CombinationsThatTakeMoreThanHalfOfTheMemoryAreRefused) {
  const ReadRequest request = Columns({"a", "b"});
  for (const unsigned threads : {1u, 4u}) {
    const ReadLimits limits = Limits(Holding::kStreamed, threads, files_.folder());
    const uint64_t most = limits.memory_bytes / 2 / 16;
    const auto read = [&](uint64_t records) {
      const test::TableFiles files;
      const InputLocation input = files.Parquet("SELECT i AS a, i // 7 AS b FROM range(" +
                                                std::to_string(records) + ") rows(i)");
      return ReadTable(input, request, limits, SystemRandom());
    };
    WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable table, read(most));
    EXPECT_EQ(table.facts.records, most);
    EXPECT_THAT(read(most + 1),
                StatusIs(StatusCode::kResourceExhausted,
                         HasSubstr("the distinct combinations of the analysed columns take more "
                                   "than half of the memory limit of 64 MiB")));
  }
}

// What the error advises: the last three digits go, as by an action of a recipe.
TEST_F(StreamedTest, ReducedValuesMakeCombinationsFit) {
  const InputLocation input =
      files_.Parquet("SELECT i AS a, i // 7 AS b, 'u' || i AS u FROM range(2500000) rows(i)");
  ReadRequest request = Columns({"a", "b"});
  request.unit = {"u"};
  request.unit_cap = 2;
  const ReadLimits limits = Limits(Holding::kStreamed, 2, files_.folder());
  EXPECT_THAT(ReadTable(input, request, limits, SystemRandom()),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("round or mask a column")));

  for (ColumnRequest& column : request.columns) {
    column.reduce = [](std::string_view text) {
      return text.size() <= 3 ? std::string("0") : std::string(text.substr(0, text.size() - 3));
    };
  }
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable table,
                            ReadTable(input, request, limits, SystemRandom()));
  EXPECT_EQ(table.facts.rows, 2'500'000u);
  EXPECT_EQ(table.columns[0].values.size(), 2500u);
  WEIR_ASSERT_OK_AND_ASSIGN(const CollapsedTable collapsed,
                            CollapseTable(table, test::CollapseBy(table, {"a"}), nullptr));
  EXPECT_EQ(collapsed.table.rows, std::vector<uint64_t>(2500, 1000));
  EXPECT_EQ(collapsed.table.units.items.size(), 5000u);
}

TEST_F(StreamedTest, NoFolderMeansNothingIsWritten) {
  EXPECT_THAT(ReadTable(Trips(), Request(), Limits(Holding::kStreamed, 4), SystemRandom()),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("no temporary folder")));
}

TEST_F(StreamedTest, CsvIsStreamedToo) {
  std::string text = "a,b\n";
  for (int i = 0; i < 5000; ++i) text += std::to_string(i % 7) + "," + std::to_string(i % 3) + "\n";
  const InputLocation input = files_.Csv(text);
  WEIR_ASSERT_OK_AND_ASSIGN(
      const CodedTable held,
      ReadTable(input, Columns({"a", "b"}), Limits(Holding::kHeld), SystemRandom()));
  WEIR_ASSERT_OK_AND_ASSIGN(
      const CodedTable streamed,
      ReadTable(input, Columns({"a", "b"}), Limits(Holding::kStreamed), SystemRandom()));
  EXPECT_EQ(streamed.facts.records, 21u);
  EXPECT_EQ(test::Sorted(test::TextsOf(streamed)), test::Sorted(test::TextsOf(held)));
}

}  // namespace
}  // namespace weir::anon
