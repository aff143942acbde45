// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/csv_reader.h"

#include <string>
#include <vector>

#include "tests/data/batch_rows.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace weir::data::internal {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

StatusOr<CsvReader> Open(const test::TemporaryFolder& folder, const std::string& bytes,
                         char delimiter = ',') {
  test::WriteTextFile(folder.Path("a.csv"), bytes);
  WEIR_ASSIGN_OR_RETURN(OpenFile file, OpenRegularFile(folder.Path("a.csv")));
  return CsvReader::Open(std::move(file), delimiter);
}

struct Content : ReadContent {
  std::vector<std::string> header;
};

// The whole file, all columns.
Content Split(const std::string& bytes, char delimiter = ',') {
  const test::TemporaryFolder folder;
  auto reader = Open(folder, bytes, delimiter);
  EXPECT_TRUE(reader.ok()) << reader.status();
  std::vector<size_t> all(reader->header().size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  reader->Select(all);
  return {ReadToTheEnd(*reader), reader->header()};
}

TEST(CsvReaderTest, SplitsPlainRows) {
  const Content content = Split("a,b\n1,2\n,\n3,4\n");
  EXPECT_EQ(content.header, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(content.rows, (Rows{{"1", "2"}, {"", ""}, {"3", "4"}}));
  EXPECT_THAT(content.faults, IsEmpty());
}

TEST(CsvReaderTest, TakesWhatOtherProgramsWrite) {
  const std::pair<const char*, Rows> cases[] = {
      {"a,b\r\n1,2\r\n", {{"1", "2"}}},
      {"a,b\n1,2", {{"1", "2"}}},
      {"a,b\n1,2\r", {{"1", "2"}}},
      {"\xEF\xBB\xBF"
       "a,b\n1,2\n",
       {{"1", "2"}}},
      {"a,b\n\n1,2\n\r\n\n", {{"1", "2"}}},
      {"a,b\n\"1\",\"2\"\n", {{"1", "2"}}},
      {"\"a\",\"b\"\n\"x,y\",\"2\"\n", {{"x,y", "2"}}},
      {"a,b\n\"x\ny\r\nz\",2\n", {{"x\ny\r\nz", "2"}}},
      {"a,b\n\"he said \"\"no\"\"\",2\n", {{"he said \"no\"", "2"}}},
      {"a,b\n\"\"\"\",\"\"\n", {{"\"", ""}}},
      {"a,b\n\"x\"y,2\n", {{"xy", "2"}}},
      {"a,b\nx\"y,2\n", {{"x\"y", "2"}}},
      {"a,b\n1,\n", {{"1", ""}}},
      {"a,b\n1,\"2\"", {{"1", "2"}}},
      {"a,b\n1,\"2\"\r\n3,4\r\n", {{"1", "2"}, {"3", "4"}}},
      {"a,b\n1\r2,3\n", {{"1\r2", "3"}}},
      {"a,b\n", {}},
      {"a,b", {}}};
  for (const auto& [bytes, rows] : cases) {
    const Content content = Split(bytes);
    EXPECT_EQ(content.header, (std::vector<std::string>{"a", "b"})) << bytes;
    EXPECT_EQ(content.rows, rows) << bytes;
    EXPECT_THAT(content.faults, IsEmpty()) << bytes;
  }
}

TEST(CsvReaderTest, UsesTheGivenDelimiter) {
  EXPECT_EQ(Split("a;b\n1,5;2\n", ';').rows, (Rows{{"1,5", "2"}}));
  EXPECT_EQ(Split("a\tb\n1\t2\n", '\t').rows, (Rows{{"1", "2"}}));
}

TEST(CsvReaderTest, KeepsTheNumberOfARowItCannotSplit) {
  const Content content = Split("a,b\n1,2\n3\n4,5,6\n7,8\n");
  EXPECT_EQ(content.rows, (Rows{{"1", "2"}, {"", ""}, {"", ""}, {"7", "8"}}));
  EXPECT_EQ(content.faults, (std::vector<std::string>{"2: 1 cells where the header has 2",
                                                      "3: 3 cells where the header has 2"}));
}

TEST(CsvReaderTest, ReportsAQuoteThatIsNeverClosed) {
  const Content content = Split("a,b\n1,2\n3,\"4\n5,6\n");
  EXPECT_EQ(content.rows, (Rows{{"1", "2"}, {"", ""}}));
  EXPECT_EQ(content.faults, (std::vector<std::string>{"2: a quote is never closed"}));
}

TEST(CsvReaderTest, ReadsTheSameRowsAcrossBuffers) {
  std::string bytes = "a,b\r\n";
  Rows rows;
  for (int i = 0; i < 40000; ++i) {
    const std::string number = std::to_string(i);
    bytes += number + ",\"line one of " + number + "\r\nline \"\"two\"\"" +
             std::string(i % 97, 'x') + "\"\r\n";
    rows.push_back(
        {number, "line one of " + number + "\r\nline \"two\"" + std::string(i % 97, 'x')});
  }
  const Content content = Split(bytes);
  EXPECT_GT(bytes.size(), size_t{3} << 20);
  EXPECT_EQ(content.rows, rows);
  EXPECT_THAT(content.faults, IsEmpty());
}

TEST(CsvReaderTest, ReadsARowLargerThanItsBuffer) {
  const std::string big(size_t{5} << 20, 'x');
  EXPECT_EQ(Split("a,b\n\"" + big + "\",2\n3,4\n").rows, (Rows{{big, "2"}, {"3", "4"}}));
}

TEST(CsvReaderTest, ARowBeyondTheLimitCostsItselfOnly) {
  const std::string big(kMaxCsvRowBytes + (size_t{4} << 20), 'x');
  for (const std::string& row : {"\"" + big + "\",9", "\"\"\"\n" + big + "\"\"\n\",9", big + "\",9",
                                 "9,\"" + big + "\"x\r", "9,8,\"\",\"" + big + "\""}) {
    const Content content = Split("a,b\n1,2\n" + row + "\n3,4\n");
    EXPECT_EQ(content.rows, (Rows{{"1", "2"}, {"", ""}, {"3", "4"}})) << row.substr(0, 5);
    EXPECT_EQ(content.faults, (std::vector<std::string>{"2: longer than 64 MiB"}));
  }
  const Content open = Split("a,b\n1,2\n\"" + big + "\n3,4\n");
  EXPECT_EQ(open.rows.size(), 2u);
  EXPECT_EQ(open.faults, (std::vector<std::string>{"2: a quote is never closed"}));
}

TEST(CsvReaderTest, NeedsAHeader) {
  const test::TemporaryFolder folder;
  for (const char* bytes : {"", "\n\n", "\xEF\xBB\xBF"}) {
    EXPECT_THAT(Open(folder, bytes), StatusIs(StatusCode::kInvalidArgument, HasSubstr("empty")));
  }
  EXPECT_THAT(Open(folder, "a,\"b\n1,2\n"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("never closed")));
}

TEST(OpenRegularFileTest, TakesRegularFilesOnly) {
  const test::TemporaryFolder folder;
  EXPECT_THAT(OpenRegularFile(folder.path()),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("not a regular file")));
  EXPECT_THAT(OpenRegularFile("/dev/null"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("not a regular file")));
  EXPECT_THAT(OpenRegularFile(folder.Path("none")),
              StatusIs(StatusCode::kNotFound, HasSubstr("No such file")));
}

}  // namespace
}  // namespace weir::data::internal
