// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/snapshots.h"

#include <algorithm>
#include <utility>

namespace weir::anon::internal {
namespace {

constexpr size_t kMostEntries = 4096;
constexpr uint64_t kFreeBits = 0x8000'8000'8000'8000;

}  // namespace

std::vector<uint64_t> Snapshots::PackedOf(const Levels& levels) const {
  std::vector<uint64_t> packed(words_, 0);
  for (size_t a = 0; a < levels.size(); ++a) {
    packed[a / kLanes] |= uint64_t{levels[a]} << (16 * (a % kLanes));
  }
  return packed;
}

ClassSource Snapshots::BestFor(const Levels& levels) const {
  std::vector<uint64_t> high = PackedOf(levels);
  for (uint64_t& word : high) word |= kFreeBits;
  const uint64_t* low = packed_.data();
  for (const auto& entry : entries_) {
    // A free bit is lost where the entry's level is the higher one.
    uint64_t kept = kFreeBits;
    for (size_t w = 0; w < words_; ++w) kept &= high.data()[w] - low[w];
    if ((kept & kFreeBits) == kFreeBits) return SourceOf(*entry);
    low += words_;
  }
  return tuples_;
}

bool Snapshots::IsWorthKeeping(size_t classes, size_t source_size) const {
  return classes * 10 <= source_size * 8 && entries_.size() < kMostEntries && memory_left_ > 0;
}

void Snapshots::Add(const Levels& levels, ClassList classes) {
  const size_t bytes = classes.Bytes();
  if (bytes > memory_left_) return;
  memory_left_ -= bytes;
  const auto place = std::upper_bound(
      entries_.begin(), entries_.end(), classes.size,
      [](size_t size, const std::unique_ptr<ClassList>& entry) { return size < entry->size; });
  const std::vector<uint64_t> packed = PackedOf(levels);
  packed_.insert(packed_.begin() + (place - entries_.begin()) * static_cast<ptrdiff_t>(words_),
                 packed.begin(), packed.end());
  entries_.insert(place, std::make_unique<ClassList>(std::move(classes)));
}

}  // namespace weir::anon::internal
