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

  // Whether Read can do these actions: date-shift or pram alone on a column, or others than
  // date-shift.
  static bool CanRead(const Request& request);

  // The same as ReadMicrodata and Apply, for rows that memory need not hold: date-shift and pram
  // look at one row at a time; of a column with rank-swap the codes are held, 4 bytes a row. A copy
  // of the columns, as they become, lies in the temporary folder without a name while they are
  // used.
  //
  // Errors: as ReadMicrodata and Apply; RESOURCE_EXHAUSTED  the codes of the columns with rank-swap
  //         take more than `limits.memory_bytes`.
  static StatusOr<Microdata> Read(const InputLocation& input, const ReadRequest& read,
                                  const Request& request, const ReadLimits& limits, Files& files,
                                  RandomSource& random);
  // Whether ReadMicrodata would hold the rows.
  static StatusOr<bool> WouldHold(const InputLocation& input, const ReadRequest& read,
                                  const ReadLimits& limits);

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
