// SPDX-License-Identifier: Apache-2.0
// CSV files and JSON lines that are compressed as a whole.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/anon/table_fixture.h"
#include "tests/data/compressed_text.h"
#include "tests/support/status_matchers.h"
#include "weir/anon/internal/collapse_table.h"
#include "weir/anon/internal/write_rows.h"
#include "weir/base/bytes.h"
#include "weir/base/random.h"

namespace weir::anon {
namespace {

using internal::CodedTable;
using internal::ReadTable;
using test::Columns;
using test::Limits;
using test::Rows;
using test::TextsOf;
using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::StatusIs;

constexpr char kText[] = "a,b\nx,1\ny,2\nx,1\n";

class CompressedInputTest : public ::testing::Test {
 protected:
  InputLocation File(const std::string& name, const std::string& bytes) const {
    weir::test::WriteTextFile(files_.Path(name), bytes);
    v1::RecipeInput input;
    input.set_path(name);
    return *LocateInput(input, files_.folder());
  }
  static StatusOr<CodedTable> Read(const InputLocation& input, const ReadLimits& limits) {
    return ReadTable(input, Columns({"a", "b"}), limits, SystemRandom());
  }
  test::TableFiles files_;
};

TEST_F(CompressedInputTest, IsReadLikeThePlainFile) {
  const Rows expected = {{"x", "1"}, {"y", "2"}, {"x", "1"}};
  for (const auto& [name, bytes] :
       {std::pair("t.csv.gz", data::Gzip(kText)), std::pair("t.csv.zst", data::Zstd(kText)),
        std::pair("t.gz", data::Gzip(kText))}) {
    const InputLocation input = File(name, bytes);
    EXPECT_EQ(input.format, v1::FILE_FORMAT_CSV);
    EXPECT_THAT(ReadColumnNames(input), IsOk());
    const auto table = Read(input, Limits(Holding::kHeld));
    ASSERT_THAT(table, IsOk()) << name;
    EXPECT_EQ(TextsOf(*table), expected) << name;
    // Of the file as it lies there: what whoever has it can check.
    EXPECT_EQ(table->facts.sha256, Sha256Hex(bytes));
  }
  const InputLocation json =
      File("t.jsonl.zst", data::Zstd("{\"a\": \"x\", \"b\": 1}\n{\"a\": \"y\", \"b\": 2}\n"));
  EXPECT_EQ(json.format, v1::FILE_FORMAT_JSON);
  const auto table = Read(json, Limits(Holding::kHeld));
  ASSERT_THAT(table, IsOk());
  EXPECT_EQ(TextsOf(*table), (Rows{{"x", "1"}, {"y", "2"}}));
}

TEST_F(CompressedInputTest, WhatIsDamagedIsNotHalfRead) {
  for (const std::string& whole : {data::Gzip(kText), data::Zstd(kText)}) {
    const std::string name = whole[0] == '\x1f' ? "t.csv.gz" : "t.csv.zst";
    const auto cut = Read(File(name, whole.substr(0, whole.size() - 3)), Limits(Holding::kHeld));
    EXPECT_THAT(cut, StatusIs(StatusCode::kDataLoss, HasSubstr(name)));
    const auto plain = Read(File(name, kText), Limits(Holding::kHeld));
    EXPECT_THAT(plain, StatusIs(StatusCode::kDataLoss, HasSubstr(name)));
  }
}

TEST_F(CompressedInputTest, AParquetFileIsNotUnpacked) {
  EXPECT_THAT(ReadColumnNames(File("t.parquet.gz", data::Gzip("PAR1"))),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("unpack it")));
}

// A small file that grows: whether rows are held follows from what it holds, not from its size.
TEST_F(CompressedInputTest, WhatIsLargeUnpackedIsStreamed) {
  std::string text = "a,b\n";
  constexpr size_t kRows = 400'000;
  for (size_t i = 0; i < kRows; ++i) {
    text += "a value that is alike in every row " + std::to_string(i % 7) + ",the other one\n";
  }
  const std::string packed = data::Zstd(text);
  ReadLimits limits = Limits(Holding::kAutomatic, 1, files_.folder());
  limits.memory_bytes = uint64_t{64} << 20;
  ASSERT_GT(text.size(), limits.memory_bytes / 4);
  ASSERT_LT(packed.size(), limits.memory_bytes / 4);
  const auto streamed = Read(File("large.csv.zst", packed), limits);
  ASSERT_THAT(streamed, IsOk());
  EXPECT_FALSE(streamed->held);
  EXPECT_EQ(streamed->facts.rows, kRows);
  EXPECT_EQ(streamed->facts.records, 7u);
  limits.memory_bytes = uint64_t{1} << 30;
  const auto held = Read(File("large.csv.zst", packed), limits);
  ASSERT_THAT(held, IsOk());
  EXPECT_TRUE(held->held);
}

// The second pass over the file unpacks it again.
TEST_F(CompressedInputTest, StreamedRowsAreWritten) {
  const InputLocation input = File("t.csv.gz", data::Gzip(kText));
  const auto table = Read(input, Limits(Holding::kStreamed, 1, files_.folder()));
  ASSERT_THAT(table, IsOk());
  const auto collapsed =
      internal::CollapseTable(*table, test::CollapseBy(*table, {"a", "b"}), nullptr);
  ASSERT_THAT(collapsed, IsOk());
  const OutputLocation location = {.path = files_.Path("out.csv")};
  ASSERT_THAT(internal::WriteRows(*table, *collapsed, test::KeepAll(*table, *collapsed), location,
                                  Limits(Holding::kStreamed, 1, files_.folder()), SystemRandom()),
              IsOk());
  EXPECT_EQ(test::Sorted(test::ReadBack({.path = location.path}, {"a", "b"})),
            (Rows{{"x", "1"}, {"x", "1"}, {"y", "2"}}));
}

}  // namespace
}  // namespace weir::anon
