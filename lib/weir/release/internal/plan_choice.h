// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_PLAN_CHOICE_H_
#define WEIR_RELEASE_INTERNAL_PLAN_CHOICE_H_

#include <cstddef>
#include <functional>
#include <string>

#include "weir/base/status.h"
#include "weir/release/internal/budget_plan.h"
#include "weir/release/internal/ways.h"

namespace weir::release::internal {

// Plans one way, or says why it cannot be.
using PlanWay = std::function<StatusOr<BudgetPlan>(const Way&)>;

// Whether a measure shows the channel.
bool IsShown(const BudgetQuestion& question, size_t channel);

// For people: its errors, epsilon and composition.
StatusOr<Alternative> DescribePlan(const BudgetQuestion& question, const BudgetPlan& plan,
                                   const std::string& what);

// Takes one of the ways that the question admits, and describes all of them.
//
// Where the choice of keys takes no part of epsilon: the way with the smallest expected error, the
// mean of the logarithms of the standard errors that are known beforehand, and of the units that a
// key needs to be shown.
//
// Where it does, every way is compared with the plain rules, the first of WaysOf: half of epsilon
// for a threshold on noised units, half for the figures, or as the question says. Its error is the
// largest ratio of a figure's mean |noise| to the plain one, its reach the ratio of the units that
// a key needs to be shown in every second case. Unless the question names a share, each way gets
// the whole percentage, from 20 to 80, at which these ratios are nearest to each other (or, if
// it does not count there, the best of the others that the bisection tried, one half among them). A
// way counts only if neither is above 1 and no key is less likely shown (ShowsNoFewer); the one
// with the smallest larger ratio is taken. The plain rules themselves count.
//
// Guarantee: the mean absolute error of the noise on every figure is at most the plain one, and
//            whatever the data, so many keys as the plain rules show are shown in expectation,
//            less 2 delta of each key (checked at the sizes that ShowsNoFewer compares; the tests
//            look at those between). If truncated geometric selection is admitted, with L0 keys
//            a unit, the error is at most the plain one and fewer units suffice.
// Reveals:   nothing of the data; none is read.
// Errors:    INVALID_ARGUMENT naming the place in the spec, if no way can be.
StatusOr<BudgetPlan> ChoosePlan(const BudgetQuestion& question, const PlanWay& plan_way);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_PLAN_CHOICE_H_
