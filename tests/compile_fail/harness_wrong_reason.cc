// SPDX-License-Identifier: Apache-2.0
// The harness itself: a line refused for another reason proves nothing.
#include "weir/base/status.h"

namespace weir {

inline constexpr int kOne = 1;
#ifdef WEIR_OFFENDING
inline constexpr int kTwo = kUnknown;
#endif

}  // namespace weir
