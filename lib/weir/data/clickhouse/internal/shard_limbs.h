// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_LIMBS_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_LIMBS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "weir/base/decimal.h"
#include "weir/data/internal/bounded_query.h"

namespace weir::data::internal {

// Sums of ClickHouse wrap silently at 64 bits. A number that may be large is added up in limbs of
// so many bits: no sum of fewer than 2^41 of them leaves 64.
inline constexpr unsigned kLimbBits = 21;
// Numbers up to this add up whole, over all rows of a unit.
inline constexpr uint64_t kMostPlain = uint64_t{1} << kLimbBits;

inline uint64_t Magnitude(int128 value) {
  return static_cast<uint64_t>(value < 0 ? -value : value);
}

// The largest size of a word.
inline uint64_t MostOf(const BoundedQuery::Value& value) {
  return std::max(Magnitude(int128{value.lowest} - value.origin),
                  Magnitude(int128{value.highest} - value.origin));
}

// How many limbs a number of at most this size takes.
inline size_t LimbsOf(uint64_t most) {
  return most <= kMostPlain ? 1 : most <= kMostPlain << kLimbBits ? 2 : 3;
}

// Limb `limb` of `limbs`; the last one has the sign.
inline std::string Limb(const std::string& value, size_t limb, size_t limbs) {
  std::string shifted =
      limb == 0 ? value : "bitShiftRight(" + value + ", " + std::to_string(limb * kLimbBits) + ")";
  if (limb + 1 == limbs) return shifted;
  return "bitAnd(" + shifted + ", toInt64('" + std::to_string(kMostPlain - 1) + "'))";
}

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_LIMBS_H_
