// SPDX-License-Identifier: Apache-2.0
// One answer from one table, however its files are compressed and divided; and what a run says when
// files, memory or disk fail it.
#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <sys/resource.h>

#include "tests/data/compressed_text.h"
#include "tests/data/data_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/data/internal/source_answer.h"

namespace weir::data {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Rows of three columns: who, zone, year.
TextTable TableOf(int rows, int first = 0) {
  TextTable table{.columns = {"who", "zone", "year"}, .rows = {}};
  for (int i = first; i < first + rows; ++i) {
    table.rows.push_back({"r" + std::to_string(i % 97), i % 11 == 0 ? "" : std::to_string(i % 7),
                          std::to_string(2020 + i % 3)});
  }
  return table;
}

class FileSourceTest : public ::testing::Test {
 protected:
  FileSourceTest() {
    dataset_.Unit({"who"});
    dataset_.Column("who", v1::COLUMN_TYPE_TEXT);
    dataset_.Column("zone", v1::COLUMN_TYPE_INT);
    dataset_.Column("year", v1::COLUMN_TYPE_INT);
  }

  void Write(const std::string& name, const std::string& bytes) {
    const std::filesystem::path path = dataset_.folder() + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    test::WriteTextFile(path.string(), bytes);
  }
  void WriteParquet(const std::string& name, const TextTable& table) {
    TestDataset other;
    other.WriteParquet(table);
    Write(name, test::ReadTextFile(other.path()));
  }
  // The source is this path from now on; its name tells the format.
  void Use(const std::string& name, const std::vector<std::string>& partitions = {}) {
    v1::Source& source = *dataset_.message().mutable_source();
    source.Clear();
    const std::string path = dataset_.folder() + "/" + name;
    const auto fill = [&](auto& file) {
      file.set_path(path);
      for (const std::string& partition : partitions) file.add_partitions(partition);
    };
    if (name.find(".parquet") != std::string::npos) {
      fill(*source.mutable_parquet());
    } else if (name.find(".jsonl") != std::string::npos) {
      fill(*source.mutable_json());
    } else {
      fill(*source.mutable_csv());
    }
  }

  StatusOr<AggregateTable> TryRun(const EngineOptions& options = {}) {
    test::SeededRandom random(1);
    return internal::AggregateSource(dataset_.Description(), query_, options, random);
  }
  // What an open key of year says of the table, within bounds that drop some.
  AggregateTable Run() {
    auto table = TryRun();
    EXPECT_THAT(table, IsOk());
    return table.value_or(AggregateTable());
  }
  void ExpectSame(const AggregateTable& a, const AggregateTable& b) {
    EXPECT_EQ(a.values, b.values);
    EXPECT_EQ(a.open_values, b.open_values);
    EXPECT_FALSE(a.values.empty());
  }

