// SPDX-License-Identifier: Apache-2.0
// Files of every format to codes.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/anon/table_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"
#include "weir/base/random.h"

namespace weir::anon {
namespace {

using internal::CodedTable;
using internal::ReadTable;
using test::Columns;
using test::Limits;
using test::Row;
using test::Rows;
using test::TextsOf;
using test::ValuesOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::StatusIs;

static_assert(!WireWritable<Microdata>);
static_assert(!WireWritable<StatusOr<Microdata>>);
static_assert(!WireWritable<std::vector<CodedColumn>>);
static_assert(!WireWritable<Dictionary>);
static_assert(!WireWritable<OwnerView<MicrodataFacts>>);

class ReadTableTest : public ::testing::Test {
 protected:
  StatusOr<CodedTable> Read(const InputLocation& input, const ReadRequest& request,
                            const ReadLimits& limits = Limits(Holding::kHeld)) {
    return ReadTable(input, request, limits, SystemRandom());
  }
  Rows RowsOf(const InputLocation& input, const std::vector<std::string>& columns) {
    const auto table = Read(input, Columns(columns));
    EXPECT_THAT(table, weir::test::IsOk());
    return table.ok() ? TextsOf(*table) : Rows();
  }
  test::TableFiles files_;
};

TEST_F(ReadTableTest, CsvKeepsTextsAsTheyStand) {
  const std::string text =
      "\xEF\xBB\xBFid,note\r\n"
      "007,\"a \"\"quoted\"\", cell\"\r\n"
      "\r\n"
      "08001,\"two\nlines\"\r\n"
      " x ,Z\xC3\xBCrich\r\n"
      "\"\",";
  EXPECT_THAT(RowsOf(files_.Csv(text), {"id", "note"}),
              ElementsAre(Row{"007", "a \"quoted\", cell"}, Row{"08001", "two\nlines"},
                          Row{" x ", "Z\xC3\xBCrich"}, Row{"", ""}));
}

TEST_F(ReadTableTest, ColumnsComeInTheOrderAskedFor) {
  EXPECT_THAT(RowsOf(files_.Csv("a;b;c\n1;2;3\n", ';'), {"c", "a"}), ElementsAre(Row{"3", "1"}));
}

TEST_F(ReadTableTest, DictionariesAscendByBytes) {
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable table,
                            Read(files_.Csv("a\nb\n10\n9\n\"\"\nB\nb\n"), Columns({"a"})));
  EXPECT_THAT(ValuesOf(table.columns[0]), ElementsAre("", "10", "9", "B", "b"));
  EXPECT_THAT(table.columns[0].codes, ElementsAre(4, 1, 2, 0, 3, 4));
}

TEST_F(ReadTableTest, KeptColumnsKeepTheOrderOfOccurrence) {
  ReadRequest request = Columns({"a"});
  request.columns[0].use = ColumnUse::kKept;
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable table, Read(files_.Csv("a\nz\na\nz\n"), request));
  EXPECT_THAT(ValuesOf(table.columns[0]), ElementsAre("z", "a"));
}

TEST_F(ReadTableTest, MarkersAndEmptyTextAreMissing) {
  ReadRequest request = Columns({"a"});
  request.columns[0].missing = {"N", "999"};
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable table,
                            Read(files_.Csv("a,b\nN,\n999,\n,\n9,\nn,\n"), request));
  EXPECT_EQ(TextsOf(table), (Rows{{""}, {""}, {""}, {"9"}, {"n"}}));
}

TEST_F(ReadTableTest, FormatsOfTheSameRowsGiveTheSameCodes) {
  const std::vector<std::string> names = {"place", "age", "day"};
  const Rows csv =
      RowsOf(files_.Csv("place,age,day\nKC,30,2025-01-31\n,7,2025-02-01\nTUS,,\n"), names);
  const Rows json = RowsOf(files_.Json("{\"place\": \"KC\", \"age\": 30, \"day\": \"2025-01-31\"}\n"
                                       "{\"age\": 7, \"place\": null, \"day\": \"2025-02-01\"}\n"
                                       "{\"place\": \"TUS\", \"day\": \"\"}\n"),
                           names);
  const Rows parquet =
      RowsOf(files_.Parquet("SELECT * FROM (VALUES ('KC', 30, DATE '2025-01-31'), (NULL, 7, DATE "
                            "'2025-02-01'), ('TUS', NULL, NULL)) t(place, age, day)"),
             names);
  EXPECT_EQ(csv, (Rows{{"KC", "30", "2025-01-31"}, {"", "7", "2025-02-01"}, {"TUS", "", ""}}));
  EXPECT_EQ(json, csv);
  EXPECT_EQ(parquet, csv);
}

