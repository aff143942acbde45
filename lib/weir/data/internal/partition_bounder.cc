// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/partition_bounder.h"

#include <algorithm>
#include <utility>

namespace weir::data::internal {
namespace {

constexpr size_t kFirstSlots = 1024;
constexpr size_t kFirstForgetting = size_t{1} << 16;
// Records whose pairs are remembered, 4 bytes each.
constexpr size_t kMostRemembered = size_t{1} << 20;
// How many records ahead a slot is asked for; its pair half as many.
constexpr size_t kAhead = 16;
constexpr uint32_t kForgotten = UINT32_MAX;
constexpr uint64_t kSpread = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio, odd

// The unit's hash is a secret pseudo-random value: nobody can aim at a slot.
size_t PairSlot(uint64_t unit_low, uint64_t cell, size_t slots) {
  return ((unit_low ^ (unit_low >> 32)) + cell * kSpread) & (slots - 1);
}
size_t UnitSlot(const Hash128& unit, size_t slots) { return unit.low & (slots - 1); }

// Whether a total is of the rows that are kept; else of all rows.
bool IsOfRows(const BoundedQuery::Total& total) {
  return total.kind != BoundedQuery::TotalKind::kUnitSum &&
         total.kind != BoundedQuery::TotalKind::kMost &&
         total.kind != BoundedQuery::TotalKind::kLeast;
}

}  // namespace

PartitionBounder::PartitionBounder(const BoundedQuery& query)
    : query_(query),
      totals_(query.totals.size()),
      stride_(kRecordHead + query.words()),
      forget_at_(kFirstForgetting),
      first_bin_word_(stride_ - query.bins.size() - (query.has_open_key ? 1 : 0)),
      has_row_totals_(std::any_of(query.totals.begin(), query.totals.end(),
                                  [](const auto& total) { return IsOfRows(total); })),
      pair_slots_(kFirstSlots),
      unit_slots_(kFirstSlots) {}

Status PartitionBounder::AddPartition(std::span<RecordStore* const> stores, size_t partition,
                                      CellSums& cells) {
  std::fill(pair_slots_.begin(), pair_slots_.end(), 0);
  pairs_.clear();
  pair_cells_.clear();
  pair_totals_.clear();
  record_pairs_.clear();
  remembers_pairs_ = true;
  sampled_ = 0;
  forget_at_ = query_.most_cells() > query_.max_keys_per_unit ? kFirstForgetting : SIZE_MAX;
  for (const RecordStore* store : stores) {
    WEIR_RETURN_IF_ERROR(store->ForEachBlock(
        partition, [this](std::span<const uint64_t> records) { CountRows(records); }));
  }
  dropped_.assign(pairs_.size(), 0);
  kept_.clear();
  if (query_.most_cells() > query_.max_keys_per_unit || query_.max_rows_per_unit.has_value()) {
    BoundUnits();
  }
  if (StartSample(cells)) {
    for (const RecordStore* store : stores) {
      WEIR_RETURN_IF_ERROR(store->ForEachBlock(
          partition, [&](std::span<const uint64_t> records) { SampleRows(records, cells); }));
    }
  }
  ClampUnitSums();
  if (!query_.measures.empty()) AddPairs(cells);
  if (!query_.histograms.empty()) CountUnits(cells);
  return OkStatus();
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

// Asks for what the records behind the one at `from` will need. Most often a pair is in its first
// slot.
void PartitionBounder::Prefetch(std::span<const uint64_t> records, size_t from) const {
  if (from + kAhead * stride_ >= records.size()) return;
  const uint64_t* const far = records.data() + from + kAhead * stride_;
  __builtin_prefetch(&pair_slots_[PairSlot(far[0], far[2], pair_slots_.size())]);
  const uint64_t* const near = records.data() + from + kAhead / 2 * stride_;
  const uint32_t found = pair_slots_[PairSlot(near[0], near[2], pair_slots_.size())];
  if (found == 0) return;
  __builtin_prefetch(&pairs_[found - 1]);
  if (totals_ > 0) __builtin_prefetch(&pair_totals_[(found - 1) * totals_]);
}

void PartitionBounder::CountRows(std::span<const uint64_t> records) {
  for (size_t i = 0; i < records.size(); i += stride_) {
    const uint64_t* record = records.data() + i;
    Prefetch(records, i);
    const uint32_t at = FindPair(record);
    if (record_pairs_.size() < kMostRemembered) record_pairs_.push_back(at);
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
    if (of_rows_only && !IsOfRows(total)) continue;
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
  for (const uint32_t at : pairs) {
    order_.emplace_back(SipHash64(query_.cell_key, unit, pairs_[at].cell), at);
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

// Whether the records are needed once more.
bool PartitionBounder::StartSample(CellSums& cells) {
  const bool has_bins = !query_.bins.empty();
  if (!has_bins && !has_row_totals_) return false;
  bool needed = has_bins;
  for (size_t at = 0; at < pairs_.size() && !needed; ++at) {
    needed = LeavesRowsOut(at) && dropped_[at] == 0;
  }
  if (!needed) return false;
  sampling_.assign(pairs_.size(), {});
  if (has_bins) positions_.assign(pairs_.size(), 0);
  for (size_t at = 0; at < pairs_.size(); ++at) {
    if ((!has_bins && !LeavesRowsOut(at)) || dropped_[at] != 0) continue;
    if (has_bins) positions_[at] = cells.PositionOf(CellOf(at));
    StartSample(at);
  }
  return true;
}

void PartitionBounder::StartSample(size_t pair) {
  const auto& [unit, cell, rows] = pairs_[pair];
  sampling_[pair] = {.to_come = rows, .places = KeptRows(pair)};
  if (!LeavesRowsOut(pair)) return;
  // Odd, so that it is none.
  sampling_[pair].stream = SipHash64(query_.pair_key, unit.low, cell) | 1;
  for (size_t t = 0; t < totals_; ++t) {
    if (IsOfRows(query_.totals[t])) pair_totals_[pair * totals_ + t] = 0;
  }
}

bool PartitionBounder::Keeps(Sampling& sampling) const {
  // A draw may pass over words: each row has 2^16 of its own.
  const bool keeps = sampling.places >= sampling.to_come ||
                     SipStream(query_.sample_key, sampling.stream, sampling.to_come << 16)
                             .Below(sampling.to_come) < sampling.places;
  --sampling.to_come;
  if (keeps) --sampling.places;
  return keeps;
}

// The pair of the next record of the second pass.
uint32_t PartitionBounder::KnownPair(const uint64_t* record) {
  const size_t number = sampled_++;
  if (remembers_pairs_ && number < record_pairs_.size()) return record_pairs_[number];
  const uint32_t found = pair_slots_[SlotOf(record)];
  return found == 0 ? kForgotten : found - 1;
}

void PartitionBounder::SampleRows(std::span<const uint64_t> records, CellSums& cells) {
  for (size_t i = 0; i < records.size(); i += stride_) {
    const uint64_t* record = records.data() + i;
    if (!remembers_pairs_) Prefetch(records, i);
    const uint32_t at = KnownPair(record);
    if (at == kForgotten) continue;
    Sampling& sampling = sampling_[at];
    if (sampling.places == 0 || !Keeps(sampling)) continue;
    if (sampling.stream != 0) AddTotals(at, record, /*of_rows_only=*/true);
    for (size_t b = 0; b < query_.bins.size(); ++b) {
      const uint64_t word = record[first_bin_word_ + b];
      if (word != 0) cells.AddToBin(b, positions_[at], static_cast<uint32_t>(word - 1));
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
