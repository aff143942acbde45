// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "tests/data/data_fixture.h"
#include "tests/support/status_matchers.h"

namespace weir::data {
namespace {

using test::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// "row 3, value: not an int: "N""
std::vector<std::string> Lines(const SourceReport& report) {
  std::vector<std::string> lines;
  for (const SourceFault& fault : report.faults) {
    lines.push_back("row " + std::to_string(fault.row) +
                    (fault.column.empty() ? "" : ", " + fault.column) + ": " + fault.what);
  }
  return lines;
}

class SourceCheckTest : public ::testing::Test {
 protected:
  SourceCheckTest() {
    dataset_.Unit({"who"});
    dataset_.Column("who", v1::COLUMN_TYPE_TEXT);
    v1::Column& value = dataset_.Column("value", v1::COLUMN_TYPE_INT);
    value.add_bounds("0");
    value.add_bounds("10");
    value.mutable_missing()->add_values("99");
    v1::Column& kind = dataset_.Column("kind", v1::COLUMN_TYPE_TEXT);
    kind.mutable_domain()->add_values("a");
    kind.mutable_domain()->add_values("b");
  }

  SourceReport Report() {
    auto report = Check(dataset_.Description());
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : SourceReport{};
  }

  const SourceReport::ColumnReport& Of(const SourceReport& report, const std::string& name) {
    for (const auto& column : report.columns) {
      if (column.column == name) return column;
    }
    ADD_FAILURE() << "no column " << name;
    return report.columns.front();
  }

  TestDataset dataset_;
};

TEST_F(SourceCheckTest, CountsWhatIsThere) {
  dataset_.WriteCsv("who,value,kind\nx,1,a\nx,99,b\n,11,c\ny,-1,\n,,\n");
  const SourceReport report = Report();
  EXPECT_EQ(report.rows, 5u);
  EXPECT_EQ(report.rows_without_unit, 2u);
  EXPECT_EQ(report.privacy_units, 2u);
  EXPECT_EQ(report.fault_count, 0u);
  EXPECT_THAT(report.faults, IsEmpty());
  EXPECT_EQ(Of(report, "value").missing, 2u);
  EXPECT_EQ(Of(report, "value").outside_bounds, 2u);
  EXPECT_EQ(Of(report, "kind").outside_domain, 1u);
  EXPECT_EQ(Of(report, "who").missing, 2u);
}

TEST_F(SourceCheckTest, FindsTheLetterInRow23008) {
  std::string csv = "who,value,kind\r\n";
  for (int i = 1; i <= 30000; ++i) {
    csv += "u" + std::to_string(i) + "," + (i == 23008 ? "N" : std::to_string(i % 11)) + ",a\r\n";
  }
  dataset_.WriteCsv(csv);
  const SourceReport report = Report();
  EXPECT_EQ(report.rows, 30000u);
  EXPECT_EQ(report.privacy_units, 30000u);
  EXPECT_THAT(Lines(report), ElementsAre("row 23008, value: not an int: \"N\""));
  EXPECT_EQ(Of(report, "value").not_parsed, 1u);
}

TEST_F(SourceCheckTest, CountsRowsNotLines) {
  dataset_.WriteCsv("who,value,kind\n\"two\nlines\",1,a\n\n\"three\n\nlines\",N,a\n");
  EXPECT_THAT(Lines(Report()), ElementsAre("row 2, value: not an int: \"N\""));
}

TEST_F(SourceCheckTest, NamesEveryKindOfFault) {
  dataset_.WriteCsv(
      "\xEF\xBB\xBFwho,value,kind\n"
      "x,99999999999999999999,a\n"
      "x,1\n"
      "\xff,NaN,a\n"
      "x,1.5,\xC3\n"
      "x,\"1\n2\",a\n"
      "x,\"1,a\n");
  EXPECT_THAT(Lines(Report()),
              ElementsAre("row 1, value: not an int: \"99999999999999999999\"",
                          "row 2: 2 cells where the header has 3",
                          "row 3, value: not an int: \"NaN\"", "row 3, who: not UTF-8: \"?\"",
                          "row 4, kind: not UTF-8: \"?\"", "row 4, value: not an int: \"1.5\"",
                          "row 5, value: not an int: \"1?2\"", "row 6: a quote is never closed"));
}

TEST_F(SourceCheckTest, ShowsTwentyFaultsAndCountsAll) {
  std::string csv = "who,value,kind\n";
  for (int i = 0; i < 5000; ++i) csv += "x,N,a\n";
  dataset_.WriteCsv(csv);
  const SourceReport report = Report();
  EXPECT_EQ(report.faults.size(), 20u);
  EXPECT_EQ(report.faults.back().row, 20u);
  EXPECT_EQ(report.fault_count, 5000u);
}

TEST_F(SourceCheckTest, AnEmptyFileIsRefusedAndAHeaderAloneIsNot) {
  dataset_.WriteCsv("");
  EXPECT_THAT(Check(dataset_.Description()),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("data.csv is empty")));
  dataset_.WriteCsv("who,value,kind\n");
  EXPECT_EQ(Report().rows, 0u);
  dataset_.WriteJson("");
  EXPECT_THAT(Check(dataset_.Description()),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("data.jsonl is empty")));
}