  TestDataset dataset_;
  AggregateQuery query_{
      .keys = {{.column = "year", .open = true}, {.column = "zone", .open = true}},
      .measures = {Rows(), Units(), Sum("zone", 0, 100)},
      .bounds = Bounds(5, 3)};
};

TEST_F(FileSourceTest, CompressionChangesNothing) {
  const TextTable table = TableOf(30'000);
  Write("a.csv", ToCsv(table));
  Write("a.csv.gz", Gzip(ToCsv(table)));
  Write("a.csv.zst", Zstd(ToCsv(table)));
  Write("a.jsonl", ToJsonLines(table));
  Write("a.jsonl.gz", Gzip(ToJsonLines(table)));
  Write("a.jsonl.zst", Zstd(ToJsonLines(table)));
  Use("a.csv");
  const AggregateTable plain = Run();
  for (const char* name : {"a.csv.gz", "a.csv.zst", "a.jsonl", "a.jsonl.gz", "a.jsonl.zst"}) {
    Use(name);
    ExpectSame(Run(), plain);
    EXPECT_EQ(Check(dataset_.Description())->rows, 30'000u);
  }
}

TEST_F(FileSourceTest, CompressedDataThatEndsEarlyIsAnErrorOfTheSource) {
  const std::string csv = ToCsv(TableOf(5000));
  for (const char* name : {"a.csv.gz", "a.csv.zst"}) {
    const std::string packed = std::string(name).ends_with(".gz") ? Gzip(csv) : Zstd(csv);
    Use(name);
    const std::pair<std::string, const char*> cases[] = {
        {packed.substr(0, packed.size() / 2), "compressed data"},
        {packed.substr(0, packed.size() - 1), "compressed data"},
        {csv, "is not compressed with"},
    };
    for (const auto& [bytes, says] : cases) {
      Write(name, bytes);
      EXPECT_THAT(TryRun(), StatusIs(StatusCode::kUnavailable, Not(HasSubstr("r1"))));
      EXPECT_THAT(Check(dataset_.Description()),
                  StatusIs(StatusCode::kInvalidArgument, AllOf(HasSubstr(name), HasSubstr(says))));
    }
  }
}

TEST_F(FileSourceTest, AFileOfAnotherFormThanItsNameSaysIsNamedAsSuch) {
  const std::string csv = ToCsv(TableOf(3000));
  WriteParquet("good.parquet", TableOf(3000));
  const std::string parquet = test::ReadTextFile(dataset_.folder() + "/good.parquet");
  const std::tuple<const char*, std::string, const char*> cases[] = {
      {"a.csv", Gzip(csv), "a.csv is compressed with gzip: its name must end in .gz"},
      {"a.csv", Zstd(csv), "a.csv is compressed with zstd: its name must end in .zst"},
      {"a.csv", parquet, "a.csv is a Parquet file: its name must end in .parquet"},
      {"a.csv", "PK\x03\x04" + parquet, "a.csv is a zip archive or a spreadsheet"},
      {"a.jsonl", Gzip(csv), "a.jsonl is compressed with gzip"},
      {"a.csv.gz", csv, "a.csv.gz is not compressed with gzip"},
      {"a.csv.zst", Gzip(csv), "a.csv.zst is not compressed with zstd"},
      {"a.jsonl.gz", csv, "a.jsonl.gz is not compressed with gzip"},
      {"a.parquet", csv, "a.parquet is not a Parquet file"},
      {"a.parquet", parquet.substr(0, parquet.size() / 2), "the Parquet file ends too early"},
      {"a.parquet.gz", Gzip(parquet), "a.parquet.gz: a Parquet file is compressed inside"},
  };
  for (const auto& [name, bytes, says] : cases) {
    Write(name, bytes);
    Use(name);
    EXPECT_THAT(Check(dataset_.Description()),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr(says)));
    EXPECT_THAT(TryRun(), StatusIs(StatusCode::kUnavailable, HasSubstr(name)));
  }
}

TEST_F(FileSourceTest, ARowThatNeverEndsCostsNoOther) {
  // One row that never ends, and rows around it: the long one is a fault and costs no other.
  const std::string bomb =
      "who,zone,year\nr1,1,2020\n" + std::string(size_t{80} << 20, 'x') + "\nr2,2,2020\n";
  Write("a.csv.gz", Gzip(bomb));
  Use("a.csv.gz");
  WEIR_ASSERT_OK_AND_ASSIGN(const SourceReport report, Check(dataset_.Description()));
  EXPECT_EQ(report.rows, 3u);
  EXPECT_EQ(report.privacy_units, 2u);
  ASSERT_EQ(report.faults.size(), 1u);
  EXPECT_EQ(report.faults[0].row, 2u);
}

TEST_F(FileSourceTest, FilesOfAPatternAreOneSource) {
  Write("whole.csv", ToCsv(TableOf(9000)));
  Use("whole.csv");
  const AggregateTable whole = Run();
  const TextTable parts[] = {TableOf(4000), TableOf(1, 4000), TableOf(4999, 4001)};
  for (int i = 0; i < 3; ++i) {
    const std::string name = "part-" + std::to_string(i);
    Write("csv/" + name + ".csv", ToCsv(parts[i]));
    Write("gz/" + name + ".csv.gz", Gzip(ToCsv(parts[i])));
    Write("json/x" + std::to_string(i) + "/" + name + ".jsonl", ToJsonLines(parts[i]));
    WriteParquet("parquet/" + name + ".parquet", parts[i]);
  }
  for (const char* pattern : {"csv/part-*.csv", "gz/*.csv.gz", "json/**/*.jsonl", "json/*/*.jsonl",
                              "parquet/part-?.parquet"}) {
    Use(pattern);
    ExpectSame(Run(), whole);
    WEIR_ASSERT_OK_AND_ASSIGN(const SourceReport report, Check(dataset_.Description()));
    EXPECT_EQ(report.rows, 9000u) << pattern;
    EXPECT_EQ(report.privacy_units, 97u);
  }
}

TEST_F(FileSourceTest, ColumnsAreFoundByNameInEachFile) {
  Write("csv/a.csv", "who,zone,year\nr1,1,2020\n");
  Write("csv/b.csv", "extra,year,zone,who\nq,2020,1,r2\n");
  Use("csv/*.csv");
  EXPECT_EQ(Run().values, (std::vector<int128>{2, 2, 2}));
  Write("csv/c.csv", "who,year\nr1,2020\n");
  EXPECT_THAT(TryRun(),
              StatusIs(StatusCode::kUnavailable, AllOf(HasSubstr("c.csv"), HasSubstr("zone"))));
  EXPECT_THAT(Check(dataset_.Description()),
              StatusIs(StatusCode::kInvalidArgument, AllOf(HasSubstr("c.csv"), HasSubstr("zone"))));
}

TEST_F(FileSourceTest, ParquetFilesMayDifferInTypesAndOrder) {
  TestDataset other;
  other.WriteParquetOf("SELECT 'r1' AS who, 1::TINYINT AS zone, 2020::BIGINT AS year");
  Write("p/a.parquet", test::ReadTextFile(other.path()));
  other.WriteParquetOf("SELECT '2020' AS year, 1.0::DECIMAL(9,1) AS zone, 'r2'::BLOB AS who");
  Write("p/b.parquet", test::ReadTextFile(other.path()));
  Use("p/*.parquet");
  EXPECT_EQ(Run().values, (std::vector<int128>{2, 2, 2}));
  other.WriteParquetOf("SELECT 'r3' AS who, 1 AS zone");
  Write("p/c.parquet", test::ReadTextFile(other.path()));
  EXPECT_THAT(TryRun(),
              StatusIs(StatusCode::kUnavailable, AllOf(HasSubstr("c.parquet"), HasSubstr("year"))));
  other.WriteParquetOf("SELECT 'r3' AS who, 1 AS zone, [2020] AS year");
  Write("p/c.parquet", test::ReadTextFile(other.path()));
  EXPECT_THAT(Check(dataset_.Description()),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("c.parquet"), HasSubstr("INTEGER[]"))));
}

