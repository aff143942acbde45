// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_SORT_KEYS_H_
#define WEIR_ANON_INTERNAL_SORT_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::anon::internal {

// The numbers of keys of `words` words each, in the order of the keys; equal keys stay in the order
// of their numbers. Fewer than 2^32 keys.
//
// Cost: a comparison sort.
std::vector<uint32_t> SortKeys(const std::vector<uint64_t>& keys, size_t words);

// Distinct keys, ascending, and what becomes of those that they were taken from.
struct RankedKeys {
  std::vector<uint64_t> distinct = {};
  std::vector<uint32_t> rank_of = {};  // by number of a key, its place in `distinct`
};
// For keys of one word each.
//
// Cost: a least-significant-digit radix sort over the digits that differ.
RankedKeys RankKeys(const std::vector<uint64_t>& keys);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_SORT_KEYS_H_
