// SPDX-License-Identifier: Apache-2.0
// The reason for taking a key out would be missing.
#include "weir/base/secret.h"

namespace weir {

constexpr auto kToken = DangerouslyRevealKey::Because("a test shows it");
#ifdef WEIR_OFFENDING
constexpr auto kEmptyToken = DangerouslyRevealKey::Because("");
#endif

}  // namespace weir
