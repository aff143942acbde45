// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_RELEASE_TABLE_H_
#define WEIR_RELEASE_RELEASE_TABLE_H_

#include <optional>
#include <string>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/data/plain_table.h"

namespace weir::release {

// One measure of a noised table. Values are in grid steps; times `grid` gives the measure's unit.
struct ReleasedMeasure {
  std::string name;
  Decimal grid;
  double standard_error;  // in the measure's unit
  int128 half_width;      // of the 95 % interval, in grid steps
  std::vector<int128> values;
};

// A noised table: every key combination of the public domains, whether anything was counted in it
// or not. A key without a label stands for rows with a missing value.
struct ReleaseTable {
  std::vector<data::PlainColumn> key_columns;
  std::vector<std::vector<std::optional<std::string>>> labels;  // per key column, per code
  uint64_t rows = 0;                                            // product of the label counts
  std::vector<ReleasedMeasure> measures;                        // values.size() == rows

  // Label of key column `key` in row `row`: the first key varies slowest.
  const std::optional<std::string>& Label(size_t key, uint64_t row) const;
};

}  // namespace weir::release

#endif  // WEIR_RELEASE_RELEASE_TABLE_H_
