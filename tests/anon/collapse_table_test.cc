// SPDX-License-Identifier: Apache-2.0
// Tuples against what DuckDB itself says of the same file.
#include "weir/anon/internal/collapse_table.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/anon/table_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/base/random.h"

namespace weir::anon {
namespace {

using internal::CodedTable;
using internal::CollapseTable;
using internal::ReadTable;
using test::Columns;
using test::IdentityMap;
using test::Limits;
using test::Row;
using test::Rows;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using weir::test::StatusIs;

std::string RandomCsv(const std::vector<std::string>& names, size_t rows) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  for (size_t row = 0; row < rows; ++row) {
    text += '\n';
    for (size_t i = 0; i < names.size(); ++i) {
      const int value = *rc::gen::inRange(0, 4);
      text += (i == 0 ? "" : ",") + (value == 0 ? std::string() : "v" + std::to_string(value));
    }
  }
  return text + "\n";
}

// One line for each tuple: its texts, rows, distinct units up to the cap, and each value's rows.
Rows Describe(const CodedTable& table, const TupleTable& tuples) {
  Rows rows;
  for (size_t tuple = 0; tuple < tuples.tuples(); ++tuple) {
    Row row;
    for (size_t i = 0; i < tuples.attributes(); ++i) {
      row.emplace_back(table.Find(tuples.names[i])->values[tuples.codes[i][tuple]]);
    }
    row.push_back(std::to_string(tuples.rows[tuple]));
    row.push_back(std::to_string(tuples.units.begin[tuple + 1] - tuples.units.begin[tuple]));
    std::string counts;
    const auto& column = tuples.sensitive[0].counts;
    for (uint64_t i = column.begin[tuple]; i < column.begin[tuple + 1]; ++i) {
      counts += std::string(table.Find("s")->values[column.items[i].value]) + "=" +
                std::to_string(column.items[i].rows) + ";";
    }
    row.push_back(counts);
    rows.push_back(row);
  }
  return rows;
}

RC_GTEST_PROP(CollapseTablePropertyTest, AgreesWithSql, (bool streamed)) {
  const test::TableFiles files;
  const InputLocation input =
      files.Csv(RandomCsv({"a", "b", "s", "u"}, *rc::gen::inRange<size_t>(0, 60)));
  ReadRequest request = Columns({"a", "b", "s"});
  request.unit = {"u"};
  request.unit_cap = *rc::gen::inRange(1u, 4u);
  const auto table = ReadTable(
      input, request, Limits(streamed ? Holding::kStreamed : Holding::kHeld), SystemRandom());
  RC_ASSERT(table.ok());
  CollapseRequest collapse = test::CollapseBy(*table, {"b", "a"});
  collapse.sensitive = {IdentityMap(*table, "s")};
  collapse.sensitive_values = {static_cast<uint32_t>(table->Find("s")->values.size())};
  const auto collapsed = CollapseTable(*table, collapse, nullptr);
  RC_ASSERT(collapsed.ok());
  const std::string source =
      "(SELECT coalesce(a, '') AS a, coalesce(b, '') AS b, coalesce(s, '') "
      "AS s, u FROM read_csv('" +
      input.path + "', all_varchar = true))";
  const Rows expected = test::QuerySql(
      "SELECT b, a, sum(n)::BIGINT AS rows, (SELECT least(count(DISTINCT u), " +
          std::to_string(request.unit_cap) + ") FROM " + source +
          " r WHERE r.a = g.a AND r.b = g.b) AS units, string_agg(s || '=' || n, ';' ORDER BY s) "
          "|| ';' AS counts FROM (SELECT b, a, s, count(*) AS n FROM " +
          source + " GROUP BY b, a, s) g GROUP BY b, a ORDER BY b, a",
      input.path);
  RC_ASSERT(Describe(*table, collapsed->table) == expected);
}

class CollapseTableTest : public ::testing::Test {
 protected:
  StatusOr<CodedTable> Read(const std::string& csv, const std::vector<std::string>& names) {
    return ReadTable(files_.Csv(csv), Columns(names), Limits(Holding::kHeld), SystemRandom());
  }
  test::TableFiles files_;
};

TEST_F(CollapseTableTest, ValuesMayBecomeOne) {
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable table, Read("a\n1\n2\n3\n2\n", {"a"}));
  CollapseRequest request;
  request.quasi_identifiers = {{.column = "a", .codes = {7, 2, 7}}};
  WEIR_ASSERT_OK_AND_ASSIGN(const CollapsedTable collapsed, CollapseTable(table, request, nullptr));
  EXPECT_THAT(collapsed.table.codes[0], ElementsAre(2, 7));
  EXPECT_THAT(collapsed.table.rows, ElementsAre(2, 2));
  EXPECT_THAT(collapsed.tuple_of_record, ElementsAre(1, 0, 1, 0));
}

