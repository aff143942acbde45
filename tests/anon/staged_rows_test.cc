// SPDX-License-Identifier: Apache-2.0
// Actions on rows that memory does not hold: the same as on rows that it holds.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "weir/anon/anonymize.h"
#include "weir/base/bytes.h"
#include "weir/base/files.h"
#include "weir/base/random.h"
#include "weir/doc/yaml_reader.h"

namespace weir::anon {
namespace {

using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::ReadTextFile;
using weir::test::StatusIs;
using weir::test::WriteTextFile;
using Row = std::vector<std::string>;

constexpr double kFalsePositiveRate = 1e-9;

class StagedRowsTest : public ::testing::Test {
 protected:
  StagedRowsTest() {
    WriteTextFile(folder_.Path("shift.key"), std::string(32, 'k'));
    ::chmod(folder_.Path("shift.key").c_str(), 0600);
    std::filesystem::create_directory(folder_.Path("temp"));
  }

  // Rider, day, mode, fare and the number of the row, which tells rows apart.
  static std::string Trips(int rows) {
    std::string text = "rider,day,mode,fare,row\n";
    for (int i = 0; i < rows; ++i) {
      text += (i % 7 == 0 ? "" : "r" + std::to_string(i % 11)) + ",2025-03-" +
              std::to_string(10 + i % 20) + " 08:30," +
              (i % 5 == 0 ? "" : (i % 3 == 0 ? "\"bus, \"\"N\"\"\"" : "tram")) + "," +
              std::to_string(i) + "," + std::to_string(i) + "\n";
    }
    return text;
  }

  static std::string RecipeWith(const std::string& day, const std::string& mode,
                                const std::string& fare) {
    return "input: {path: in.csv}\nprivacy_unit: [rider]\nattributes:\n"
           "  day: {role: insensitive, type: timestamp" +
           day +
           "}\n"
           "  mode: {role: quasi-identifier" +
           mode +
           "}\n"
           "  fare: {role: insensitive, type: int" +
           fare +
           "}\n"
           "  row: {role: insensitive, type: int}\n"
           "models: [{k-anonymity: {k: 2, count: units}}]\nsuppression_limit: 1\n";
  }

  Status Run(const std::string& yaml, Holding holding, uint64_t memory_bytes = uint64_t{1} << 30) {
    WEIR_ASSIGN_OR_RETURN(const auto document, doc::ParseYaml<v1::Recipe>(yaml, "a.recipe.yaml"));
    WEIR_ASSIGN_OR_RETURN(const Recipe recipe, Recipe::Create(document, folder_.path()));
    AnonymizeOptions options;
    options.actions.keys_folder = folder_.path();
    options.limits.temp_folder = folder_.Path("temp");
    options.limits.holding = holding;
    options.limits.memory_bytes = memory_bytes;
    WEIR_ASSIGN_OR_RETURN(Anonymizer anonymizer,
                          Anonymizer::Open(recipe, options, SystemFiles(), SystemRandom()));
    WEIR_ASSIGN_OR_RETURN(const SearchResult found, anonymizer.Find());
    WEIR_ASSIGN_OR_RETURN(
        const auto facts,
        anonymizer.Write(found, {.path = folder_.Path("out.csv"), .replace = true}));
    EXPECT_EQ(facts.ShowToOwner().input_sha256, Sha256Hex(ReadTextFile(folder_.Path("in.csv"))));
    EXPECT_TRUE(std::filesystem::is_empty(folder_.Path("temp")));
    return OkStatus();
  }

  // The rows of the output by their numbers: day, mode, fare. A mode with a comma is one cell.
  std::map<int, Row> Output() const {
    std::ifstream file(folder_.Path("out.csv"));
    std::map<int, Row> rows;
    std::string line;
    std::getline(file, line);
    EXPECT_EQ(line, "day,mode,fare,row");
    while (std::getline(file, line)) {
      const size_t first = line.find(',');
      const size_t last = line.rfind(',');
      const size_t before = line.rfind(',', last - 1);
      rows[std::stoi(line.substr(last + 1))] = {line.substr(0, first),
                                                line.substr(first + 1, before - first - 1),
                                                line.substr(before + 1, last - before - 1)};
    }
    return rows;
  }

