// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_ITEMS_BY_GROUP_H_
#define WEIR_ANON_INTERNAL_ITEMS_BY_GROUP_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "weir/anon/tuple_table.h"

namespace weir::anon::internal {

// The items of each group, ascending. `group_of`: by item, below `groups`.
PerTuple<uint32_t> ItemsByGroup(std::span<const uint32_t> group_of, size_t groups);

inline std::span<const uint32_t> ItemsOf(const PerTuple<uint32_t>& by_group, size_t group) {
  return std::span(by_group.items)
      .subspan(by_group.begin[group], by_group.begin[group + 1] - by_group.begin[group]);
}

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_ITEMS_BY_GROUP_H_
