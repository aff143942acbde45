// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_EDIT_DISTANCE_H_
#define WEIR_ANON_INTERNAL_EDIT_DISTANCE_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::anon::internal {

// Insertions, deletions, substitutions of a byte and swaps of neighbours that make `b` of `a`
// (restricted Damerau-Levenshtein distance); `most + 1` if there are more than `most`.
size_t EditDistance(std::string_view a, std::string_view b, size_t most);

// Lower case of ASCII letters, without spaces, tabs, '-' and '_'.
std::string FoldLabel(std::string_view label);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_EDIT_DISTANCE_H_
