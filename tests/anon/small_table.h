// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_ANON_SMALL_TABLE_H_
#define WEIR_TESTS_ANON_SMALL_TABLE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <rapidcheck.h>

#include "weir/anon/tuple_table.h"

namespace weir::anon::test {

using Row = std::vector<uint32_t>;
using Rows = std::vector<Row>;

// Rows of codes, collapsed.
inline TupleTable TableOfRows(const Rows& rows, size_t attributes) {
  std::map<Row, uint64_t> tuples;
  for (const Row& row : rows) ++tuples[row];
  TupleTable table;
  table.total_rows = rows.size();
  table.codes.resize(attributes);
  for (size_t a = 0; a < attributes; ++a) table.names.push_back("a" + std::to_string(a));
  for (const auto& [row, count] : tuples) {
    for (size_t a = 0; a < attributes; ++a) table.codes[a].push_back(row[a]);
    table.rows.push_back(count);
  }
  return table;
}

inline Row Project(const Row& row, const std::vector<size_t>& attributes) {
  Row part;
  for (const size_t a : attributes) part.push_back(row[a]);
  return part;
}

// Any number of rows with codes below `values`.
inline rc::Gen<Rows> RandomRows(size_t attributes, uint32_t values) {
  return rc::gen::container<Rows>(
      rc::gen::container<Row>(attributes, rc::gen::inRange<uint32_t>(0, values)));
}

}  // namespace weir::anon::test

#endif  // WEIR_TESTS_ANON_SMALL_TABLE_H_
