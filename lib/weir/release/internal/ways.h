// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_WAYS_H_
#define WEIR_RELEASE_INTERNAL_WAYS_H_

#include <optional>
#include <string>
#include <vector>

#include "weir/dp/partition_selection.h"
#include "weir/privacy/privacy_cost.h"
#include "weir/release/internal/budget_plan.h"

namespace weir::release::internal {

// The kind of noise that a spec names, if it does.
std::optional<NoiseKind> AskedKind(const v1::Privacy& privacy);

// One way of answering.
struct Way {
  NoiseKind kind = NoiseKind::kDiscreteLaplace;
  // A rule with a budget of its own (truncated geometric, or a Gaussian threshold beside Laplace
  // noise); nullopt: units with noise of `kind` decide, those that are shown where units are.
  std::optional<dp::SelectionRule> rule = std::nullopt;
  std::string share = {};  // of epsilon, for the choice of keys; canonical; empty: nothing to split

  friend bool operator==(const Way&, const Way&) = default;
};

// Whether the choice of keys takes a part of epsilon.
bool SplitsEpsilon(const BudgetQuestion& question);

// For people: "discrete Laplace noise, truncated geometric selection with 0.45 of epsilon".
std::string Describe(const Way& way, const BudgetQuestion& question);

// The ways that the question admits, with the share that it names or one half; none if it names
// noise that it cannot have. The first is the plain one: Laplace noise unless the question names
// another, and units with noise of that kind decide.
std::vector<Way> WaysOf(const BudgetQuestion& question);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_WAYS_H_
