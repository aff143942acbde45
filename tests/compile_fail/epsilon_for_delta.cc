// SPDX-License-Identifier: Apache-2.0
// A delta of 1 would be no privacy at all.
#include "weir/privacy/parameters.h"

namespace weir {

void Spend(Epsilon epsilon, Delta delta);
void Run(Epsilon epsilon, Delta delta) {
  Spend(epsilon, delta);
#ifdef WEIR_OFFENDING
  Spend(epsilon, epsilon);
#endif
}

}  // namespace weir
