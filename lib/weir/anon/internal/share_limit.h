// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_SHARE_LIMIT_H_
#define WEIR_ANON_INTERNAL_SHARE_LIMIT_H_

#include <cstdint>

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

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_SHARE_LIMIT_H_