TEST_F(CollapseTableTest, CodesOfAllWidthsFit) {
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable table,
                            Read("a,b,c,d\n1,1,1,1\n2,2,2,2\n", {"a", "b", "c", "d"}));
  CollapseRequest request;
  for (const char* const name : {"a", "b", "c", "d"}) {
    request.quasi_identifiers.push_back({.column = name, .codes = {UINT32_MAX, 5}});
  }
  WEIR_ASSERT_OK_AND_ASSIGN(const CollapsedTable collapsed, CollapseTable(table, request, nullptr));
  for (const auto& codes : collapsed.table.codes) EXPECT_THAT(codes, ElementsAre(5, UINT32_MAX));
}

TEST_F(CollapseTableTest, NoQuasiIdentifierMakesOneTuple) {
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable table, Read("a\n1\n2\n", {"a"}));
  WEIR_ASSERT_OK_AND_ASSIGN(const CollapsedTable collapsed, CollapseTable(table, {}, nullptr));
  EXPECT_THAT(collapsed.table.rows, ElementsAre(2));
}

TEST_F(CollapseTableTest, PopulationBringsItsOwnTuples) {
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable table, Read("a\nx\nz\nx\n", {"a"}));
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable population, Read("b,a\n1,z\n1,y\n1,x\n1,y\n", {"a"}));
  for (const bool streamed : {false, true}) {
    CollapseRequest request;
    request.quasi_identifiers = {{.column = "a", .codes = {0, 2}}};
    request.population_codes = {{.column = "a", .codes = {0, 1, 2}}};
    WEIR_ASSERT_OK_AND_ASSIGN(
        const CodedTable people,
        ReadTable(files_.Csv("b,a\n1,z\n1,y\n1,x\n1,y\n"), Columns({"a"}),
                  Limits(streamed ? Holding::kStreamed : Holding::kHeld), SystemRandom()));
    WEIR_ASSERT_OK_AND_ASSIGN(const CollapsedTable collapsed,
                              CollapseTable(table, request, &people));
    EXPECT_THAT(collapsed.table.codes[0], ElementsAre(0, 1, 2));
    EXPECT_THAT(collapsed.table.rows, ElementsAre(2, 0, 1));
    EXPECT_THAT(collapsed.table.population, ElementsAre(1, 2, 1));
    EXPECT_THAT(collapsed.tuple_of_record, ElementsAre(0, 2, 0));
    EXPECT_EQ(collapsed.table.total_rows, 3u);
  }
}

TEST_F(CollapseTableTest, RefusesMapsThatDoNotFit) {
  WEIR_ASSERT_OK_AND_ASSIGN(const CodedTable table, Read("a,b\n1,2\n", {"a", "b"}));
  CollapseRequest request;
  request.quasi_identifiers = {{.column = "c", .codes = {0}}};
  EXPECT_THAT(CollapseTable(table, request, nullptr),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("not analysed")));
  request.quasi_identifiers = {{.column = "a", .codes = {0, 1}}};
  EXPECT_THAT(CollapseTable(table, request, nullptr),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("has 1 values")));
  request.quasi_identifiers = {{.column = "a", .codes = {0}}};
  request.sensitive = {{.column = "b", .codes = {3}}};
  request.sensitive_values = {3};
  EXPECT_THAT(CollapseTable(table, request, nullptr),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("not below 3")));
}

}  // namespace
}  // namespace weir::anon
