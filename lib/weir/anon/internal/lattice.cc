// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/lattice.h"

namespace weir::anon::internal {
namespace {

constexpr uint64_t kMostNodes = uint64_t{1} << 62;
constexpr size_t kHighestLevel = 254;

}  // namespace

StatusOr<Lattice> Lattice::Create(std::span<const std::pair<size_t, size_t>> ranges) {
  Lattice lattice;
  lattice.strides_.resize(ranges.size());
  for (size_t a = ranges.size(); a-- > 0;) {
    const auto [low, high] = ranges[a];
    if (low > high) {
      return InvalidArgument("attribute %zu has the levels %zu to %zu: none", a + 1, low, high);
    }
    if (high > kHighestLevel) {
      return InvalidArgument("attribute %zu has level %zu; the highest possible is %zu", a + 1,
                             high, kHighestLevel);
    }
    lattice.strides_[a] = lattice.nodes_;
    const uint64_t count = high - low + 1;
    if (lattice.nodes_ >= kMostNodes / count) {
      return InvalidArgument(
          "there are 2^62 generalizations or more; allow fewer levels of the quasi-identifiers");
    }
    lattice.nodes_ *= count;
  }
  lattice.low_.reserve(ranges.size());
  lattice.high_.reserve(ranges.size());
  for (const auto& [low, high] : ranges) {
    lattice.low_.push_back(static_cast<uint8_t>(low));
    lattice.high_.push_back(static_cast<uint8_t>(high));
  }
  return lattice;
}

Lattice::Id Lattice::IdOf(const Levels& levels) const {
  Id id = 0;
  for (size_t a = 0; a < levels.size(); ++a) {
    id += strides_[a] * (uint64_t{levels[a]} - low_[a]);
  }
  return id;
}

Levels Lattice::LevelsOf(Id id) const {
  Levels levels(low_.size());
  for (size_t a = 0; a < levels.size(); ++a) {
    levels[a] = static_cast<uint8_t>(low_[a] + id / strides_[a]);
    id %= strides_[a];
  }
  return levels;
}

uint64_t TotalLevel(const Levels& levels) {
  uint64_t total = 0;
  for (const uint8_t level : levels) total += level;
  return total;
}

}  // namespace weir::anon::internal
