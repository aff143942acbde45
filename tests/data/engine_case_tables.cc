// SPDX-License-Identifier: Apache-2.0
#include "tests/data/engine_case_tables.h"

#include <cstdint>

namespace weir::data::engine_cases {
namespace {

constexpr std::nullopt_t kNull = std::nullopt;

// The text of a known value as its type would show it.
CaseCell TypedCell(const CaseColumn& column, const test_query::KnownCell& cell) {
  if (column.type == v1::COLUMN_TYPE_TEXT && cell.text.empty() && !cell.is_null) return "";
  if (!cell.present) return column.name == "int" && cell.text == "99" ? CaseCell("99") : kNull;
  if (column.stored != Stored::kFineTimestamp) return cell.label;
  std::string text = cell.label.substr(0, cell.label.size() - 1);  // without the Z
  text[text.find('T')] = ' ';
  return text;
}

}  // namespace

CaseTable TypesTable() {
  const std::string lowest = std::to_string(INT64_MIN);
  const std::string highest = std::to_string(INT64_MAX);
  return {
      .name = "types",
      .columns = {{"who", v1::COLUMN_TYPE_INT, Stored::kInt64},
                  {"small", v1::COLUMN_TYPE_INT, Stored::kInt16, {"99"}},
                  {"medium", v1::COLUMN_TYPE_INT, Stored::kInt32},
                  {"big", v1::COLUMN_TYPE_INT, Stored::kInt64},
                  {"name", v1::COLUMN_TYPE_TEXT, Stored::kText},
                  {"money", v1::COLUMN_TYPE_DECIMAL, Stored::kDecimal, {"99"}},
                  {"ratio", v1::COLUMN_TYPE_DECIMAL, Stored::kDouble},
                  {"share", v1::COLUMN_TYPE_DECIMAL, Stored::kFloat},
                  {"yes", v1::COLUMN_TYPE_BOOL, Stored::kBool},
                  {"day", v1::COLUMN_TYPE_DATE, Stored::kDate},
                  {"any_day", v1::COLUMN_TYPE_DATE, Stored::kAnyDate},
                  {"at", v1::COLUMN_TYPE_TIMESTAMP, Stored::kTimestamp},
                  {"fine", v1::COLUMN_TYPE_TIMESTAMP, Stored::kFineTimestamp},
                  {"zoned", v1::COLUMN_TYPE_TIMESTAMP, Stored::kInstant},
                  {"tag", v1::COLUMN_TYPE_TEXT, Stored::kUuid}},
      .unit = {"who"},
      .rows = {
          {"1", "-32768", "-2147483648", lowest, "north", "0.50", "0.1", "0.1", "true",
           "2015-03-08", "0001-01-01", "2015-03-08 02:30:00", "1969-12-31 23:59:59.999999",
           "2015-03-08 01:59:59-07:00", kTagA},
          {"1", "32767", "2147483647", highest, kCafe, "-0.05", "-0.0", "0.25", "false",
           "1970-01-01", "9999-12-31", "1970-01-01 00:00:00", "9999-12-31 23:59:59.999999",
           "2015-03-08 03:00:00-06:00", kTag0},
          {"2", "0", "0", "0", "two\nlines", "0.00", "0", "-0.0", kNull, kNull, "1582-10-10",
           "2015-11-01 01:30:00", "0001-01-01 00:00:00", "2015-11-01 01:30:00-06:00", kNull},
          {"2", kNull, kNull, kNull, "", kNull, "NaN", kNull, "true", "2015-03-08", kNull,
           "2015-11-01 01:30:00", kNull, "2015-11-01 01:30:00-07:00", kTagA},
          {lowest, "7", "7", "7", kNull, "1234567890.1234", "1e-7", "16777216", "true",
           "2024-02-29", "2024-02-29", "2024-02-29 23:59:59", "2024-02-29 23:59:59.5",
           "2024-03-01 04:59:59+05:00", kTagF},
          {highest, "99", "99", "99", " x", "99", "1e15", "-1.5", "false", "2105-12-31",
           "0001-12-31", "2105-12-31 23:59:59", "1582-10-10 12:00:00", kNull, kTagF},
          {kNull, "1", "1", "1", "north", "1", "1", "1", "true", "2015-03-08", "2015-03-08",
           "2015-03-08 02:30:00", "2015-03-08 02:30:00", "2015-03-08 02:30:00+00:00", kTagA},
          {"3", "-1", "-1", "-1", kPhrase, "0.005", "-0.1", "3", kNull, "2015-03-08", kNull, kNull,
           kNull, kNull, kTagA},
          {"3", "5", "5", "5", "\\N", "-0.015", "Infinity", "0.1", "true", "1970-01-01",
           "1970-01-01", "1970-01-01 00:00:00", "1970-01-01 00:00:00", "1970-01-01 00:00:00+00:00",
           kTag0},
          {"4", "5", "5", "5", "NULL", "2.5", "2.5", "2.5", "false", "2015-11-01", "2015-11-01",
           "2015-11-01 06:59:59", "2015-11-01 06:59:59.000001", "2015-11-01 01:59:59-05:00", kTagA},
      }};
}

CaseTable SumsTable() {
  CaseTable table{.name = "sums",
                  .columns = {{"who", v1::COLUMN_TYPE_INT, Stored::kInt32},
                              {"zone", v1::COLUMN_TYPE_TEXT, Stored::kText},
                              {"amount", v1::COLUMN_TYPE_INT, Stored::kInt64},
                              {"wide", v1::COLUMN_TYPE_DECIMAL, Stored::kWideDecimal}},
                  .unit = {"who"}};
  const std::string lowest = std::to_string(INT64_MIN);
  const std::string highest = std::to_string(INT64_MAX);
  for (int i = 0; i < 5; ++i) {
    table.rows.push_back(
        {std::to_string(i), "a", highest, "123456789012345678.123456789012345678"});
  }
  for (int i = 0; i < 4; ++i) {
    table.rows.push_back({std::to_string(i), "b", lowest, "-0.000000000000000001"});
  }
  table.rows.push_back({"9", "c", highest, "999999999999999999.999999999999999999"});
  table.rows.push_back({"9", "c", lowest, "0"});
  table.rows.push_back({"9", "c", highest, kNull});
  return table;
}

CaseTable PairsTable() {
  return {.name = "pairs",
          .columns = {{"home", v1::COLUMN_TYPE_INT, Stored::kInt32},
                      {"member", v1::COLUMN_TYPE_TEXT, Stored::kText, {"N"}},
                      {"zone", v1::COLUMN_TYPE_TEXT, Stored::kText}},
          .unit = {"home", "member"},
          .rows = {{"1", "12", "x"},
                   {"11", "2", "x"},
                   {"1", "12", "y"},
                   {kNull, "12", "x"},
                   {"1", kNull, "x"},
                   {"1", "", "x"},
                   {"1", "N", "x"},
                   {"2", "a", "x"},
                   {"2", "A", "x"},
                   {"2", "a ", "x"}}};
}

CaseTable MonthsTable() {
  return {.name = "months",
          .columns = {{"who", v1::COLUMN_TYPE_TEXT, Stored::kText},
                      {"at", v1::COLUMN_TYPE_TIMESTAMP, Stored::kInstant}},
          .unit = {"who"},
          .month_window = "at",
          .rows = {{"a", "2015-01-31 23:59:59+00:00"},
                   {"a", "2015-02-01 00:00:00+00:00"},
                   {"a", "2015-02-01 01:00:00+02:00"},
                   {"a", "2015-01-31 20:00:00-06:00"},
                   {"b", "2015-02-28 12:00:00+00:00"},
                   {"b", kNull}}};
}

const std::vector<test_query::KnownRow>& KnownRandomRows() {
  static const auto& rows = *new std::vector<test_query::KnownRow>([] {
    test::SeededRandom random(5);
    return test_query::RandomRows(random, 600, 25);
  }());
  return rows;
}

CaseTable RandomTable() {
  CaseTable table{.name = "random",
                  .columns = {{"who", v1::COLUMN_TYPE_INT, Stored::kInt64},
                              {"txt", v1::COLUMN_TYPE_TEXT, Stored::kText},
                              {"int", v1::COLUMN_TYPE_INT, Stored::kInt32, {"99"}},
                              {"dec", v1::COLUMN_TYPE_DECIMAL, Stored::kDecimal},
                              {"yes", v1::COLUMN_TYPE_BOOL, Stored::kBool},
                              {"day", v1::COLUMN_TYPE_DATE, Stored::kAnyDate},
                              {"when", v1::COLUMN_TYPE_TIMESTAMP, Stored::kFineTimestamp}},
                  .unit = {"who"}};
  for (const test_query::KnownRow& known : KnownRandomRows()) {
    CaseRow row;
    for (const CaseColumn& column : table.columns) {
      row.push_back(TypedCell(column, known.at(column.name)));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace weir::data::engine_cases
