// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/mobility/od_table.h"

#include <algorithm>

namespace weir::anon {
namespace {

struct Visit {
  uint64_t unit = 0;
  size_t cell = 0;
  friend bool operator<(const Visit& a, const Visit& b) {
    return a.unit != b.unit ? a.unit < b.unit : a.cell < b.cell;
  }
  friend bool operator==(const Visit&, const Visit&) = default;
};

// Adds to a cell, both its margins and the total.
void AddEverywhere(const OdTable& table, size_t cell, std::vector<uint64_t>& counts) {
  ++counts[cell];
  ++counts[table.CellOf(table.RowOf(cell), table.destinations.size())];
  ++counts[table.CellOf(table.origins.size(), table.ColumnOf(cell))];
  ++counts[table.total()];
}

// The visits of one unit, ascending by cell: each place counts it once.
void AddUnit(const OdTable& table, const std::vector<Visit>& visits, size_t begin, size_t end,
             std::vector<uint64_t>& counts) {
  std::vector<size_t> touched;
  touched.reserve(3 * (end - begin) + 1);
  touched.push_back(table.total());
  for (size_t i = begin; i < end; ++i) {
    const size_t cell = visits[i].cell;
    touched.push_back(cell);
    touched.push_back(table.CellOf(table.RowOf(cell), table.destinations.size()));
    touched.push_back(table.CellOf(table.origins.size(), table.ColumnOf(cell)));
  }
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  for (const size_t cell : touched) ++counts[cell];
}

// Distinct units into `units`, and those of a single cell into `alone`.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): all units, then those of one cell
void CountUnits(const OdTable& table, std::vector<Visit> visits, std::vector<uint64_t>& units,
                std::vector<uint64_t>& alone) {
  std::sort(visits.begin(), visits.end());
  visits.erase(std::unique(visits.begin(), visits.end()), visits.end());
  for (size_t begin = 0; begin < visits.size();) {
    size_t end = begin;
    while (end < visits.size() && visits[end].unit == visits[begin].unit) ++end;
    AddUnit(table, visits, begin, end, units);
    if (end - begin == 1) AddEverywhere(table, visits[begin].cell, alone);
    begin = end;
  }
}

Status MarkImpossible(const OdPlaces& places, OdTable& table) {
  table.impossible.assign(table.cells(), false);
  for (const auto& [origin, destination] : places.impossible) {
    const auto row = std::find(table.origins.begin(), table.origins.end(), origin);
    const auto column =
        std::find(table.destinations.begin(), table.destinations.end(), destination);
    if (row == table.origins.end() || column == table.destinations.end()) {
      return InvalidArgument("the table has no cell from %s to %s, which is called impossible",
                             QuoteText(origin).c_str(), QuoteText(destination).c_str());
    }
    table.impossible[table.CellOf(static_cast<size_t>(row - table.origins.begin()),
                                  static_cast<size_t>(column - table.destinations.begin()))] = true;
  }
  return OkStatus();
}

}  // namespace

StatusOr<OdTable> CountTrips(const std::vector<OdTrip>& trips, OdPlaces places, OdCount count) {
  if (trips.empty() || places.origins.empty() || places.destinations.empty()) {
    return InvalidArgument("a table of origins and destinations needs at least one trip");
  }
  OdTable table;
  table.origins = std::move(places.origins);
  table.destinations = std::move(places.destinations);
  table.is_additive = count != OdCount::kDistinctUnits;
  if (table.rows() > kMostOdCells / table.columns()) {
    return ResourceExhausted(
        "%zu origins and %zu destinations make more than %zu cells; use a "
        "coarser level of the places",
        table.origins.size(), table.destinations.size(), kMostOdCells);
  }
  WEIR_RETURN_IF_ERROR(MarkImpossible(places, table));
  std::vector<uint64_t> rows(table.cells(), 0);
  std::vector<Visit> visits;
  visits.reserve(count == OdCount::kRows ? 0 : trips.size());
  for (const OdTrip& trip : trips) {
    if (trip.origin >= table.origins.size() || trip.destination >= table.destinations.size()) {
      return InvalidArgument("the code of a place is out of range");
    }
    const size_t cell = table.CellOf(trip.origin, trip.destination);
    if (table.impossible[cell]) {
      return FailedPrecondition("a trip goes from %s to %s, which is called impossible",
                                QuoteText(table.origins[trip.origin]).c_str(),
                                QuoteText(table.destinations[trip.destination]).c_str());
    }
    AddEverywhere(table, cell, rows);
    if (count != OdCount::kRows && trip.unit != 0) visits.push_back({trip.unit, cell});
  }
  if (count == OdCount::kRows) {
    table.counts = rows;
    table.contributors = rows;
    table.movable = std::move(rows);
    return table;
  }
  std::vector<uint64_t> units(table.cells(), 0);
  std::vector<uint64_t> alone(table.cells(), 0);
  CountUnits(table, std::move(visits), units, alone);
  table.contributors = units;
  table.counts = table.is_additive ? rows : std::move(units);
  table.movable = table.is_additive ? std::move(rows) : std::move(alone);
  return table;
}

}  // namespace weir::anon