TEST_F(ReadTableTest, ParquetTypesHaveOneTextEach) {
  const InputLocation input = files_.Parquet(
      "SELECT true AS b, CAST(-5 AS TINYINT) AS i, CAST(18446744073709551615 AS UBIGINT) AS u, "
      "CAST(1.50 AS DECIMAL(9, 2)) AS d, CAST(0.1 AS DOUBLE) AS f, "
      "TIMESTAMP '2025-01-31 08:05:06' AS t, TIMESTAMP '2025-01-31 08:05:06.5' AS m, "
      "TIMESTAMPTZ '2025-01-31 08:00:00+02' AS z, CAST('xyz' AS BLOB) AS x, "
      "NULL::INTEGER AS n");
  EXPECT_THAT(
      RowsOf(input, {"b", "i", "u", "d", "f", "t", "m", "z", "x", "n"}),
      ElementsAre(Row{"true", "-5", "18446744073709551615", "1.50", "0.1", "2025-01-31T08:05:06Z",
                      "2025-01-31T08:05:06.500000Z", "2025-01-31T06:00:00Z", "xyz", ""}));
}

TEST_F(ReadTableTest, NestedParquetColumnsAreRefusedWhereTheyAreNeeded) {
  const InputLocation input = files_.Parquet("SELECT [1, 2] AS list, 3 AS number");
  EXPECT_THAT(Read(input, Columns({"list"})),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("not read")));
  EXPECT_EQ(RowsOf(input, {"number"}), (Rows{{"3"}}));
}

TEST_F(ReadTableTest, HandlesAThousandColumns) {
  std::string header;
  std::string line;
  std::vector<std::string> names;
  Row row;
  for (int i = 0; i < 1000; ++i) {
    names.push_back("column" + std::to_string(i));
    row.push_back(std::to_string(i));
    header += (i == 0 ? "" : ",") + names.back();
    line += (i == 0 ? "" : ",") + row.back();
  }
  EXPECT_EQ(RowsOf(files_.Csv(header + "\n" + line + "\n"), names), Rows{row});
}

// All of it is the header, and a message that lists columns would list values.
TEST_F(ReadTableTest, LinesThatEndWithACarriageReturnAreRefused) {
  const auto names = ReadColumnNames(files_.Csv("a,b\rsecret,1\rsecret,2\r"));
  EXPECT_THAT(names, StatusIs(StatusCode::kInvalidArgument, HasSubstr("carriage return")));
  EXPECT_EQ(names.status().message().find("secret"), absl::string_view::npos);
}

TEST_F(ReadTableTest, FaultyRowsAreNamed) {
  EXPECT_THAT(Read(files_.Csv("a,b\n1,2\n3\n"), Columns({"a"})),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("row 2: 1 cells")));
  EXPECT_THAT(Read(files_.Csv("a,b\n1,2\n3,4,5\n"), Columns({"a"})),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("row 2: 3 cells")));
  EXPECT_THAT(Read(files_.Csv("a\n\"open\n"), Columns({"a"})),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("row 1: a quote")));
  EXPECT_THAT(Read(files_.Csv("a\nx\n\xFF\n"), Columns({"a"})),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("row 2: column \"a\": a text is")));
  EXPECT_THAT(Read(files_.Json("{\"a\": 1}\n[]\n"), Columns({"a"})),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("row 2: not a JSON object")));
}

TEST_F(ReadTableTest, RefusesWhatIsNotThere) {
  EXPECT_THAT(Read({.path = files_.Path("none.csv")}, Columns({"a"})),
              StatusIs(StatusCode::kNotFound, HasSubstr("cannot open")));
  EXPECT_THAT(Read(files_.Csv(""), Columns({"a"})),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("empty")));
  EXPECT_THAT(Read(files_.Csv("ann,private\n"), Columns({"c"})),
              StatusIs(StatusCode::kInvalidArgument,
                       ::testing::AllOf(HasSubstr("first line must be a header"),
                                        ::testing::Not(HasSubstr("private")))));
  EXPECT_THAT(Read(files_.Csv("a,b\n"), Columns({"a", "c"})),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("no column \"c\"; it has: a, b")));
  EXPECT_THAT(Read(files_.Csv("a,a\n"), Columns({"a"})),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("two columns of one name")));
  EXPECT_THAT(Read(files_.Csv("a,b\n"), Columns({"a", "a"})),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("named twice")));
  EXPECT_THAT(Read(files_.Csv("a\n"), Columns({"a"}), {.memory_bytes = 1}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("64 MiB")));
  EXPECT_THAT(Read(files_.Csv("a\n"), Columns({"a"}), {.threads = 0}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("threads")));
}

