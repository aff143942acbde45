// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_BOUNDED_QUERY_H_
#define WEIR_DATA_INTERNAL_BOUNDED_QUERY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/data/internal/key_coder.h"
#include "weir/data/internal/open_key.h"
#include "weir/data/internal/row_filter.h"
#include "weir/data/sip_hash.h"

namespace weir::data::internal {

// An AggregateQuery resolved against its dataset, with fresh keys. Immutable; the threads of one
// call share it. Columns are named by their position in `columns`, the order of a batch's columns.
//
// What a row brings along beside unit and cell are the words of its record: one for each of
// `values`, one for every 64 of `present_columns`, one for each of `bins`. What a unit brings to a
// cell is one number for each of `totals`, and its bins. A measure takes one of those.
struct BoundedQuery {
  struct Key {  // one of the two
    size_t column = 0;
    std::optional<KeyCoder> closed = {};
    std::optional<OpenKey> open = {};
  };
  struct Filter {
    size_t column = 0;
    RowFilter filter;
  };
  // A word: clamped grid steps less the origin, 0 where there is no value.
  struct Value {
    size_t column = 0;
    bool is_int = false;    // the column's type; else decimal
    bool is_whole = false;  // an int on the grid of 1
    Decimal grid = {1, 0};
    int64_t lowest = 0;
    int64_t highest = 0;
    int64_t origin = 0;
    friend bool operator==(const Value&, const Value&) = default;
  };
  // A word: number of the bin + 1, 0 where there is none.
  struct Bins {
    Value value = {};    // without edges: bins of its steps
    uint64_t steps = 0;  // in each
    std::optional<KeyCoder> edges = {};
    uint64_t most_word() const {
      if (edges.has_value()) return edges->size();
      return (static_cast<uint64_t>(value.highest) - static_cast<uint64_t>(value.lowest)) / steps +
             1;
    }
  };
  // kMost and kLeast take words that are 0 only where there is no value: the largest of them, and
  // what the smallest of them lacks to `highest`. Of all rows, and 0 without a value, as kUnitSum.
  enum class TotalKind { kSum, kUnitSum, kSquares, kPresent, kMost, kLeast };
  struct Total {
    TotalKind kind = TotalKind::kSum;
    size_t word = 0;      // in the record
    unsigned bit = 0;     // kPresent
    int64_t lowest = 0;   // kUnitSum
    int64_t highest = 0;  // kUnitSum, kLeast
    // Of the rows that are kept; else of all rows.
    bool is_of_rows() const {
      return kind != TotalKind::kUnitSum && kind != TotalKind::kMost && kind != TotalKind::kLeast;
    }
    friend bool operator==(const Total&, const Total&) = default;
  };
  struct Measure {
    ContributionKind kind = ContributionKind::kRows;
    size_t at = 0;  // position in `totals` or `bins`
  };
  struct Histogram {
    UnitFigure figure = UnitFigure::kKeys;
    size_t at = 0;             // position in `totals`, of values
    std::vector<int128> ends;  // on the scale of the total
  };
  struct Window {
    size_t column = 0;
    WindowPeriod period = {};
    bool is_date = false;                  // else a timestamp
    std::unordered_set<int64_t> admitted;  // empty: all
  };

  // Words of a record after its head. With an open key the last is the other half of the cell.
  size_t words() const {
    return values.size() + present_words() + bins.size() + (has_open_key ? 1 : 0);
  }
  size_t present_words() const { return (present_columns.size() + 63) / 64; }

  // How many cells there can be.
  uint64_t most_cells() const { return has_open_key ? UINT64_MAX : cells; }

  std::vector<const ColumnDescription*> columns;  // each once
  size_t columns_without_measures = 0;            // the first ones: units, window, filters, keys
  std::vector<size_t> unit_columns;
  std::optional<Window> window;
  std::vector<Filter> filters;
  std::vector<Key> keys;
  bool has_open_key = false;
  std::vector<Value> values;
  std::vector<size_t> present_columns;
  std::vector<Bins> bins;
  std::vector<Total> totals;
  bool only_sums = true;  // totals[i] is the sum of word i, and there are no bins
  std::vector<Measure> measures;
  std::vector<Histogram> histograms;
  uint64_t cells = 1;  // without an open key
  uint64_t max_keys_per_unit = 0;
  uint64_t max_rows_per_key = 0;
  std::optional<uint64_t> max_rows_per_unit;  // where it is less than the product of the two
  SipKey unit_key;                            // hashes units
  SipKey tuple_key;                           // hashes key tuples, with an open key
  SipKey cell_key;                            // orders the cells of a unit
  SipKey share_key;                           // divides max_rows_per_unit among the cells of a unit
  SipKey pair_key;                            // names the stream of a unit in a cell
  SipKey sample_key;                          // chooses among the rows of a unit in a cell
};

// Keeps pointers to the columns of `dataset`, which must outlive the result.
// INVALID_ARGUMENT: neither measure nor histogram; a column that is not described or does not suit
// its role; a condition as RowFilter, a key as KeyCoder and OpenKey, a measure as AddContribution,
// a histogram as AddHistogram refuses it; max_rows_per_unit below 1; a window name for a dataset
// without windows; 2^63 cells or more.
StatusOr<BoundedQuery> ResolveQuery(const DatasetDescription& dataset, const AggregateQuery& query,
                                    RandomSource& random);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_BOUNDED_QUERY_H_
