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

// ClassModel::LeastSuppressed by a bound on what can be kept: if `kept` rows of the class are, they
// are at most most_kept(kept), which must not fall where kept grows. Repeating that from all rows
// downwards never passes the truth, so it may stop anywhere. Less than `least_rows` is nothing.
template <class MostKept>
uint64_t LeastSuppressedBy(uint64_t rows, uint64_t least_rows, const MostKept& most_kept) {
  constexpr int kRounds = 12;
  uint64_t kept = rows;
  for (int round = 0; round < kRounds; ++round) {
    if (kept < least_rows) return rows;
    // Rounded in favour of what is kept.
    const double bound = most_kept(static_cast<double>(kept)) * (1 + 1e-9) + 1e-6;
    if (bound >= static_cast<double>(kept)) break;
    kept = static_cast<uint64_t>(bound);
  }
  return rows - kept;
}

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_LEAST_ROWS_H_
