// SPDX-License-Identifier: Apache-2.0
// Exact facts for the owner would reach a log without saying so.
#include <iostream>
#include <string>

#include "weir/privacy/private.h"

namespace weir {

void Log(const OwnerView<std::string>& view) {
  std::cerr << view.ShowToOwner();
#ifdef WEIR_OFFENDING
  std::cerr << view;
#endif
}

}  // namespace weir
