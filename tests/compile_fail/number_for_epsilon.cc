// SPDX-License-Identifier: Apache-2.0
// A bare number would become an epsilon unchecked.
#include "weir/privacy/parameters.h"

namespace weir {

void Spend(Epsilon epsilon);
void Run(Epsilon epsilon) {
  Spend(epsilon);
#ifdef WEIR_OFFENDING
  Spend(1.0);
#endif
}

}  // namespace weir
