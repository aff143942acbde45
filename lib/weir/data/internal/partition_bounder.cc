// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/partition_bounder.h"

#include <algorithm>

namespace weir::data::internal {
namespace {

constexpr size_t kFirstSlots = 1024;
constexpr uint64_t kSpread = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio, odd

// The unit's hash is a secret pseudo-random value: nobody can aim at a slot.
size_t PairSlot(uint64_t unit_low, uint64_t cell, size_t slots) {
  return ((unit_low ^ (unit_low >> 32)) + cell * kSpread) & (slots - 1);
}
size_t UnitSlot(const Hash128& unit, size_t slots) { return unit.low & (slots - 1); }

}  // namespace

PartitionBounder::PartitionBounder(const BoundedQuery& query)
    : query_(query),
      sums_(query.sums.size()),
      stride_(kRecordHead + sums_),
      pair_slots_(kFirstSlots),
      unit_slots_(kFirstSlots) {}

Status PartitionBounder::AddPartition(std::span<RecordStore* const> stores, size_t partition,
                                      CellSums& cells) {
  std::fill(pair_slots_.begin(), pair_slots_.end(), 0);
  pairs_.clear();
  pair_sums_.clear();
  for (const RecordStore* store : stores) {
    WEIR_RETURN_IF_ERROR(store->ForEachBlock(
        partition, [this](std::span<const uint64_t> records) { CountRows(records); }));
  }
  const bool too_many_rows = std::any_of(pairs_.begin(), pairs_.end(), [this](const Pair& pair) {
    return pair.rows > query_.max_rows_per_key;
  });
  if (sums_ > 0 && too_many_rows) {
    StartSample();
    SipStream stream(query_.sample_key, partition);
    for (const RecordStore* store : stores) {
      WEIR_RETURN_IF_ERROR(store->ForEachBlock(
          partition, [&](std::span<const uint64_t> records) { SampleRows(records, stream); }));
    }
  }
  dropped_.assign(pairs_.size(), 0);
  if (query_.cells > query_.max_keys_per_unit) DropPairsOverBound();
  AddPairs(cells);
  return OkStatus();
}

uint32_t PartitionBounder::FindPair(const uint64_t* record) {
  const size_t mask = pair_slots_.size() - 1;
  size_t slot = PairSlot(record[0], record[2], pair_slots_.size());
  while (pair_slots_[slot] != 0) {
    const uint32_t at = pair_slots_[slot] - 1;
    const Pair& pair = pairs_[at];
    if (pair.unit.low == record[0] && pair.cell == record[2] && pair.unit.high == record[1]) {
      return at;
    }
    slot = (slot + 1) & mask;
  }
  const auto at = static_cast<uint32_t>(pairs_.size());
  pairs_.push_back({.unit = {record[0], record[1]}, .cell = record[2], .rows = 0});
  pair_sums_.resize(pair_sums_.size() + sums_);
  pair_slots_[slot] = at + 1;
  if (pairs_.size() * 2 > pair_slots_.size()) GrowPairSlots();
  return at;
}

void PartitionBounder::GrowPairSlots() {
  pair_slots_.assign(pair_slots_.size() * 2, 0);
  const size_t mask = pair_slots_.size() - 1;
  for (uint32_t at = 0; at < pairs_.size(); ++at) {
    size_t slot = PairSlot(pairs_[at].unit.low, pairs_[at].cell, pair_slots_.size());
    while (pair_slots_[slot] != 0) slot = (slot + 1) & mask;
    pair_slots_[slot] = at + 1;
  }
}

uint32_t PartitionBounder::FindUnit(const Hash128& hash) {
  const size_t mask = unit_slots_.size() - 1;
  size_t slot = UnitSlot(hash, unit_slots_.size());
  while (unit_slots_[slot] != 0) {
    const uint32_t at = unit_slots_[slot] - 1;
    if (units_[at].hash == hash) return at;
    slot = (slot + 1) & mask;
  }
  const auto at = static_cast<uint32_t>(units_.size());
  units_.push_back({.hash = hash});
  unit_slots_[slot] = at + 1;
  if (units_.size() * 2 > unit_slots_.size()) GrowUnitSlots();
  return at;
}

void PartitionBounder::GrowUnitSlots() {
  unit_slots_.assign(unit_slots_.size() * 2, 0);
  const size_t mask = unit_slots_.size() - 1;
  for (uint32_t at = 0; at < units_.size(); ++at) {
    size_t slot = UnitSlot(units_[at].hash, unit_slots_.size());
    while (unit_slots_[slot] != 0) slot = (slot + 1) & mask;
    unit_slots_[slot] = at + 1;
  }
}

void PartitionBounder::CountRows(std::span<const uint64_t> records) {
  for (size_t i = 0; i < records.size(); i += stride_) {
    const uint64_t* record = records.data() + i;
    const uint32_t at = FindPair(record);
    ++pairs_[at].rows;
    for (size_t s = 0; s < sums_; ++s) {
      pair_sums_[at * sums_ + s] += static_cast<int64_t>(record[kRecordHead + s]);
    }
  }
}

void PartitionBounder::StartSample() {
  sampling_.assign(pairs_.size(), {});
  for (size_t at = 0; at < pairs_.size(); ++at) {
    if (pairs_[at].rows <= query_.max_rows_per_key) continue;
    sampling_[at] = {.to_come = pairs_[at].rows, .places = query_.max_rows_per_key};
    std::fill_n(pair_sums_.begin() + static_cast<std::ptrdiff_t>(at * sums_), sums_, int128{0});
  }
}

void PartitionBounder::SampleRows(std::span<const uint64_t> records, SipStream& stream) {
  for (size_t i = 0; i < records.size(); i += stride_) {
    const uint64_t* record = records.data() + i;
    const uint32_t at = FindPair(record);
    Sampling& sampling = sampling_[at];
    if (sampling.places == 0) continue;
    const bool keep = stream.Below(sampling.to_come) < sampling.places;
    --sampling.to_come;
    if (!keep) continue;
    --sampling.places;
    for (size_t s = 0; s < sums_; ++s) {
      pair_sums_[at * sums_ + s] += static_cast<int64_t>(record[kRecordHead + s]);
    }
  }
}

void PartitionBounder::DropPairsOverBound() {
  std::fill(unit_slots_.begin(), unit_slots_.end(), 0);
  units_.clear();
  unit_of_pair_.resize(pairs_.size());
  for (size_t at = 0; at < pairs_.size(); ++at) {
    unit_of_pair_[at] = FindUnit(pairs_[at].unit);
    ++units_[unit_of_pair_[at]].pairs;
  }
  uint32_t first = 0;
  for (Unit& unit : units_) {
    unit.first = first;
    if (unit.pairs > query_.max_keys_per_unit) first += unit.pairs;
  }
  by_unit_.resize(first);
  for (uint32_t at = 0; at < pairs_.size(); ++at) {
    Unit& unit = units_[unit_of_pair_[at]];
    if (unit.pairs > query_.max_keys_per_unit) by_unit_[unit.first++] = at;
  }
  for (const Unit& unit : units_) {
    if (unit.pairs <= query_.max_keys_per_unit) continue;
    DropAllBut(std::span<uint32_t>(by_unit_).subspan(unit.first - unit.pairs, unit.pairs));
  }
}

void PartitionBounder::DropAllBut(std::span<uint32_t> pairs) {
  std::vector<std::pair<uint64_t, uint32_t>> order;
  order.reserve(pairs.size());
  const uint64_t unit = pairs_[pairs.front()].unit.low;
  for (const uint32_t at : pairs) {
    order.emplace_back(SipHash64(query_.cell_key, unit, pairs_[at].cell), at);
  }
  const auto kept = order.begin() + static_cast<std::ptrdiff_t>(query_.max_keys_per_unit);
  std::nth_element(order.begin(), kept, order.end());
  for (auto dropped = kept; dropped != order.end(); ++dropped) dropped_[dropped->second] = 1;
}

void PartitionBounder::AddPairs(CellSums& cells) const {
  for (size_t at = 0; at < pairs_.size(); ++at) {
    if (dropped_[at] != 0) continue;
    const std::span<int128> sums = cells.At(pairs_[at].cell);
    for (size_t m = 0; m < query_.measures.size(); ++m) {
      const BoundedQuery::Measure& measure = query_.measures[m];
      if (measure.kind == ContributionKind::kRows) {
        sums[m] += std::min(pairs_[at].rows, query_.max_rows_per_key);
      } else if (measure.kind == ContributionKind::kUnits) {
        sums[m] += 1;
      } else {
        sums[m] += pair_sums_[at * sums_ + measure.sum];
      }
    }
  }
}

}  // namespace weir::data::internal
