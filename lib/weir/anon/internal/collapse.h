// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_COLLAPSE_H_
#define WEIR_ANON_INTERNAL_COLLAPSE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "weir/anon/tuple_table.h"

namespace weir::anon::internal {

// One column in memory: a code for each row, all below `values`.
struct CodeColumn {
  std::string name = {};
  std::span<const uint32_t> codes = {};
  uint32_t values = 0;
};

// Rows to distinct tuples, in the lexical order of codes, with at most one sensitive column.
//
// Cost: a radix sort of one key a row where all codes together have room in 64 bits; else a
//       comparison sort.
TupleTable CollapseRows(std::span<const CodeColumn> quasi_identifiers,
                        const std::optional<CodeColumn>& sensitive = std::nullopt);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_COLLAPSE_H_
