// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_MODEL_FACTORY_H_
#define WEIR_ANON_MODEL_FACTORY_H_

#include <map>
#include <string>
#include <vector>

#include "weir/anon/hierarchy.h"
#include "weir/anon/recipe.h"
#include "weir/anon/search.h"
#include "weir/anon/tuple_table.h"
#include "weir/base/status.h"

namespace weir::anon {

// What the models of a recipe need to know about a sensitive attribute besides its counts.
struct SensitiveValues {
  const Hierarchy* hierarchy = nullptr;  // its ground codes are the values' codes; null: none
  std::vector<uint32_t> order = {};      // codes, ascending in meaning
};

// Makes the models of a recipe for a table and puts them into `problem`, whose `table` is set.
//
// Errors, with the place in the recipe:
//   INVALID_ARGUMENT     more digits than a model takes, a population smaller than the table.
//   FAILED_PRECONDITION  k larger than the table has rows or units, l larger than the attribute has
//                        values: the table is in order, and no output of it holds the model
//                        (PolicyRefusal).
Status AddModels(const Recipe& recipe, const std::map<std::string, SensitiveValues>& sensitive,
                 SearchProblem& problem);

// "5-anonymity", "0.2-closeness of occupation": the models as messages and reports name them.
// `problem` has just these models.
std::vector<std::string> NamesOfModels(const Recipe& recipe, const SearchProblem& problem);

// The order of values: of an order rule as it says, of numbers by size, of text by letters, capital
// letters like small ones. `values` by code; the missing value comes first.
std::vector<uint32_t> OrderOfValues(const RecipeColumn& column,
                                    const std::vector<std::string>& values);

}  // namespace weir::anon

#endif  // WEIR_ANON_MODEL_FACTORY_H_
