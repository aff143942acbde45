// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_WAYS_H_
#define WEIR_RELEASE_INTERNAL_WAYS_H_

#include <optional>
#include <string>
#include <vector>

#include "weir/privacy/privacy_cost.h"
#include "weir/release/internal/budget_plan.h"

namespace weir::release::internal {

// The kind of noise that a spec names, if it does.
std::optional<NoiseKind> AskedKind(const v1::Privacy& privacy);

// One way of answering.
struct Way {
  NoiseKind kind = NoiseKind::kDiscreteLaplace;
  bool truncated_geometric = false;
};

// For people: "discrete Laplace noise, truncated geometric selection".
std::string Describe(const Way& way, const BudgetQuestion& question);

// The ways that the question admits; none if it names noise that it cannot have.
std::vector<Way> WaysOf(const BudgetQuestion& question);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_WAYS_H_
