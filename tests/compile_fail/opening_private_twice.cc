// SPDX-License-Identifier: Apache-2.0
// A value could be opened and still be there: two releases for one charge.
#include <utility>

#include "weir/privacy/private.h"

namespace weir {

int AddNoise(ReleaseKey key, Private<int> value) {
#ifdef WEIR_OFFENDING
  value.Open(key);
#endif
  return std::move(value).Open(key);
}

}  // namespace weir
