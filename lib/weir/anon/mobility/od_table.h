// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_MOBILITY_OD_TABLE_H_
#define WEIR_ANON_MOBILITY_OD_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/status.h"
#include "weir/privacy/private.h"

namespace weir::anon {

// More cells than this are a map that is too fine to be published as a table.
inline constexpr size_t kMostOdCells = size_t{4} << 20;

// One trip: places by code, and the privacy unit as a hash that is not 0; 0: it has none.
struct OdTrip {
  uint32_t origin = 0;
  uint32_t destination = 0;
  uint64_t unit = 0;
};

enum class OdCount {
  kRows,          // without privacy units: every row is one
  kRowsOfUnits,   // publishes rows; a cell is small if few units are in it
  kDistinctUnits  // publishes distinct units
};

// How many went from where to where, with margins. Exact: not for the eyes of others.
//
// A cell is (row, column); row `origins.size()` holds the margins of destinations, column
// `destinations.size()` those of origins, and both together the total.
struct OdTable {
  std::vector<std::string> origins;
  std::vector<std::string> destinations;
  bool is_additive = true;  // rows and columns add up to their margins: rows are counted
  // What is published unless it is suppressed, by row, then column.
  std::vector<uint64_t> counts;
  // Whom a cell is about: distinct units, or rows where there is no unit.
  std::vector<uint64_t> contributors;
  // Adds up to its margins in any case: the counts, or where units are counted only those units
  // that are in one cell of the whole table. See docs/explanation/mobility.md.
  std::vector<uint64_t> movable;
  // Structural zeros, known to everybody. Margins are never among them.
  std::vector<bool> impossible;

  size_t rows() const { return origins.size() + 1; }
  size_t columns() const { return destinations.size() + 1; }
  size_t cells() const { return rows() * columns(); }
  size_t CellOf(size_t row, size_t column) const { return row * columns() + column; }
  size_t RowOf(size_t cell) const { return cell / columns(); }
  size_t ColumnOf(size_t cell) const { return cell % columns(); }
  bool IsRowMargin(size_t cell) const { return ColumnOf(cell) == destinations.size(); }
  bool IsColumnMargin(size_t cell) const { return RowOf(cell) == origins.size(); }
  bool IsMargin(size_t cell) const { return IsRowMargin(cell) || IsColumnMargin(cell); }
  size_t total() const { return cells() - 1; }
};

struct OdPlaces {
  std::vector<std::string> origins;       // by code, distinct
  std::vector<std::string> destinations;  // by code, distinct
  // Origin and destination of pairs that cannot occur.
  std::vector<std::pair<std::string, std::string>> impossible = {};
};

// Counts trips. Places without a trip stay in the table, as zeros.
//
// Errors: INVALID_ARGUMENT    no trip or no place; a code out of range; a pair called impossible
//                             that is not in the table.
//         FAILED_PRECONDITION a trip goes where none can go.
//         RESOURCE_EXHAUSTED  more than kMostOdCells cells.
// Cost:   sorting the trips where units are counted.
StatusOr<OdTable> CountTrips(const std::vector<OdTrip>& trips, OdPlaces places, OdCount count);

std::ostream& operator<<(std::ostream&, const OdTable&) = delete;

}  // namespace weir::anon

namespace weir {
template <>
inline constexpr bool kHidden<anon::OdTable> = true;
}  // namespace weir

#endif  // WEIR_ANON_MOBILITY_OD_TABLE_H_
