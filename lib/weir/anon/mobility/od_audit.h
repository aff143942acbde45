// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_MOBILITY_OD_AUDIT_H_
#define WEIR_ANON_MOBILITY_OD_AUDIT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/anon/mobility/od_network.h"
#include "weir/anon/mobility/od_table.h"
#include "weir/base/status.h"

namespace weir::anon {

enum class AuditDepth {
  kExact,    // least and largest value of every suppressed cell
  kWitness,  // stops at a cell as soon as its interval is proved to be wide enough
};

// One suppressed cell, as `counts` would be known.
struct AuditedCell {
  size_t cell = 0;
  CellBounds bounds = {};  // with kWitness at least so wide
  bool is_narrow = false;  // narrower than the protection
  // Units are counted, and its interval rests on withheld margins; see WithheldWidth.
  bool by_withheld_margins = false;
};

struct OdAudit {
  std::vector<AuditedCell> cells;  // every suppressed cell, ascending
  size_t narrow = 0;
  size_t programs = 0;  // linear programs that were solved
};

// Where distinct units are counted: how wide the interval of a suppressed cell is at least, because
// margins of its row and column are withheld too; 0: this argument does not hold for it.
//
// A cell with both margins withheld is free: units can be put into it, or moved to another free
// cell, without any change of a published figure. So it may be anything from 0 to the total; a
// withheld margin over a free cell anything from its value to the total.
uint64_t WithheldWidth(const OdTable& table, const std::vector<bool>& suppressed, size_t cell);

// The audit of a table before it leaves: what anybody can compute of the suppressed cells from the
// published ones, by linear programming; with kWitness by flows first. Every answer is a table of
// integers, which is checked by itself: cells not negative, all published figures as published.
// So an interval that is called wide is proved by two tables, whatever found them.
//
// Guarantee: where rows are counted, bounds with kExact are those of all non-negative tables
//            (integrality loses nothing: the constraints are totally unimodular). Where units are
//            counted, the attacker cannot have tighter ones: see docs/explanation/mobility.md.
// Errors:    INTERNAL     the solver has no answer, or one that is no table.
//            UNAVAILABLE  the solver's library cannot be loaded.
// Cost:      at most two linear programs a suppressed cell, over the cells that are connected with
//            it; with kWitness a few flows a cell, and programs for cells that stay narrow.
// Source:    Fischetti, Salazar, "Models and algorithms for the 2-dimensional cell suppression
//            problem in statistical disclosure control", Math. Program. 84, 1999 (attacker's
//            problem). The solver is Clp of COIN-OR.
StatusOr<OdAudit> AuditOdTable(const OdTable& table, const std::vector<bool>& suppressed,
                               uint64_t protection, AuditDepth depth);

}  // namespace weir::anon

#endif  // WEIR_ANON_MOBILITY_OD_AUDIT_H_
