// SPDX-License-Identifier: Apache-2.0
// Any function could open private values and declare anything released.
#include "weir/privacy/private.h"

namespace weir {

void Use(ReleaseKey key);
void Pass(ReleaseKey key) { Use(key); }
#ifdef WEIR_OFFENDING
void Forge() { Use(ReleaseKey()); }
#endif

}  // namespace weir
