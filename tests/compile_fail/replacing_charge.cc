// SPDX-License-Identifier: Apache-2.0
// A receipt would vanish when another is put in its place.
#include <utility>

#include "weir/privacy/private.h"

namespace weir {

Charge Take(Charge charge, Charge other) {
#ifdef WEIR_OFFENDING
  charge = std::move(other);
#endif
  return charge.id().empty() ? std::move(other) : std::move(charge);
}

}  // namespace weir
