// SPDX-License-Identifier: Apache-2.0
// Braces would build the key without naming it.
#include <utility>

#include "weir/privacy/private.h"

namespace weir {

int Peek(Private<int> value) {
#ifdef WEIR_OFFENDING
  return std::move(value).Open({});
#endif
  return static_cast<int>(value.charge().id().size());
}

}  // namespace weir
