// SPDX-License-Identifier: Apache-2.0
// A program could take the rows of a file out without the anonymization.
#include "weir/anon/microdata.h"

namespace weir {

bool Look(const anon::Microdata& microdata) {
#ifdef WEIR_OFFENDING
  return microdata.columns({}).empty();
#endif
  return microdata.held();
}

}  // namespace weir
