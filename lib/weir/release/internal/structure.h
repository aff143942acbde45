// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_STRUCTURE_H_
#define WEIR_RELEASE_INTERNAL_STRUCTURE_H_

#include <optional>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/doc/yaml_reader.h"
#include "weir/release/internal/measure_plan.h"
#include "weir/release/plan.h"
#include "weir/v1/release.pb.h"

namespace weir::release::internal {

// Gives the planner's channels the structure that running totals and a key of all levels have;
// nullopt without such a key. Changes nothing where neither is asked for.
//
// Errors: INVALID_ARGUMENT naming the place in the spec: totals over a last key that is no period,
//         measures that do not add up along a hierarchy, a second such key; with either of the two
//         selection, top, `within`, Laplace noise or no delta.
StatusOr<std::optional<LevelsPlan>> PlanStructure(const data::DatasetDescription& dataset,
                                                  const doc::Document<v1::ReleaseSpec>& spec,
                                                  const std::vector<data::KeyDomain>& keys,
                                                  MeasurePlanner& planner);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_STRUCTURE_H_
