// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_ROW_CHOICE_H_
#define WEIR_RELEASE_INTERNAL_ROW_CHOICE_H_

#include <cstdint>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/engine.h"
#include "weir/dp/partition_selection.h"
#include "weir/release/plan.h"

namespace weir::release::internal {

// Which rows a table has, and where the engine's cells go in it.
struct Rows {
  static constexpr uint32_t kNone = UINT32_MAX;

  uint64_t count = 0;
  // Row of every cell of the engine's table, by position; kNone: not shown.
  std::vector<uint32_t> of_position;
  // Cell code of every row (with open keys: position); empty: row i is cell i.
  std::vector<uint64_t> cells;
  // Noised counts of the deciding channel, a row each, where a threshold on them decided.
  std::vector<int128> decided;
};

// Decides by the truncated geometric rule. Assumes: `selection` is of that rule.
StatusOr<dp::PartitionSelector> SelectorOf(const SelectionPlan& selection,
                                           const data::ContributionBounds& bounds);

// Without selection and search: every cell. A selection keeps the order of the engine's cells, a
// search puts the rows in the order in which it found them.
//
// Guarantee: the selection's and the search's events in `plan.cost`.
// Errors:    RESOURCE_EXHAUSTED more keys were selected than a release can hold: a function of the
//            selection, which is differentially private.
StatusOr<Rows> ChooseRows(const ReleasePlan& plan, const data::AggregateTable& raw,
                          RandomSource& random);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_ROW_CHOICE_H_
