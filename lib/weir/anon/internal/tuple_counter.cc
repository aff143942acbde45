// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/tuple_counter.h"

#include <algorithm>
#include <cstddef>

namespace weir::anon::internal {

TupleCounter::TupleCounter(const TupleTable& table) : table_(table) {
  for (const SensitiveColumn& column : table.sensitive) counts_.emplace_back(column.values, 0);
  for (const std::vector<uint64_t>& counts : counts_) views_.emplace_back(counts);
}

uint64_t TupleCounter::RowsOf(std::span<const uint32_t> tuples) const {
  uint64_t rows = 0;
  for (const uint32_t tuple : tuples) rows += table_.rows[tuple];
  return rows;
}

uint64_t TupleCounter::UnitsOf(std::span<const uint32_t> tuples) const {
  const PerTuple<uint64_t>& all = table_.units;
  if (all.begin.empty()) return RowsOf(tuples);
  std::vector<uint64_t> units;
  for (const uint32_t tuple : tuples) {
    units.insert(units.end(), all.items.begin() + static_cast<ptrdiff_t>(all.begin[tuple]),
                 all.items.begin() + static_cast<ptrdiff_t>(all.begin[tuple + 1]));
  }
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
  return std::min<uint64_t>(units.size(), table_.unit_cap);
}

uint64_t TupleCounter::PopulationOf(std::span<const uint32_t> tuples) const {
  if (table_.population.empty()) return 0;
  uint64_t population = 0;
  for (const uint32_t tuple : tuples) population += table_.population[tuple];
  return population;
}

ClassView TupleCounter::ViewOf(std::span<const uint32_t> tuples) {
  for (size_t s = 0; s < counts_.size(); ++s) {
    std::fill(counts_[s].begin(), counts_[s].end(), 0);
    const PerTuple<ValueCount>& all = table_.sensitive[s].counts;
    for (const uint32_t tuple : tuples) {
      for (uint64_t i = all.begin[tuple]; i < all.begin[tuple + 1]; ++i) {
        counts_[s][all.items[i].value] += all.items[i].rows;
      }
    }
  }
  return {.rows = RowsOf(tuples),
          .units = UnitsOf(tuples),
          .population = PopulationOf(tuples),
          .sensitive = views_};
}

}  // namespace weir::anon::internal
