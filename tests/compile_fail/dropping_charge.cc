// SPDX-License-Identifier: Apache-2.0
// Budget would be spent for nothing.
#include "weir/privacy/private.h"

namespace weir {

Charge Debit();
void Release() {
  const Charge charge = Debit();
  static_cast<void>(charge);
#ifdef WEIR_OFFENDING
  Debit();
#endif
}

}  // namespace weir
