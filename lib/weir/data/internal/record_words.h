// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_RECORD_WORDS_H_
#define WEIR_DATA_INTERNAL_RECORD_WORDS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/engine.h"
#include "weir/data/internal/bounded_query.h"
#include "weir/data/internal/column_decoder.h"
#include "weir/data/internal/value_text.h"

namespace weir::data::internal {

// Adds a measure of column `column` of the query, and the words and totals it needs that are not
// there yet.
//
// INVALID_ARGUMENT: a column without numbers where they are needed; a grid that is not in
// [1, 10^18] * 10^n; clamps that do not ascend, or lie more than 2^63 steps from the origin (for
// squares: 2^40, so that no sum of them leaves 128 bits); one unit clamp without the other; bins
// with both or neither of edges and steps, or 2^31 of them.
Status AddContribution(const Contribution& contribution, size_t column, BoundedQuery& query);

// Adds a histogram, of column `column` if it is of values, and the total it needs.
//
// INVALID_ARGUMENT: as AddContribution; clamps more than 2^60 from zero; no ends, or ends
// that do not ascend.
Status AddHistogram(const UnitHistogram& histogram, size_t column, BoundedQuery& query);

// Once all measures are there: says where in a record the words of the totals are.
void PlaceWords(BoundedQuery& query);

// The word of a value that is there: clamped steps less the origin.
inline int64_t StepsOf(const BoundedQuery::Value& rule, const DecodedColumn& column, size_t row) {
  if (rule.is_whole) {
    return std::clamp(column.ints[row], rule.lowest, rule.highest) - rule.origin;
  }
  const Decimal value =
      rule.is_int ? Decimal{.coefficient = column.ints[row]} : column.decimals[row];
  return ToGrid(value, rule.grid, rule.lowest, rule.highest) - rule.origin;
}

// Writes the words of a row that come after its values: of presence and of bins.
void WriteOtherWords(const BoundedQuery& query, const std::vector<const DecodedColumn*>& columns,
                     size_t row, uint64_t* words);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_RECORD_WORDS_H_
