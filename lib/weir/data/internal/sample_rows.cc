// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "weir/data/internal/partition_bounder.h"

namespace weir::data::internal {

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
    if (query_.totals[t].is_of_rows()) pair_totals_[pair * totals_ + t] = 0;
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

uint32_t PartitionBounder::PairOf(const uint64_t* record) const {
  const uint32_t found = pair_slots_[SlotOf(record)];
  return found == 0 ? kForgotten : found - 1;
}

// Few rows are left after the choice: where the pairs are remembered, only those are unpacked.
void PartitionBounder::SampleRows(std::span<const char> packed, CellSums& cells) {
  const size_t bytes = layout_.bytes();
  const size_t count = packed.size() / bytes;
  const bool known = remembers_pairs_ && sampled_ + count <= record_pairs_.size();
  const auto every = std::span<const uint32_t>(every_).first(count);
  std::span<const uint64_t> records;
  if (!known) records = Unpack(packed);
  for (size_t i = 0; i < count; ++i) {
    if (!known) Prefetch(records, every.subspan(i));
    const uint32_t at = known ? record_pairs_[sampled_ + i] : PairOf(&records[i * stride_]);
    if (at == kForgotten) continue;
    Sampling& sampling = sampling_[at];
    if (sampling.places == 0 || !Keeps(sampling)) continue;
    AddSampled(at, known ? Unpack(packed.subspan(i * bytes, bytes)).data() : &records[i * stride_],
               cells);
  }
  sampled_ += count;
}

void PartitionBounder::AddSampled(uint32_t pair, const uint64_t* record, CellSums& cells) {
  if (sampling_[pair].stream != 0) AddTotals(pair, record, /*of_rows_only=*/true);
  for (size_t b = 0; b < query_.bins.size(); ++b) {
    const uint64_t word = record[first_bin_word_ + b];
    if (word != 0) cells.AddToBin(b, positions_[pair], static_cast<uint32_t>(word - 1));
  }
}

}  // namespace weir::data::internal
