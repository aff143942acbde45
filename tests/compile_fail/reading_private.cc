// SPDX-License-Identifier: Apache-2.0
// The raw value would be used without the key.
#include "weir/privacy/private.h"

namespace weir {

bool WasPaid(const Private<int>& value) {
#ifdef WEIR_OFFENDING
  if (value.value_ == 0) return false;
#endif
  return !value.charge().id().empty();
}

}  // namespace weir
