// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/closeness.h"

#include <algorithm>
#include <functional>
#include <vector>

namespace weir::anon::internal {

StatusOr<ClosenessLimit> ClosenessLimit::Create(const Decimal& t,
                                                const SensitiveAttribute& attribute,
                                                uint64_t unit) {
  WEIR_ASSIGN_OR_RETURN(const Ratio ratio, CheckedRatio("t", t, PositiveShare()));
  const uint128 total = attribute.total;
  // No sum over the domain exceeds 2 * (unit + 1) * total^2: a step moves at most all rows.
  const uint128 largest = 2 * (static_cast<uint128>(unit) + 1) * total * total;
  const bool is_narrow = (total >> 32) == 0 && largest < (static_cast<uint128>(1) << 62);
  return ClosenessLimit(ratio, FormatDecimal(t), total * unit * ratio.numerator, attribute.total,
                        is_narrow);
}

uint128 LeastExcess(std::span<const uint64_t> global, uint64_t total, uint64_t rows) {
  std::vector<uint64_t> rests;
  rests.reserve(global.size());
  uint64_t placed = 0;
  for (const uint64_t count : global) {
    const uint128 wanted = static_cast<uint128>(count) * rows;
    placed += static_cast<uint64_t>(wanted / total);
    rests.push_back(static_cast<uint64_t>(wanted % total));
  }
  // The rows left over go where the table's share is farthest above: each is then in excess by
  // what is missing to the next row.
  std::sort(rests.begin(), rests.end(), std::greater<>());
  uint128 excess = 0;
  for (uint64_t i = 0; i < rows - placed; ++i) excess += total - rests[i];
  return excess;
}

}  // namespace weir::anon::internal
