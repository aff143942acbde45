// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_HIERARCHY_LINT_H_
#define WEIR_ANON_HIERARCHY_LINT_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/anon/hierarchy_file.h"
#include "weir/anon/hierarchy_rules.h"
#include "weir/anon/recipe.h"

namespace weir::anon {

enum class FindingKind {
  kByteOrderMark,
  kNoFinalNewline,
  kUnequalDepth,   // error
  kValueTwice,     // error
  kNotMonotone,    // error: the members of a label are parted at a higher level
  kNotCovered,     // error: values that occur have no place
  kNearDuplicate,  // labels that differ by case, space or one letter
  kSpaceAround,    // a label begins or ends with a space
  kNoRoot,         // the highest level has several labels: rows can stay apart there
};

struct Finding {
  FindingKind kind = FindingKind::kNotCovered;
  bool is_error = false;  // the recipe cannot be used before it is mended
  std::string place;      // "adult_hierarchy_age.csv:12"; of the file, never of the data
  std::string what;       // what is wrong; what to do
};

// What a person should look at in a hierarchy file, in the order of its lines. Tells labels of the
// file, which is a public document.
//
// Labels above level 0 count as near duplicates if they are equal but for case and spaces, or have
// no digit, at least 5 letters and a Damerau-Levenshtein distance of 1; ground values only if they
// are equal but for case and spaces. Labels of a level with more than 2000 are compared for case
// and spaces only.
//
// Cost:   O(labels^2) of a level.
// Source: Damerau, "A technique for computer detection and correction of spelling errors",
//         CACM 7(3), 1964 (restricted edit distance).
std::vector<Finding> LintHierarchyFile(const HierarchyFile& file);

// What the values that occur add to that: how many have no place.
std::vector<Finding> LintCoverage(const RecipeColumn& column, const RuleResult& result,
                                  size_t different_values, std::string_view place);

}  // namespace weir::anon

#endif  // WEIR_ANON_HIERARCHY_LINT_H_
