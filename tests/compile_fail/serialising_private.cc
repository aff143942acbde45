// SPDX-License-Identifier: Apache-2.0
// A raw value would be written to a message.
#include "weir/privacy/private.h"

namespace weir {

void Serialize(const WireWritable auto& value);
void Send(const Released<int>& released, const Private<int>& raw, const OwnerView<int>& view) {
  Serialize(released);
  Serialize(raw.charge().id());
  Serialize(view.ShowToOwner());
#ifdef WEIR_OFFENDING
  Serialize(raw);
#endif
}

}  // namespace weir
