// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_BUDGET_PLAN_H_
#define WEIR_RELEASE_INTERNAL_BUDGET_PLAN_H_

#include <optional>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/engine.h"
#include "weir/doc/yaml_reader.h"
#include "weir/privacy/privacy_cost.h"
#include "weir/release/internal/measure_plan.h"
#include "weir/release/plan.h"
#include "weir/v1/release.pb.h"

namespace weir::release::internal {

// What is asked, as far as it decides how the budget is used.
struct BudgetQuestion {
  const doc::Document<v1::ReleaseSpec>& spec;
  data::ContributionBounds bounds;
  uint64_t cells;  // 0: a key has no public domain
  std::vector<MeasurePlan> measures;
  std::vector<Channel> channels;   // without noise; selection and top have theirs among them
  std::optional<size_t> deciding;  // channel of the privacy units by which keys are selected
  bool deciding_is_shown = false;  // a measure shows it
  std::optional<size_t> counted;   // channel by which the top keys are found
  std::optional<LevelsPlan> levels = {};
  std::vector<BoundSearch> searches = {};  // without epsilon
};

struct BudgetPlan {
  std::vector<Channel> channels;
  std::vector<BoundSearch> searches;
  std::optional<SelectionPlan> selection;
  std::optional<TopPlan> top;
  PrivacyCost cost;
  std::vector<Alternative> alternatives;
};

// Whether one standard error and one half width hold for all values of the measure.
bool HasOneError(const MeasurePlan& measure, const std::vector<Channel>& channels);

// Rows of the result that one unit may be in; 0: unknown.
uint64_t ReachableCells(const BudgetQuestion& question);

// That the bounds keep every measure's change by one unit in range.
// Errors: INVALID_ARGUMENT naming the measure's place in the spec.
Status CheckReach(const BudgetQuestion& question);

// Weighs every way of answering (noise kind, rule of selection, share of epsilon for it) and takes
// one as ChoosePlan says.
//
// Errors: INVALID_ARGUMENT naming the place in the spec.
StatusOr<BudgetPlan> PlanBudget(const BudgetQuestion& question);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_BUDGET_PLAN_H_