TEST_F(SourceCheckTest, AHeaderCannotSteerATerminal) {
  dataset_.WriteCsv("who,\x1b]0;owned\x07,kind\n");
  EXPECT_THAT(Check(dataset_.Description()),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("it has: who, ?]0;owned?, kind")));
  dataset_.WriteCsv("who\x08\xff\xfe,x\n");
  EXPECT_THAT(Check(dataset_.Description()),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("header is not UTF-8")));
}

// What stands there is a row of values.
TEST_F(SourceCheckTest, AFirstLineThatIsNoHeaderIsNotShown) {
  for (const char* csv : {"ann,private,7\n", "who;value;kind\nann;7;private\n"}) {
    dataset_.WriteCsv(csv);
    EXPECT_THAT(Check(dataset_.Description()),
                StatusIs(StatusCode::kInvalidArgument,
                         ::testing::AllOf(HasSubstr("first line must be a header"),
                                          ::testing::Not(HasSubstr("private")))));
  }
}

TEST_F(SourceCheckTest, AMissingFileAndAMissingColumnAreNamed) {
  dataset_.WriteCsv("who,amount,kind\n");
  EXPECT_THAT(Check(dataset_.Description()),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("data.csv: no column \"value\"; it has: who, amount, kind")));
  dataset_.WriteCsv("who,value,kind,value\n");
  EXPECT_THAT(Check(dataset_.Description()),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("two columns \"value\"")));
  dataset_.message().mutable_source()->mutable_csv()->set_path("none.csv");
  EXPECT_THAT(Check(dataset_.Description()),
              StatusIs(StatusCode::kNotFound, HasSubstr("none.csv: No such file")));
}

TEST_F(SourceCheckTest, NumbersJsonLines) {
  dataset_.WriteJson(
      "{\"who\":\"x\",\"value\":1,\"kind\":\"a\"}\n"
      "oops\n"
      "{\"who\":\"x\",\"value\":\"N\",\"kind\":\"a\"}\n"
      "[1]\n"
      "{\"who\":\"y\",\"kind\":\"z\"}\n");
  const SourceReport report = Report();
  EXPECT_EQ(report.rows, 5u);
  EXPECT_EQ(report.privacy_units, 2u);
  EXPECT_EQ(report.rows_without_unit, 2u);
  EXPECT_THAT(Lines(report),
              ElementsAre("row 2: not a JSON object", "row 3, value: not an int: \"N\"",
                          "row 4: not a JSON object"));
  EXPECT_EQ(Of(report, "kind").outside_domain, 1u);
}

TEST_F(SourceCheckTest, NumbersParquetRowsAcrossRowGroups) {
  dataset_.WriteParquetOf(
      "SELECT 'u' || (i % 1000) AS who, CASE WHEN i = 300000 THEN 'nan'::DOUBLE WHEN i = 350001 "
      "THEN "
      "1e30 ELSE i % 5 END AS value, 'a' AS kind FROM range(1, 400001) t(i) ORDER BY i");
  const SourceReport report = Report();
  EXPECT_EQ(report.rows, 400000u);
  EXPECT_EQ(report.privacy_units, 1000u);
  EXPECT_THAT(Lines(report), ElementsAre("row 300000, value: not an int: \"nan\"",
                                         "row 350001, value: not an int: \"1e+30\""));
}

TEST_F(SourceCheckTest, AWindowIsPartOfTheUnit) {
  dataset_.Column("day", v1::COLUMN_TYPE_DATE);
  dataset_.Window("day", v1::WINDOW_LENGTH_YEAR);
  dataset_.WriteCsv("who,value,kind,day\nx,1,a,2014-01-01\nx,1,a,2015-01-01\nx,1,a,\n");
  const SourceReport report = Report();
  EXPECT_EQ(report.privacy_units, 2u);
  EXPECT_EQ(report.rows_without_unit, 1u);
}

}  // namespace
}  // namespace weir::data
