// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_CLASS_LIST_H_
#define WEIR_ANON_INTERNAL_CLASS_LIST_H_

#include <cstdint>
#include <vector>

#include "weir/anon/internal/grouping.h"
#include "weir/anon/internal/prepared.h"

namespace weir::anon::internal {

// Classes with everything that a model or measure of this problem may ask of them: the tuples of
// the table, or the classes of a node from which more general nodes are grouped.
struct ClassList {
  size_t size = 0;
  std::vector<uint64_t> keys = {};
  std::vector<uint64_t> rows = {};
  std::vector<uint64_t> population = {};
  std::vector<uint64_t> squares = {};
  // By sensitive attribute: rows of value v in class c at [c * values + v].
  std::vector<std::vector<uint64_t>> histograms = {};
  PerTuple<uint64_t> units = {};

  size_t Bytes() const;
};

// One view of both: the table's tuples are not copied.
struct ClassSource {
  KeyList list = {};
  const uint64_t* population = nullptr;
  const uint64_t* squares = nullptr;
  const ClassList* classes = nullptr;  // null: the tuples, whose sensitive values are sparse
};
ClassSource SourceOf(const Prepared& prepared);
ClassSource SourceOf(const ClassList& classes);

// Sums of `weights` over the items of each class.
std::vector<uint64_t> SumOf(const uint64_t* weights, const Grouper& grouper);

// Which classes have their sensitive values counted, and where.
struct HistogramPlaces {
  std::span<const uint32_t> class_of = {};  // by item
  std::span<const uint32_t> place_of = {};  // by class; `places`: not counted
  size_t places = 0;
};

// Sensitive values by place. One place more is left at 0; one behind it is of no use. The memory of
// `room` is used again.
//
// Shapes: as ClassList::histograms, with places + 2 instead of classes.
std::vector<std::vector<uint64_t>> MergeHistograms(const Prepared& prepared,
                                                   const ClassSource& source,
                                                   const HistogramPlaces& places,
                                                   std::vector<std::vector<uint64_t>> room);

// The smallest distinct units of each class, cut at the table's unit_cap.
PerTuple<uint64_t> MergeUnits(const Prepared& prepared, const ClassSource& source,
                              std::span<const uint32_t> class_of, size_t classes);

// Everything about the classes that `grouper` has found.
ClassList MakeClassList(const Prepared& prepared, const ClassSource& source,
                        const Grouper& grouper);
std::vector<uint64_t> KeysOf(const Prepared& prepared, const KeyList& items,
                             std::span<const uint32_t> first);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_CLASS_LIST_H_
