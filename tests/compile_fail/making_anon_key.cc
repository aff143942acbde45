// SPDX-License-Identifier: Apache-2.0
// Any function could look into the rows of a file about people.
#include "weir/privacy/private.h"

namespace weir {

void Use(AnonKey key);
void Pass(AnonKey key) { Use(key); }
#ifdef WEIR_OFFENDING
void Forge() { Use(AnonKey()); }
#endif

}  // namespace weir
