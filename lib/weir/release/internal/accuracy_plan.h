// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_ACCURACY_PLAN_H_
#define WEIR_RELEASE_INTERNAL_ACCURACY_PLAN_H_

#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/release/internal/budget_plan.h"

namespace weir::release::internal {

// The half widths that the measures ask for by `within`, in grid steps; none if no measure does.
// Errors: INVALID_ARGUMENT naming the place in the spec, also where only some measures do.
StatusOr<std::vector<int128>> WantedHalfWidths(const BudgetQuestion& question);

// The cheapest budget that gives them, and what each kind of noise would need.
// Errors: INVALID_ARGUMENT naming the place in the spec.
StatusOr<BudgetPlan> PlanWithin(const BudgetQuestion& question, std::vector<int128> half_widths);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_ACCURACY_PLAN_H_
