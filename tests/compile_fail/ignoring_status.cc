// SPDX-License-Identifier: Apache-2.0
// A failure would go unnoticed.
#include "weir/base/status.h"

namespace weir {

Status Save();
bool Run() {
#ifdef WEIR_OFFENDING
  Save();
#endif
  return Save().ok();
}

}  // namespace weir
