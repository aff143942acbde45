// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/cell_filter.h"

#include <algorithm>
#include <utility>

#include "weir/data/internal/sip_hash_lanes.h"

namespace weir::data::internal {
namespace {

// Of a unit, that are looked through for each record.
constexpr uint64_t kMostKeys = 64;
constexpr size_t kFirstSlots = 1024;
// Fewer records say nothing about the others.
constexpr uint64_t kFewRecords = 1000;
// One part in so many has to be passed over, else looking is not worth it.
constexpr uint64_t kLeastShare = 5;

}  // namespace

CellFilter::CellFilter(const BoundedQuery& query)
    : query_(query),
      is_on_(query.most_cells() > query.max_keys_per_unit && query.max_keys_per_unit <= kMostKeys),
      most_units_(std::min<size_t>(kMostUnits,
                                   kMostHashes / std::max<uint64_t>(1, query.max_keys_per_unit))),
      slots_(is_on_ ? kFirstSlots : 0) {}

void CellFilter::Start() {
  if (!is_on_) return;
  if (records_ >= kFewRecords && (records_ - passed_) * kLeastShare < records_) {
    is_on_ = false;
    slots_ = {};
    smallest_ = {};
    hashes_ = {};
    passing_ = {};
    return;
  }
  records_ = passed_ = 0;
  std::fill(slots_.begin(), slots_.end(), Unit{});
  units_ = 0;
  smallest_.clear();
}

std::span<const uint32_t> CellFilter::Pass(std::span<const uint64_t> records, size_t stride) {
  HashCells(records, stride);
  const size_t count = records.size() / stride;
  passing_.clear();
  for (size_t i = 0; i < count; ++i) {
    const uint64_t* const record = &records[i * stride];
    Unit* const unit = FindUnit({.low = record[0], .high = record[1]});
    if (unit != nullptr) {
      if (hashes_[i] > unit->largest) continue;
      Learn(*unit, hashes_[i]);
    }
    passing_.push_back(static_cast<uint32_t>(i));
  }
  records_ += count;
  passed_ += passing_.size();
  return passing_;
}

void CellFilter::HashCells(std::span<const uint64_t> records, size_t stride) {
  const size_t count = records.size() / stride;
  hashes_.resize(count);
  LaneWords units{};
  LaneWords cells{};
  for (size_t first = 0; first < count; first += kLanes) {
    const size_t some = std::min(kLanes, count - first);
    const uint64_t* const record = &records[first * stride];
    for (size_t i = 0; i < some; ++i) {
      units[i] = record[i * stride];
      cells[i] = record[i * stride + 2];
      __builtin_prefetch(&slots_[units[i] & (slots_.size() - 1)]);
    }
    const LaneWords hashes = SipHash64Lanes(query_.cell_key, units, cells);
    std::copy_n(hashes.begin(), some, hashes_.begin() + static_cast<std::ptrdiff_t>(first));
  }
}

// Of the unit, or a free one.
size_t CellFilter::SlotOf(const Hash128& hash) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash.low & mask;
  while (slots_[slot].number != 0 && slots_[slot].hash != hash) slot = (slot + 1) & mask;
  return slot;
}

CellFilter::Unit* CellFilter::FindUnit(const Hash128& hash) {
  const size_t slot = SlotOf(hash);
  if (slots_[slot].number != 0) return &slots_[slot];
  if (units_ == most_units_) return nullptr;
  if ((units_ + 1) * 2 > slots_.size()) {
    Grow();
    return FindUnit(hash);
  }
  slots_[slot] = {.hash = hash, .number = ++units_};
  smallest_.resize(smallest_.size() + query_.max_keys_per_unit, UINT64_MAX);
  return &slots_[slot];
}

void CellFilter::Grow() {
  const std::vector<Unit> old = std::exchange(slots_, {});
  slots_.resize(old.size() * 2);
  for (const Unit& unit : old) {
    if (unit.number != 0) slots_[SlotOf(unit.hash)] = unit;
  }
}

// Two cells with the same hash count as one, and one with the largest hash there is as none: then
// more passes than needs to.
void CellFilter::Learn(Unit& unit, uint64_t hash) {
  const size_t keys = query_.max_keys_per_unit;
  uint64_t* const smallest = &smallest_[(unit.number - 1) * keys];
  bool is_known = false;
  for (size_t i = 0; i < keys; ++i) is_known |= smallest[i] == hash;
  if (is_known) return;
  *std::find(smallest, smallest + keys, unit.largest) = hash;
  unit.largest = *std::max_element(smallest, smallest + keys);
}

}  // namespace weir::data::internal
