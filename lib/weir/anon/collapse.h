// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_COLLAPSE_H_
#define WEIR_ANON_COLLAPSE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "weir/anon/microdata.h"
#include "weir/anon/tuple_table.h"
#include "weir/base/status.h"

namespace weir::anon {

// What the values of a column become. Values may share a code.
struct CodeMap {
  std::string column;           // of the microdata, analysed
  std::vector<uint32_t> codes;  // by dictionary code
};

struct CollapseRequest {
  std::vector<CodeMap> quasi_identifiers;  // to ground codes of their hierarchies
  std::vector<CodeMap> sensitive = {};     // to codes below values[i]
  std::vector<uint32_t> sensitive_values = {};
  // A table of which the microdata is a part (k-map, delta-presence); null: none. Its columns have
  // the same names. A tuple that only the population has gets 0 rows.
  const Microdata* population = nullptr;
  std::vector<CodeMap> population_codes = {};  // like quasi_identifiers
};

struct CollapsedTable {
  TupleTable table;
  // The tuple of each record of the microdata.
  std::vector<uint32_t> tuple_of_record;
};

// Collapses records to distinct tuples, ascending by their codes (the first attribute's first).
//
// Guarantee: rows, value counts and population are exact; `units` as TupleTable says.
// Errors:    INVALID_ARGUMENT   a column that is not analysed, a map of another length than its
//                               dictionary, a sensitive code that is not below its bound.
//            RESOURCE_EXHAUSTED 2^32 - 1 tuples or more.
// Cost:      hashing each record once and sorting the tuples.
StatusOr<CollapsedTable> Collapse(const Microdata& microdata, const CollapseRequest& request);

}  // namespace weir::anon

#endif  // WEIR_ANON_COLLAPSE_H_
