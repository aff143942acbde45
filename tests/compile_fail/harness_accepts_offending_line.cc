// SPDX-License-Identifier: Apache-2.0
// The harness itself: an offending line that compiles must be noticed.
#include "weir/base/status.h"

namespace weir {

inline constexpr int kOne = 1;
#ifdef WEIR_OFFENDING
inline constexpr int kTwo = 2;
#endif

}  // namespace weir
