// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/size_bound.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

namespace weir::anon::internal {
namespace {

// Odd, so that a product with one keeps all labels apart.
constexpr std::array<uint32_t, 4> kFactors = {0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F};
// Places for each item, at least.
constexpr size_t kPlacesPerItem = 2;

size_t MostPlaces(size_t items) {
  return std::bit_ceil(kPlacesPerItem * std::max<size_t>(items, 1));
}

}  // namespace

uint64_t SizeBound::MemoryFor(size_t items) {
  return (items + MostPlaces(items)) * sizeof(uint32_t);
}

// What the first Count steps say, with the numbers in registers; with that of steps before.
template <int Count, bool IsFirst>
void SizeBound::FillFrom(size_t items, std::span<const Step> steps) {
  std::array<Step, static_cast<size_t>(Count)> own;
  std::copy_n(steps.begin(), Count, own.begin());
  uint32_t* const to = places_.data();
  for (size_t i = 0; i < items; ++i) {
    uint32_t sum = IsFirst ? 0 : to[i];
    for (const Step& step : own) {
      sum += step.factor * step.table[(step.keys[i] >> step.shift) & step.mask];
    }
    to[i] = sum;
  }
}

// A sum of products with fixed odd numbers, of which the highest bits are the place.
void SizeBound::FillPlaces(size_t items, std::span<const Step> steps) {
  if (places_.size() < items) places_.resize(items);
  switch (steps.size()) {
    case 0:
      std::fill_n(places_.begin(), items, 0U);
      return;
    case 1:
      return FillFrom<1, true>(items, steps);
    case 2:
      return FillFrom<2, true>(items, steps);
    case 3:
      return FillFrom<3, true>(items, steps);
    default:
      FillFrom<4, true>(items, steps);
      for (const Step& step : steps.subspan(4)) FillFrom<1, false>(items, {&step, 1});
  }
}

uint64_t SizeBound::RowsInSmallClasses(Packing& packing, const KeyList& items, const Levels& levels,
                                       uint64_t least) {
  std::vector<Step> steps;
  steps.reserve(packing.chunks());
  uint64_t space = 1;  // not exact above 2^32
  const size_t most_places = MostPlaces(items.size);
  std::vector<uint32_t> strides;
  for (size_t place = 0; place < packing.chunks(); ++place) {
    const ChunkTable& table = packing.TableOf(place, levels);
    if (table.radix == 1) continue;
    const BitField& field = packing.chunk(place);
    steps.push_back({.table = table.index.data(),
                     .keys = items.keys.data() + field.word * items.size,
                     .shift = field.shift,
                     .mask = field.mask,
                     .factor = static_cast<uint32_t>(space)});
    space = space > most_places ? space : space * table.radix;
  }
  const bool is_direct = space <= most_places;
  unsigned shift = 0;
  if (!is_direct) {
    for (size_t s = 0; s < steps.size(); ++s) {
      steps[s].factor = kFactors[s % kFactors.size()] + 2 * static_cast<uint32_t>(s);
    }
    shift = 32U - std::min(32U, static_cast<unsigned>(std::bit_width(most_places) - 1));
  }
  FillPlaces(items.size, steps);
  cells_.assign(is_direct ? space : most_places, 0);
  uint32_t* const cells = cells_.data();
  uint32_t* const places = places_.data();
  for (size_t i = 0; i < items.size; ++i) {
    places[i] >>= shift;
    cells[places[i]] += static_cast<uint32_t>(items.rows.data()[i]);
  }
  items_ = items.size;
  least_ = static_cast<uint32_t>(std::min<uint64_t>(least, std::numeric_limits<uint32_t>::max()));
  uint32_t small = 0;
  for (const uint32_t rows : cells_) small += rows < least_ ? rows : 0;
  return small;
}

// Classes of one row end the look through the items; there are many where there are small ones.
std::vector<uint32_t> SizeBound::SmallestClasses(size_t most) const {
  struct Found {
    uint32_t rows = 0;
    uint32_t item = 0;
  };
  std::vector<Found> found;  // ascending by rows, then item
  for (uint32_t item = 0; item < items_; ++item) {
    const uint32_t rows = cells_.data()[places_.data()[item]];
    if (rows == 0 || rows >= least_) continue;
    if (found.size() == most && rows >= found.back().rows) continue;
    const auto is_same = [&](const Found& other) { return places_[other.item] == places_[item]; };
    if (std::any_of(found.begin(), found.end(), is_same)) continue;
    const auto at =
        std::find_if(found.begin(), found.end(), [&](const Found& f) { return f.rows > rows; });
    found.insert(at, {.rows = rows, .item = item});
    if (found.size() > most) found.pop_back();
    if (found.size() == most && found.back().rows == 1) break;
  }
  std::vector<uint32_t> items;
  items.reserve(found.size());
  for (const Found& one : found) items.push_back(one.item);
  return items;
}

}  // namespace weir::anon::internal
