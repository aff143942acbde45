// SPDX-License-Identifier: Apache-2.0
// A log line would hold the rows of a file about people.
#include <iostream>

#include "weir/anon/microdata.h"

namespace weir {

void Log(const anon::Microdata& microdata) {
  std::cerr << microdata.held();
#ifdef WEIR_OFFENDING
  std::cerr << microdata;
#endif
}

}  // namespace weir
