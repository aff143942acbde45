// SPDX-License-Identifier: Apache-2.0
// Swapped sensitivities would give too little noise.
#include "weir/privacy/parameters.h"

namespace weir {

void Calibrate(L0Sensitivity l0, LInfSensitivity linf);
void Run(L0Sensitivity l0, LInfSensitivity linf) {
  Calibrate(l0, linf);
#ifdef WEIR_OFFENDING
  Calibrate(linf, l0);
#endif
}

}  // namespace weir
