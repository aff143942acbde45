// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_MOBILITY_OD_SUPPRESSION_H_
#define WEIR_ANON_MOBILITY_OD_SUPPRESSION_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/anon/mobility/od_audit.h"
#include "weir/anon/mobility/od_table.h"
#include "weir/base/status.h"

namespace weir::anon {

struct OdRule {
  // A cell about fewer, but not 0, is suppressed; at least 2.
  uint64_t least = 0;
  // Every suppressed cell could be so far apart for whoever knows all that is published; >= 1.
  uint64_t protection = 0;
};

// Cells and margins that are too small by themselves.
std::vector<bool> SmallCells(const OdTable& table, uint64_t least);

struct OdSuppression {
  std::vector<bool> suppressed;  // by cell of the table
  size_t primary = 0;            // too small by themselves
  size_t complementary = 0;      // suppressed to protect others
  OdAudit audit;                 // no cell is narrow
};

// Suppresses small cells and, at small cost, as many others as it takes that none can be computed
// from what stays: a cell costs its count and 1. Where units are counted and moving units does not
// do it, margins are withheld.
//
// Guarantee: the audit passes: no suppressed cell or margin is bounded by the published ones to an
//            interval narrower than `protection`. So no cell is ever alone with its margins.
//            Against differencing with other tables of the same trips there is no guarantee, nor
//            against who knows some of the trips.
// Errors:    INVALID_ARGUMENT     least < 2 or protection < 1.
//            FAILED_PRECONDITION  structural zeros leave a cell nothing to be mixed with.
//            INTERNAL             the audit does not pass.
// Cost:      a shortest path over the table for each cell that lacks protection, then the audit;
//            exact bounds up to kExactlyAudited suppressed cells, witnesses beyond. Not optimal: a
//            cheaper choice may exist.
// Source:    Kelly, Golden, Assad, "Cell suppression: disclosure protection for sensitive tabular
//            data", Networks 22(4), 1992, with its clean-up step in small tables.
StatusOr<OdSuppression> SuppressCells(const OdTable& table, const OdRule& rule);
inline constexpr size_t kExactlyAudited = 1500;

}  // namespace weir::anon

#endif  // WEIR_ANON_MOBILITY_OD_SUPPRESSION_H_