// As programs write them that have no integer for "missing": one rider is one unit, not two.
TEST_F(FileSourceTest, AnIdInIntegersAndInDoublesIsOneText) {
  const char* const riders = "FROM (VALUES (7), (8), (-9), (0), (9007199254740992)) t(who)";
  TestDataset other;
  other.WriteParquetOf(std::string("SELECT who::BIGINT AS who, 1 AS zone, 2020 AS year ") + riders);
  Write("p/a.parquet", test::ReadTextFile(other.path()));
  other.WriteParquetOf(std::string("SELECT who::DOUBLE AS who, 1 AS zone, 2020 AS year ") + riders +
                       " UNION ALL SELECT '-0'::DOUBLE, 1, 2020");
  Write("p/b.parquet", test::ReadTextFile(other.path()));
  other.WriteParquetOf("SELECT 7::FLOAT AS who, 1 AS zone, 2020 AS year");
  Write("p/c.parquet", test::ReadTextFile(other.path()));
  other.WriteParquetOf("SELECT 7.5::DOUBLE AS who, 1 AS zone, 2020 AS year");
  Write("p/d.parquet", test::ReadTextFile(other.path()));
  Use("p/*.parquet");
  WEIR_ASSERT_OK_AND_ASSIGN(const SourceReport report, Check(dataset_.Description()));
  EXPECT_EQ(report.rows, 13u);
  EXPECT_EQ(report.privacy_units, 6u) << "five ids, and 7.5";
}

