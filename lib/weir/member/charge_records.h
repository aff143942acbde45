// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_CHARGE_RECORDS_H_
#define WEIR_MEMBER_CHARGE_RECORDS_H_

#include <vector>

#include "weir/base/status.h"
#include "weir/ledger/ledger.h"
#include "weir/v1/ledger.pb.h"

namespace weir::member {

// Charges as a message: how `dataset add` hands those of a ledger beside a file to the region's
// node. FromProto(ToProto(records)) equals `records`.
//
// Reveals: account, plans and shares in the clear; goes from an owner to the owner's own node.
// Errors:  INVALID_ARGUMENT  a state, number or cost that no ledger writes.
StatusOr<v1::ChargeRecordList> ChargeRecordsToProto(
    const std::vector<ledger::ChargeRecord>& records);
StatusOr<std::vector<ledger::ChargeRecord>> ChargeRecordsFromProto(
    const v1::ChargeRecordList& list);

}  // namespace weir::member

#endif  // WEIR_MEMBER_CHARGE_RECORDS_H_