TEST_F(ReadTableTest, EmptyTableHasNoRows) {
  for (const Holding holding : {Holding::kHeld, Holding::kStreamed}) {
    WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable table,
                              Read(files_.Csv("a,b\n"), Columns({"a", "b"}), Limits(holding)));
    EXPECT_EQ(table.facts.rows, 0u);
    EXPECT_EQ(table.facts.records, 0u);
  }
}

// A hundred columns of codes: 400 bytes a row.
TEST_F(ReadTableTest, HeldRowsStayWithinTheMemoryLimit) {
  std::vector<std::string> names;
  std::string query = "SELECT ";
  for (int i = 0; i < 100; ++i) {
    names.push_back("c" + std::to_string(i));
    query += (i == 0 ? "1 AS " : ", 1 AS ") + names.back();
  }
  ReadLimits limits = Limits(Holding::kHeld);
  limits.memory_bytes = uint64_t{64} << 20;
  const uint64_t rows = limits.memory_bytes / 400 + 1;
  const InputLocation input = files_.Parquet(query + " FROM range(" + std::to_string(rows) + ")");
  EXPECT_THAT(Read(input, Columns(names), limits).status(),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("64 MiB")));
  limits.memory_bytes = rows * 400;
  EXPECT_THAT(Read(input, Columns(names), limits), IsOk());
}

TEST_F(ReadTableTest, TellsTheHashOfTheFile) {
  const std::string text = "a\n1\n";
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable table, Read(files_.Csv(text), Columns({"a"})));
  EXPECT_EQ(table.facts.sha256, Sha256Hex(text));
}

TEST_F(ReadTableTest, StepsAndReductionsAreAppliedToValues) {
  ReadRequest request = Columns({"n", "t", "s"});
  request.columns[0].step = ValueStep{.width = 10, .origin = 5};
  request.columns[1].step = ValueStep{.width = int64_t{3600} * 1'000'000};
  request.columns[2].reduce = [](std::string_view text) { return std::string(text.substr(0, 2)); };
  const InputLocation input = files_.Parquet(
      "SELECT * FROM (VALUES (-6, TIMESTAMP '2025-01-31 08:59:59', 'abc'), (14, TIMESTAMP "
      "'1969-12-31 23:59:59', NULL), (15, NULL, 'a')) v(n, t, s)");
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable table, Read(input, request));
  EXPECT_EQ(TextsOf(table), (Rows{{"-15", "2025-01-31T08:00:00Z", "ab"},
                                  {"5", "1969-12-31T23:00:00Z", ""},
                                  {"15", "", "a"}}));
}

TEST_F(ReadTableTest, UnitsAreTuplesOfTheirColumns) {
  ReadRequest request = Columns({"a"});
  request.unit = {"u", "v"};
  request.unit_missing = {{}, {"-"}};
  WEIR_ASSERT_OK_AND_ASSIGN(
      const CodedTable table,
      Read(files_.Csv("a,u,v\n1,ab,c\n2,a,bc\n3,ab,c\n4,,c\n5,ab,-\n"), request));
  const std::vector<uint64_t>& units = table.unit_of_row;
  ASSERT_EQ(units.size(), 5u);
  EXPECT_NE(units[0], units[1]);
  EXPECT_EQ(units[0], units[2]);
  EXPECT_EQ(units[3], 0u);
  EXPECT_EQ(units[4], 0u);
  EXPECT_EQ(table.facts.rows_without_unit, 2u);
}

TEST_F(ReadTableTest, HashesOfUnitsAreNewEachTime) {
  ReadRequest request = Columns({});
  request.unit = {"u"};
  const InputLocation input = files_.Csv("u\nx\n");
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable first, Read(input, request));
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable second, Read(input, request));
  EXPECT_NE(first.unit_of_row[0], second.unit_of_row[0]);
}