TEST_F(FileSourceTest, AFaultNamesFileAndRow) {
  Write("csv/a.csv", "who,zone,year\nr1,1,2020\nr1,1,2020\n");
  Write("csv/b.csv", "who,zone,year\nr1,1,2020\nr2,N,2020\n");
  Use("csv/*.csv");
  WEIR_ASSERT_OK_AND_ASSIGN(const SourceReport report, Check(dataset_.Description()));
  ASSERT_EQ(report.faults.size(), 1u);
  EXPECT_EQ(report.faults[0].row, 2u);
  EXPECT_EQ(report.faults[0].column, "zone");
  EXPECT_THAT(report.faults[0].file, ::testing::EndsWith("/csv/b.csv"));
}

TEST_F(FileSourceTest, FoldersHoldTheValuesOfPartitions) {
  const TextTable all = TableOf(6000);
  Write("whole.csv", ToCsv(all));
  Use("whole.csv");
  const AggregateTable whole = Run();
  for (const char* year : {"2020", "2021", "2022"}) {
    TextTable part{.columns = {"who", "zone"}, .rows = {}};
    for (const auto& row : all.rows) {
      if (row[2] == year) part.rows.push_back({row[0], row[1]});
    }
    const std::string folder = std::string("year=") + year + "/";
    Write("csv/" + folder + "a.csv", ToCsv(part));
    Write("json/" + folder + "a.jsonl.zst", Zstd(ToJsonLines(part)));
    WriteParquet("parquet/" + folder + "a.parquet", part);
  }
  for (const char* pattern : {"csv/**/*.csv", "json/year=*/*.jsonl.zst", "parquet/*/*.parquet"}) {
    Use(pattern, {"year"});
    ExpectSame(Run(), whole);
    EXPECT_EQ(Check(dataset_.Description())->rows, 6000u) << pattern;
    // A query of nothing but the partition and the unit.
    const KeyDomain key{.column = "year", .values = {"2020", "2021", "2022"}};
    const Cells cells = Aggregate(dataset_.Description(),
                                  {.keys = {key}, .measures = {Rows()}, .bounds = Bounds(3, 1000)});
    EXPECT_EQ(cells.at(1).at(0), 2000);
  }
}

TEST_F(FileSourceTest, PartitionsOfAnyTypeAndMissingOnes) {
  Write("csv/year=__HIVE_DEFAULT_PARTITION__/a.csv", "who,zone\nr1,1\n");
  Write("csv/year=abc/a.csv", "who,zone\nr1,1\n");
  Write("csv/year=20%32%30/a.csv", "who,zone\nr1,1\n");
  Use("csv/**/*.csv", {"year"});
  WEIR_ASSERT_OK_AND_ASSIGN(const SourceReport report, Check(dataset_.Description()));
  EXPECT_EQ(report.rows, 3u);
  EXPECT_EQ(report.columns[1].column, "year");
  EXPECT_EQ(report.columns[1].missing, 1u);
  EXPECT_EQ(report.columns[1].not_parsed, 1u);
  EXPECT_EQ(Run().open_values[0], (std::vector<std::optional<std::string>>{"2020"}));
  Write("csv/none.csv", "who,zone\nr1,1\n");
  EXPECT_THAT(
      Check(dataset_.Description()),
      StatusIs(StatusCode::kInvalidArgument, AllOf(HasSubstr("none.csv"), HasSubstr("year=..."))));
}

TEST_F(FileSourceTest, PartitionsMustBeDescribedColumns) {
  Use("csv/*.csv", {"month"});
  EXPECT_THAT(dataset_.Describe(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("partition month")));
  Use("csv/*.csv", {"year", "year"});
  EXPECT_THAT(dataset_.Describe(), StatusIs(StatusCode::kInvalidArgument, HasSubstr("twice")));
}

// Changes a file at the first word of a stage.
class Meddler {
 public:
  Meddler(RunStage stage, std::function<void()> change)
      : stage_(stage), change_(std::move(change)) {}
  EngineOptions Options() {
    return {.threads = 1, .control = {.progress = [this](RunStage stage, double) {
                            if (stage == stage_ && !std::exchange(is_done_, true)) change_();
                          }}};
  }

