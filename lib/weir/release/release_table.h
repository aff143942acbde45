// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_RELEASE_TABLE_H_
#define WEIR_RELEASE_RELEASE_TABLE_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/data/plain_table.h"
#include "weir/v1/release.pb.h"

namespace weir::release {

// What follows the name of a measure's column: the value itself, the ends of its 95 % interval, and
// its standard error where that is not the same in all rows (`errors_by_row`, or by its kind).
std::span<const char* const> MeasureSuffixes(const v1::Measure& measure, bool errors_by_row);

// One column of a measure, a value a row. Exact values are in grid steps, which times `grid` give
// the measure's unit; real ones (means, ratios) are in the measure's unit.
struct ReleasedMeasure {
  std::string name;
  bool is_exact = true;

  Decimal grid = {1, 0};
  int128 half_width = 0;       // of every interval, unless low and high say otherwise
  std::vector<int128> values;  // exact
  std::vector<int128> low, high;
  std::vector<double> standard_errors;  // in grid steps; none: not shown
  bool never_negative = false;          // intervals end at zero

  struct Real {
    double value, low, high, standard_error;
  };
  std::vector<Real> reals;
};

// A bound that was found privately, in grid steps.
struct FoundBound {
  std::string name;
  Decimal grid = {1, 0};
  int64_t steps = 0;
};

// A noised table. A key without a label stands for rows with a missing value.
struct ReleaseTable {
  std::vector<data::PlainColumn> key_columns;
  std::vector<std::vector<std::optional<std::string>>> labels;  // per key column, per code
  uint64_t rows = 0;
  // Codes of the rows' keys, row major; empty: every combination, the first key varies slowest.
  std::vector<uint32_t> codes;
  std::vector<ReleasedMeasure> measures;
  std::vector<FoundBound> bounds;  // the last columns, the same in every row

  // Label of key column `key` in row `row`.
  const std::optional<std::string>& Label(size_t key, uint64_t row) const;
};

}  // namespace weir::release

#endif  // WEIR_RELEASE_RELEASE_TABLE_H_
