// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/histograms.h"

#include <algorithm>
#include <limits>

namespace weir::anon::internal {
namespace {

template <class Count>
using Counts = std::vector<std::vector<Count>>;

template <class Count>
size_t BytesOf(const Counts<Count>& counts) {
  size_t bytes = 0;
  for (const std::vector<Count>& of_attribute : counts) bytes += of_attribute.size();
  return bytes * sizeof(Count);
}

// What is not counted goes to a place behind the one that stays 0: no branch depends on it.
template <class Count>
void AddTuples(const Prepared& prepared, size_t s, const HistogramPlaces& places, Count* sums) {
  const SensitiveColumn& column = prepared.table().sensitive[s];
  const std::vector<ValueCount>& counts = column.counts.items;
  const uint32_t* const tuple_of = prepared.tuple_of_count[s].data();
  const uint32_t* const class_of = places.class_of.data();
  const uint32_t* const place_of = places.place_of.data();
  for (size_t at = 0; at < counts.size(); ++at) {
    const size_t place = place_of[class_of[tuple_of[at]]];
    const size_t to = place == places.places ? place + 1 : place;
    const ValueCount& count = counts.data()[at];
    sums[to * column.values + count.value] += static_cast<Count>(count.rows);
  }
}

template <class Count>
void AddClasses(const std::vector<Count>& items, size_t values, const HistogramPlaces& places,
                Count* sums) {
  const uint32_t* const place_of = places.place_of.data();
  for (size_t i = 0; i < places.class_of.size(); ++i) {
    const size_t place = place_of[places.class_of.data()[i]];
    Count* const sum = sums + (place == places.places ? place + 1 : place) * values;
    const Count* const counts = items.data() + i * values;
    for (size_t v = 0; v < values; ++v) sum[v] += counts[v];
  }
}

template <class Count>
void Merge(const Prepared& prepared, const Counts<Count>* items, const HistogramPlaces& places,
           Counts<Count>& sums) {
  const TupleTable& table = prepared.table();
  sums.resize(table.sensitive.size());
  for (size_t s = 0; s < sums.size(); ++s) {
    const size_t values = table.sensitive[s].values;
    sums[s].assign((places.places + 2) * values, 0);
    if (items == nullptr) {
      AddTuples(prepared, s, places, sums[s].data());
    } else {
      AddClasses((*items)[s], values, places, sums[s].data());
    }
  }
}

}  // namespace

size_t Histograms::Bytes() const { return BytesOf(narrow) + BytesOf(wide); }

void Histograms::Read(size_t attribute, size_t id, std::span<uint64_t> to) const {
  const auto read = [&](const auto& counts) {
    std::copy_n(counts[attribute].data() + id * to.size(), to.size(), to.data());
  };
  narrow.empty() ? read(wide) : read(narrow);
}

void MergeHistograms(const Prepared& prepared, const Histograms* items,
                     const HistogramPlaces& places, Histograms& sums) {
  if (prepared.table().total_rows > std::numeric_limits<uint32_t>::max()) {
    Merge(prepared, items == nullptr ? nullptr : &items->wide, places, sums.wide);
  } else {
    Merge(prepared, items == nullptr ? nullptr : &items->narrow, places, sums.narrow);
  }
}

}  // namespace weir::anon::internal
