// SPDX-License-Identifier: Apache-2.0
#include "weir/data/engine.h"

namespace weir::data {

uint64_t KeyDomain::size() const {
  if (open) return 0;
  const uint64_t codes = edges.empty() ? values.size() : edges.size() - 1;
  return codes + (missing_is_key ? 1 : 0);
}

}  // namespace weir::data
