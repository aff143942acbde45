// SPDX-License-Identifier: Apache-2.0
#include "weir/data/plain_table.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/data/data_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/data/duckdb/parquet_reader.h"
#include "weir/data/parquet_writer.h"

namespace weir::data {
namespace {

using test::IsOkAndHolds;
using test::StatusIs;
using ::testing::HasSubstr;

PlainTable Sample() {
  const int128 wide = int128{1000000000000000000} * 1000000000000000000 * 99;
  return {.columns = {{"weekday", PlainType::kText},
                      {"rows", PlainType::kInt64},
                      {"a\"b'; DROP", PlainType::kInt128},
                      {"high", PlainType::kDouble}},
          .rows = {{std::string("Mon, \"1\""), int64_t{-5}, int128{-7}, 0.1},
                   {std::string(), INT64_MAX, wide, -0.0},
                   {std::monostate(), INT64_MIN, -wide, 1e300},
                   {std::string("caf\xC3\xA9\nnew line"), std::monostate(), std::monostate(),
                    std::monostate()}}};
}

PlainValue AnyValue(test::SeededRandom& random, PlainType type) {
  if (random.Word() % 4 == 0) return {};
  const auto whole = static_cast<int64_t>(random.Word());
  switch (type) {
    case PlainType::kText:
      return std::string(random.Word() % 9, static_cast<char>('a' + random.Word() % 26));
    case PlainType::kInt64:
      return whole;
    case PlainType::kInt128:
      return int128{whole} * static_cast<int64_t>(random.Word() % 1'000'000'000'000'000'000);
    case PlainType::kDouble:
      break;
  }
  return static_cast<double>(whole) / 1024;
}

PlainTable AnyTable(test::SeededRandom& random) {
  PlainTable table;
  const size_t columns = 1 + random.Word() % 6;
  for (size_t i = 0; i < columns; ++i) {
    table.columns.push_back(
        {.name = "c" + std::to_string(i), .type = static_cast<PlainType>(random.Word() % 4)});
  }
  table.rows.resize(random.Word() % 40);
  for (auto& row : table.rows) {
    for (const PlainColumn& column : table.columns) row.push_back(AnyValue(random, column.type));
  }
  return table;
}

TEST(WriteCsvTest, QuotesWhatNeedsIt) {
  EXPECT_THAT(WriteCsv(Sample()),
              IsOkAndHolds("weekday,rows,\"a\"\"b'; DROP\",high\n"
                           "\"Mon, \"\"1\"\"\",-5,-7,0.1\n"
                           "\"\",9223372036854775807,99000000000000000000000000000000000000,-0\n"
                           ",-9223372036854775808,-99000000000000000000000000000000000000,1e+300\n"
                           "\"caf\xC3\xA9\nnew line\",,,\n"));
}

TEST(CheckPlainTableTest, RefusesWhatIsNoTable) {
  const std::pair<PlainTable, const char*> cases[] = {
      {{.columns = {{"", PlainType::kText}}}, "name"},
      {{.columns = {{"\xff", PlainType::kText}}}, "name"},
      {{.columns = {{"a", PlainType::kText}, {"a", PlainType::kText}}}, "twice"},
      {{.columns = {{"a", PlainType::kText}}, .rows = {{}}}, "0 values for 1"},
      {{.columns = {{"a", PlainType::kText}}, .rows = {{int64_t{1}}}}, "type of column a"},
      {{.columns = {{"a", PlainType::kInt64}}, .rows = {{int128{1}}}}, "type of column a"}};
  for (const auto& [table, message] : cases) {
    EXPECT_THAT(CheckPlainTable(table), StatusIs(StatusCode::kInvalidArgument, HasSubstr(message)));
  }
  WEIR_EXPECT_OK(CheckPlainTable(Sample()));
}

TEST(ParquetTest, ReadsBackWhatWasWritten) {
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteParquet(Sample()));
  EXPECT_THAT(ReadParquet(bytes, {}), IsOkAndHolds(Sample()));
  PlainTable other = Sample();
  other.rows[0][1] = int64_t{-4};
  EXPECT_FALSE(*ReadParquet(bytes, {}) == other);
}

TEST(ParquetTest, KeepsManyRowsInOrder) {
  PlainTable table{.columns = {{"n", PlainType::kInt64}, {"t", PlainType::kText}}};
  for (int64_t i = 0; i < 300001; ++i) {
    table.rows.push_back({i % 3 == 0 ? PlainValue() : PlainValue(i), std::to_string(i * 7)});
  }
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteParquet(table));
  EXPECT_THAT(ReadParquet(bytes, {}), IsOkAndHolds(table));
}

