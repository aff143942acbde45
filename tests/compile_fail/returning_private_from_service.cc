// SPDX-License-Identifier: Apache-2.0
// A remote call would answer with a raw aggregate.
#include "weir/privacy/private.h"

namespace weir {

struct Table {};
// A service method, as services declare it: what it answers with must be writable to the wire.
template <WireWritable Answer>
class Method {};
Method<Released<Table>> good;
#ifdef WEIR_OFFENDING
Method<Private<Table>> bad;
#endif

}  // namespace weir
