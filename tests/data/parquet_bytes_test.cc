// SPDX-License-Identifier: Apache-2.0
// Promise 5 for Parquet: the bytes of one value do not decide whether the file can be read.
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/data/data_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/data/internal/parquet_footer.h"

namespace weir::data {
namespace {

using test::StatusIs;
using ::testing::ElementsAre;

// Every occurrence; `from` and `to` are equally long, so that the file's structure stays.
void ReplaceBytes(const std::string& path, const std::string& from, const std::string& to) {
  ASSERT_EQ(from.size(), to.size());
  std::string bytes = test::ReadTextFile(path);
  size_t replaced = 0;
  for (size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at)) {
    bytes.replace(at, from.size(), to);
    ++replaced;
  }
  ASSERT_GT(replaced, 0u) << "nothing to replace";
  test::WriteTextFile(path, bytes);
}

std::string BytesOf(int64_t value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

// who, kind, value; and a decimal and a day, whose annotations must stay.
void Fill(TestDataset& dataset) {
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_TEXT);
  dataset.Column("kind", v1::COLUMN_TYPE_TEXT);
  dataset.Column("value", v1::COLUMN_TYPE_INT);
  dataset.Column("amount", v1::COLUMN_TYPE_DECIMAL);
  dataset.Column("day", v1::COLUMN_TYPE_DATE);
  dataset.WriteParquetOf(
      "SELECT * FROM (VALUES ('first', 'a', 1, 1.5::DECIMAL(38,1), DATE '2015-03-31'), "
      "('QQQQQQ', 'a', 5, 2.5, DATE '2015-03-31'), ('third', 'ZZZZZZ', 7, NULL, NULL)) "
      "t(who, kind, value, amount, day)");
}

AggregateQuery KindsAndSums() {
  return {.keys = {{.column = "kind", .values = {"a", "ZZZZZZ"}, .missing_is_key = true}},
          .measures = {Rows(), Sum("value", 0, 10), Sum("amount", 0, 100, {1, -1})},
          .bounds = Bounds(1, 1)};
}

TEST(ParquetBytesTest, AValueThatIsNotUtf8IsMissingAndNothingElseIsLost) {
  const std::string bad = "\xff\xfe\xc3\x28\xff\xff";
  TestDataset dataset;
  Fill(dataset);
  const Cells whole = {{0, {2, 6, 40}}, {1, {1, 7, 0}}};
  EXPECT_EQ(Aggregate(dataset.Description(), KindsAndSums()), whole);

  ReplaceBytes(dataset.path(), "QQQQQQ", bad);  // a unit
  const Cells without_unit = {{0, {1, 1, 15}}, {1, {1, 7, 0}}};
  EXPECT_EQ(Aggregate(dataset.Description(), KindsAndSums()), without_unit);

  ReplaceBytes(dataset.path(), "ZZZZZZ", bad);  // a key
  const Cells without_both = {{0, {1, 1, 15}}, {2, {1, 7, 0}}};
  EXPECT_EQ(Aggregate(dataset.Description(), KindsAndSums()), without_both);
}

TEST(ParquetBytesTest, TheOwnerIsToldWhere) {
  TestDataset dataset;
  Fill(dataset);
  ReplaceBytes(dataset.path(), "QQQQQQ", "bad \xff!");
  WEIR_ASSERT_OK_AND_ASSIGN(const SourceReport report, Check(dataset.Description()));
  EXPECT_EQ(report.rows, 3u);
  EXPECT_EQ(report.rows_without_unit, 1u);
  EXPECT_EQ(report.fault_count, 1u);
  ASSERT_EQ(report.faults.size(), 1u);
  EXPECT_EQ(report.faults[0].row, 2u);
  EXPECT_EQ(report.faults[0].column, "who");
  EXPECT_EQ(report.faults[0].what, "not UTF-8: \"bad ?!\"");
}

TEST(ParquetBytesTest, BytesWithoutAMarkAreText) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_TEXT);
  dataset.Column("kind", v1::COLUMN_TYPE_TEXT);
  dataset.WriteParquetOf(
      "SELECT * FROM (VALUES ('x', 'caf\\xC3\\xA9'::BLOB), ('y', 'a'::BLOB), "
      "('z', '\\xFF'::BLOB)) t(who, kind)");
  const AggregateQuery query{
      .keys = {{.column = "kind", .values = {"a", "caf\xC3\xA9"}, .missing_is_key = true}},
      .measures = {Rows()},
      .bounds = Bounds(1, 1)};
  const Cells one_each = {{0, {1}}, {1, {1}}, {2, {1}}};
  EXPECT_EQ(Aggregate(dataset.Description(), query), one_each);
}

