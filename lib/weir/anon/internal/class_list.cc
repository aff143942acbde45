// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/class_list.h"

#include <algorithm>
#include <numeric>

#include "weir/anon/internal/items_by_group.h"

namespace weir::anon::internal {
namespace {

const PerTuple<uint64_t>& UnitsOf(const Prepared& prepared, const ClassSource& source) {
  return source.classes == nullptr ? prepared.table().units : source.classes->units;
}

}  // namespace

size_t ClassList::Bytes() const {
  const size_t words = keys.size() + rows.size() + population.size() + squares.size() +
                       units.begin.size() + units.items.size();
  return words * sizeof(uint64_t) + histograms.Bytes();
}

ClassSource SourceOf(const Prepared& prepared) {
  return {.list = prepared.tuples,
          .population = prepared.has_population() ? prepared.table().population.data() : nullptr,
          .squares = prepared.squares.empty() ? nullptr : prepared.squares.data()};
}

ClassSource SourceOf(const ClassList& classes) {
  return {.list = {.size = classes.size, .keys = classes.keys, .rows = classes.rows},
          .population = classes.population.empty() ? nullptr : classes.population.data(),
          .squares = classes.squares.empty() ? nullptr : classes.squares.data(),
          .classes = &classes};
}

std::vector<uint64_t> SumOf(const uint64_t* weights, const Grouper& grouper) {
  std::vector<uint64_t> sums(grouper.classes(), 0);
  const std::span<const uint32_t> class_of = grouper.class_of();
  for (size_t i = 0; i < class_of.size(); ++i) sums.data()[class_of.data()[i]] += weights[i];
  return sums;
}

PerTuple<uint64_t> MergeUnits(const Prepared& prepared, const ClassSource& source,
                              std::span<const uint32_t> class_of, size_t classes) {
  const PerTuple<uint64_t>& units = UnitsOf(prepared, source);
  const PerTuple<uint32_t> by_class = ItemsByGroup(class_of, classes);
  const size_t cap = prepared.table().unit_cap;
  PerTuple<uint64_t> merged;
  merged.begin.reserve(classes + 1);
  merged.begin.push_back(0);
  std::vector<uint64_t> all;
  for (size_t id = 0; id < classes; ++id) {
    all.clear();
    for (const uint32_t item : ItemsOf(by_class, id)) {
      all.insert(all.end(), units.items.begin() + static_cast<ptrdiff_t>(units.begin[item]),
                 units.items.begin() + static_cast<ptrdiff_t>(units.begin[item + 1]));
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    if (all.size() > cap) all.resize(cap);
    merged.items.insert(merged.items.end(), all.begin(), all.end());
    merged.begin.push_back(merged.items.size());
  }
  return merged;
}

std::vector<uint64_t> KeysOf(const Prepared& prepared, const KeyList& items,
                             std::span<const uint32_t> first) {
  std::vector<uint64_t> keys(prepared.packing->words() * first.size());
  for (size_t word = 0; word < prepared.packing->words(); ++word) {
    const uint64_t* from = items.keys.data() + word * items.size;
    uint64_t* to = keys.data() + word * first.size();
    for (size_t id = 0; id < first.size(); ++id) to[id] = from[first.data()[id]];
  }
  return keys;
}

ClassList MakeClassList(const Prepared& prepared, const ClassSource& source,
                        const Grouper& grouper) {
  ClassList made;
  made.size = grouper.classes();
  made.keys = KeysOf(prepared, source.list, grouper.first());
  made.rows.assign(grouper.rows().begin(), grouper.rows().end());
  if (source.population != nullptr) made.population = SumOf(source.population, grouper);
  if (source.squares != nullptr) made.squares = SumOf(source.squares, grouper);
  if (prepared.uses_sensitive) {
    std::vector<uint32_t> all(grouper.classes());
    std::iota(all.begin(), all.end(), 0U);
    MergeHistograms(prepared, source.histograms(),
                    {.class_of = grouper.class_of(), .place_of = all, .places = grouper.classes()},
                    made.histograms);
  }
  if (prepared.uses_units) {
    made.units = MergeUnits(prepared, source, grouper.class_of(), grouper.classes());
  }
  return made;
}

}  // namespace weir::anon::internal
