// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_WRITE_ROWS_H_
#define WEIR_ANON_INTERNAL_WRITE_ROWS_H_

#include "weir/anon/internal/coded_table.h"
#include "weir/anon/output_file.h"
#include "weir/base/random.h"
#include "weir/base/status.h"

namespace weir::anon::internal {

// The computation behind WriteMicrodata.
StatusOr<OutputFacts> WriteRows(const CodedTable& table, const CollapsedTable& collapsed,
                                const OutputPlan& plan, const OutputLocation& location,
                                const ReadLimits& limits, RandomSource& random,
                                const OutputCheck& check = {});

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_WRITE_ROWS_H_