// Both as a time and as a text, from every kind of time column.
TEST(ParquetBytesTest, NoTimeIsTooLong) {
  const int64_t marker = 1'400'000'000'123;  // 2014 in ms; 1970 in us and ns
  const std::pair<std::string, std::string> columns[] = {
      {"make_timestamp_ms($)::TIMESTAMP_MS", "2014-05-13 16:53:20.123"},
      {"make_timestamp($)", "1970-01-17 04:53:20.000123"},
      {"make_timestamp($)::TIMESTAMPTZ", "1970-01-17 04:53:20.000123"},
      {"make_timestamp_ns($)", "1970-01-01 00:23:20"}};
  for (const auto& [sql, text] : columns) {
    TestDataset dataset;
    dataset.Unit({"who"});
    dataset.Column("who", v1::COLUMN_TYPE_INT);
    dataset.Column("time", v1::COLUMN_TYPE_TIMESTAMP);
    dataset.Column("word", v1::COLUMN_TYPE_TEXT);
    std::string time = sql;
    time.replace(
        time.find('$'), 1,
        "CASE i WHEN 0 THEN " + std::to_string(marker) + " ELSE 1400000000123 - 2000 * i END");
    dataset.WriteParquetOf("SELECT i AS who, " + time + " AS time, " + time +
                           " AS word FROM range(2) t(i)");
    const auto rows_by = [&dataset](const char* column, const std::string& value) {
      return Aggregate(dataset.Description(),
                       {.keys = {{.column = column, .values = {value}, .missing_is_key = true}},
                        .measures = {Rows()},
                        .bounds = Bounds(1, 1)});
    };
    const Cells found = {{0, {1}}};
    // 64 bits of nanoseconds stay within the calendar: another time than the one asked for.
    const bool within = sql.find("_ns") != std::string::npos;
    EXPECT_EQ(rows_by("word", text), found) << sql;
    EXPECT_EQ(rows_by("time", text), found) << sql;
    for (const int64_t value : {INT64_MAX, INT64_MIN, INT64_MAX - 1, int64_t{1} << 62}) {
      ReplaceBytes(dataset.path(), BytesOf(marker), BytesOf(value));
      const auto report = Check(dataset.Description());
      EXPECT_TRUE(report.ok()) << sql << " " << value << " " << report.status();
      if (!report.ok()) continue;
      const Cells expected = within && value != INT64_MAX ? Cells() : Cells{{1, {1}}};
      EXPECT_EQ(rows_by("word", text), expected) << sql << " " << value;
      EXPECT_EQ(rows_by("time", text), expected) << sql << " " << value;
      ReplaceBytes(dataset.path(), BytesOf(value), BytesOf(marker));
    }
  }
}

// What a time of day or a list is as text is not ours to guess: the type decides, never a value.
TEST(ParquetBytesTest, ATypeThatIsNotReadIsRefused) {
  for (const char* sql : {"TIME '10:00:00'", "[1, 2]", "{'x': 1}", "INTERVAL 1 DAY"}) {
    TestDataset dataset;
    dataset.Unit({"who"});
    dataset.Column("who", v1::COLUMN_TYPE_INT);
    dataset.Column("thing", v1::COLUMN_TYPE_TEXT);
    for (const char* rows : {"1", "0"}) {
      dataset.WriteParquetOf(std::string("SELECT 1 AS who, ") + sql + " AS thing LIMIT " + rows);
      EXPECT_THAT(Check(dataset.Description()),
                  StatusIs(StatusCode::kInvalidArgument,
                           ::testing::HasSubstr("\"thing\" is of the Parquet type")))
          << sql;
    }
  }
}