TEST_F(ReadTableTest, ProgressReachesTheEndAndCancels) {
  for (const Holding holding : {Holding::kHeld, Holding::kStreamed}) {
    const InputLocation input = files_.Csv("a\n1\n2\n");
    ReadLimits limits = Limits(holding);
    double last = 0;
    limits.progress = [&](double share) {
      last = share;
      return true;
    };
    EXPECT_THAT(Read(input, Columns({"a"}), limits), weir::test::IsOk());
    EXPECT_EQ(last, 1.0);
    limits.progress = [](double) { return false; };
    EXPECT_THAT(Read(input, Columns({"a"}), limits), StatusIs(StatusCode::kCancelled));
  }
}

TEST_F(ReadTableTest, AFileThatChangesWhileItIsReadIsRefused) {
  const InputLocation input = files_.Csv("a\n1\n2\n");
  ReadLimits limits = Limits(Holding::kHeld);
  limits.progress = [&](double) {
    weir::test::WriteTextFile(input.path, "a\n1\n2\n3\n");
    return true;
  };
  EXPECT_THAT(Read(input, Columns({"a"}), limits),
              StatusIs(StatusCode::kDataLoss, HasSubstr("was changed while it was read")));
}

TEST_F(ReadTableTest, AutomaticHoldingFollowsTheMemory) {
  const InputLocation input = files_.Parquet("SELECT i AS a FROM range(3000000) t(i)");
  ReadLimits limits = Limits(Holding::kAutomatic, 1, files_.folder());
  ReadRequest request = Columns({"a"});
  request.columns[0].step = ValueStep{.width = 1000};
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable streamed, Read(input, request, limits));
  EXPECT_FALSE(streamed.held);
  EXPECT_EQ(streamed.facts.records, 3000u);
  limits.memory_bytes = uint64_t{256} << 20;
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable held, Read(input, request, limits));
  EXPECT_TRUE(held.held);
}

TEST(LocateInputTest, FormatFollowsFromTheEndOfThePath) {
  const auto format_of = [](const std::string& path) {
    v1::RecipeInput input;
    input.set_path(path);
    return LocateInput(input, "/data")->format;
  };
  EXPECT_EQ(format_of("a.parquet"), v1::FILE_FORMAT_PARQUET);
  EXPECT_EQ(format_of("a.PARQUET"), v1::FILE_FORMAT_PARQUET);
  EXPECT_EQ(format_of("a.jsonl"), v1::FILE_FORMAT_JSON);
  EXPECT_EQ(format_of("a.txt"), v1::FILE_FORMAT_CSV);
  EXPECT_EQ(format_of("b.json/a"), v1::FILE_FORMAT_CSV);
}

TEST(LocateInputTest, RefusesBadDelimiters) {
  for (const char* const delimiter : {";;", "\"", "\n", "\xC3"}) {
    v1::RecipeInput input;
    input.set_path("a.csv");
    input.set_delimiter(delimiter);
    EXPECT_THAT(LocateInput(input, ""), StatusIs(StatusCode::kInvalidArgument)) << delimiter;
  }
  v1::RecipeInput input;
  input.set_path("a.parquet");
  input.set_delimiter(";");
  EXPECT_THAT(LocateInput(input, ""), StatusIs(StatusCode::kInvalidArgument));
}

TEST(ReadColumnNamesTest, GivesTheHeader) {
  const test::TableFiles files;
  EXPECT_THAT(ReadColumnNames(files.Csv("b,\"a c\"\n")),
              weir::test::IsOkAndHolds(ElementsAre("b", "a c")));
  EXPECT_THAT(ReadColumnNames(files.Json("\n{\"x\": 1, \"y\": 2}\n")),
              weir::test::IsOkAndHolds(ElementsAre("x", "y")));
  EXPECT_THAT(ReadColumnNames(files.Parquet("SELECT 1 AS p, 2 AS q")),
              weir::test::IsOkAndHolds(ElementsAre("p", "q")));
  EXPECT_THAT(ReadColumnNames(files.Csv(",a,\n")),
              weir::test::IsOkAndHolds(ElementsAre("", "a", "")));
  EXPECT_THAT(ReadColumnNames(files.Csv("a,b,a\n")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("two columns of one name")));
}

}  // namespace
}  // namespace weir::anon
