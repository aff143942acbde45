// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/suspects.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "weir/anon/internal/class_list.h"

namespace weir::anon::internal {
namespace {

// One of so many items is a suspect.
constexpr size_t kItemsPerSuspect = 7;
// How finely logarithms are rounded.
constexpr double kSteps = 16;

// By ground value, the sum of logarithms of the rows of its labels at all levels.
std::vector<uint32_t> CommonnessOf(const Prepared& prepared, size_t attribute) {
  const Hierarchy& hierarchy = prepared.packing->hierarchy(attribute);
  std::vector<uint32_t> sums(hierarchy.size(0), 0);
  for (size_t level = 0; level < hierarchy.levels(); ++level) {
    const std::span<const uint64_t> rows = prepared.marginals->at(attribute, level);
    std::vector<uint32_t> logarithms;
    logarithms.reserve(rows.size());
    for (const uint64_t count : rows) {
      const double steps = kSteps * std::log2(1 + static_cast<double>(count));
      logarithms.push_back(static_cast<uint32_t>(steps));
    }
    const std::span<const uint32_t> labels = hierarchy.codes(level);
    for (size_t code = 0; code < sums.size(); ++code) sums[code] += logarithms[labels[code]];
  }
  return sums;
}

// By value of a chunk, the sum over its attributes. Values that do not occur have any sum.
std::vector<uint32_t> CommonnessOfChunk(const Prepared& prepared, size_t place) {
  const Packing& packing = *prepared.packing;
  std::vector<uint32_t> sums(packing.chunk(place).mask + 1, 0);
  size_t made = 1;
  for (const size_t a : packing.chunk_attributes(place)) {
    const std::vector<uint32_t> own = CommonnessOf(prepared, a);
    for (size_t code = own.size(); code-- > 0;) {
      for (size_t i = 0; i < made; ++i) sums[code * made + i] = sums[i] + own[code];
    }
    made *= packing.field(a).mask + 1;
  }
  return sums;
}

std::vector<uint32_t> CommonnessOfItems(const Prepared& prepared, const KeyList& items) {
  std::vector<uint32_t> sums(items.size, 0);
  for (size_t place = 0; place < prepared.packing->chunks(); ++place) {
    const BitField& field = prepared.packing->chunk(place);
    const std::vector<uint32_t> of_chunk = CommonnessOfChunk(prepared, place);
    const uint64_t* const keys = items.keys.data() + field.word * items.size;
    for (size_t i = 0; i < items.size; ++i) sums.data()[i] += of_chunk.data()[field.Of(keys[i])];
  }
  return sums;
}

// So many items, or all that tie with the last, have no larger number than this.
uint32_t LargestOfSmallest(const std::vector<uint32_t>& numbers, size_t count) {
  std::vector<uint32_t> having(*std::max_element(numbers.begin(), numbers.end()) + size_t{1}, 0);
  for (const uint32_t number : numbers) ++having.data()[number];
  uint32_t number = 0;
  for (size_t found = having[0]; found < count; found += having[number]) ++number;
  return number;
}

}  // namespace

Suspects::Suspects(const Prepared& prepared, const KeyList& items) : prepared_(prepared) {
  const std::vector<uint32_t> commonness = CommonnessOfItems(prepared, items);
  const uint32_t most = LargestOfSmallest(commonness, items.size / kItemsPerSuspect + 1);
  std::vector<uint32_t> chosen;
  chosen.reserve(items.size / kItemsPerSuspect + 1);
  for (uint32_t i = 0; i < items.size; ++i) {
    if (commonness.data()[i] <= most) chosen.push_back(i);
  }
  keys_ = KeysOf(prepared, items, chosen);
  rows_.reserve(chosen.size());
  for (const uint32_t item : chosen) rows_.push_back(items.rows[item]);
  list_ = {.size = chosen.size(), .keys = keys_, .rows = rows_};
}

std::vector<std::vector<uint64_t>> Suspects::InSmallClasses(const Levels& levels, size_t most) {
  const uint64_t small =
      bound_.RowsInSmallClasses(*prepared_.packing, list_, levels, prepared_.least_rows);
  if (small == 0) return {};
  std::vector<std::vector<uint64_t>> keys;
  keys.reserve(most);
  for (const uint32_t item : bound_.SmallestClasses(most)) keys.push_back(KeyAt(list_, item));
  return keys;
}

}  // namespace weir::anon::internal