TEST(ParquetBytesTest, NoDayIsTooFar) {
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  dataset.Column("day", v1::COLUMN_TYPE_DATE);
  dataset.Column("word", v1::COLUMN_TYPE_TEXT);
  dataset.WriteParquetOf(
      "SELECT i AS who, day, day AS word FROM (VALUES (1, DATE '2015-03-31'), (2, DATE "
      "'5877641-06-23'), (3, DATE '5877642-06-25 (BC)'), (4, 'infinity'), (5, '-infinity'), "
      "(6, DATE '10000-01-01'), (7, DATE '0001-01-01')) t(i, day)");
  for (const char* column : {"day", "word"}) {
    const AggregateQuery query{.keys = {{.column = column,
                                         .values = {"2015-03-31", "0001-01-01"},
                                         .missing_is_key = true}},
                               .measures = {Rows()},
                               .bounds = Bounds(1, 1)};
    const Cells expected = {{0, {1}}, {1, {1}}, {2, {5}}};
    EXPECT_EQ(Aggregate(dataset.Description(), query), expected) << column;
  }
}

// FileMetaData in Thrift's compact protocol: version 1, three schema elements (a root; a byte array
// with converted_type UTF8 and logicalType STRING; a byte array with DECIMAL), 7 rows.
const char kMarked[] =
    "\x15\x02\x19\x3c"
    "\x48\x04root\x15\x04\x00"
    "\x15\x0c\x25\x02\x18\x03who\x25\x00\x4c\x1c\x00\x00\x00"
    "\x15\x0c\x25\x02\x18\x01m\x25\x0a\x15\x02\x15\x08\x00"
    "\x16\x0e\x19\x0c\x00";
const std::string kMetadata(kMarked, sizeof kMarked - 1);

TEST(ParquetFooterTest, TakesTheMarksOfTextAndNothingElse) {
  const char unmarked[] =
      "\x15\x02\x19\x3c"
      "\x08\x08\x04root\x05\x0a\x04\x00"
      "\x05\x02\x0c\x05\x06\x02\x08\x08\x03who\x00"
      "\x05\x02\x0c\x05\x06\x02\x08\x08\x01m\x05\x0c\x0a\x05\x0e\x02\x05\x10\x08\x00"
      "\x16\x0e\x19\x0c\x00";
  const auto found = internal::Unmark(kMetadata);
  ASSERT_TRUE(found.has_value());
  EXPECT_THAT(found->milliseconds, ::testing::IsEmpty());
  EXPECT_EQ(found->bytes, std::string(unmarked, sizeof unmarked - 1));
}

TEST(ParquetFooterTest, DamageIsRefusedOrKept) {
  // The schema ends 5 bytes before the end; what follows is copied unseen.
  for (size_t length = 0; length < kMetadata.size() - 5; ++length) {
    EXPECT_FALSE(internal::Unmark(kMetadata.substr(0, length)).has_value()) << length;
  }
  for (size_t at = 0; at < kMetadata.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = kMetadata;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      const auto found = internal::Unmark(damaged);
      EXPECT_LT(found.value_or(internal::UnmarkedMetadata{}).bytes.size(), 2 * kMetadata.size());
    }
  }
  const std::string nested(100'000, '\x1c');  // a struct in a struct in a struct
  EXPECT_FALSE(internal::Unmark(nested).has_value());
  EXPECT_FALSE(internal::Unmark("\x29\xfc\xff\xff\xff\xff\x7f").has_value());
}

TEST(ParquetFooterTest, RefusesACopyThatDoesNotFit) {
  TestDataset dataset;
  Fill(dataset);
  WEIR_ASSERT_OK_AND_ASSIGN(const auto file, OpenRegularFile(dataset.path()));
  EXPECT_THAT(internal::CopyUnmarked(file, "", 100), StatusIs(StatusCode::kResourceExhausted));
  EXPECT_THAT(internal::CopyUnmarked(file, dataset.folder(), 100), test::IsOk());
  test::WriteTextFile(dataset.path(), "PAR1 and no more");
  EXPECT_THAT(internal::CopyUnmarked(file, "", 100), StatusIs(StatusCode::kDataLoss));
}

}  // namespace
}  // namespace weir::data
