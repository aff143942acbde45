// SPDX-License-Identifier: Apache-2.0
// The harness itself: a case that never compiles proves nothing.
#include "weir/base/status.h"

namespace weir {

inline constexpr int kOne = kUnknown;
#ifdef WEIR_OFFENDING
inline constexpr int kTwo = kUnknown;
#endif

}  // namespace weir
