// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/partition_bounder.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "weir/data/internal/sip_hash_lanes.h"

namespace weir::data::internal {
namespace {

constexpr size_t kFirstSlots = 1024;
// Records that are unpacked at a time: few, so that they stay in the processor's first cache.
constexpr size_t kUnpacked = 512;
constexpr size_t kFirstForgetting = size_t{1} << 16;
// Records whose pairs are remembered, 4 bytes each.
constexpr size_t kMostRemembered = size_t{1} << 20;
// How many records ahead a slot is asked for; its pair half as many.
constexpr size_t kAhead = 16;
constexpr uint64_t kSpread = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio, odd

// The unit's hash is a secret pseudo-random value: nobody can aim at a slot.
size_t PairSlot(uint64_t unit_low, uint64_t cell, size_t slots) {
  return ((unit_low ^ (unit_low >> 32)) + cell * kSpread) & (slots - 1);
}
size_t UnitSlot(const Hash128& unit, size_t slots) { return unit.low & (slots - 1); }

}  // namespace

PartitionBounder::PartitionBounder(const BoundedQuery& query)
    : query_(query),
      layout_(query),
      totals_(query.totals.size()),
      stride_(layout_.words()),
      forget_at_(kFirstForgetting),
      first_bin_word_(stride_ - query.bins.size() - (query.has_open_key ? 1 : 0)),
      has_row_totals_(std::any_of(query.totals.begin(), query.totals.end(),
                                  [](const auto& total) { return total.is_of_rows(); })),
      filter_(query),
      every_(kUnpacked),
      unpacked_(kUnpacked * stride_),
      pair_slots_(kFirstSlots),
      unit_slots_(kFirstSlots) {
  std::iota(every_.begin(), every_.end(), uint32_t{0});
}

Status PartitionBounder::AddPartition(std::span<RecordStore* const> stores, size_t partition,
                                      CellSums& cells) {
  std::fill(pair_slots_.begin(), pair_slots_.end(), 0);
  pairs_.clear();
  pair_cells_.clear();
  pair_totals_.clear();
  record_pairs_.clear();
  remembers_pairs_ = true;
  sampled_ = 0;
  filter_.Start();
  forget_at_ = query_.most_cells() > query_.max_keys_per_unit ? kFirstForgetting : SIZE_MAX;
  partition_ = partition;
  WEIR_RETURN_IF_ERROR(
      ForEachRecords(stores, [this](std::span<const char> packed) { CountRows(Unpack(packed)); }));
  dropped_.assign(pairs_.size(), 0);
  kept_.clear();
  if (query_.most_cells() > query_.max_keys_per_unit || query_.max_rows_per_unit.has_value()) {
    BoundUnits();
  }
  if (StartSample(cells)) {
    WEIR_RETURN_IF_ERROR(
        ForEachRecords(stores, [&](std::span<const char> packed) { SampleRows(packed, cells); }));
  }
  ClampUnitSums();
  if (!query_.measures.empty()) AddPairs(cells);
  if (!query_.histograms.empty()) CountUnits(cells);
  return OkStatus();
}

// At most kUnpacked at a time.
Status PartitionBounder::ForEachRecords(std::span<RecordStore* const> stores,
                                        const Handler& handler) const {
  const size_t most = kUnpacked * layout_.bytes();
  for (const RecordStore* store : stores) {
    WEIR_RETURN_IF_ERROR(store->ForEachBlock(partition_, [&](std::span<const char> block) {
      for (; !block.empty(); block = block.subspan(std::min(most, block.size()))) {
        handler(block.first(std::min(most, block.size())));
      }
    }));
  }
  return OkStatus();
}

// Valid until the next call.
std::span<const uint64_t> PartitionBounder::Unpack(std::span<const char> packed) {
  const size_t count = packed.size() / layout_.bytes();
  layout_.Unpack(packed.data(), count, partition_, unpacked_.data());
  return std::span<const uint64_t>(unpacked_).first(count * stride_);
}

// Of its pair, or a free one.
size_t PartitionBounder::SlotOf(const uint64_t* record) const {
  const size_t mask = pair_slots_.size() - 1;
  size_t slot = PairSlot(record[0], record[2], pair_slots_.size());
  for (; pair_slots_[slot] != 0; slot = (slot + 1) & mask) {
    const uint32_t at = pair_slots_[slot] - 1;
    const Pair& pair = pairs_[at];
    if (pair.unit.low == record[0] && pair.cell == record[2] && pair.unit.high == record[1] &&
        (pair_cells_.empty() || pair_cells_[at] == record[stride_ - 1])) {
      return slot;
    }
  }
  return slot;
}

uint32_t PartitionBounder::FindPair(const uint64_t* record) {
  const size_t slot = SlotOf(record);
  if (pair_slots_[slot] != 0) return pair_slots_[slot] - 1;
  const auto at = static_cast<uint32_t>(pairs_.size());
  if (query_.has_open_key) pair_cells_.push_back(record[stride_ - 1]);
  pairs_.push_back({.unit = {record[0], record[1]}, .cell = record[2], .rows = 0});
  pair_totals_.resize(pair_totals_.size() + totals_);
  pair_slots_[slot] = at + 1;
  if (pairs_.size() * 2 > pair_slots_.size()) {
    pair_slots_.assign(pair_slots_.size() * 2, 0);
    FillPairSlots();
  }
  return at;
}

void PartitionBounder::FillPairSlots() {
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

// Asks for what the records `ahead` will need. Most often a pair is in its first slot.
void PartitionBounder::Prefetch(std::span<const uint64_t> records,
                                std::span<const uint32_t> ahead) const {
  if (ahead.size() <= kAhead) return;
  const uint64_t* const far = &records[ahead[kAhead] * stride_];
  __builtin_prefetch(&pair_slots_[PairSlot(far[0], far[2], pair_slots_.size())]);
  const uint64_t* const near = &records[ahead[kAhead / 2] * stride_];
  const uint32_t found = pair_slots_[PairSlot(near[0], near[2], pair_slots_.size())];
  if (found == 0) return;
  __builtin_prefetch(&pairs_[found - 1]);
  if (totals_ > 0) __builtin_prefetch(&pair_totals_[(found - 1) * totals_]);
}

// The numbers of the records that count.
std::span<const uint32_t> PartitionBounder::Passing(std::span<const uint64_t> records) {
  if (filter_.is_on()) return filter_.Pass(records, stride_);
  return std::span<const uint32_t>(every_).first(records.size() / stride_);
}

void PartitionBounder::CountRows(std::span<const uint64_t> records) {
  const std::span<const uint32_t> passing = Passing(records);
  const size_t before = record_pairs_.size();
  record_pairs_.resize(std::min(before + records.size() / stride_, kMostRemembered), kForgotten);
  for (size_t i = 0; i < passing.size(); ++i) {
    const uint64_t* const record = &records[passing[i] * stride_];
    Prefetch(records, passing.subspan(i));
    const uint32_t at = FindPair(record);
    if (before + passing[i] < record_pairs_.size()) record_pairs_[before + passing[i]] = at;
    ++pairs_[at].rows;
    if (!query_.only_sums) {
      AddTotals(at, record, /*of_rows_only=*/false);
      continue;
    }
    for (size_t t = 0; t < totals_; ++t) {
      pair_totals_[at * totals_ + t] += static_cast<int64_t>(record[kRecordHead + t]);
    }
  }
  if (pairs_.size() >= forget_at_) ForgetPairs();
}

void PartitionBounder::AddTotals(uint32_t pair, const uint64_t* record, bool of_rows_only) {
  int128* const totals = pair_totals_.data() + pair * totals_;
  for (size_t t = 0; t < totals_; ++t) {
    const BoundedQuery::Total& total = query_.totals[t];
    if (of_rows_only && !total.is_of_rows()) continue;
    const auto value = static_cast<int64_t>(record[total.word]);
    if (total.kind == BoundedQuery::TotalKind::kSquares) {
      totals[t] += int128{value} * value;
    } else if (total.kind == BoundedQuery::TotalKind::kPresent) {
      totals[t] += static_cast<int128>(record[total.word] >> total.bit & 1u);
    } else if (total.kind == BoundedQuery::TotalKind::kMost) {
      totals[t] = std::max<int128>(totals[t], value);
    } else if (total.kind == BoundedQuery::TotalKind::kLeast) {
      if (value != 0) totals[t] = std::max<int128>(totals[t], int128{total.highest} - value);
    } else {
      totals[t] += value;
    }
  }
}

void PartitionBounder::FindUnits() {
  std::fill(unit_slots_.begin(), unit_slots_.end(), 0);
  units_.clear();
  unit_of_pair_.resize(pairs_.size());
  for (size_t at = 0; at < pairs_.size(); ++at) {
    unit_of_pair_[at] = FindUnit(pairs_[at].unit);
    ++units_[unit_of_pair_[at]].pairs;
  }
  if (query_.max_rows_per_unit.has_value()) unit_rows_.assign(units_.size(), 0);
}

void PartitionBounder::BoundUnits() {
  FindUnits();
  if (query_.max_rows_per_unit.has_value()) {
    for (size_t at = 0; at < pairs_.size(); ++at) {
      unit_rows_[unit_of_pair_[at]] += std::min(pairs_[at].rows, query_.max_rows_per_key);
    }
  }
  GroupPairs();
  for (size_t u = 0; u < units_.size(); ++u) {
    if (!IsOverBound(u)) continue;
    const Unit& unit = units_[u];
    const auto pairs = std::span<uint32_t>(by_unit_).subspan(unit.first - unit.pairs, unit.pairs);
    if (unit.pairs > query_.max_keys_per_unit) DropAllBut(pairs);
    if (query_.max_rows_per_unit.has_value()) ShareRows(pairs);
  }
}

// Drops what bounding would drop of the pairs met so far. A pair that is among the
// max_keys_per_unit first of its unit in the end is so all the way: nothing of it is lost. One that
// comes again after it was forgotten is dropped again.
void PartitionBounder::ForgetPairs() {
  remembers_pairs_ = false;
  FindUnits();
  dropped_.assign(pairs_.size(), 0);
  GroupPairs();
  for (const Unit& unit : units_) {
    if (unit.pairs <= query_.max_keys_per_unit) continue;
    DropAllBut(std::span<uint32_t>(by_unit_).subspan(unit.first - unit.pairs, unit.pairs));
  }
  size_t left = 0;
  for (size_t at = 0; at < pairs_.size(); ++at) {
    if (dropped_[at] == 0) MovePair(at, left++);
  }
  pairs_.resize(left);
  if (query_.has_open_key) pair_cells_.resize(left);
  pair_totals_.resize(left * totals_);
  std::fill(pair_slots_.begin(), pair_slots_.end(), 0);
  FillPairSlots();
  forget_at_ = std::max(kFirstForgetting, left * 2);
}

void PartitionBounder::MovePair(size_t from, size_t to) {
  pairs_[to] = pairs_[from];
  if (query_.has_open_key) pair_cells_[to] = pair_cells_[from];
  for (size_t t = 0; t < totals_; ++t) {
    pair_totals_[to * totals_ + t] = pair_totals_[from * totals_ + t];
  }
}

// Leaves `first` of a unit behind its last pair.
void PartitionBounder::GroupPairs() {
  uint32_t first = 0;
  for (size_t u = 0; u < units_.size(); ++u) {
    units_[u].first = first;
    if (IsOverBound(u)) first += units_[u].pairs;
  }
  by_unit_.resize(first);
  for (uint32_t at = 0; at < pairs_.size(); ++at) {
    const uint32_t unit = unit_of_pair_[at];
    if (IsOverBound(unit)) by_unit_[units_[unit].first++] = at;
  }
}

void PartitionBounder::DropAllBut(std::span<uint32_t> pairs) {
  order_.clear();
  const uint64_t unit = pairs_[pairs.front()].unit.low;
  LaneWords units{};
  units.fill(unit);
  LaneWords cells{};
  for (size_t first = 0; first < pairs.size(); first += kLanes) {
    const auto some = pairs.subspan(first, std::min(kLanes, pairs.size() - first));
    for (size_t i = 0; i < some.size(); ++i) cells[i] = pairs_[some[i]].cell;
    const LaneWords hashes = SipHash64Lanes(query_.cell_key, units, cells);
    for (size_t i = 0; i < some.size(); ++i) order_.emplace_back(hashes[i], some[i]);
  }
  const auto kept = order_.begin() + static_cast<std::ptrdiff_t>(query_.max_keys_per_unit);
  std::nth_element(order_.begin(), kept, order_.end());
  for (auto dropped = kept; dropped != order_.end(); ++dropped) dropped_[dropped->second] = 1;
}

void PartitionBounder::ShareRows(std::span<uint32_t> pairs) {
  // In an order that neither other units nor the order of the rows decide.
  std::vector<std::pair<uint64_t, uint32_t>> order;
  uint64_t to_come = 0;
  for (const uint32_t at : pairs) {
    if (dropped_[at] != 0) continue;
    order.emplace_back(pairs_[at].cell, at);
    to_come += std::min(pairs_[at].rows, query_.max_rows_per_key);
  }
  uint64_t places = *query_.max_rows_per_unit;
  if (to_come <= places) return;
  std::sort(order.begin(), order.end());
  if (kept_.empty()) {
    for (const Pair& pair : pairs_) kept_.push_back(std::min(pair.rows, query_.max_rows_per_key));
  }
  SipStream stream(query_.share_key, pairs_[pairs.front()].unit.low);
  for (const auto& [id, at] : order) {
    const uint64_t rows = std::exchange(kept_[at], 0);
    for (uint64_t row = 0; row < rows && places > 0; ++row, --to_come) {
      if (places < to_come && stream.Below(to_come) >= places) continue;
      ++kept_[at];
      --places;
    }
  }
}

void PartitionBounder::ClampUnitSums() {
  for (size_t t = 0; t < totals_; ++t) {
    const BoundedQuery::Total& total = query_.totals[t];
    if (total.kind != BoundedQuery::TotalKind::kUnitSum) continue;
    for (size_t i = t; i < pair_totals_.size(); i += totals_) {
      pair_totals_[i] = std::clamp<int128>(pair_totals_[i], total.lowest, total.highest);
    }
  }
}

void PartitionBounder::AddPairs(CellSums& cells) const {
  for (size_t at = 0; at < pairs_.size(); ++at) {
    if (dropped_[at] != 0) continue;
    const std::span<int128> sums = cells.At(CellOf(at));
    for (size_t m = 0; m < query_.measures.size(); ++m) {
      const BoundedQuery::Measure& measure = query_.measures[m];
      if (measure.kind == ContributionKind::kRows) {
        sums[m] += KeptRows(at);
      } else if (measure.kind == ContributionKind::kUnits) {
        sums[m] += 1;
      } else if (measure.kind != ContributionKind::kBins) {
        sums[m] += pair_totals_[at * totals_ + measure.at];
      }
    }
  }
}

}  // namespace weir::data::internal
