// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_PRIVACY_PASSKEY_STAND_INS_H_
#define WEIR_TESTS_PRIVACY_PASSKEY_STAND_INS_H_

#include "weir/privacy/passkeys.h"

// Bears the names of the classes that passkeys.h lists, so that tests of the privacy types alone
// can make keys. For programs that do not link the real ones; anything else would break the
// one-definition rule.
namespace weir::data {
class SourceEngine {
 public:
  static EngineKey Key() { return {}; }
};
}  // namespace weir::data
namespace weir::ledger {
class Ledger {
 public:
  static LedgerKey Key() { return {}; }
};
}  // namespace weir::ledger
namespace weir::release {
class NoiseStep {
 public:
  static ReleaseKey Key() { return {}; }
};
}  // namespace weir::release

#endif  // WEIR_TESTS_PRIVACY_PASSKEY_STAND_INS_H_
