// SPDX-License-Identifier: Apache-2.0
// A subclass would open the door to everybody who can name it.
#include "weir/privacy/private.h"

namespace weir {

class Holder {
  EngineKey* key_;
};
#ifdef WEIR_OFFENDING
class WiderKey : public EngineKey {};
#endif

}  // namespace weir
