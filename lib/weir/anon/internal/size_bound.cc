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
// Where there are fewer, items of the same place follow closely.
constexpr size_t kFewPlaces = 512;
constexpr size_t kLanes = 4;
// Items that are looked through at a time.
constexpr size_t kBlock = 128;

size_t MostPlaces(size_t items) {
  return std::bit_ceil(kPlacesPerItem * std::max<size_t>(items, 1));
}

}  // namespace

uint64_t SizeBound::MemoryFor(size_t items) {
  return (items + MostPlaces(items)) * sizeof(uint32_t);
}

// What Count look-ups from `first` on say, with the numbers in registers; with that of those
// before.
template <int Count, bool IsFirst>
void SizeBound::FillFrom(size_t items, size_t first) {
  std::array<LookUp, static_cast<size_t>(Count)> own;
  std::copy_n(look_ups_.begin() + static_cast<ptrdiff_t>(first), Count, own.begin());
  uint32_t* const to = places_.data();
  for (size_t i = 0; i < items; ++i) {
    uint32_t sum = IsFirst ? 0 : to[i];
    for (const LookUp& one : own) sum += static_cast<uint32_t>(one.factor) * one.Of(i);
    to[i] = sum;
  }
}

// A sum of products, of which the highest bits are the place.
void SizeBound::FillPlaces(size_t items) {
  if (places_.size() < items) places_.resize(items);
  switch (look_ups_.size()) {
    case 0:
      std::fill_n(places_.begin(), items, 0U);
      return;
    case 1:
      return FillFrom<1, true>(items, 0);
    case 2:
      return FillFrom<2, true>(items, 0);
    case 3:
      return FillFrom<3, true>(items, 0);
    default:
      FillFrom<4, true>(items, 0);
      for (size_t i = 4; i < look_ups_.size(); ++i) FillFrom<1, false>(items, i);
  }
}

// Neighbours have often the same place. Lanes of their own spare them to wait for one another.
void SizeBound::CountInLanes(const KeyList& items, size_t places) {
  cells_.assign(kLanes * places, 0);
  uint32_t* const cells = cells_.data();
  const uint32_t* const place_of = places_.data();
  const uint64_t* const rows = items.rows.data();
  size_t i = 0;
  for (; i + kLanes <= items.size; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      cells[lane * places + place_of[i + lane]] += static_cast<uint32_t>(rows[i + lane]);
    }
  }
  for (; i < items.size; ++i) cells[place_of[i]] += static_cast<uint32_t>(rows[i]);
  for (size_t lane = 1; lane < kLanes; ++lane) {
    for (size_t place = 0; place < places; ++place) cells[place] += cells[lane * places + place];
  }
  cells_.resize(places);
}

uint64_t SizeBound::RowsInSmallClasses(Packing& packing, const KeyList& items, const Levels& levels,
                                       uint64_t least) {
  const std::optional<uint64_t> space = packing.LookUps(items, levels, look_ups_);
  const size_t most_places = MostPlaces(items.size);
  is_exact_ = space && *space <= most_places;
  unsigned shift = 0;
  if (!is_exact_) {
    for (size_t i = 0; i < look_ups_.size(); ++i) {
      look_ups_[i].factor = kFactors[i % kFactors.size()] + 2 * static_cast<uint32_t>(i);
    }
    shift = 32U - std::min(32U, static_cast<unsigned>(std::bit_width(most_places) - 1));
  }
  FillPlaces(items.size);
  if (is_exact_ && *space <= kFewPlaces) {
    CountInLanes(items, *space);
  } else {
    cells_.assign(is_exact_ ? *space : most_places, 0);
    uint32_t* const cells = cells_.data();
    uint32_t* const places = places_.data();
    for (size_t i = 0; i < items.size; ++i) {
      places[i] >>= shift;
      cells[places[i]] += static_cast<uint32_t>(items.rows.data()[i]);
    }
  }
  rows_ = items.rows;
  least_ = static_cast<uint32_t>(std::min<uint64_t>(least, std::numeric_limits<uint32_t>::max()));
  uint32_t small = 0;
  for (const uint32_t rows : cells_) small += rows < least_ ? rows : 0;
  return small;
}

std::span<const uint32_t> SizeBound::ExactSizes() const {
  if (!is_exact_) return {};
  return cells_;
}

// Classes of one row end the look through the items, of which there are many where there are small
// ones; or the last small class does, where these are soon counted.
std::vector<uint32_t> SizeBound::SmallestClasses(size_t most) const {
  struct Found {
    uint32_t rows = 0;
    uint32_t item = 0;
  };
  size_t small_classes = SIZE_MAX;
  if (cells_.size() <= kFewPlaces) {
    small_classes = static_cast<size_t>(std::count_if(
        cells_.begin(), cells_.end(), [&](uint32_t rows) { return rows > 0 && rows < least_; }));
  }
  std::vector<Found> found;  // ascending by rows, then item
  const auto is_enough = [&] {
    return found.size() == small_classes || (found.size() == most && found.back().rows == 1);
  };
  // A class without rows, of the population alone, may share a place with one that is too small:
  // items without rows stand for no class.
  const auto take = [&](uint32_t item) {
    if (rows_.data()[item] == 0) return;
    const uint32_t rows = cells_.data()[places_.data()[item]];
    if (found.size() == most && rows >= found.back().rows) return;
    const auto is_same = [&](const Found& other) { return places_[other.item] == places_[item]; };
    if (std::any_of(found.begin(), found.end(), is_same)) return;
    const auto at =
        std::find_if(found.begin(), found.end(), [&](const Found& f) { return f.rows > rows; });
    found.insert(at, {.rows = rows, .item = item});
    if (found.size() > most) found.pop_back();
  };
  // Which items are in small classes follows no rule: they are put together without a branch.
  std::array<uint32_t, kBlock> small;  // NOLINT(*-member-init): written before it is read
  for (size_t begin = 0; begin < rows_.size() && !is_enough(); begin += kBlock) {
    const size_t end = std::min(begin + kBlock, rows_.size());
    size_t count = 0;
    for (size_t item = begin; item < end; ++item) {
      small.data()[count] = static_cast<uint32_t>(item);
      // No rows at all are no class.
      count += cells_.data()[places_.data()[item]] - 1 < least_ - 1 ? 1 : 0;
    }
    for (size_t i = 0; i < count && !is_enough(); ++i) take(small.data()[i]);
  }
  std::vector<uint32_t> items;
  items.reserve(found.size());
  for (const Found& one : found) items.push_back(one.item);
  return items;
}

}  // namespace weir::anon::internal
