// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DATA_ENGINE_CASES_H_
#define WEIR_TESTS_DATA_ENGINE_CASES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/data/data_fixture.h"
#include "tests/data/slow_query.h"

// One answer: the same rows and the same questions for every kind of source, with the integers that
// each of them must give. No bound is met in any of them.
namespace weir::data::engine_cases {

// How a column lies in its source. A source that has no such type stores the text instead.
enum class Stored {
  kText,
  kInt16,
  kInt32,
  kInt64,
  kDecimal,      // 18 digits, 4 of them after the point
  kWideDecimal,  // 36 digits, 18 of them after the point
  kFloat,        // 32 bits
  kDouble,
  kBool,
  kDate,           // 1970-01-01 to 2105-12-31
  kAnyDate,        // 0000-01-01 to 9999-12-31
  kTimestamp,      // as kDate, whole seconds, in UTC without saying so
  kFineTimestamp,  // as kAnyDate, with microseconds
  kInstant,        // as kTimestamp, with an offset from UTC
  kUuid,
};

struct CaseColumn {
  std::string name;
  v1::ColumnType type = v1::COLUMN_TYPE_UNSPECIFIED;
  Stored stored = Stored::kText;
  std::vector<std::string> missing_values = {};
};

using CaseCell = std::optional<std::string>;  // none: NULL
using CaseRow = std::vector<CaseCell>;

// Numbers are written plainly ("-0.05", "1e-7", "NaN", "Infinity"), days 2015-03-08, time stamps
// 2015-03-08 02:30:00.5, instants with +HH:MM behind, bools true and false.
struct CaseTable {
  std::string name;  // small letters
  std::vector<CaseColumn> columns;
  std::vector<std::string> unit;
  std::optional<std::string> month_window = {};  // by this column
  std::vector<CaseRow> rows;

  // Everything but the source.
  void Describe(TestDataset& dataset) const;
};

struct CaseAnswer {
  test_query::LabelledFigures figures = {};
  std::vector<std::vector<int64_t>> unit_counts = {};  // of the query's histograms
};

struct EngineCase {
  std::string name;
  std::string table;
  AggregateQuery query;
  CaseAnswer expected;
};

const std::vector<CaseTable>& Tables();
// Written by hand for the small tables; by slow_query for the table "random".
std::vector<EngineCase> Cases();

// Asks every question about the table, whose rows `dataset` reads: the names of the cases whose
// answer is not the expected one, with the reason.
std::vector<std::string> WrongCases(const CaseTable& table, const DatasetDescription& dataset);

}  // namespace weir::data::engine_cases

#endif  // WEIR_TESTS_DATA_ENGINE_CASES_H_
