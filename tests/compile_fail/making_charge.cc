// SPDX-License-Identifier: Apache-2.0
// A receipt would exist without a debit in the ledger.
#include <string>
#include <utility>

#include "weir/privacy/private.h"

namespace weir {

Charge Take(Charge charge, const PrivacyCost& cost) {
  if (cost == charge.cost()) return charge;
#ifdef WEIR_OFFENDING
  return Charge({}, "receipt", cost);
#endif
  return charge;
}

}  // namespace weir
