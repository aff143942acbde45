// SPDX-License-Identifier: Apache-2.0
// A remote call would answer with a raw aggregate, wrapped in a result.
#include "weir/privacy/private.h"

namespace weir {

struct Table {};
template <WireWritable Answer>
class Method {};
Method<StatusOr<Released<Table>>> good;
#ifdef WEIR_OFFENDING
Method<StatusOr<Private<Table>>> bad;
#endif

}  // namespace weir
