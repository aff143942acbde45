// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_COLLAPSE_TABLE_H_
#define WEIR_ANON_INTERNAL_COLLAPSE_TABLE_H_

#include "weir/anon/collapse.h"
#include "weir/anon/internal/coded_table.h"
#include "weir/base/status.h"

namespace weir::anon::internal {

// The computation behind Collapse. `population`: null: none.
StatusOr<CollapsedTable> CollapseTable(const CodedTable& table, const CollapseRequest& request,
                                       const CodedTable* population);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_COLLAPSE_TABLE_H_
