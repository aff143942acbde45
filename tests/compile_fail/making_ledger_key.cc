// SPDX-License-Identifier: Apache-2.0
// Any function could make receipts for charges that never were.
#include "weir/privacy/private.h"

namespace weir {

void Use(LedgerKey key);
void Pass(LedgerKey key) { Use(key); }
#ifdef WEIR_OFFENDING
void Forge() { Use(LedgerKey()); }
#endif

}  // namespace weir
