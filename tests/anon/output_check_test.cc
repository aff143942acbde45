// SPDX-License-Identifier: Apache-2.0
// What is asked of an output before it gets its name.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/anon/table_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/anon/internal/collapse_table.h"
#include "weir/anon/internal/write_rows.h"
#include "weir/base/bytes.h"
#include "weir/base/random.h"

namespace weir::anon {
namespace {

using test::Columns;
using test::Limits;
using test::ReadBack;
using test::Rows;
using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::ReadTextFile;
using weir::test::StatusIs;

struct Table {
  internal::CodedTable table;
  CollapsedTable collapsed;
};

class OutputCheckTest : public ::testing::Test {
 protected:
  Table Read(const std::string& csv, const std::vector<std::string>& columns) const {
    internal::CodedTable table = *internal::ReadTable(files_.Csv(csv), Columns(columns),
                                                      Limits(Holding::kHeld), SystemRandom());
    CollapsedTable collapsed =
        *internal::CollapseTable(table, test::CollapseBy(table, {columns[0]}), nullptr);
    return {.table = std::move(table), .collapsed = std::move(collapsed)};
  }
  StatusOr<OutputFacts> Write(const Table& table, const std::string& name,
                              const OutputCheck& check = {}, bool replace = false) const {
    OutputPlan plan = test::KeepAll(table.table, table.collapsed);
    plan.shuffle = false;
    const OutputLocation location = {
        .path = files_.Path(name),
        .format = name.ends_with(".parquet") ? v1::FILE_FORMAT_PARQUET : v1::FILE_FORMAT_CSV,
        .replace = replace};
    return internal::WriteRows(table.table, table.collapsed, plan, location, Limits(Holding::kHeld),
                               SystemRandom(), check);
  }
  std::vector<std::string> FilesInFolder() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(files_.folder())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  test::TableFiles files_;
};

TEST_F(OutputCheckTest, AFileGetsItsNameOnlyAfterIt) {
  const Table table = Read("a,b\nx,1\ny,2\nx,3\n", {"a", "b"});
  for (const char* name : {"out.csv", "out.parquet"}) {
    const std::vector<std::string> before = FilesInFolder();
    const auto refused = Write(table, name, [](const InputLocation&, const OutputFacts&) {
      return Internal("not what it should be");
    });
    EXPECT_THAT(refused, StatusIs(StatusCode::kInternal, HasSubstr("not what it should be")));
    EXPECT_EQ(FilesInFolder(), before);
    const auto written =
        Write(table, name, [&](const InputLocation& file, const OutputFacts& facts) {
          EXPECT_EQ(FilesInFolder(), before);
          EXPECT_EQ(ReadBack(file, {"a", "b"}), (Rows{{"x", "1"}, {"y", "2"}, {"x", "3"}}));
          EXPECT_EQ(Sha256Hex(ReadTextFile(file.path)), facts.sha256);
          EXPECT_EQ(facts.rows, 3u);
          return OkStatus();
        });
    ASSERT_THAT(written, IsOk());
    EXPECT_EQ(Sha256Hex(ReadTextFile(files_.Path(name))), written->sha256);
  }
}

TEST_F(OutputCheckTest, WhatWouldHaveBeenReplacedStays) {
  const Table table = Read("a,b\nx,1\n", {"a", "b"});
  weir::test::WriteTextFile(files_.Path("out.csv"), "mine");
  const auto refuse = [](const InputLocation&, const OutputFacts&) { return Internal("no"); };
  EXPECT_THAT(Write(table, "out.csv", refuse, true), StatusIs(StatusCode::kInternal, "no"));
  EXPECT_EQ(ReadTextFile(files_.Path("out.csv")), "mine");
  EXPECT_THAT(Write(table, "out.csv", {}, true), IsOk());
  EXPECT_EQ(ReadTextFile(files_.Path("out.csv")), "a,b\nx,1\n");
}

TEST_F(OutputCheckTest, ParquetRefusesNamesThatDifferInCaseOnly) {
  const Table table = Read("a,A\nx,1\nx,2\n", {"a", "A"});
  EXPECT_THAT(Write(table, "out.parquet"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("write CSV")));
  WEIR_EXPECT_OK(Write(table, "out.csv"));
}

}  // namespace
}  // namespace weir::anon
