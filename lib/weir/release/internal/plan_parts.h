// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_PLAN_PARTS_H_
#define WEIR_RELEASE_INTERNAL_PLAN_PARTS_H_

#include <array>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/dp/noise_planner.h"
#include "weir/v1/release.pb.h"

// The rules of a spec, one function a part. None reads data.
namespace weir::release::internal {

// The public domain of a key: buckets of a number, or the column's declared values.
StatusOr<data::KeyDomain> PlanKey(const data::DatasetDescription& dataset, const v1::Key& key);

// What a measure adds up; for a sum the column's bounds as grid steps.
StatusOr<data::Contribution> PlanContribution(const data::DatasetDescription& dataset,
                                              const v1::Measure& measure);

// rows, units, sum_<column>
std::string MeasureName(const data::Contribution& contribution);

// The columns of one measure: the value and the ends of its interval.
inline constexpr std::array<const char*, 3> kMeasureSuffixes = {"", "_low", "_high"};

// That no two columns of the released table have names that differ at most in their case, which
// is nothing to DuckDB.
Status CheckColumnNames(const std::vector<data::KeyDomain>& keys,
                        const std::vector<std::string>& measures);

// That a table of `cells` rows stays below kMaxColumns, kMaxValues and kMaxLabelBytes.
Status CheckSize(const std::vector<data::KeyDomain>& keys, size_t measures, uint64_t cells);

// A bound that matters must be given; one that cannot matter is 1.
StatusOr<data::ContributionBounds> PlanBounds(const v1::Bounds& bounds, bool has_keys,
                                              bool counts_rows);

// Sorted; each of the form that the dataset's window has; at most ledger::kMaxWindows.
StatusOr<std::vector<std::string>> PlanWindows(const data::DatasetDescription& dataset,
                                               const v1::ReleaseSpec& spec);

// Most one privacy unit can change all cells of the measure by, in grid steps: it touches at most
// min(max_keys_per_unit, cells) cells, each by at most the measure's per-cell reach.
StatusOr<dp::MeasureSensitivity> Sensitivity(const data::Contribution& contribution,
                                             const data::ContributionBounds& bounds,
                                             uint64_t cells);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_PLAN_PARTS_H_
