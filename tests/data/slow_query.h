// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DATA_SLOW_QUERY_H_
#define WEIR_TESTS_DATA_SLOW_QUERY_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/data/data_fixture.h"
#include "tests/support/seeded_random.h"

namespace weir::data::test_query {

// A cell as a file holds it, and what it is: known to whoever made it, not parsed.
struct KnownCell {
  std::string text;
  bool is_null = false;
  bool present = false;
  std::string label;   // canonical text
  int64_t number = 0;  // int; hundredths; bool 0, 1; days; microseconds
};
using KnownRow = std::map<std::string, KnownCell>;

// Columns who (int, the unit), txt, int (99 is missing), dec, yes, day, when; with missing and
// unparsable values, other spellings, other time zones and the ends of the calendar.
std::vector<KnownRow> RandomRows(test::SeededRandom& random, size_t rows, int64_t units);

// A data set of those columns.
TestDataset& DescribeColumns(TestDataset& dataset);

// Key texts ("<missing>" for no value, "[i]" for bucket i) -> one number a measure, and the bins.
struct Figures {
  std::vector<int128> values;
  std::vector<std::map<uint32_t, int64_t>> bins;
  friend bool operator==(const Figures&, const Figures&) = default;
};
using LabelledFigures = std::map<std::vector<std::string>, Figures>;

LabelledFigures ByLabel(const AggregateQuery& query, const AggregateTable& table);

// What the query gives if no unit meets its bounds on cells and rows, by maps of maps.
// Sums of `dec` are on a grid of 0.01 or 0.1.
LabelledFigures SlowQuery(const std::vector<KnownRow>& rows, const AggregateQuery& query);

}  // namespace weir::data::test_query

#endif  // WEIR_TESTS_DATA_SLOW_QUERY_H_
