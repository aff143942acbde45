// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_RECORD_WORDS_H_
#define WEIR_DATA_INTERNAL_RECORD_WORDS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/engine.h"
#include "weir/data/internal/bounded_query.h"
#include "weir/data/internal/column_decoder.h"

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

// Writes query.words() words of each of the `rows` of a batch; word i of rows[n] comes to
// words[i * rows.size() + n]. The second half of a cell is not among those that are written.
void WriteWords(const BoundedQuery& query, const std::vector<const DecodedColumn*>& columns,
                std::span<const uint32_t> rows, uint64_t* words);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_RECORD_WORDS_H_
