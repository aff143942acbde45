// SPDX-License-Identifier: Apache-2.0
// A file that was written, read again; and the whole way through the public functions.
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/anon/table_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/anon/output_file.h"
#include "weir/base/bytes.h"
#include "weir/base/random.h"

namespace weir::anon {
namespace {

using test::Columns;
using test::Limits;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using weir::test::StatusIs;

class GroupFileTest : public ::testing::Test {
 protected:
  StatusOr<GroupedFile> Group(const InputLocation& file, const std::vector<std::string>& columns,
                              const std::string& suppressed = "*") {
    WEIR_ASSIGN_OR_RETURN(const OwnerView<GroupedFile> grouped,
                          GroupFile(file, columns, suppressed, Limits(Holding::kAutomatic)));
    return grouped.ShowToOwner();
  }
  test::TableFiles files_;
};

TEST_F(GroupFileTest, CountsClassesAndSuppressedRows) {
  const std::string text = "a,b,c\n1,x,p\n1,x,q\n*,*,r\n1,*,s\n2,x,t\n*,*,u\n";
  WEIR_ASSERT_OK_AND_ASSIGN(const GroupedFile grouped, Group(files_.Csv(text), {"a", "b"}));
  EXPECT_EQ(grouped.rows, 6u);
  EXPECT_EQ(grouped.suppressed_rows, 2u);
  EXPECT_EQ(grouped.classes, 3u);
  EXPECT_THAT(grouped.classes_of_size, ElementsAre(Pair(1, 2), Pair(2, 1)));
  EXPECT_EQ(grouped.sha256, Sha256Hex(text));
}

TEST_F(GroupFileTest, TextsAreNotMixedUp) {
  WEIR_ASSERT_OK_AND_ASSIGN(const GroupedFile grouped,
                            Group(files_.Csv("a,b,c\nx,yz,\nxy,z,\n,xyz,\n"), {"a", "b", "c"}));
  EXPECT_EQ(grouped.classes, 3u);
}

TEST_F(GroupFileTest, ReadsParquetAndJson) {
  for (const InputLocation& file :
       {files_.Parquet("SELECT i % 3 AS a, DATE '2025-01-01' AS d FROM range(9) r(i)"),
        files_.Json(
            "{\"a\": 0, \"d\": \"\"}\n{\"a\": 1, \"d\": \"\"}\n{\"a\": 2, \"d\": \"\"}\n")}) {
    WEIR_ASSERT_OK_AND_ASSIGN(const GroupedFile grouped, Group(file, {"d", "a"}));
    EXPECT_EQ(grouped.classes, 3u);
  }
}

TEST_F(GroupFileTest, RefusesWhatIsNotThere) {
  EXPECT_THAT(Group(files_.Csv("a\n1\n"), {"b"}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("no column")));
  EXPECT_THAT(Group(files_.Csv("a\n1\n"), {}), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(GroupFileTest, FollowsTheWholeWay) {
  std::string text = "zone,age,note,rider\n";
  for (int i = 0; i < 100; ++i) {
    text += "z" + std::to_string(i % 4) + "," + std::to_string(i % 2) + ",note " +
            std::to_string(i) + ",r" + std::to_string(i % 8) + "\n";
  }
  ReadRequest request = Columns({"zone", "age", "note"});
  request.columns[2].use = ColumnUse::kKept;
  request.unit = {"rider"};
  request.unit_cap = 5;
  const ReadLimits limits = Limits(Holding::kAutomatic);
  WEIR_ASSERT_OK_AND_ASSIGN(const Microdata microdata,
                            ReadMicrodata(files_.Csv(text), request, limits, SystemRandom()));
  EXPECT_TRUE(microdata.held());
  EXPECT_EQ(microdata.Facts().ShowToOwner().rows, 100u);
  // Zones z0 and z1 become one, z2 and z3 another.
  CollapseRequest collapse;
  collapse.quasi_identifiers = {{.column = "zone", .codes = {0, 0, 1, 1}},
                                {.column = "age", .codes = {0, 1}}};
  WEIR_ASSERT_OK_AND_ASSIGN(const CollapsedTable collapsed, Collapse(microdata, collapse));
  EXPECT_THAT(collapsed.table.rows, ElementsAre(25, 25, 25, 25));
  EXPECT_THAT(collapsed.table.units.begin, ElementsAre(0, 2, 4, 6, 8));
  OutputPlan plan{.columns = {{.name = "zone",
                               .source = CellSource::kByTuple,
                               .texts = {"west", "east"},
                               .text_of = collapsed.table.codes[0]},
                              {.name = "age",
                               .source = CellSource::kByTuple,
                               .texts = {"young", "old"},
                               .text_of = collapsed.table.codes[1]},
                              {.name = "note", .column = "note"}},
                  .suppressed = {false, true, false, false}};
  const OutputLocation location{.path = files_.Path("out.csv")};
  WEIR_ASSERT_OK_AND_ASSIGN(
      const OwnerView<OutputFacts> written,
      WriteMicrodata(microdata, collapsed, plan, location, limits, SystemRandom()));
  WEIR_ASSERT_OK_AND_ASSIGN(const GroupedFile grouped,
                            Group({.path = location.path}, {"zone", "age"}));
  EXPECT_EQ(grouped.rows, 100u);
  EXPECT_EQ(grouped.suppressed_rows, 25u);
  EXPECT_THAT(grouped.classes_of_size, ElementsAre(Pair(25, 3)));
  EXPECT_EQ(grouped.sha256, written.ShowToOwner().sha256);
  EXPECT_EQ(written.ShowToOwner().suppressed_rows, 25u);
}

}  // namespace
}  // namespace weir::anon
