// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_SKIPPED_LEVELS_H_
#define WEIR_ANON_INTERNAL_SKIPPED_LEVELS_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "weir/anon/internal/prepared.h"

namespace weir::anon::internal {

// Raises the lowest level of each attribute, at most to its highest, past those at which no
// generalization is possible, whatever the other attributes do: the labels alone, taken as classes,
// must suppress more rows than the limit, and all classes are parts of them.
//
// `prepared` has its packing, keys, marginals and rules. Nothing is skipped where any number of
// rows may be suppressed.
void SkipLevels(const Prepared& prepared, std::vector<std::pair<size_t, size_t>>& ranges);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_SKIPPED_LEVELS_H_