 private:
  RunStage stage_;
  std::function<void()> change_;
  bool is_done_ = false;
};

TEST_F(FileSourceTest, AFileThatIsChangedWhileItIsReadEndsTheRun) {
  const TextTable table = TableOf(20'000);
  Write("a.csv", ToCsv(table));
  Write("a.jsonl.gz", Gzip(ToJsonLines(table)));
  WriteParquet("a.parquet", table);
  for (const std::string name : {"a.csv", "a.jsonl.gz", "a.parquet"}) {
    const std::string path = dataset_.folder() + "/" + name;
    const std::string content = test::ReadTextFile(path);
    Use(name);
    Meddler in_place(RunStage::kReading, [&] { test::WriteTextFile(path, content + content); });
    EXPECT_THAT(TryRun(in_place.Options()),
                StatusIs(StatusCode::kUnavailable, HasSubstr("changed or replaced")))
        << name;
    test::WriteTextFile(path, content);
    Meddler between(RunStage::kAddingUp, [&] {
      test::WriteTextFile(path + ".new", content);
      std::filesystem::rename(path + ".new", path);
    });
    EXPECT_THAT(TryRun(between.Options()),
                StatusIs(StatusCode::kUnavailable, HasSubstr("changed or replaced")))
        << name;
    EXPECT_THAT(TryRun(), IsOk());
  }
}

TEST_F(FileSourceTest, AFileThatIsNewAfterTheBeginIsNotRead) {
  Write("csv/a.csv", ToCsv(TableOf(5000)));
  Use("csv/*.csv");
  const AggregateTable before = Run();
  Meddler meddler(RunStage::kAddingUp, [&] { Write("csv/b.csv", ToCsv(TableOf(10, 5000))); });
  WEIR_ASSERT_OK_AND_ASSIGN(const AggregateTable during, TryRun(meddler.Options()));
  ExpectSame(during, before);
}

TEST_F(FileSourceTest, ATruncatedParquetFileIsNamed) {
  WriteParquet("p/a.parquet", TableOf(3000));
  WriteParquet("p/b.parquet", TableOf(3000));
  const std::string good = test::ReadTextFile(dataset_.folder() + "/p/b.parquet");
  Write("p/b.parquet", good.substr(0, good.size() - 100));
  Use("p/*.parquet");
  EXPECT_THAT(TryRun(), StatusIs(StatusCode::kUnavailable, HasSubstr("check the data set")));
  EXPECT_THAT(Check(dataset_.Description()),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("b.parquet"), Not(HasSubstr("/proc/")))));
}

TEST_F(FileSourceTest, TooLittleMemoryIsAnErrorThatSaysSo) {
  const TextTable table = TableOf(200'000);
  Write("a.csv", ToCsv(table));
  WriteParquet("a.parquet", table);
  for (const char* name : {"a.csv", "a.parquet"}) {
    Use(name);
    // Without a folder for what does not fit.
    EXPECT_THAT(TryRun({.memory_limit_bytes = uint64_t{4} << 20}),
                StatusIs(StatusCode::kResourceExhausted,
                         AllOf(HasSubstr(name), HasSubstr("memory limit"))));
  }
}

// Lets no file of this process grow beyond a size: what a full disk does to one that writes.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    handler_before_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_before_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_before_)(int) = nullptr;
};

TEST_F(FileSourceTest, AFullDiskIsAnErrorThatSaysSo) {
  Write("a.csv", ToCsv(TableOf(200'000)));
  Use("a.csv");
  const EngineOptions options{
      .memory_limit_bytes = uint64_t{4} << 20, .threads = 1, .temp_folder = dataset_.folder()};
  const AggregateTable whole = Run();
  {
    const FileSizeLimit limit(rlim_t{1} << 20);
    EXPECT_THAT(TryRun(options), StatusIs(StatusCode::kResourceExhausted, HasSubstr("disk")));
  }
  // And with room on the disk, the little memory is enough, and the answer the same.
  WEIR_ASSERT_OK_AND_ASSIGN(const AggregateTable spilled, TryRun(options));
  ExpectSame(spilled, whole);
}

}  // namespace
}  // namespace weir::data
