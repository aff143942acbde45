// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_UNIT_RISK_H_
#define WEIR_ANON_INTERNAL_UNIT_RISK_H_

#include "weir/anon/class_table.h"
#include "weir/anon/collapse.h"
#include "weir/anon/internal/coded_table.h"

namespace weir::anon::internal {

// Risk of rows whose privacy units are named: one out of the distinct units of a class, since five
// trips of one rider hide nobody.
//
// Shapes:  `collapsed` has the tuple of each record of `records`, which has a unit; `classes` has
//          the class of each tuple. Suppressed classes do not count.
// Reveals: exact facts about the rows: for their owner.
// Cost:    O(n log n) time and 4 n bytes for n records. Where rows are not held, units are known up
//          to TupleTable::unit_cap a tuple: RiskFigures::is_bound says if a class reached it.
RiskFigures UnitRiskOf(const CodedTable& records, const CollapsedTable& collapsed,
                       const ClassTable& classes);

// The same for the tuples as they are: each is a class, none is suppressed.
RiskFigures UnitRiskBefore(const CodedTable& records, const CollapsedTable& collapsed);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_UNIT_RISK_H_
