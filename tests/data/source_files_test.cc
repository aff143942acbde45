// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/source_files.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "weir/data/dataset.h"

namespace weir::data::internal {
namespace {

using test::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(MatchesPatternTest, WildcardsTakeWhatTheySay) {
  struct Case {
    const char* pattern;
    const char* path;
    bool matches;
  };
  const Case cases[] = {
      {"/d/a.csv", "/d/a.csv", true},
      {"/d/*.csv", "/d/a.csv", true},
      {"/d/*.csv", "/d/.csv", false},
      {"/d/*.csv", "/d/x/a.csv", false},
      {"/d/*.csv", "/d/a.csv.gz", false},
      {"/d/*a*b*", "/d/xaxaxb", true},
      {"/d/*a*b*", "/d/xbxa", false},
      {"/d/?.csv", "/d/a.csv", true},
      {"/d/?.csv", "/d/ab.csv", false},
      {"/d/?.csv", "/d/..csv", false},
      {"/d/[ab].csv", "/d/a.csv", false},
      {"/d/[ab]*.csv", "/d/[ab]1.csv", true},
      {"/d/**/a.csv", "/d/a.csv", true},
      {"/d/**/a.csv", "/d/x/y/a.csv", true},
      {"/d/**/a.csv", "/d/x/.y/a.csv", false},
      {"/d/**", "/d/x/y/a.csv", true},
      {"/d/**/x/**/a.csv", "/d/x/y/x/a.csv", true},
      {"/d/**/x/*/a.csv", "/d/q/x/a.csv", false},
      {"/d/year=*/*.csv", "/d/year=2025/a.csv", true},
      {"/d/.h*/a.csv", "/d/.hidden/a.csv", true},
      {"/d/**.csv", "/d/x/a.csv", false},
  };
  for (const auto& [pattern, path, matches] : cases) {
    EXPECT_EQ(MatchesPattern(pattern, path), matches) << pattern << " " << path;
  }
}

class FindFilesTest : public ::testing::Test {
 protected:
  void Make(const std::string& name) {
    const std::filesystem::path path = folder_.Path(name);
    std::filesystem::create_directories(path.parent_path());
    test::WriteTextFile(path.string(), "x");
  }
  // Names in the folder, or the error.
  StatusOr<std::vector<std::string>> Find(const std::string& pattern) {
    WEIR_ASSIGN_OR_RETURN(std::vector<std::string> files, FindFiles(folder_.Path(pattern)));
    for (std::string& file : files) {
      EXPECT_TRUE(MatchesPattern(folder_.Path(pattern), file)) << file;
      file.erase(0, folder_.path().size() + 1);
    }
    return files;
  }
  test::TemporaryFolder folder_;
};

TEST_F(FindFilesTest, AreSortedAndFilesOnly) {
  for (const char* name : {"b.csv", "a.csv", ".h.csv", "x.csv/inner.csv", "q/a.csv", "q/r/c.csv",
                           ".git/c.csv", "a.parquet"}) {
    Make(name);
  }
  EXPECT_THAT(Find("*.csv").value(), ElementsAre("a.csv", "b.csv"));
  EXPECT_THAT(Find("**/*.csv").value(),
              ElementsAre("a.csv", "b.csv", "q/a.csv", "q/r/c.csv", "x.csv/inner.csv"));
  EXPECT_THAT(Find("*/*.csv").value(), ElementsAre("q/a.csv", "x.csv/inner.csv"));
  EXPECT_THAT(Find("**/a.csv").value(), ElementsAre("a.csv", "q/a.csv"));
  EXPECT_THAT(Find("q/**").value(), ElementsAre("q/a.csv", "q/r/c.csv"));
  EXPECT_THAT(Find("**/q/**/*.csv").value(), ElementsAre("q/a.csv", "q/r/c.csv"));
  EXPECT_THAT(Find("?.parquet").value(), ElementsAre("a.parquet"));
}

TEST_F(FindFilesTest, ALinkToAFolderIsNoWayRound) {
  Make("q/a.csv");
  std::filesystem::create_directory_symlink(folder_.path(), folder_.Path("q/up"));
  std::filesystem::create_symlink(folder_.Path("q/a.csv"), folder_.Path("link.csv"));
  EXPECT_THAT(Find("**/*.csv").value(), ElementsAre("link.csv", "q/a.csv"));
}

TEST_F(FindFilesTest, NothingFoundIsAnErrorThatNamesThePattern) {
  Make("a.csv");
  for (const char* pattern : {"*.json", "none/*.csv", "a.csv/*", "**/none/*"}) {
    EXPECT_THAT(Find(pattern), StatusIs(StatusCode::kInvalidArgument, HasSubstr(pattern)));
  }
  // A path without wildcards is taken as it is: opening it tells.
  EXPECT_THAT(Find("none.csv").value(), ElementsAre("none.csv"));
}

TEST(PartitionValueTest, IsDecodedFromTheFolder) {
  const auto value = [](const std::string& folder) {
    return PartitionValue("/data/" + folder + "/zone=9.csv", "zone").value();
  };
  EXPECT_EQ(value("zone=7"), "7");
  EXPECT_EQ(value("year=2025/zone=a%20b%2Fc"), "a b/c");
  EXPECT_EQ(value("zone=a=b"), "a=b");
  EXPECT_EQ(value("z%6Fne=x"), "x");
  EXPECT_EQ(value("zone=%C3%A9"), "\xC3\xA9");
  EXPECT_EQ(value("zone="), std::nullopt);
  EXPECT_EQ(value("zone=__HIVE_DEFAULT_PARTITION__"), std::nullopt);
}

TEST(PartitionValueTest, RefusesWhatGivesNoValueOrTwo) {
  const std::pair<const char*, const char*> cases[] = {{"/data/a.csv", "zone="},
                                                       {"/data/zones=1/zone=1.csv", "zone="},
                                                       {"/data/zone=1/zone=1/a.csv", "two folders"},
                                                       {"/data/zone=%4/a.csv", "percent"},
                                                       {"/data/zone=%zz/a.csv", "percent"},
                                                       {"/data/zone=%00/a.csv", "percent"}};
  for (const auto& [path, message] : cases) {
    EXPECT_THAT(PartitionValue(path, "zone"),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr(message)))
        << path;
  }
}

TEST(TakesFileTest, KnowsFilesThatWouldBecomeData) {
  test::TemporaryFolder folder;
  const Source one = FileSource{.format = SourceFormat::kCsv, .path = folder.Path("a.csv")};
  EXPECT_TRUE(TakesFile(one, folder.Path("a.csv")));
  EXPECT_TRUE(TakesFile(one, folder.Path("./x/../a.csv")));
  EXPECT_FALSE(TakesFile(one, folder.Path("b.csv")));
  const Source all = FileSource{.format = SourceFormat::kCsv, .path = folder.Path("*.csv")};
  EXPECT_TRUE(TakesFile(all, folder.Path("new.csv")));
  EXPECT_TRUE(TakesFile(all, folder.Path("x/../new.csv")));
  EXPECT_FALSE(TakesFile(all, folder.Path("new.parquet")));
  const Source table = PostgresSource{.dsn_file = folder.Path("dsn"), .relation = "*"};
  EXPECT_TRUE(TakesFile(table, folder.Path("dsn")));
  EXPECT_FALSE(TakesFile(table, folder.Path("other")));
}

}  // namespace
}  // namespace weir::data::internal