  weir::test::TemporaryFolder folder_;
};

TEST_F(StagedRowsTest, WithoutChanceItIsTheSame) {
  WriteTextFile(folder_.Path("in.csv"), Trips(3000));
  const std::string yaml = RecipeWith(", action: {date-shift: {key: shift, days: 30}}",
                                      ", action: {pram: {keep: 1}}", ", action: {round: {to: 10}}");
  ASSERT_THAT(Run(yaml, Holding::kHeld), IsOk());
  const std::map<int, Row> held = Output();
  ASSERT_THAT(Run(yaml, Holding::kStreamed), IsOk());
  const std::map<int, Row> streamed = Output();
  ASSERT_EQ(held.size(), 3000u);
  ASSERT_EQ(streamed.size(), 3000u);
  int alike = 0;
  for (const auto& [row, cells] : held) {
    EXPECT_EQ(streamed.at(row)[1], cells[1]);
    EXPECT_EQ(streamed.at(row)[2], cells[2]);
    EXPECT_EQ(cells[2].back(), '0');
    // A row without unit has a shift of its own.
    if (row % 7 != 0) {
      EXPECT_EQ(streamed.at(row)[0], cells[0]);
    }
    alike += streamed.at(row)[0] == cells[0] ? 1 : 0;
    EXPECT_NE(cells[0], "2025-03-" + std::to_string(10 + row % 20) + " 08:30");
  }
  EXPECT_LT(alike, 3000);
}

TEST_F(StagedRowsTest, PramKeepsTheShareThatItShould) {
  constexpr int kRows = 20'000;
  std::string text = "rider,day,mode,fare,row\n";
  for (int i = 0; i < kRows; ++i) {
    text += std::to_string(i) + ",,m" + std::to_string(i % 4) + ",1," + std::to_string(i) + "\n";
  }
  WriteTextFile(folder_.Path("in.csv"), text);
  ASSERT_THAT(Run(RecipeWith("", ", action: {pram: {keep: 0.6}}", ""), Holding::kStreamed), IsOk());
  double same = 0;
  for (const auto& [row, cells] : Output())
    same += cells[1] == "m" + std::to_string(row % 4) ? 1 : 0;
  // Hoeffding, two sides. A quarter of the drawn values is the one that was there.
  const double slack = std::sqrt(std::log(2 / kFalsePositiveRate) / (2.0 * kRows));
  EXPECT_NEAR(same / kRows, 0.6 + 0.4 / 4, slack);
  // The same assertion would see a probability that is a tenth off.
  EXPECT_GT(std::abs(same / kRows - (0.54 + 0.46 / 4)), slack);
}

TEST_F(StagedRowsTest, RankSwapMovesValuesAndKeepsThem) {
  WriteTextFile(folder_.Path("in.csv"), Trips(3000));
  ASSERT_THAT(Run(RecipeWith("", "", ", action: {rank-swap: {percent: 2}}"), Holding::kStreamed),
              IsOk());
  std::vector<int> fares;
  int moved = 0;
  for (const auto& [row, cells] : Output()) {
    fares.push_back(std::stoi(cells[2]));
    EXPECT_LE(std::abs(fares.back() - row), 60);
    moved += fares.back() == row ? 0 : 1;
  }
  EXPECT_GT(moved, 2000);
  std::sort(fares.begin(), fares.end());
  for (int i = 0; i < 3000; ++i) ASSERT_EQ(fares[static_cast<size_t>(i)], i);
}

TEST_F(StagedRowsTest, WhatIsNoDateIsNamedByItsColumn) {
  WriteTextFile(folder_.Path("in.csv"), "rider,day,mode,fare,row\nr1,soon,bus,1,0\n");
  const auto status =
      Run(RecipeWith(", action: {date-shift: {key: shift, days: 30}}", "", ""), Holding::kStreamed);
  EXPECT_THAT(status, StatusIs(StatusCode::kInvalidArgument, HasSubstr("column day has values")));
  EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr("soon")));
}

// Columns with rank-swap are held: the sixth does not fit. (What fits is the next test's.)
TEST_F(StagedRowsTest, RankSwapOfMoreThanTheMemoryIsRefused) {
  constexpr int kColumns = 6, kRows = 2'900'000;
  constexpr uint64_t kMemoryBytes = uint64_t{64} << 20;
  ASSERT_GT(uint64_t{kColumns} * kRows * sizeof(uint32_t), kMemoryBytes);
  std::string text = "a,b,c,d,e,f,mode\n";
  text.reserve(text.size() + kRows * 14);
  for (int i = 0; i < kRows; ++i) text += "7,7,7,7,7,7,8\n";
  WriteTextFile(folder_.Path("in.csv"), text);
  std::string yaml = "input: {path: in.csv}\nattributes:\n  mode: quasi-identifier\n";
  for (const char* const name : {"a", "b", "c", "d", "e", "f"}) {
    yaml += std::string("  ") + name +
            ": {role: insensitive, type: int, action: {rank-swap: {percent: 1}}}\n";
  }
  const Status status =
      Run(yaml + "models: [{k-anonymity: 2}]\n", Holding::kStreamed, kMemoryBytes);
  EXPECT_THAT(status, StatusIs(StatusCode::kResourceExhausted,
                               HasSubstr("rank-swap take more than the memory limit of 64 MiB")));
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("out.csv")));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.Path("temp")));
}

// A file of more than a quarter of the smallest memory limit is not held.
TEST_F(StagedRowsTest, WorksInLittleMemory) {
  constexpr int kRows = 450'000;
  const std::string text = Trips(kRows);
  constexpr uint64_t kMemoryBytes = uint64_t{64} << 20;
  ASSERT_GT(text.size(), kMemoryBytes / 4);
  WriteTextFile(folder_.Path("in.csv"), text);
  ASSERT_THAT(Run(RecipeWith(", action: {date-shift: {key: shift, days: 30}}", "",
                             ", action: {rank-swap: {percent: 1}}"),
                  Holding::kAutomatic, kMemoryBytes),
              IsOk());
  EXPECT_EQ(Output().size(), static_cast<size_t>(kRows));
}

}  // namespace
}  // namespace weir::anon
