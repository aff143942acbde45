// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_RECORD_RUNS_H_
#define WEIR_ANON_INTERNAL_RECORD_RUNS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::anon::internal {

// What a row is here: a packed key of some words and, with a unit, the keyed hash of it (0: none).
struct RecordShape {
  size_t key_words = 1;
  bool has_unit = false;
  uint32_t unit_cap = 0;

  size_t words() const { return key_words + (has_unit ? 1 : 0); }
};

// Distinct keys, ascending, each with its rows and its smallest `unit_cap` distinct units.
struct RecordRun {
  std::vector<uint64_t> keys;         // records x key_words
  std::vector<uint64_t> rows;         // records
  std::vector<uint64_t> units_begin;  // records + 1; empty without a unit
  std::vector<uint64_t> units;        // of each record ascending

  size_t records() const { return rows.size(); }
};

// Sorts `rows` (each shape.words() long) and collapses them. `rows` is left empty.
RecordRun CollapseRecords(const RecordShape& shape, std::vector<uint64_t>& rows);

// What CollapseRecords would have given for the rows of both together.
RecordRun MergeRuns(const RecordShape& shape, const RecordRun& a, const RecordRun& b);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_RECORD_RUNS_H_
