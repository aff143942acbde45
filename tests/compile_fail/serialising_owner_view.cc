// SPDX-License-Identifier: Apache-2.0
// The owner's exact facts would be written to a message.
#include "weir/privacy/private.h"

namespace weir {

void Serialize(const WireWritable auto& value);
void Send(const Released<int>& released, const OwnerView<int>& view) {
  Serialize(released);
  Serialize(view.ShowToOwner());
#ifdef WEIR_OFFENDING
  Serialize(view);
#endif
}

}  // namespace weir
