// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_BOUNDED_QUERY_H_
#define WEIR_DATA_INTERNAL_BOUNDED_QUERY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/data/internal/key_coder.h"
#include "weir/data/internal/sip_hash.h"

namespace weir::data::internal {

// An AggregateQuery resolved against its dataset, with fresh keys. Immutable; the threads of one
// call share it. Columns are named by their position in `columns`, the order of a batch's columns.
struct BoundedQuery {
  struct Key {
    size_t column = 0;
    KeyCoder coder;
  };
  struct Sum {
    size_t column = 0;
    Contribution contribution;
    bool is_int = false;  // the column's type; else decimal
  };
  struct Measure {
    ContributionKind kind = ContributionKind::kRows;
    size_t sum = 0;  // position in `sums`
  };
  struct Window {
    size_t column = 0;
    WindowPeriod period = {};
    bool is_date = false;                  // else a timestamp
    std::unordered_set<int64_t> admitted;  // empty: all
  };

  std::vector<const ColumnDescription*> columns;  // each once
  std::vector<size_t> unit_columns;
  std::optional<Window> window;
  std::vector<Key> keys;
  std::vector<Sum> sums;
  std::vector<Measure> measures;
  uint64_t cells = 1;
  uint64_t max_keys_per_unit = 0;
  uint64_t max_rows_per_key = 0;
  SipKey unit_key;    // hashes units
  SipKey cell_key;    // orders the cells of a unit
  SipKey sample_key;  // chooses among the rows of a unit in a cell
};

// Keeps pointers to the columns of `dataset`, which must outlive the result.
// INVALID_ARGUMENT: no measure; a column that is not described or does not suit its role; a sum
// whose grid is not in [1, 10^18] * 10^n or whose clamps are not ascending; a window name for a
// dataset without windows; 2^63 cells or more.
StatusOr<BoundedQuery> ResolveQuery(const DatasetDescription& dataset, const AggregateQuery& query,
                                    RandomSource& random);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_BOUNDED_QUERY_H_
