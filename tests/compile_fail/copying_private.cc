// SPDX-License-Identifier: Apache-2.0
// One charge would pay for two noised outputs of the same value.
#include <utility>

#include "weir/privacy/private.h"

namespace weir {

Private<int> Keep(Private<int> value) {
#ifdef WEIR_OFFENDING
  const Private<int> copy(value);
#endif
  return std::move(value);
}

}  // namespace weir