// DuckDB reads what was written without it.
TEST(ParquetTest, KeepsAnyTable) {
  test::SeededRandom random(51);
  for (int i = 0; i < 100; ++i) {
    const PlainTable table = AnyTable(random);
    WEIR_ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteParquet(table));
    ASSERT_THAT(ReadParquet(bytes, {}), IsOkAndHolds(table)) << i;
  }
}

TEST(ParquetTest, KeepsTextsLongerThanAPage) {
  PlainTable table{.columns = {{"t", PlainType::kText}}};
  for (const size_t length : {size_t{3'000'000}, size_t{0}, size_t{1}, size_t{1} << 20}) {
    table.rows.push_back({std::string(length, 'x')});
    table.rows.emplace_back(1);
  }
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteParquet(table));
  EXPECT_THAT(ReadParquet(bytes, {}), IsOkAndHolds(table));
}

TEST(ParquetTest, KeepsMoreColumnsThanAListHeadCounts) {
  PlainTable table;
  for (int i = 0; i < 300; ++i) {
    table.columns.push_back({.name = "c" + std::to_string(i), .type = PlainType::kInt64});
    if (i == 0) table.rows.emplace_back();
    table.rows[0].emplace_back(int64_t{i});
  }
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteParquet(table));
  EXPECT_THAT(ReadParquet(bytes, {}), IsOkAndHolds(table));
}

TEST(ParquetTest, KeepsATableWithoutRowsAndOddDoubles) {
  const PlainTable empty{.columns = {{"n", PlainType::kInt128}}};
  EXPECT_THAT(ReadParquet(*WriteParquet(empty), {}), IsOkAndHolds(empty));
  const PlainTable infinite{.columns = {{"x", PlainType::kDouble}},
                            .rows = {{std::numeric_limits<double>::infinity()}}};
  EXPECT_THAT(ReadParquet(*WriteParquet(infinite), {}), IsOkAndHolds(infinite));
}

TEST(ParquetTest, RefusesWhatItCannotHold) {
  EXPECT_THAT(WriteParquet({}), StatusIs(StatusCode::kInvalidArgument));
  const int128 limit = int128{1000000000000000000} * 1000000000000000000 * 100;
  for (const int128 value : {limit, -limit}) {
    EXPECT_THAT(WriteParquet({.columns = {{"n", PlainType::kInt128}}, .rows = {{value}}}),
                StatusIs(StatusCode::kOutOfRange));
    EXPECT_THAT(WriteParquet({.columns = {{"n", PlainType::kInt128}},
                              .rows = {{value > 0 ? value - 1 : value + 1}}}),
                test::IsOk());
  }
  EXPECT_THAT(WriteParquet({.columns = {{"t", PlainType::kText}}, .rows = {{std::string("\xff")}}}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("UTF-8")));
}

TEST(ParquetTest, ForeignBytesAreRefusedUnderTheLimits) {
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteParquet(Sample()));
  EXPECT_THAT(ReadParquet(bytes, {.file_bytes = bytes.size() - 1}),
              StatusIs(StatusCode::kResourceExhausted));
  EXPECT_THAT(ReadParquet(bytes, {.rows = 3}), StatusIs(StatusCode::kResourceExhausted));
  EXPECT_THAT(ReadParquet(bytes, {.rows = 4}), test::IsOk());
  EXPECT_THAT(ReadParquet(bytes, {.columns = 3}), StatusIs(StatusCode::kResourceExhausted));
}

TEST(ParquetTest, DamagedBytesAreDataLossAndNeverACrash) {
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteParquet(Sample()));
  for (const std::string& damaged :
       {std::string(), std::string("weekday,rows\n"), bytes.substr(0, bytes.size() - 1),
        bytes.substr(0, bytes.size() / 2), bytes.substr(1), std::string(bytes.size(), '\0')}) {
    EXPECT_THAT(ReadParquet(damaged, {}), StatusIs(StatusCode::kDataLoss));
  }
  for (size_t i = 0; i < bytes.size(); i += 5) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x41);
    const auto result = ReadParquet(flipped, {});
    EXPECT_FALSE(result.status().code() == StatusCode::kInternal);
  }
}

TEST(ParquetTest, OtherTypesAreRefused) {
  TestDataset dataset;
  for (const char* select : {"SELECT 1::INTEGER AS a", "SELECT [1] AS a", "SELECT now() AS a",
                             "SELECT 1::DECIMAL(38,1) AS a", "SELECT true AS a"}) {
    dataset.WriteParquetOf(select);
    EXPECT_THAT(ReadParquet(test::ReadTextFile(dataset.path()), {}),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("column 1")))
        << select;
  }
}

}  // namespace
}  // namespace weir::data
