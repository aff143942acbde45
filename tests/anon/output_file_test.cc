// SPDX-License-Identifier: Apache-2.0
// From codes back to a file: round trips, order, suppression, and what is left when it fails.
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/anon/table_fixture.h"
#include "tests/support/child_process.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/anon/internal/collapse_table.h"
#include "weir/anon/internal/write_rows.h"
#include "weir/base/bytes.h"
#include "weir/base/random.h"

namespace weir::anon {
namespace {

using internal::CodedTable;
using internal::CollapseTable;
using internal::ReadTable;
using internal::WriteRows;
using test::Columns;
using test::Limits;
using test::ReadBack;
using test::Row;
using test::Rows;
using test::Sorted;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::ReadTextFile;
using weir::test::StatusIs;

constexpr double kFalsePositiveRate = 1e-9;

struct Prepared {
  CodedTable table;
  CollapsedTable collapsed;
  OutputPlan plan;
};

Prepared Prepare(const InputLocation& input, const ReadRequest& request,
                 const std::vector<std::string>& quasi_identifiers, Holding holding) {
  CodedTable table = *ReadTable(input, request, Limits(holding, 1, "/tmp"), SystemRandom());
  CollapsedTable collapsed =
      *CollapseTable(table, test::CollapseBy(table, quasi_identifiers), nullptr);
  OutputPlan plan = test::KeepAll(table, collapsed);
  return {.table = std::move(table), .collapsed = std::move(collapsed), .plan = std::move(plan)};
}

class OutputFileTest : public ::testing::Test {
 protected:
  OutputLocation Out(const std::string& name) const {
    return {.path = files_.Path(name),
            .format = name.ends_with(".parquet") ? v1::FILE_FORMAT_PARQUET : v1::FILE_FORMAT_CSV};
  }
  StatusOr<OutputFacts> Write(const Prepared& prepared, const OutputLocation& location,
                              RandomSource& random = SystemRandom()) {
    return WriteRows(prepared.table, prepared.collapsed, prepared.plan, location,
                     Limits(Holding::kHeld, 1, "/tmp"), random);
  }
  std::vector<std::string> FilesInFolder() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(files_.folder())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  Prepared Small(Holding holding = Holding::kHeld) const {
    return Prepare(files_.Csv("a,b\nx,1\ny,2\nx,3\n"), Columns({"a", "b"}), {"a"}, holding);
  }
  test::TableFiles files_;
};

TEST_F(OutputFileTest, WritesRowsInOrderUnlessShuffled) {
  for (const Holding holding : {Holding::kHeld, Holding::kStreamed}) {
    Prepared prepared = Small(holding);
    prepared.plan.shuffle = false;
    OutputLocation location = Out("out.csv");
    location.replace = true;
    WEIR_ASSERT_OK_AND_ASSIGN(const OutputFacts facts, Write(prepared, location));
    EXPECT_EQ(ReadTextFile(location.path), "a,b\nx,1\ny,2\nx,3\n");
    EXPECT_EQ(facts.rows, 3u);
    EXPECT_EQ(facts.suppressed_rows, 0u);
    EXPECT_EQ(facts.sha256, Sha256Hex(ReadTextFile(location.path)));
  }
}

TEST_F(OutputFileTest, SuppressedRowsAreStarredOrLeftOut) {
  for (const Holding holding : {Holding::kHeld, Holding::kStreamed}) {
    Prepared prepared = Small(holding);
    prepared.plan.shuffle = false;
    prepared.plan.suppressed = {true, false};
    OutputLocation location = Out("out.csv");
    location.replace = true;
    WEIR_ASSERT_OK_AND_ASSIGN(OutputFacts facts, Write(prepared, location));
    EXPECT_EQ(ReadTextFile(location.path), "a,b\n*,1\ny,2\n*,3\n");
    EXPECT_EQ(facts.suppressed_rows, 2u);
    EXPECT_EQ(facts.rows, 3u);

    prepared.plan.columns[1].starred = true;
    prepared.plan.suppressed_text = "-";
    WEIR_ASSERT_OK(Write(prepared, location));
    EXPECT_EQ(ReadTextFile(location.path), "a,b\n-,-\ny,2\n-,-\n");

    prepared.plan.drop_suppressed = true;
    WEIR_ASSERT_OK_AND_ASSIGN(facts, Write(prepared, location));
    EXPECT_EQ(ReadTextFile(location.path), "a,b\ny,2\n");
    EXPECT_EQ(facts.rows, 1u);
    EXPECT_EQ(facts.suppressed_rows, 2u);
  }
}

TEST_F(OutputFileTest, CellsComeFromValuesAndRows) {
  Prepared prepared = Small();
  prepared.plan.shuffle = false;
  prepared.plan.columns[1] = {.name = "by value",
                              .column = "b",
                              .source = CellSource::kByValue,
                              .texts = {"low", "high"},
                              .text_of = {0, 0, 1}};
  prepared.plan.columns.push_back(
      {.name = "by row", .source = CellSource::kByRow, .texts = {"p", "q"}, .text_of = {1, 0, 1}});
  WEIR_ASSERT_OK(Write(prepared, Out("out.csv")));
  EXPECT_EQ(ReadTextFile(files_.Path("out.csv")),
            "a,by value,by row\nx,low,q\ny,low,p\nx,high,q\n");
}

TEST_F(OutputFileTest, QuotesWhatNeedsIt) {
  Prepared prepared =
      Prepare(files_.Csv("\"a,1\",b\n\"x\ny\",\"say \"\"hi\"\"\"\n\"c;d\",\"\xEF\xBB\xBFz\"\n"),
              Columns({"a,1", "b"}), {"a,1"}, Holding::kHeld);
  prepared.plan.shuffle = false;
  WEIR_ASSERT_OK(Write(prepared, Out("out.csv")));
  EXPECT_EQ(ReadTextFile(files_.Path("out.csv")),
            "\"a,1\",b\n\"x\ny\",\"say \"\"hi\"\"\"\nc;d,\"\xEF\xBB\xBFz\"\n");
  OutputLocation semicolon = Out("semicolon.csv");
  semicolon.delimiter = ';';
  WEIR_ASSERT_OK(Write(prepared, semicolon));
  EXPECT_EQ(ReadTextFile(semicolon.path),
            "a,1;b\n\"x\ny\";\"say \"\"hi\"\"\"\n\"c;d\";\"\xEF\xBB\xBFz\"\n");
}

TEST_F(OutputFileTest, AnEmptyCellAloneIsStillARow) {
  Prepared prepared = Prepare(files_.Csv("a\nx\n\"\"\n"), Columns({"a"}), {"a"}, Holding::kHeld);
  WEIR_ASSERT_OK(Write(prepared, Out("out.csv")));
  EXPECT_EQ(Sorted(ReadBack({.path = files_.Path("out.csv")}, {"a"})), (Rows{{""}, {"x"}}));
}

TEST_F(OutputFileTest, ParquetKeepsTheTypesOfKeptColumns) {
  const InputLocation input = files_.Parquet(
      "SELECT 'q' || (i % 3) AS q, CAST(i AS SMALLINT) AS s, i * 0.1::DOUBLE AS f, "
      "CAST(i / 4 AS DECIMAL(9, 2)) AS d, DATE '2025-01-01' + CAST(i AS INTEGER) AS day, "
      "TIMESTAMP '2025-01-01 01:02:03' + to_seconds(i) AS t, i % 2 = 0 AS b, "
      "CASE WHEN i % 5 = 0 THEN NULL ELSE i END AS n FROM range(5000) r(i)");
  const std::vector<std::string> names = {"q", "s", "f", "d", "day", "t", "b", "n"};
  for (const Holding holding : {Holding::kHeld, Holding::kStreamed}) {
    ReadRequest request = Columns(names);
    for (size_t i = 1; i < names.size(); ++i) request.columns[i].use = ColumnUse::kKept;
    const Prepared prepared = Prepare(input, request, {"q"}, holding);
    OutputLocation location = Out("out.parquet");
    location.replace = true;
    WEIR_ASSERT_OK_AND_ASSIGN(const OutputFacts facts, Write(prepared, location));
    EXPECT_EQ(facts.sha256, Sha256Hex(ReadTextFile(location.path)));
    const auto rows_of = [](const std::string& path) {
      return Sorted(
          test::QuerySql("SELECT *, typeof(s) || typeof(f) || typeof(d) || typeof(day) "
                         "|| typeof(t) || typeof(b) || typeof(n) AS types FROM "
                         "read_parquet('" +
                             path + "')",
                         path));
    };
    EXPECT_EQ(rows_of(location.path), rows_of(input.path));
  }
}

TEST_F(OutputFileTest, ATextThatIsNoValueOfItsTypeIsRefused) {
  Prepared prepared = Small();
  prepared.plan.columns[0].type = v1::VALUE_TYPE_INT;
  EXPECT_THAT(
      Write(prepared, Out("out.parquet")),
      StatusIs(StatusCode::kInvalidArgument, "column \"a\" has values that do not fit its type"));
  EXPECT_THAT(FilesInFolder(), ElementsAre("input.csv"));
}

RC_GTEST_PROP(OutputFilePropertyTest, AnyTextsComeBack, (bool streamed, bool parquet)) {
  const test::TableFiles files;
  const auto cell = rc::gen::container<std::string>(
      rc::gen::element('a', ' ', ',', ';', '"', '\n', '\r', '0', '\t'));
  const auto rows = *rc::gen::container<Rows>(rc::gen::container<Row>(3, cell));
  std::string text = "p,q,r\n";
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      text += i == 0 ? "\"" : ",\"";
      for (const char c : row[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
      text += '"';
    }
    text += '\n';
  }
  ReadRequest request = Columns({"p", "q", "r"});
  request.columns[2].use = ColumnUse::kKept;
  const Prepared prepared =
      Prepare(files.Csv(text), request, {"p", "q"}, streamed ? Holding::kStreamed : Holding::kHeld);
  const InputLocation out{.path = files.Path("out"),
                          .format = parquet ? v1::FILE_FORMAT_PARQUET : v1::FILE_FORMAT_CSV};
  const auto written =
      WriteRows(prepared.table, prepared.collapsed, prepared.plan,
                {.path = out.path, .format = out.format}, Limits(Holding::kHeld), SystemRandom());
  RC_ASSERT(written.ok());
  RC_ASSERT(Sorted(ReadBack(out, {"p", "q", "r"})) == Sorted(rows));
}

// Whether no order of 4 rows deviates more from 1 in 24 than Hoeffding allows.
bool LooksUniform(const std::map<std::string, int>& orders, int runs) {
  constexpr int kOrders = 24;
  const double slack =
      std::sqrt(std::log(2.0 * kOrders / kFalsePositiveRate) / (2.0 * static_cast<double>(runs)));
  int seen = 0;
  for (const auto& [order, count] : orders) {
    seen += count;
    if (std::abs(count / static_cast<double>(runs) - 1.0 / kOrders) > slack) return false;
  }
  return seen == runs && orders.size() == kOrders;
}

class ShuffleTest : public OutputFileTest {
 protected:
  // Streamed rows have so little memory that there are several buckets.
  std::map<std::string, int> Orders(Holding holding, bool shuffle, int runs) {
    std::string text = "a\n";
    for (const char c : {'p', 'q', 'r', 's'}) text += std::string(1, c) + "\n";
    Prepared prepared = Prepare(files_.Csv(text), Columns({"a"}), {"a"}, holding);
    prepared.plan.shuffle = shuffle;
    OutputLocation location = Out("out.csv");
    location.replace = true;
    weir::test::SeededRandom random(7);
    std::map<std::string, int> orders;
    ReadLimits limits = Limits(holding, 1, "/tmp");
    if (holding == Holding::kStreamed) limits.memory_bytes = 128;
    for (int run = 0; run < runs; ++run) {
      const auto written =
          WriteRows(prepared.table, prepared.collapsed, prepared.plan, location, limits, random);
      EXPECT_THAT(written, IsOk());
      ++orders[ReadTextFile(location.path)];
    }
    return orders;
  }
};

TEST_F(ShuffleTest, EveryOrderIsEquallyLikely) {
  constexpr int kRuns = 1000;
  EXPECT_TRUE(LooksUniform(Orders(Holding::kHeld, true, kRuns), kRuns));
  EXPECT_TRUE(LooksUniform(Orders(Holding::kStreamed, true, kRuns), kRuns));
}

TEST_F(ShuffleTest, TheTestRefusesOtherOrders) {
  constexpr int kRuns = 1000;
  EXPECT_FALSE(LooksUniform(Orders(Holding::kHeld, false, 10), 10));
  std::map<std::string, int> biased;
  for (int i = 0; i < 24; ++i) biased[std::to_string(i)] = kRuns / 24;
  biased["0"] += kRuns * 10 / 24;
  EXPECT_FALSE(LooksUniform(biased, kRuns * 34 / 24));
}

TEST_F(OutputFileTest, AnExistingFileIsKeptUnlessReplaced) {
  const Prepared prepared = Small();
  weir::test::WriteTextFile(files_.Path("out.csv"), "old");
  EXPECT_THAT(CheckOutput(Out("out.csv")), StatusIs(StatusCode::kAlreadyExists));
  EXPECT_THAT(Write(prepared, Out("out.csv")), StatusIs(StatusCode::kAlreadyExists));
  EXPECT_EQ(ReadTextFile(files_.Path("out.csv")), "old");
  OutputLocation location = Out("out.csv");
  location.replace = true;
  EXPECT_THAT(CheckOutput(location), IsOk());
  EXPECT_THAT(Write(prepared, location), IsOk());
  EXPECT_THAT(ReadTextFile(files_.Path("out.csv")), HasSubstr("a,b\n"));
  EXPECT_THAT(FilesInFolder(), ElementsAre("input.csv", "out.csv"));
}

TEST_F(OutputFileTest, RefusesPlacesThatCannotBeWritten) {
  const Prepared prepared = Small();
  EXPECT_THAT(Write(prepared, Out("none/out.csv")), StatusIs(StatusCode::kNotFound));
  OutputLocation folder = {.path = files_.folder(), .replace = true};
  EXPECT_THAT(Write(prepared, folder), StatusIs(StatusCode::kFailedPrecondition));
  OutputLocation json = Out("out.json");
  json.format = v1::FILE_FORMAT_JSON;
  EXPECT_THAT(Write(prepared, json), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(OutputFileTest, RefusesPlansThatDoNotFit) {
  const auto refuses = [&](const auto& change, const std::string& why) {
    Prepared prepared = Small();
    change(prepared.plan);
    EXPECT_THAT(Write(prepared, Out("out.csv")),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  refuses([](OutputPlan& plan) { plan.columns.clear(); }, "needs a column");
  refuses([](OutputPlan& plan) { plan.columns[1].name = "a"; }, "two output columns");
  refuses([](OutputPlan& plan) { plan.columns[1].name = ""; }, "needs a name");
  refuses([](OutputPlan& plan) { plan.columns[1].column = "c"; }, "no column");
  refuses([](OutputPlan& plan) { plan.columns[0].text_of[0] = 9; }, "not among its texts");
  refuses([](OutputPlan& plan) { plan.columns[0].text_of.pop_back(); }, "places of texts");
  refuses([](OutputPlan& plan) { plan.suppressed.pop_back(); }, "another table");
  EXPECT_THAT(FilesInFolder(), ElementsAre("input.csv"));
}

TEST_F(OutputFileTest, AChangedInputIsNoticedInTheSecondPass) {
  const Prepared prepared = Small(Holding::kStreamed);
  weir::test::WriteTextFile(files_.Path("input.csv"), "a,b\nx,1\ny,2\nx,4\n");
  EXPECT_THAT(Write(prepared, Out("out.csv")), StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(FilesInFolder(), ElementsAre("input.csv"));
}

TEST_F(OutputFileTest, CancellingLeavesNothing) {
  for (const Holding holding : {Holding::kHeld, Holding::kStreamed}) {
    const Prepared prepared = Small(holding);
    ReadLimits limits = Limits(holding);
    limits.progress = [](double) { return false; };
    EXPECT_THAT(WriteRows(prepared.table, prepared.collapsed, prepared.plan, Out("out.csv"), limits,
                          SystemRandom()),
                StatusIs(StatusCode::kCancelled));
    EXPECT_THAT(FilesInFolder(), ElementsAre("input.csv"));
  }
}

TEST_F(OutputFileTest, AKilledProcessLeavesNothing) {
  const Prepared prepared = Small();
  const auto child = weir::test::RunInChild([&]() -> std::string {
    ReadLimits limits = Limits(Holding::kHeld);
    limits.progress = [](double) { return ::raise(SIGKILL) == 0; };
    static_cast<void>(WriteRows(prepared.table, prepared.collapsed, prepared.plan, Out("out.csv"),
                                limits, SystemRandom()));
    return "not killed";
  });
  EXPECT_EQ(child.signal, SIGKILL);
  EXPECT_THAT(FilesInFolder(), ElementsAre("input.csv"));
}

class TinyDisk {
 public:
  explicit TinyDisk(std::string folder) : folder_(std::move(folder)) {
    std::filesystem::create_directory(folder_);
    mounted_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=64k") == 0;
  }
  TinyDisk(const TinyDisk&) = delete;
  TinyDisk& operator=(const TinyDisk&) = delete;
  ~TinyDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

 private:
  std::string folder_;
  bool mounted_ = false;
};

TEST_F(OutputFileTest, AFullDiskIsToldAndLeavesNothing) {
  const TinyDisk disk(files_.Path("disk"));
  if (!disk.mounted()) GTEST_SKIP() << "mounting needs root";
  std::string text = "a,b\n";
  for (int i = 0; i < 20'000; ++i) {
    text += std::to_string(i % 5) + "," + Sha256Hex(std::to_string(i)) + "\n";
  }
  const Prepared prepared = Prepare(files_.Csv(text), Columns({"a", "b"}), {"a"}, Holding::kHeld);
  for (const char* const name : {"disk/out.csv", "disk/out.parquet"}) {
    EXPECT_THAT(Write(prepared, Out(name)),
                StatusIs(StatusCode::kResourceExhausted, HasSubstr("o space left")));
    EXPECT_TRUE(std::filesystem::is_empty(files_.Path("disk")));
  }
}

TEST_F(OutputFileTest, EqualRandomnessGivesEqualFiles) {
  const Prepared prepared = Small();
  std::array<std::string, 2> texts;
  for (std::string& text : texts) {
    weir::test::SeededRandom random(3);
    OutputLocation location = Out("out.csv");
    location.replace = true;
    WEIR_ASSERT_OK(Write(prepared, location, random));
    text = ReadTextFile(location.path);
  }
  EXPECT_EQ(texts[0], texts[1]);
}

}  // namespace
}  // namespace weir::anon
