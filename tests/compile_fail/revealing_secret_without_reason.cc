// SPDX-License-Identifier: Apache-2.0
// Key bytes would leave their box where no search finds it.
#include "weir/base/secret.h"

namespace weir {

std::string_view Show(const SecretBytes& key) {
#ifdef WEIR_OFFENDING
  return key.Bytes({});
#endif
  return key.Bytes(DangerouslyRevealKey::Because("a test shows it"));
}

}  // namespace weir
