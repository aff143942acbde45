// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "weir/data/internal/partition_bounder.h"

namespace weir::data::internal {
namespace {

size_t BinOf(uint64_t figure, const std::vector<int128>& ends) {
  const auto end = std::lower_bound(ends.begin(), ends.end() - 1, static_cast<int128>(figure));
  return static_cast<size_t>(end - ends.begin());
}

}  // namespace

uint64_t PartitionBounder::FigureOf(const BoundedQuery::Histogram& histogram, size_t pair) const {
  switch (histogram.figure) {
    case UnitFigure::kKeys:
      return 1;
    case UnitFigure::kRowsOfKey:
    case UnitFigure::kRows:
      return std::min(pairs_[pair].rows, query_.max_rows_per_key);
    default:
      return static_cast<uint64_t>(pair_totals_[pair * totals_ + histogram.at]);
  }
}

// Of the pairs that are left, whose rows and totals are whole: what others made the bounder forget
// on the way does not show.
void PartitionBounder::CountUnits(CellSums& cells) {
  FindUnits();
  for (size_t h = 0; h < query_.histograms.size(); ++h) {
    const BoundedQuery::Histogram& histogram = query_.histograms[h];
    const bool adds_up =
        histogram.figure == UnitFigure::kKeys || histogram.figure == UnitFigure::kRows;
    std::vector<uint64_t> figures(units_.size());
    for (size_t at = 0; at < pairs_.size(); ++at) {
      if (dropped_[at] != 0) continue;
      uint64_t& figure = figures[unit_of_pair_[at]];
      const uint64_t of_pair = FigureOf(histogram, at);
      figure = adds_up ? figure + of_pair : std::max(figure, of_pair);
    }
    for (const uint64_t figure : figures) {
      if (figure > 0) cells.AddUnit(h, BinOf(figure, histogram.ends));
    }
  }
}

}  // namespace weir::data::internal
