// SPDX-License-Identifier: Apache-2.0
// A debugging aid for results would print the raw value inside.
#include <iostream>

#include "weir/privacy/private.h"

namespace weir {

void Log(const StatusOr<Private<int>>& result) {
  std::cerr << result.status().ok();
#ifdef WEIR_OFFENDING
  std::cerr << result;
#endif
}

}  // namespace weir
