// SPDX-License-Identifier: Apache-2.0
// As many records as are collapsed by hashing, and two fewer, against a plain map.
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "weir/anon/internal/collapse_table.h"

namespace weir::anon {
namespace {

using internal::CollapseTable;

// Codes that look random and are always the same.
std::vector<uint32_t> Codes(size_t records, uint32_t values, uint64_t state) {
  std::vector<uint32_t> codes;
  codes.reserve(records);
  for (size_t record = 0; record < records; ++record) {
    state = state * 6364136223846793005 + 1442695040888963407;
    codes.push_back(static_cast<uint32_t>((state >> 33) % values));
  }
  return codes;
}

class CollapseManyTest : public ::testing::TestWithParam<size_t> {};

TEST_P(CollapseManyTest, CountsEveryTupleInOrder) {
  constexpr std::array<uint32_t, 3> kValues = {300, 41, 6};
  internal::CodedTable table;
  table.facts.records = GetParam();
  table.facts.rows = GetParam();
  CollapseRequest request;
  for (size_t i = 0; i < kValues.size(); ++i) {
    CodedColumn column = {.name = std::string(1, static_cast<char>('a' + i)),
                          .codes = Codes(GetParam(), kValues[i], i)};
    CodeMap map = {.column = column.name};
    for (uint32_t code = 0; code < kValues[i]; ++code) {
      map.codes.push_back(column.values.Add(std::to_string(code)));
    }
    table.columns.push_back(std::move(column));
    if (i < 2) {
      request.quasi_identifiers.push_back(std::move(map));
    } else {
      request.sensitive.push_back(std::move(map));
    }
  }
  request.sensitive_values = {kValues[2]};
  const auto collapsed = CollapseTable(table, request, nullptr);
  ASSERT_TRUE(collapsed.ok());

  std::map<std::pair<uint32_t, uint32_t>, std::map<uint32_t, uint64_t>> expected;
  for (size_t record = 0; record < GetParam(); ++record) {
    const std::pair key(table.columns[0].codes[record], table.columns[1].codes[record]);
    ++expected[key][table.columns[2].codes[record]];
    const uint32_t tuple = collapsed->tuple_of_record[record];
    ASSERT_EQ(collapsed->table.codes[0][tuple], key.first);
    ASSERT_EQ(collapsed->table.codes[1][tuple], key.second);
  }
  ASSERT_EQ(collapsed->table.tuples(), expected.size());
  const PerTuple<ValueCount>& counts = collapsed->table.sensitive[0].counts;
  size_t tuple = 0;
  for (const auto& [key, values] : expected) {
    ASSERT_EQ(std::pair(collapsed->table.codes[0][tuple], collapsed->table.codes[1][tuple]), key);
    uint64_t rows = 0;
    uint64_t at = counts.begin[tuple];
    for (const auto& [value, count] : values) {
      ASSERT_EQ(counts.items[at].value, value);
      ASSERT_EQ(counts.items[at++].rows, count);
      rows += count;
    }
    ASSERT_EQ(at, counts.begin[tuple + 1]);
    ASSERT_EQ(collapsed->table.rows[tuple], rows);
    ++tuple;
  }
}

INSTANTIATE_TEST_SUITE_P(Records, CollapseManyTest, ::testing::Values(131'070, 131'072));

}  // namespace
}  // namespace weir::anon
