// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_LEDGER_UNIT_PROTO_H_
#define WEIR_LEDGER_UNIT_PROTO_H_

#include "weir/base/status.h"
#include "weir/privacy/privacy_unit.h"
#include "weir/v1/ledger.pb.h"

namespace weir::ledger {

// How grant entries and charge records say whose presence is protected.
v1::ProtectedUnit UnitToProto(const PrivacyUnit& unit);
// INVALID_ARGUMENT as PrivacyUnit::Create, or for a window of no length.
StatusOr<PrivacyUnit> UnitFromProto(const v1::ProtectedUnit& message);

}  // namespace weir::ledger

#endif  // WEIR_LEDGER_UNIT_PROTO_H_
