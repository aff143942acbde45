// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_TRANSFORMER_H_
#define WEIR_ANON_TRANSFORMER_H_

#include <span>
#include <string>
#include <vector>

#include "weir/anon/action_keys.h"
#include "weir/anon/microdata.h"
#include "weir/anon/output_file.h"
#include "weir/anon/recipe.h"
#include "weir/base/files.h"
#include "weir/base/random.h"
#include "weir/base/status.h"

namespace weir::anon {

// Does the row actions of recipes on Microdata; see row_actions.h for what each promises.
class Transformer final {
 public:
  struct Request {
    std::vector<RecipeColumn> columns;  // whose actions are done
    std::vector<std::string> unit;      // columns of the microdata; for date-shift
    ActionContext context = {};
  };

  // date-shift, pram and rank-swap, column by column, in the order of each one's actions. The
  // shift of a unit follows from its columns as the microdata has them; a row without unit gets one
  // of its own.
  //
  // Errors: INVALID_ARGUMENT    rows that are not held, a column that was not read, a value that is
  //                             no number (rank-swap of numbers) or no date: never which.
  //         and those of DateShiftKey.
  static StatusOr<Microdata> Apply(Microdata microdata, const Request& request, Files& files,
                                   RandomSource& random);

  // The output of a column whose values are aggregated, one group of rows after the other; rows
  // without value have none. With `k` of the action, MDAV groups inside the groups given.
  //
  // Shapes: `group_of`: one a row.
  // Errors: INVALID_ARGUMENT  as Apply; a value that is no number.
  static StatusOr<OutputColumn> Aggregate(const Microdata& microdata, const RecipeColumn& column,
                                          const v1::MicroaggregateAction& action,
                                          std::span<const uint32_t> group_of);
};

}  // namespace weir::anon

#endif  // WEIR_ANON_TRANSFORMER_H_
