// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/snapshots.h"

#include <algorithm>
#include <utility>

namespace weir::anon::internal {
namespace {

constexpr size_t kMostEntries = 1024;

}  // namespace

ClassSource Snapshots::BestFor(const Levels& levels) const {
  for (const Entry& entry : entries_) {
    if (IsAbove(levels, entry.levels)) return SourceOf(*entry.classes);
  }
  return tuples_;
}

bool Snapshots::IsWorthKeeping(size_t classes, size_t source_size) const {
  return classes * 10 <= source_size * 6 && entries_.size() < kMostEntries && memory_left_ > 0;
}

void Snapshots::Add(const Levels& levels, ClassList classes) {
  const size_t bytes = classes.Bytes();
  if (bytes > memory_left_) return;
  memory_left_ -= bytes;
  Entry entry = {.levels = levels, .classes = std::make_unique<ClassList>(std::move(classes))};
  const auto place = std::upper_bound(
      entries_.begin(), entries_.end(), entry,
      [](const Entry& a, const Entry& b) { return a.classes->size < b.classes->size; });
  entries_.insert(place, std::move(entry));
}

}  // namespace weir::anon::internal
