// SPDX-License-Identifier: Apache-2.0
#include "weir/data/dataset.h"

#include <string>

#include "tests/support/status_matchers.h"
#include "weir/doc/yaml_reader.h"

namespace weir::data {
namespace {

using test::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kCrashes[] = R"(dataset: crashes
title: Fatal crashes
theme: transportation
source: {csv: {path: crashes.csv, delimiter: ";"}}
privacy_unit: [case_id]
columns:
  case_id: {type: text}
  weekday: {type: int, domain: {values: [1, 2, 3]}}
  hour: {type: int, missing: {values: [99], as: own_key}, bounds: [0, 23]}
  fatalities: {type: int, bounds: [0, 10]}
  cost: {type: decimal, bounds: [0, 1000.5], grid: 0.01}
  day: {type: date}
  night: {type: bool, domain: {values: [true, false]}}
budget: {epsilon: 4, delta: 1e-6}
)";

StatusOr<DatasetDescription> Describe(const std::string& yaml) {
  WEIR_ASSIGN_OR_RETURN(const auto document, doc::ParseYaml<v1::Dataset>(yaml, "a.dataset.yaml"));
  return DatasetDescription::Create(document, "/data/folder");
}

// kCrashes with one piece replaced.
std::string With(const std::string& piece, const std::string& replacement) {
  std::string yaml = kCrashes;
  const size_t at = yaml.find(piece);
  EXPECT_NE(at, std::string::npos) << piece;
  return yaml.replace(at, piece.size(), replacement);
}

TEST(DatasetTest, IsReadWithItsDefaults) {
  WEIR_ASSERT_OK_AND_ASSIGN(const DatasetDescription dataset, Describe(kCrashes));
  EXPECT_EQ(dataset.id(), "crashes");
  EXPECT_EQ(dataset.title(), "Fatal crashes");
  EXPECT_EQ(dataset.theme(), v1::THEME_TRANSPORTATION);
  EXPECT_EQ(dataset.epoch(), "1");
  EXPECT_EQ(std::get<FileSource>(dataset.source()).format, SourceFormat::kCsv);
  EXPECT_EQ(std::get<FileSource>(dataset.source()).path, "/data/folder/crashes.csv");
  EXPECT_EQ(std::get<FileSource>(dataset.source()).delimiter, ';');
  EXPECT_THAT(dataset.unit().columns(), ElementsAre("case_id"));
  EXPECT_EQ(dataset.budget().account, "crashes");
  EXPECT_EQ(dataset.budget().epsilon.ToString(), "4");
  EXPECT_EQ(dataset.columns().front().name, "case_id");
  EXPECT_EQ(dataset.FindColumn("none"), nullptr);
  const ColumnDescription& hour = *dataset.FindColumn("hour");
  EXPECT_TRUE(hour.missing_is_key);
  EXPECT_THAT(hour.missing_values, ElementsAre("99"));
  EXPECT_EQ(hour.highest, (Decimal{23, 0}));
  EXPECT_EQ(hour.grid, (Decimal{1, 0}));
  EXPECT_EQ(dataset.FindColumn("cost")->grid, (Decimal{1, -2}));
  EXPECT_EQ(dataset.FindColumn("case_id")->grid, std::nullopt);
  EXPECT_THAT(dataset.FindColumn("weekday")->domain, ElementsAre("1", "2", "3"));
}

TEST(DatasetTest, TakesOtherSourcesWindowsAndAccounts) {
  WEIR_ASSERT_OK_AND_ASSIGN(const DatasetDescription dataset,
                            Describe(With("source: {csv: {path: crashes.csv, delimiter: \";\"}}",
                                          "source: {parquet: {path: /abs/a.parquet}}\nepoch: 2015\n"
                                          "window: {column: day, per: month}") +
                                     ""));
  EXPECT_EQ(std::get<FileSource>(dataset.source()).format, SourceFormat::kParquet);
  EXPECT_EQ(std::get<FileSource>(dataset.source()).path, "/abs/a.parquet");
  EXPECT_EQ(dataset.epoch(), "2015");
  EXPECT_EQ(dataset.unit().window()->period, WindowPeriod::kMonth);
  WEIR_ASSERT_OK_AND_ASSIGN(
      const DatasetDescription json,
      Describe(With("csv: {path: crashes.csv, delimiter: \";\"}", "json: {path: a.jsonl}")));
  EXPECT_EQ(std::get<FileSource>(json.source()).format, SourceFormat::kJson);
  WEIR_ASSERT_OK_AND_ASSIGN(const DatasetDescription shared,
                            Describe(With("delta: 1e-6", "account: people")));
  EXPECT_EQ(shared.budget().account, "people");
  EXPECT_TRUE(shared.budget().delta.is_zero());
}

TEST(DatasetTest, RefusesBrokenRulesAndSaysWhere) {
  struct Case {
    const char* piece;
    const char* replacement;
    const char* place;
    const char* message;
  };
  const Case cases[] = {
      {"[case_id]", "[who]", ":5:", "who is not described"},
      {"[case_id]", "[case_id, case_id]", ":5:", "case_id"},
      {"bounds: [0, 10]", "bounds: [10, 0]", ":10:", "ascend"},
      {"bounds: [0, 10]", "bounds: [1, 1]", ":10:", "ascend"},
      {"bounds: [0, 10]", "bounds: [1]", ":10:", "got 1 numbers"},
      {"bounds: [0, 10]", "bounds: [1, 2, 3]", ":10:", "got 3 numbers"},
      {"bounds: [0, 10]", "bounds: [0, 1.5]", ":10:", "whole numbers"},
      {"bounds: [0, 10]", "bounds: [0, 1e19]", ":10:", "whole numbers"},
      {"bounds: [0, 10]", "bounds: [0, 9e18]", ":10:", "2^62"},
      {"bounds: [0, 1000.5]", "bounds: [0, 1e30]", ":11:", "2^62"},
      {"budget: {", "bounds: {max_rows_per_key: 0}\nbudget: {", ":14:28: ", "at least 1, got 0"},
      {"case_id: {type: text}", "case_id: {type: text, bounds: [0, 1]}", ":7:", "int and decimal"},
      {"case_id: {type: text}", "case_id: {type: text, grid: 1}", ":7:", "int and decimal"},
      {"grid: 0.01", "grid: 0", ":11:", "positive"},
      {"grid: 0.01", "grid: -1", ":11:", "positive"},
      {"grid: 0.01", "grid: 1.2345678901234567890", ":11:", "18 digits"},
      {"bounds: [0, 10]", "grid: 0.5", ":10:", "whole numbers"},
      {"[1, 2, 3]", "[1, 2, 1]", ":8:", "twice"},
      {"[1, 2, 3]", "[1, two]", ":8:", "two"},
      {"[1, 2, 3]", "[1, 02]", ":8:", "02"},
      {"[1, 2, 3]", "[1, 2.5]", ":8:", "2.5"},
      {"[true, false]", "[true, no]", ":13:", "no"},
      {"day: {type: date}", "day: {type: date, domain: {values: [2015-02-29]}}", ":12:", "date"},
      {"values: [99], as: own_key", "values: [99, 99]", ":9:", "twice"},
      {"hour: {type: int, missing: {values: [99], as: own_key}, bounds: [0, 23]}",
       "hour: {type: int, missing: {values: [99]}, domain: {values: [98, 99]}}",
       ":9:", "missing value, too"},
      {"delimiter: \";\"", "delimiter: \";;\"", ":4:", "delimiter"},
      {"delimiter: \";\"", "delimiter: '\"'", ":4:", "delimiter"},
      {"epsilon: 4", "epsilon: 0", ":14:", "epsilon"},
      {"epsilon: 4", "epsilon: -1", ":14:", "epsilon"},
      {"delta: 1e-6", "delta: 1", ":14:", "delta"},
      {"title: Fatal crashes", "window: {column: none, per: year}", ":2:", "not described"},
      {"title: Fatal crashes", "window: {column: hour, per: year}", ":2:", "no date"}};
  for (const Case& c : cases) {
    EXPECT_THAT(
        Describe(With(c.piece, c.replacement)),
        StatusIs(StatusCode::kInvalidArgument,
                 AllOf(HasSubstr(std::string("a.dataset.yaml") + c.place), HasSubstr(c.message))))
        << c.replacement;
  }
}

TEST(DatasetTest, PublicDigestCoversWhatAnAnswerDependsOn) {
  const std::string digest = Describe(kCrashes)->public_sha256();
  EXPECT_EQ(digest.size(), 64u);
  const std::pair<const char*, const char*> same[] = {
      {"title: Fatal crashes", "title: Other"},
      {"path: crashes.csv", "path: elsewhere.csv"},
      {"epsilon: 4", "epsilon: 8"},
      {"title: Fatal crashes", "epoch: 1"},
      {"bounds: [0, 10]", "grid: 1, bounds: [0, 10.0]"}};
  for (const auto& [piece, replacement] : same) {
    EXPECT_EQ(Describe(With(piece, replacement))->public_sha256(), digest) << replacement;
  }
  const std::pair<const char*, const char*> other[] = {
      {"dataset: crashes", "dataset: crash"},
      {"title: Fatal crashes", "epoch: 2"},
      {"[case_id]", "[case_id, day]"},
      {"title: Fatal crashes", "window: {column: day, per: year}"},
      {"[1, 2, 3]", "[1, 3, 2]"},
      {"values: [99]", "values: [98]"},
      {"as: own_key", "as: drop"},
      {"bounds: [0, 10]", "bounds: [0, 11]"},
      {"grid: 0.01", "grid: 0.1"},
      {"night: {type: bool, domain: {values: [true, false]}}", "night: {type: bool}"},
      {"case_id: {type: text}", "case_id: {type: int}"}};
  for (const auto& [piece, replacement] : other) {
    EXPECT_NE(Describe(With(piece, replacement))->public_sha256(), digest) << replacement;
  }
}

}  // namespace
}  // namespace weir::data
