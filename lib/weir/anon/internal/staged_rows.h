// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_STAGED_ROWS_H_
#define WEIR_ANON_INTERNAL_STAGED_ROWS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "weir/anon/internal/coded_table.h"
#include "weir/anon/microdata.h"
#include "weir/base/random.h"
#include "weir/base/secret.h"
#include "weir/base/status.h"

namespace weir::anon::internal {

// What is done with one column of a request, row by row.
struct StagedAction {
  size_t column = 0;  // of the request
  // One of the three.
  // date-shift: the key, and the columns of the request that name the unit.
  std::optional<SecretBytes> shift_key = std::nullopt;
  uint32_t shift_days = 0;
  std::vector<size_t> unit = {};
  // What replaces the text of a row, in the order of the rows; not asked for a missing value.
  std::function<std::string_view(std::string_view text)> draw = {};
  // The column as it becomes: one code a row.
  std::optional<CodedColumn> column_after = std::nullopt;
};

// What is said of a column with a value that cannot be shifted.
Status NoDate(const std::string& column);

// The same table as ReadTable gives, with actions on rows, for rows that memory does not hold: in
// one pass a copy of the columns asked for, as they become, is written to the temporary folder
// (without a name, mode 0600, as long as the table lives), which then stands for the file.
//
// The copy has texts as `reduce` and `missing` leave them, and the columns of the unit as they
// stand. `facts.sha256` is that of the input.
//
// Errors: as ReadMicrodata; INVALID_ARGUMENT a value that is no date.
StatusOr<CodedTable> ReadStaged(const InputLocation& input, const ReadRequest& request,
                                const std::vector<StagedAction>& actions, const ReadLimits& limits,
                                RandomSource& random);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_STAGED_ROWS_H_
