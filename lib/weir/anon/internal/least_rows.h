// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_LEAST_ROWS_H_
#define WEIR_ANON_INTERNAL_LEAST_ROWS_H_

#include <cstdint>

namespace weir::anon::internal {

// The smallest number of rows, at most `total`, for which `is_possible` says that some class of
// so many rows holds a model. Gives up where that costs more than about a million values looked
// at: the result is then smaller than it could be, never larger.
template <class IsPossible>
uint64_t LeastRows(uint64_t values, uint64_t total, const IsPossible& is_possible) {
  constexpr uint64_t kWork = uint64_t{1} << 20;
  const uint64_t last = kWork / (values + 1);
  uint64_t rows = 1;
  while (rows < total && rows <= last && !is_possible(rows)) ++rows;
  return rows;
}

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_LEAST_ROWS_H_
