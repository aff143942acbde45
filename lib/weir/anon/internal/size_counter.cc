// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/size_counter.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <optional>

namespace weir::anon::internal {
namespace {

constexpr uint32_t kGolden = 0x9E3779B1;
constexpr size_t kBlock = 512;

unsigned SlotBits(size_t items) {
  return static_cast<unsigned>(std::bit_width(2 * std::max<size_t>(items, 1)));
}

}  // namespace

uint64_t SizeCounter::MemoryFor(size_t items) {
  return (size_t{1} << SlotBits(items)) * sizeof(Slot) + 2 * items * sizeof(uint32_t);
}

bool SizeCounter::Count(Packing& packing, const KeyList& items, const Levels& levels) {
  const std::optional<uint64_t> space = packing.LookUps(items, levels, look_ups_);
  if (!space || *space > std::numeric_limits<uint32_t>::max()) return false;
  slot_bits_ = SlotBits(items.size);
  if (slots_.size() >> slot_bits_ == 0) slots_.resize(size_t{1} << slot_bits_);
  block_.resize(kBlock);
  starts_.resize(kBlock);
  if (sizes_.size() < items.size) {
    places_.resize(items.size + 1);
    sizes_.resize(items.size);
  }
  classes_ = 0;
  switch (look_ups_.size()) {
    case 0:
      CountLabels<0>(items);
      break;
    case 1:
      CountLabels<1>(items);
      break;
    case 2:
      CountLabels<2>(items);
      break;
    case 3:
      CountLabels<3>(items);
      break;
    default:
      CountLabels<4>(items);
  }
  for (size_t id = 0; id < classes_; ++id) {
    Slot& slot = slots_.data()[places_.data()[id]];
    sizes_.data()[id] = slot.rows;
    slot.rows = 0;
  }
  return true;
}

template <int Count>
void SizeCounter::CountLabels(const KeyList& items) {
  std::array<LookUp, static_cast<size_t>(Count)> own;
  std::copy_n(look_ups_.begin(), Count, own.begin());
  uint32_t* const to = block_.data();
  for (size_t begin = 0; begin < items.size; begin += kBlock) {
    const size_t count = std::min(kBlock, items.size - begin);
    for (size_t i = 0; i < count; ++i) {
      uint32_t index = 0;
      for (const LookUp& one : own) index += static_cast<uint32_t>(one.factor) * one.Of(begin + i);
      to[i] = index;
    }
    for (size_t other = Count; other < look_ups_.size(); ++other) {
      const LookUp one = look_ups_[other];
      for (size_t i = 0; i < count; ++i) {
        to[i] += static_cast<uint32_t>(one.factor) * one.Of(begin + i);
      }
    }
    Insert(items, begin, count);
  }
}

void SizeCounter::Insert(const KeyList& items, size_t begin, size_t count) {
  Slot* const slots = slots_.data();
  uint32_t* const places = places_.data();
  const uint32_t* const block = block_.data();
  const uint64_t* const weights = items.rows.data() + begin;
  const unsigned shift = 32 - std::min(32U, slot_bits_);
  const auto mask = static_cast<uint32_t>((uint64_t{1} << slot_bits_) - 1);
  uint32_t* const starts = starts_.data();
  for (size_t i = 0; i < count; ++i) {
    starts[i] = (block[i] * kGolden) >> shift;
    __builtin_prefetch(&slots[starts[i]], 1);
  }
  size_t classes = classes_;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t index = block[i];
    uint32_t at = starts[i];
    // A product, since which of both is 0 follows no rule; that one is does, mostly.
    while (uint64_t{slots[at].rows} * (slots[at].index ^ index) != 0) at = (at + 1) & mask;
    // Free of branches: whether a class is a new one follows no rule.
    const uint32_t before = slots[at].rows;
    const auto rows = static_cast<uint32_t>(weights[i]);
    places[classes] = at;
    classes += static_cast<unsigned>(before == 0) & static_cast<unsigned>(rows > 0);
    slots[at] = {.index = index, .rows = before + rows};
  }
  classes_ = classes;
}

}  // namespace weir::anon::internal
