// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_LEAST_ROWS_H_
#define WEIR_ANON_INTERNAL_LEAST_ROWS_H_

#include <algorithm>
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

// How much can be kept of a class if so many of its rows are, and how that changes with them.
struct KeptBound {
  double most = 0;
  double slope = 0;
};

// The most rows that can be kept of a class: if `kept` rows are, they are at most
// most_kept(kept).most, which must be concave in `kept` and not fall where it grows. So a tangent
// lies above it, and where that says "as many as there are" is never below the truth (Newton's
// method from the right); it may stop anywhere. Fewer than `least_rows` is nothing.
template <class MostKept>
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): all rows, then the fewest
uint64_t MostKeptRows(uint64_t rows, uint64_t least_rows, const MostKept& most_kept) {
  constexpr int kRounds = 4;
  // A flatter difference would magnify rounding.
  constexpr double kLeastFall = 1e-3;
  uint64_t kept = rows;
  for (int round = 0; round < kRounds; ++round) {
    if (kept < least_rows) return 0;
    const auto now = static_cast<double>(kept);
    const KeptBound bound = most_kept(now);
    const double too_many = now - bound.most;
    const double fall = 1 - bound.slope;
    const double next = now - (fall >= kLeastFall ? too_many / fall : too_many);
    // Rounded in favour of what is kept: the difference errs by a part of what it is taken from.
    const double most = std::max(0.0, next) + now * 1e-9 + 1e-6;
    if (most >= now) break;
    kept = static_cast<uint64_t>(most);
  }
  return kept;
}

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_LEAST_ROWS_H_
