// SPDX-License-Identifier: Apache-2.0
#include "weir/release/release_table.h"

namespace weir::release {

const std::optional<std::string>& ReleaseTable::Label(size_t key, uint64_t row) const {
  uint64_t stride = 1;
  for (size_t later = key + 1; later < labels.size(); ++later) stride *= labels[later].size();
  return labels[key][row / stride % labels[key].size()];
}

}  // namespace weir::release
