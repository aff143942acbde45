// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_HIERARCHY_RULES_H_
#define WEIR_ANON_HIERARCHY_RULES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/anon/hierarchy.h"
#include "weir/anon/hierarchy_file.h"
#include "weir/anon/recipe.h"
#include "weir/base/status.h"

namespace weir::anon {

// What the rule of a column makes of the values that occur.
struct RuleResult {
  // Ground values and their labels. Beside the values that occur these are all of a file, or, where
  // a rule states its domain, placeholders that stand for the rest of it.
  std::vector<GroundPath> paths;
  std::vector<double> weights;     // one a path, or empty: 1 each
  std::vector<uint32_t> unplaced;  // places in `values` of those that the rule has no label for
};

// Applies the rule of `column` to the distinct `values` of that column; `file` is the file of a
// `csv` rule, else null. The missing value "" keeps its own empty label below the root, unless the
// file says otherwise. Without a rule a value is kept or suppressed: two levels.
//
// Interval, grid: half-open [low, high). Rules that do not come from a file end in the root "*".
// Domain: a file's lines; the interval from lowest to highest (whole numbers if the type is int or
//         all figures of the rule are whole, else its width, spread evenly over the values that
//         occur in an interval); the days from first to last of a date rule; `domain_size` of a
//         prefix rule; the counties of the United States; else the values that occur.
// Errors: INVALID_ARGUMENT  the domain of a rule has more than a million intervals or days, or a
//                           figure is out of range. Values that have no place are no error here.
StatusOr<RuleResult> ApplyRule(const RecipeColumn& column, std::span<const std::string_view> values,
                               const HierarchyFile* file);

// The hierarchy of a column.
// Errors: INVALID_ARGUMENT  as ApplyRule and Hierarchy::Create; values without a place: tells how
//                           many, never which (they are private).
StatusOr<Hierarchy> BuildHierarchy(const RecipeColumn& column,
                                   std::span<const std::string_view> values,
                                   const HierarchyFile* file);

}  // namespace weir::anon

#endif  // WEIR_ANON_HIERARCHY_RULES_H_
