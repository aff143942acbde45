// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_HISTOGRAMS_H_
#define WEIR_ANON_INTERNAL_HISTOGRAMS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "weir/anon/internal/prepared.h"

namespace weir::anon::internal {

// How many rows of each class have which sensitive value: by attribute. In as few bits as hold the
// rows of the table, since they are read again and again.
struct Histograms {
  template <class Count>
  using Counts = std::vector<std::vector<Count>>;
  std::variant<Counts<uint16_t>, Counts<uint32_t>, Counts<uint64_t>> counts = {};

  size_t Bytes() const;
  // Of one class; `to` has room for each value of the attribute.
  void Read(size_t attribute, size_t id, std::span<uint64_t> to) const;
};

// Which classes have their sensitive values counted, and where.
struct HistogramPlaces {
  std::span<const uint32_t> class_of = {};  // by item
  std::span<const uint32_t> place_of = {};  // by class; `places`: not counted
  size_t places = 0;
};

// Replaces `sums` by those of classes that are put together. `items`: of the classes to be put
// together; null: the tuples of the table. One place more is left at 0; one behind it is of no use.
void MergeHistograms(const Prepared& prepared, const Histograms* items,
                     const HistogramPlaces& places, Histograms& sums);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_HISTOGRAMS_H_
