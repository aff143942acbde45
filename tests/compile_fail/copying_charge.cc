// SPDX-License-Identifier: Apache-2.0
// One debit would pay for two releases.
#include <utility>

#include "weir/privacy/private.h"

namespace weir {

Charge Take(Charge charge) {
#ifdef WEIR_OFFENDING
  const Charge copy(charge);
#endif
  return charge;
}

}  // namespace weir
