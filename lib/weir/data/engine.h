// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_ENGINE_H_
#define WEIR_DATA_ENGINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/privacy/parameters.h"
#include "weir/privacy/private.h"

namespace weir::data {

// What of a column's value is a key.
enum class KeyPart {
  kValue,
  kQuarter,  // of a date or time stamp, in UTC; values "1" .. "4"
  kMonth,    // "1" .. "12"
  kDay,      // of the month, "1" .. "31"
  kWeekday,  // "1" Monday .. "7"
  kHour,     // "0" .. "23"; of a date: the row has no key
  // The period that holds the time: "2025", "2025-03", "2025-03-31", "2025-03-31T14".
  kPeriodYear,
  kPeriodMonth,
  kPeriodDay,
  kPeriodHour,
};

// One group-by column. With a public domain, position i of `values` (or bucket i between `edges`)
// is code i. An open key has no domain: its codes are the values that occur, in the order of
// AggregateTable; a text longer than 1,024 bytes counts as missing there. With `missing_is_key`
// rows without a value have a code of their own, the last one.
//
// Time stamps are open keys by a part or period only; values of a part are written as above.
struct KeyDomain {
  std::string column;
  KeyPart part = KeyPart::kValue;
  std::vector<std::string> values = {};  // canonical text of the column's type; empty with buckets
  // Where a group of a hierarchy is the key: the column's values that are in values[i].
  std::vector<std::vector<std::string>> members = {};
  std::vector<Decimal> edges = {};  // ascending; bucket i is [edges[i], edges[i+1])
  bool missing_is_key = false;
  bool open = false;

  // Number of codes of a public domain; 0 for an open key.
  uint64_t size() const;
};

// Rows whose value of the column passes; a missing value, or one that does not parse, does not.
// Texts are written as in a document; it must ask something.
struct Condition {
  std::string column;
  std::vector<std::string> in = {};  // empty: any
  std::vector<std::string> not_in = {};
  std::optional<std::string> at_least = {}, above = {}, at_most = {}, below = {};  // not text, bool
};

enum class ContributionKind {
  kRows,
  kUnits,
  kSum,      // of the column's values
  kPresent,  // rows that have a value in the column
  kSquares,  // of the column's values
  kBins,     // rows by bin of the column's value
};

// A linear map of bounded contributions: what one privacy unit adds to one cell.
struct Contribution {
  ContributionKind kind = ContributionKind::kRows;
  std::string column = {};  // not kRows, kUnits
  // kSum, kSquares, kBins without edges: every value is put on the grid (value / grid, nearest,
  // halves away from zero) and clamped to [lowest, highest] grid steps.
  Decimal grid = {1, 0};
  int64_t lowest = 0;
  int64_t highest = 0;
  // kSum adds (clamped steps - origin), kSquares its square: with squares the clamps lie at most
  // 2^40 steps from the origin, else at most 2^63.
  int64_t origin = 0;
  // kSum: what one unit adds to one cell in all is clamped to these steps, after all its rows there
  // (max_rows_per_key and max_rows_per_unit do not hold for it). Both or neither; a unit without a
  // value in the cell counts as 0 before the clamp.
  std::optional<int64_t> unit_lowest = {}, unit_highest = {};
  // kBins: bin i is [edges[i], edges[i+1]), other values are in none; without edges bin i holds
  // the clamped steps lowest + i * bin_steps and the bin_steps - 1 after it. Fewer than 2^31.
  std::vector<Decimal> edges = {};
  int64_t bin_steps = 0;
};

// What of a privacy unit is looked at where units are counted.
enum class UnitFigure {
  kKeys,       // keys in which it has rows
  kRowsOfKey,  // rows in the key where it has most
  kRows,       // rows in all keys together
  // Of the column's values, clamped as in a sum: the largest; the smallest with its sign turned, so
  // that of every figure a larger one needs wider bounds.
  kHighest,
  kLowest,
};

// Privacy units by a figure of theirs, each in one bin or, without a value in the column, in none.
struct UnitHistogram {
  UnitFigure figure = UnitFigure::kKeys;
  std::string column = {};  // kHighest, kLowest
  Decimal grid = {1, 0};    // these as in Contribution
  int64_t lowest = 0;
  int64_t highest = 0;
  // Ascending, at least one: bin i holds figures above ends[i-1] up to ends[i], the last one all
  // above, too.
  std::vector<int64_t> ends;
};

// What one privacy unit may contribute; enforced by the engine.
struct ContributionBounds {
  L0Sensitivity max_keys_per_unit;
  LInfSensitivity max_rows_per_key;
  // Over all keys; nullopt: no bound but the product of the two above.
  std::optional<int64_t> max_rows_per_unit = std::nullopt;
};

// A typed question, resolved against the dataset; never SQL text. Rows without a privacy unit are
// dropped; a key value outside its domain or buckets drops the row; a missing summed value
// contributes nothing to that sum (the row still counts for the other measures).
struct AggregateQuery {
  std::vector<KeyDomain> keys;         // none: one cell, code 0
  std::vector<Contribution> measures;  // none: only `histograms`
  ContributionBounds bounds;
  std::vector<std::string> windows;    // "2015", "2015-03", "2015-03-31"; empty: all
  std::vector<Condition> filter = {};  // all must pass
  // Of what counts within max_keys_per_unit and max_rows_per_key; values of all rows in the keys
  // that count.
  std::vector<UnitHistogram> histograms = {};
};

// What Aggregate refuses of a query, known without data: INVALID_ARGUMENT if it does not fit the
// description, so that nobody pays for a question that cannot be answered.
Status CheckQuery(const DatasetDescription& dataset, const AggregateQuery& query);

// Sparse: cells that no row touched are absent (their value is zero). A cell's code is
// sum of key code * product of the sizes of the keys after it (first key varies slowest). With an
// open key cells are numbered from 0 in the order of their key codes, the first key's first, and
// `key_codes` tells them: neither the order of the rows nor the threads show in a table.
struct AggregateTable {
  size_t measures = 0;
  std::vector<uint128> cells;  // strictly ascending
  std::vector<int128> values;  // cells.size() x measures, row major; zero for kBins

