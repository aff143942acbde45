// SPDX-License-Identifier: Apache-2.0
// A second copy of a key would lie about in memory.
#include <utility>

#include "weir/base/secret.h"

namespace weir {

SecretBytes Keep(SecretBytes key) {
#ifdef WEIR_OFFENDING
  const SecretBytes copy(key);
#endif
  return key;
}

}  // namespace weir
