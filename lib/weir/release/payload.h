// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_PAYLOAD_H_
#define WEIR_RELEASE_PAYLOAD_H_

#include <string>

#include "weir/base/status.h"
#include "weir/data/plain_table.h"
#include "weir/privacy/private.h"
#include "weir/release/release_table.h"

namespace weir::release {

// The table as people read it: key columns, then for each measure `name`, `name_low`, `name_high`
// (95 % interval), in the measure's own unit. Only what has been released can be shown.
StatusOr<data::PlainTable> ToPlainTable(const Released<ReleaseTable>& table);

}  // namespace weir::release

#endif  // WEIR_RELEASE_PAYLOAD_H_