  // One for each kBins measure, in their order; ascending by (cell, bin).
  struct BinCount {
    uint32_t cell = 0;  // position in `cells`
    uint32_t bin = 0;
    int64_t rows = 0;
  };
  std::vector<std::vector<BinCount>> bins;

  // One for each histogram, units by bin.
  std::vector<std::vector<int64_t>> unit_counts = {};

  // With an open key only. Numbers (int, decimal, parts of a time) ascend by value, other texts by
  // their bytes, none is last; each occurs in some cell.
  std::vector<uint32_t> key_codes;  // cells.size() x keys, row major
  std::vector<std::vector<std::optional<std::string>>>
      open_values;  // per open key, in their order: text of its codes, none: missing
};

// What `dataset check` tells the owner about a file: never leaves the owner's machine.
struct SourceFault {
  uint64_t row;           // 1-based in its file, without the header; 0: the whole file
  std::string column;     // empty: the whole row
  std::string what;       // "not an int: \"N\""
  std::string file = {};  // path, where the source is a pattern
};
struct SourceReport {
  uint64_t rows = 0;
  uint64_t rows_without_unit = 0;
  uint64_t privacy_units = 0;
  std::vector<SourceFault> faults;  // the first 20
  uint64_t fault_count = 0;
  // Per column: values that count as missing, or lie outside bounds or domain.
  struct ColumnReport {
    std::string column;
    uint64_t missing = 0;
    uint64_t not_parsed = 0;
    uint64_t outside_bounds = 0;
    uint64_t outside_domain = 0;
  };
  std::vector<ColumnReport> columns;
};

// Reads one kind of source. Implementations bound every privacy unit's contribution themselves:
// which keys and rows of a unit count is decided by a keyed pseudo-random function under a fresh
// random key per call, so nobody can predict who is dropped.
class Engine {
 public:
  virtual ~Engine() = default;

  // Why no call would be answered now, whatever it asks: asked before a charge spends one of the
  // times that it may run. OK unless somebody ended the engine for good.
  // Errors: CANCELLED, DEADLINE_EXCEEDED.
  virtual Status CanStart() const { return OkStatus(); }

  // Adds up bounded contributions in one pass. With an open key a second pass finds the texts of
  // the cells that are left after bounding, so that the values that one unit has take no memory
  // beyond those of its max_keys_per_unit cells. If the source changes between the two, a cell
  // whose values are nowhere any more is not in the table.
  //
  // Guarantee: adding or removing one privacy unit changes at most max_keys_per_unit cells, each
  //            by at most 1 (units), and by at most max_rows_per_key rows, max_rows_per_unit over
  //            all cells: a row changes rows, present and one bin by 1, a sum by (a value in
  //            [lowest, highest]) - origin, squares by its square; a sum with a unit clamp changes
  //            in each of the cells by at most a number of the clamp. A unit is the tuple of the
  //            dataset's unit columns, with a window the tuple and the window. What a unit
  //            contributes depends on its own rows alone, whatever codes open keys have. In each
  //            histogram of units it changes one bin by 1, if any.
  //
  //            The cells of a unit are chosen before max_rows_per_unit is: `units` and sums with a
  //            unit clamp count each of them, even if no row is left there. All other measures
  //            take the same rows, so that a mean is the sum over the present of the same ones.
  // Reveals:   nothing: the result can only be opened by the noise step. Values that do not
  //            parse, text that is not UTF-8, NaN, infinities and overflow are missing and change
  //            no status. That the data is larger than memory and disk does.
  // Errors:    INVALID_ARGUMENT  the query does not fit the description (our caller's bug).
  //            UNAVAILABLE       the source cannot be read at all; the message is for the
  //                              owner's steward only.
  //            RESOURCE_EXHAUSTED the memory limit or the disk is too small.
  //            CANCELLED, DEADLINE_EXCEEDED the engine's owner stopped it (run_control.h), never
  //                              a requester; or a server its time limit.
  //            UNAUTHENTICATED, PERMISSION_DENIED a server says no; for the owner's steward only.
  virtual StatusOr<Private<AggregateTable>> Aggregate(const DatasetDescription& dataset,
                                                      const AggregateQuery& query,
                                                      Charge charge) = 0;

  // Reads the whole source and tells the owner what does not fit the description.
  //
  // Reveals:   exact facts, to the owner only.
  // Errors:    INVALID_ARGUMENT  file missing, empty, not UTF-8, unreadable as its format, or a
  //                              described column is absent (message names file, row, column).
  //            CANCELLED, DEADLINE_EXCEEDED as Aggregate.
  virtual StatusOr<OwnerView<SourceReport>> Check(const DatasetDescription& dataset) = 0;
};

}  // namespace weir::data

#endif  // WEIR_DATA_ENGINE_H_
