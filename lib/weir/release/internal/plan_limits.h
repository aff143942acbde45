// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_PLAN_LIMITS_H_
#define WEIR_RELEASE_INTERNAL_PLAN_LIMITS_H_

#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/engine.h"
#include "weir/release/plan.h"

namespace weir::release::internal {

// Columns of the released table: keys, then each measure's with their intervals.
std::vector<std::string> ColumnNames(const std::vector<data::KeyDomain>& keys,
                                     const std::vector<MeasurePlan>& measures);

// That no two of them differ at most in their case, which is nothing to DuckDB.
Status CheckColumnNames(const std::vector<std::string>& names);

// That a table of `rows` rows, and what has to be noised for it, stays below kMaxColumns,
// kMaxValues and kMaxLabelBytes.
Status CheckSize(const std::vector<data::KeyDomain>& keys, const std::vector<Channel>& channels,
                 size_t columns, uint64_t rows);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_PLAN_LIMITS_H_
