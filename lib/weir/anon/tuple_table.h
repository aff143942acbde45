// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_TUPLE_TABLE_H_
#define WEIR_ANON_TUPLE_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "weir/base/status.h"

namespace weir::anon {

// A list of lists without an allocation for each: items of tuple i are
// [begin[i], begin[i + 1]) of `items`.
template <class Item>
struct PerTuple {
  std::vector<uint64_t> begin;  // tuples + 1
  std::vector<Item> items;
};

// How often a value of a sensitive attribute occurs in a tuple.
struct ValueCount {
  uint32_t value = 0;  // code in the attribute's dictionary (the hierarchy's, if it has one)
  uint64_t rows = 0;
};

struct SensitiveColumn {
  std::string name;
  uint32_t values = 0;          // codes are below this
  PerTuple<ValueCount> counts;  // ascending by value, none of 0 rows
};

// All rows of a table, collapsed: one entry for every distinct combination of quasi-identifiers.
// The cost of everything that follows depends on these tuples, not on rows.
//
// Shapes: m quasi-identifiers, n distinct tuples; codes[a][i] is a ground code of attribute a's
// hierarchy. Tuples are distinct and in a fixed order that follows from the set of rows only.
//
// `units` holds, for each tuple, its smallest `unit_cap` distinct privacy units (64-bit keyed
// hashes, ascending; all of them if there are fewer). Merging two such lists and cutting the
// result at `unit_cap` is exact for every question "at least k units" with k <= unit_cap.
struct TupleTable {
  std::vector<std::string> names;            // m
  std::vector<std::vector<uint32_t>> codes;  // m x n
  std::vector<uint64_t> rows;                // n; may be 0 where only the population has it
  uint64_t total_rows = 0;                   // sum of `rows`
  std::vector<SensitiveColumn> sensitive;
  // Empty unless a privacy unit was named.
  PerTuple<uint64_t> units;
  uint32_t unit_cap = 0;
  // Rows of the population table with this tuple; empty unless a model has one.
  std::vector<uint64_t> population;

  size_t tuples() const { return rows.size(); }
  size_t attributes() const { return codes.size(); }
};

}  // namespace weir::anon

#endif  // WEIR_ANON_TUPLE_TABLE_H_
