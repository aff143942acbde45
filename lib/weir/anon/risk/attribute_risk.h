// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_RISK_ATTRIBUTE_RISK_H_
#define WEIR_ANON_RISK_ATTRIBUTE_RISK_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/anon/tuple_table.h"
#include "weir/base/status.h"

namespace weir::anon {

// How well some attributes together tell rows apart.
struct AttributeRisk {
  std::vector<size_t> attributes;  // places in the table, ascending
  uint64_t classes = 0;            // different combinations of values
  // Different combinations of values per row: 1 where every row has its own.
  double distinction = 0;
  // Share of the pairs of rows that differ in at least one of the attributes; 0 with one row.
  double separation = 0;
};

// More subsets than these are never measured unless asked for.
inline constexpr size_t kMostSubsets = 4095;

// The largest size up to which `attributes` attributes have at most kMostSubsets subsets: all
// sizes up to 12 attributes.
size_t LargestSubsets(size_t attributes);

// Distinction and separation of every non-empty subset of at most `largest` attributes.
//
// Shapes:  in lexical order of the attributes' places. Tuples without rows are left out.
// Reveals: facts about the rows: for their owner.
// Errors:  INVALID_ARGUMENT    `largest` is 0.
//          RESOURCE_EXHAUSTED  2^32 - 1 tuples or more.
// Cost:    one hash look-up a tuple and subset; memory of 4 bytes a tuple and attribute.
// Source:  Motwani, Xu, "Efficient algorithms for masking and finding quasi-identifiers", VLDB
//          workshop on privacy and anonymity, 2007, section 2 (distinct and separation ratio).
StatusOr<std::vector<AttributeRisk>> MeasureAttributeRisks(const TupleTable& table, size_t largest);

}  // namespace weir::anon

#endif  // WEIR_ANON_RISK_ATTRIBUTE_RISK_H_
