// SPDX-License-Identifier: Apache-2.0
// Any function could open a private value without adding noise.
#include <utility>

#include "weir/privacy/private.h"

namespace weir {

int Peek(Private<int> value) {
#ifdef WEIR_OFFENDING
  return std::move(value).Open(ReleaseKey());
#endif
  return static_cast<int>(value.charge().id().size());
}

}  // namespace weir
