// SPDX-License-Identifier: Apache-2.0
// A failure would go unnoticed.
#include "weir/base/status.h"

namespace weir {

StatusOr<int> Load();
bool Run() {
#ifdef WEIR_OFFENDING
  Load();
#endif
  return Load().ok();
}

}  // namespace weir
