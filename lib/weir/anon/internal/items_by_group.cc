// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/items_by_group.h"

#include <numeric>
#include <vector>

namespace weir::anon::internal {

PerTuple<uint32_t> ItemsByGroup(std::span<const uint32_t> group_of, size_t groups) {
  PerTuple<uint32_t> by_group;
  by_group.begin.assign(groups + 1, 0);
  for (const uint32_t group : group_of) ++by_group.begin[group + 1];
  std::partial_sum(by_group.begin.begin(), by_group.begin.end(), by_group.begin.begin());
  by_group.items.resize(group_of.size());
  std::vector<uint64_t> next(by_group.begin.begin(), by_group.begin.end() - 1);
  for (uint32_t item = 0; item < group_of.size(); ++item) {
    by_group.items[next[group_of[item]]++] = item;
  }
  return by_group;
}

}  // namespace weir::anon::internal
