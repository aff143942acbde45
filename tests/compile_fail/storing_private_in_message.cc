// SPDX-License-Identifier: Apache-2.0
// A raw value would stand in a field of a message.
#include "weir/privacy/private.h"
#include "weir/v1/release.pb.h"

namespace weir {

void Fill(const Released<unsigned>& released, const Private<unsigned>& raw, v1::Bounds& message) {
  message.set_max_keys_per_unit(released.value());
  if (raw.charge().id().empty()) return;
#ifdef WEIR_OFFENDING
  message.set_max_keys_per_unit(raw);
#endif
}

}  // namespace weir
