// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_CLASS_LIST_H_
#define WEIR_ANON_INTERNAL_CLASS_LIST_H_

#include <cstdint>
#include <vector>

#include "weir/anon/internal/grouping.h"
#include "weir/anon/internal/histograms.h"
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
  Histograms histograms = {};
  PerTuple<uint64_t> units = {};

  size_t Bytes() const;
};

// One view of both: the table's tuples are not copied.
struct ClassSource {
  KeyList list = {};
  const uint64_t* population = nullptr;
  const uint64_t* squares = nullptr;
  const ClassList* classes = nullptr;  // null: the tuples, whose sensitive values are sparse

  const Histograms* histograms() const {
    return classes == nullptr ? nullptr : &classes->histograms;
  }
};
ClassSource SourceOf(const Prepared& prepared);
ClassSource SourceOf(const ClassList& classes);

// Sums of `weights` over the items of each class.
std::vector<uint64_t> SumOf(const uint64_t* weights, const Grouper& grouper);

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
