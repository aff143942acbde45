// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DOC_INTERNAL_SUGGESTION_H_
#define WEIR_DOC_INTERNAL_SUGGESTION_H_

#include <string>
#include <string_view>
#include <vector>

namespace weir::doc::internal {

// What to tell who wrote `word` where one of `known` was expected: `did you mean "measures"?` if
// one is near (optimal string alignment distance at most a third of the word, upper case
// ignored; the first of equally near ones), else `known are: a, b, c`.
std::string Suggest(std::string_view word, const std::vector<std::string>& known);

}  // namespace weir::doc::internal

#endif  // WEIR_DOC_INTERNAL_SUGGESTION_H_
