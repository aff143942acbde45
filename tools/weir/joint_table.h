// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_JOINT_TABLE_H_
#define WEIR_TOOLS_WEIR_JOINT_TABLE_H_

#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/plain_table.h"
#include "weir/v1/package.pb.h"

namespace weir::tool {

// One region's released table and what its manifest says of it.
struct RegionTable {
  v1::Manifest manifest;
  data::PlainTable table;
};

// The tables one below the other, with a first column `region`.
// Errors: INVALID_ARGUMENT unless all have the same columns.
StatusOr<data::PlainTable> StackTables(const std::vector<RegionTable>& regions);

// Sums over the regions, key by key.
//
// Guarantee: each interval covers the sum of the bounded quantities with at least 95 %: it comes
//            from the law of the sum of the regions' independent noises, not from adding widths.
// Reveals:   nothing more than the tables: post-processing costs no privacy.
// Errors:    INVALID_ARGUMENT unless all tables have the same columns, keys and measures, and no
//            two of one region cover a window of the data twice: their noise is not independent, or
//            the same people would count again.
StatusOr<data::PlainTable> SumTables(const std::vector<RegionTable>& regions);

// Label and the three figures of `column` in every row, for a bar chart.
// Errors: INVALID_ARGUMENT if there is no measure of that name.
StatusOr<std::string> Chart(const data::PlainTable& table, const std::string& column, int width);

// The table as people read it in a terminal.
std::string ShowTable(const data::PlainTable& table);

}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_JOINT_TABLE_H_
