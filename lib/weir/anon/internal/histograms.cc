// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/histograms.h"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <variant>

namespace weir::anon::internal {
namespace {

// Value v of class c is at [c * stride + v], with zeros up to a whole number of lanes, which are
// added up together.
template <class Count>
constexpr size_t kLanes = 16 / sizeof(Count);

template <class Count>
size_t StrideOf(size_t values) {
  return (values + kLanes<Count> - 1) / kLanes<Count> * kLanes<Count>;
}

// What is not counted goes to a place behind the one that stays 0: no branch depends on it.
template <class Count>
void AddTuples(const Prepared& prepared, size_t s, const HistogramPlaces& places, Count* sums) {
  const SensitiveColumn& column = prepared.table().sensitive[s];
  const size_t stride = StrideOf<Count>(column.values);
  const std::vector<ValueCount>& counts = column.counts.items;
  const uint32_t* const tuple_of = prepared.tuple_of_count[s].data();
  const uint32_t* const class_of = places.class_of.data();
  const uint32_t* const place_of = places.place_of.data();
  for (size_t at = 0; at < counts.size(); ++at) {
    const size_t place = place_of[class_of[tuple_of[at]]];
    const size_t to = place == places.places ? place + 1 : place;
    const ValueCount& count = counts.data()[at];
    sums[to * stride + count.value] += static_cast<Count>(count.rows);
  }
}

template <class Count>
void AddClasses(const std::vector<Count>& items, size_t stride, const HistogramPlaces& places,
                Count* sums) {
  const uint32_t* const place_of = places.place_of.data();
  for (size_t i = 0; i < places.class_of.size(); ++i) {
    const size_t place = place_of[places.class_of.data()[i]];
    Count* const sum = sums + (place == places.places ? place + 1 : place) * stride;
    const Count* const counts = items.data() + i * stride;
    for (size_t v = 0; v < stride; v += kLanes<Count>) {
      for (size_t lane = 0; lane < kLanes<Count>; ++lane) sum[v + lane] += counts[v + lane];
    }
  }
}

template <class Count>
void Merge(const Prepared& prepared, const Histograms* items, const HistogramPlaces& places,
           Histograms& histograms) {
  using Counts = Histograms::Counts<Count>;
  if (!std::holds_alternative<Counts>(histograms.counts)) histograms.counts = Counts();
  auto& sums = std::get<Counts>(histograms.counts);
  const TupleTable& table = prepared.table();
  sums.resize(table.sensitive.size());
  for (size_t s = 0; s < sums.size(); ++s) {
    const size_t stride = StrideOf<Count>(table.sensitive[s].values);
    sums[s].assign((places.places + 2) * stride, 0);
    if (items == nullptr) {
      AddTuples(prepared, s, places, sums[s].data());
    } else {
      AddClasses(std::get<Counts>(items->counts)[s], stride, places, sums[s].data());
    }
  }
}

}  // namespace

size_t Histograms::Bytes() const {
  return std::visit(
      [](const auto& all) {
        size_t bytes = 0;
        for (const auto& of_attribute : all) bytes += of_attribute.size() * sizeof(of_attribute[0]);
        return bytes;
      },
      counts);
}

void Histograms::Read(size_t attribute, size_t id, std::span<uint64_t> to) const {
  std::visit(
      [&](const auto& all) {
        const auto& of_attribute = all[attribute];
        using Count = std::decay_t<decltype(of_attribute[0])>;
        std::copy_n(of_attribute.data() + id * StrideOf<Count>(to.size()), to.size(), to.data());
      },
      counts);
}

void MergeHistograms(const Prepared& prepared, const Histograms* items,
                     const HistogramPlaces& places, Histograms& sums) {
  const uint64_t rows = prepared.table().total_rows;
  if (rows <= std::numeric_limits<uint16_t>::max()) {
    Merge<uint16_t>(prepared, items, places, sums);
  } else if (rows <= std::numeric_limits<uint32_t>::max()) {
    Merge<uint32_t>(prepared, items, places, sums);
  } else {
    Merge<uint64_t>(prepared, items, places, sums);
  }
}

}  // namespace weir::anon::internal
