// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/grouping.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <numeric>

namespace weir::anon::internal {
namespace {

constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;
constexpr size_t kBlock = 512;
// Indexes below this have a cell each even for few items: the cells stay in the second-level cache.
constexpr uint64_t kAlwaysDirect = uint64_t{1} << 19;
// Places are numbers of 32 bits; there are fewer classes than that.
constexpr unsigned kMostSlotBits = 32;
// A table of slots begins with at most so many.
constexpr size_t kFirstSlots = size_t{1} << 17;

// The number of an item's class: the one found, or `next` if that is of an earlier grouping. Free
// of branches, since which of both it is follows no rule.
struct Numbers {
  const uint32_t base;
  uint32_t next;

  // All ones if `found` is of this grouping, else 0.
  uint64_t OnesIfOwn(uint32_t found) const { return ((uint64_t{found} - base) >> 63) - 1; }
  uint32_t Take(uint32_t found) {
    const uint32_t is_new = -static_cast<uint32_t>(found < base);
    const uint32_t number = (found & ~is_new) | (next & is_new);
    next -= is_new;
    return number;
  }
};

// The index of an item is the mixed-radix number of its labels.
template <int Count>
struct Fill {
  std::array<LookUp, static_cast<size_t>(Count)> look_ups;

  explicit Fill(std::span<const LookUp> from) {
    std::copy_n(from.begin(), Count, look_ups.begin());
  }
  void operator()(size_t begin, size_t count, uint64_t* to) const {
    const auto own = look_ups;  // what is written to cannot be part of a local copy
    for (size_t i = 0; i < count; ++i) {
      uint64_t index = 0;
      for (const LookUp& look_up : own) index += look_up.factor * look_up.Of(begin + i);
      to[i] = index;
    }
  }
};

}  // namespace

void Grouper::Reserve(size_t items) {
  items_ = items;
  classes_ = 0;
  block_.resize(kBlock);
  places_.resize(kBlock);
  if (class_of_.size() >= items) return;
  class_of_.resize(items);
  first_.resize(items + 1);
  rows_.resize(items);
}

// Numbers of classes go on from one grouping to the next, until there is no room for as many as
// there are items.
void Grouper::StartNumbers() {
  base_ += static_cast<uint32_t>(classes_);
  classes_ = 0;
  if (std::numeric_limits<uint32_t>::max() - base_ >= items_) return;
  base_ = 1;
  std::fill(cells_.begin(), cells_.end(), 0U);
  std::fill(narrow_.begin(), narrow_.end(), Slot<uint32_t>());
  std::fill(wide_.begin(), wide_.end(), Slot<uint64_t>());
}

void Grouper::Group(Packing& packing, const KeyList& items, const Levels& levels) {
  base_ += static_cast<uint32_t>(classes_);
  Reserve(items.size);
  weights_ = items.rows.data();
  // Tuples of a table are distinct, and so are those that stand for classes.
  const bool is_ground =
      std::all_of(levels.begin(), levels.end(), [](uint8_t level) { return level == 0; });
  if (is_ground) {
    StartNumbers();
    std::iota(class_of_.begin(), class_of_.begin() + static_cast<ptrdiff_t>(items.size), 0U);
    std::copy_n(class_of_.begin(), items.size, first_.begin());
    std::copy(items.rows.begin(), items.rows.end(), rows_.begin());
    classes_ = items.size;
    return;
  }
  if (const auto space = packing.LookUps(items, levels, look_ups_); space) {
    Run(look_ups_, *space);
  } else {
    GroupInStages(look_ups_);
  }
}

void Grouper::Run(std::span<const LookUp> look_ups, uint64_t space) {
  switch (look_ups.size()) {
    case 0:
      return Count(Fill<0>(look_ups), 1);
    case 1:
      return Count(Fill<1>(look_ups), space);
    case 2:
      return Count(Fill<2>(look_ups), space);
    case 3:
      return Count(Fill<3>(look_ups), space);
    case 4:
      return Count(Fill<4>(look_ups), space);
    default:
      break;
  }
  const Fill<4> four(look_ups);
  const auto fill = [&](size_t begin, size_t count, uint64_t* to) {
    four(begin, count, to);
    for (const LookUp& look_up : look_ups.subspan(4)) {
      for (size_t i = 0; i < count; ++i) to[i] += look_up.factor * look_up.Of(begin + i);
    }
  };
  Count(fill, space);
}

template <class Fill>
void Grouper::Count(const Fill& fill, uint64_t space) {
  if (space <= kAlwaysDirect || space <= 4 * items_) {
    CountDirect(fill, space);
  } else if (space <= std::numeric_limits<uint32_t>::max()) {
    CountHashed(fill, narrow_);
  } else {
    CountHashed(fill, wide_);
  }
}

template <class Fill>
void Grouper::CountDirect(const Fill& fill, uint64_t space) {
  if (cells_.size() < space) cells_.resize(space);
  StartNumbers();
  uint32_t* const cells = cells_.data();
  const uint64_t* const block = block_.data();
  Numbers numbers = {.base = base_, .next = base_};
  for (size_t begin = 0; begin < items_; begin += kBlock) {
    const size_t count = std::min(kBlock, items_ - begin);
    fill(begin, count, block_.data());
    const size_t known = numbers.next - base_;
    uint32_t* const class_of = class_of_.data() + begin;
    for (size_t i = 0; i < count; ++i) {
      uint32_t& cell = cells[block[i]];
      cell = numbers.Take(cell);
      class_of[i] = cell - numbers.base;
    }
    classes_ = numbers.next - base_;
    AddBlock(begin, count, known);
  }
}

void Grouper::AddBlock(size_t begin, size_t count, size_t known) {
  uint64_t* const rows = rows_.data();
  std::fill(rows + known, rows + classes_, uint64_t{0});
  const uint32_t* const class_of = class_of_.data() + begin;
  const uint64_t* const weights = weights_ + begin;
  for (size_t i = 0; i < count; ++i) rows[class_of[i]] += weights[i];
  // Classes are numbered as they come: the first item of one is where the next number appears.
  uint32_t* const first = first_.data();
  for (size_t i = 0; i < count; ++i) {
    first[known] = static_cast<uint32_t>(begin + i);
    known += class_of[i] == known ? 1 : 0;
  }
}

template <class Index, class Fill>
void Grouper::CountHashed(const Fill& fill, std::vector<Slot<Index>>& slots) {
  StartNumbers();
  const size_t expected = std::min(items_, kFirstSlots / 2);
  slot_bits_ =
      static_cast<unsigned>(std::bit_width(2 * std::max(expected, 2 * kBlock) + 2 * kBlock - 1));
  if (slots.size() >> slot_bits_ == 0) slots.resize(size_t{1} << slot_bits_);
  for (size_t begin = 0; begin < items_; begin += kBlock) {
    const size_t count = std::min(kBlock, items_ - begin);
    fill(begin, count, block_.data());
    if (slot_bits_ < kMostSlotBits && 2 * (classes_ + count) >> slot_bits_ != 0) {
      Grow(slots, count);
    }
    const size_t known = classes_;
    Insert(slots, count, class_of_.data() + begin);
    AddBlock(begin, count, known);
  }
}

template <class Index>
void Grouper::Insert(std::vector<Slot<Index>>& table, size_t count, uint32_t* const class_of) {
  Slot<Index>* const slots = table.data();
  const uint64_t* const block = block_.data();
  uint32_t* const places = places_.data();
  const unsigned shift = 64 - slot_bits_;
  for (size_t i = 0; i < count; ++i) {
    places[i] = static_cast<uint32_t>((block[i] * kGolden) >> shift);
    __builtin_prefetch(&slots[places[i]], 1);
  }
  const uint32_t mask = static_cast<uint32_t>((uint64_t{1} << slot_bits_) - 1);
  Numbers numbers = {.base = base_, .next = base_ + static_cast<uint32_t>(classes_)};
  for (size_t i = 0; i < count; ++i) {
    const auto index = static_cast<Index>(block[i]);
    uint32_t at = places[i];
    // Also free of branches, but for whether both hold, which is seldom.
    while ((numbers.OnesIfOwn(slots[at].number) & (slots[at].index ^ index)) != 0) {
      at = (at + 1) & mask;
    }
    const uint32_t number = numbers.Take(slots[at].number);
    slots[at] = {.index = index, .number = number};
    class_of[i] = number - numbers.base;
  }
  classes_ = numbers.next - base_;
}

template <class Index>
void Grouper::Grow(std::vector<Slot<Index>>& slots, size_t more) {
  std::vector<Slot<Index>> taken;
  taken.reserve(classes_);
  for (size_t at = 0; at >> slot_bits_ == 0; ++at) {
    if (slots[at].number >= base_) taken.push_back(slots[at]);
  }
  while (slot_bits_ < kMostSlotBits && 2 * (classes_ + more) >> slot_bits_ != 0) ++slot_bits_;
  slots.assign(std::max(slots.size(), size_t{1} << slot_bits_), Slot<Index>());
  const uint64_t mask = (uint64_t{1} << slot_bits_) - 1;
  for (const Slot<Index>& slot : taken) {
    uint64_t at = (slot.index * kGolden) >> (64 - slot_bits_);
    while (slots[at].number >= base_) at = (at + 1) & mask;
    slots[at] = slot;
  }
}

// Where an index has no room in 64 bits, chunk after chunk refines the classes found so far: their
// number is at most that of the items, so class and chunk together always have room.
void Grouper::GroupInStages(std::span<const LookUp> look_ups) {
  std::fill_n(class_of_.begin(), items_, 0U);
  for (const LookUp& look_up : look_ups) {
    // The classes of a block are read here before they are refined.
    const auto fill = [&](size_t begin, size_t count, uint64_t* to) {
      for (size_t i = 0; i < count; ++i) {
        to[i] = class_of_[begin + i] * look_up.radix + look_up.Of(begin + i);
      }
    };
    CountHashed(fill, wide_);
  }
}

}  // namespace weir::anon::internal
