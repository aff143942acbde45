// SPDX-License-Identifier: Apache-2.0
// A log line would hold a count without noise.
#include <iostream>

#include "weir/privacy/private.h"

namespace weir {

void Log(const Private<int>& value) {
  std::cerr << value.charge().id();
#ifdef WEIR_OFFENDING
  std::cerr << value;
#endif
}

}  // namespace weir
