// SPDX-License-Identifier: Apache-2.0
// Any function could make a private value of anything, bounded or not.
#include "weir/privacy/private.h"

namespace weir {

void Use(EngineKey key);
void Pass(EngineKey key) { Use(key); }
#ifdef WEIR_OFFENDING
void Forge() { Use(EngineKey()); }
#endif

}  // namespace weir
