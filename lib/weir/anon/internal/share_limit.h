// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_SHARE_LIMIT_H_
#define WEIR_ANON_INTERNAL_SHARE_LIMIT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "weir/anon/internal/kept_shares.h"
#include "weir/anon/internal/least_rows.h"

namespace weir::anon::internal {

enum class Side { kBelow, kNear, kAbove };

// On which side of share * rows a count lies; kNear where a relative 10^-12 decides, which is left
// to exact arithmetic.
inline Side SideOf(uint64_t count, double share, uint64_t rows) {
  const double limit = share * static_cast<double>(rows);
  const auto value = static_cast<double>(count);
  if (value < limit * (1 - 1e-12)) return Side::kBelow;
  return value > limit * (1 + 1e-12) ? Side::kAbove : Side::kNear;
}

// The largest count that share * rows could admit, rounding in its favour.
inline uint64_t MostRows(double share, uint64_t rows) {
  const double most = share * static_cast<double>(rows) * (1 + 1e-9);
  return most >= static_cast<double>(rows) ? rows : static_cast<uint64_t>(most);
}

// ClassModel::LeastSuppressed of a view where no value may have more than its share of `highest` of
// what is kept; `counts`: rows by value.
inline uint64_t LeastSuppressedByShares(std::span<const uint64_t> counts, uint64_t rows,
                                        uint64_t least_rows, const KeptShares& highest) {
  const PartRows own(counts);
  // Shares of rows that need not be whole bring it near at once, whole ones the rest of the way.
  const uint64_t near =
      MostKeptRows(rows, least_rows, [&](double kept) { return highest.Within(own, kept); });
  const uint64_t most = MostKeptRows(near, least_rows, [&](double kept) {
    return KeptBound{.most = highest.WholeWithin(own, kept)};
  });
  return rows - most;
}

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_SHARE_LIMIT_H_
