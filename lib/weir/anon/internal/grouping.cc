// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/grouping.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <numeric>

namespace weir::anon::internal {
namespace {

constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;
constexpr unsigned kPartBits = 3;

}  // namespace

template <int Steps>
struct Grouper::Indexer {
  std::array<Step, Steps> steps;

  explicit Indexer(std::span<const Step> from) {
    std::copy(from.begin(), from.end(), steps.begin());
  }
  uint64_t operator()(size_t i) const {
    uint64_t index = 0;
    for (int s = 0; s < Steps; ++s) {
      const Step& step = steps[static_cast<size_t>(s)];
      index += step.stride * step.table[(step.keys[i] >> step.shift) & step.mask];
    }
    return index;
  }
};

void Grouper::Reserve(size_t items) {
  items_ = items;
  classes_ = 0;
  if (class_of_.size() >= items) return;
  class_of_.resize(items);
  first_.resize(items);
  rows_.resize(items);
  index_.resize(items);
}

void Grouper::GroupPart(Packing& packing, const KeyList& items, const Levels& levels) {
  is_part_ = true;
  Group(packing, items, levels);
  is_part_ = false;
}

void Grouper::Group(Packing& packing, const KeyList& items, const Levels& levels) {
  Reserve(items.size);
  // Tuples of a table are distinct, and so are those that stand for classes.
  const bool is_ground =
      std::all_of(levels.begin(), levels.end(), [](uint8_t level) { return level == 0; });
  if (is_ground && !is_part_) {
    std::iota(class_of_.begin(), class_of_.begin() + static_cast<ptrdiff_t>(items.size), 0U);
    std::copy_n(class_of_.begin(), items.size, first_.begin());
    std::copy(items.rows.begin(), items.rows.end(), rows_.begin());
    classes_ = items.size;
    return;
  }
  std::vector<Step> steps;
  std::vector<uint64_t> radixes;
  steps.reserve(packing.chunks());
  radixes.reserve(packing.chunks());
  uint64_t space = 1;
  bool is_one_stage = true;
  for (size_t place = 0; place < packing.chunks(); ++place) {
    const ChunkTable& table = packing.TableOf(place, levels);
    if (table.radix == 1) continue;
    const BitField& field = packing.chunk(place);
    steps.push_back({.table = table.index.data(),
                     .keys = items.keys.data() + field.word * items.size,
                     .shift = field.shift,
                     .mask = field.mask,
                     .stride = space});
    radixes.push_back(table.radix);
    is_one_stage &= space <= std::numeric_limits<uint64_t>::max() / table.radix;
    space *= table.radix;
  }
  if (!is_one_stage) {
    is_part_ = false;
    GroupInStages(steps, radixes, items);
    return;
  }
  Run(steps, space, items);
}

void Grouper::Run(std::span<const Step> steps, uint64_t space, const KeyList& items) {
  switch (steps.size()) {
    case 0:
      return Count([](size_t) { return uint64_t{0}; }, 1, items);
    case 1:
      return Count(Indexer<1>(steps), space, items);
    case 2:
      return Count(Indexer<2>(steps), space, items);
    case 3:
      return Count(Indexer<3>(steps), space, items);
    case 4:
      return Count(Indexer<4>(steps), space, items);
    case 5:
      return Count(Indexer<5>(steps), space, items);
    case 6:
      return Count(Indexer<6>(steps), space, items);
    default:
      break;
  }
  const auto index_of = [steps](size_t i) {
    uint64_t index = 0;
    for (const Step& step : steps) {
      index += step.stride * step.table[(step.keys[i] >> step.shift) & step.mask];
    }
    return index;
  };
  Count(index_of, space, items);
}

template <class IndexOf>
void Grouper::Count(const IndexOf& index_of, uint64_t space, const KeyList& items) {
  if (!is_part_ && (space <= 4096 || space <= 4 * items.size)) {
    CountDirect(index_of, space, items);
  } else {
    CountHashed(index_of, items);
  }
}

template <class IndexOf>
void Grouper::CountDirect(const IndexOf& index_of, uint64_t space, const KeyList& items) {
  if (direct_.size() < space) direct_.resize(space);
  uint32_t* direct = direct_.data();
  std::memset(direct, 0, space * sizeof(uint32_t));
  uint32_t classes = 0;
  const uint64_t* weights = items.rows.data();
  uint64_t* rows = rows_.data();
  for (size_t i = 0; i < items.size; ++i) {
    uint32_t& id = direct[index_of(i)];
    if (id == 0) {
      first_.data()[classes] = static_cast<uint32_t>(i);
      rows[classes] = 0;
      id = ++classes;
    }
    class_of_.data()[i] = id - 1;
    rows[id - 1] += weights[i];
  }
  classes_ = classes;
}

template <class IndexOf>
void Grouper::CountHashed(const IndexOf& index_of, const KeyList& items) {
  const unsigned part_bits = is_part_ ? kPartBits : 0;
  const size_t expected = (items.size / 2) >> part_bits;
  StartHash(static_cast<unsigned>(std::bit_width(std::max<size_t>(expected, 512))));
  const uint64_t* weights = items.rows.data();
  uint64_t* rows = rows_.data();
  for (size_t i = 0; i < items.size; ++i) {
    const uint64_t index = index_of(i);
    const uint64_t hash = index * kGolden;
    if (part_bits > 0 && hash >> (64 - part_bits) != 0) {
      class_of_.data()[i] = kNoClass;
      continue;
    }
    Slot* slots = slots_.data();
    const uint64_t mask = (uint64_t{1} << slot_bits_) - 1;
    uint64_t at = (hash << part_bits) >> (64 - slot_bits_);
    while (slots[at].stamp == stamp_ && slots[at].index != index) at = (at + 1) & mask;
    if (slots[at].stamp != stamp_) {
      const auto id = static_cast<uint32_t>(classes_++);
      slots[at] = {.index = index, .id = id, .stamp = stamp_};
      first_.data()[id] = static_cast<uint32_t>(i);
      index_.data()[id] = index;
      rows[id] = weights[i];
      class_of_.data()[i] = id;
      if (2 * classes_ > mask) GrowHash();
      continue;
    }
    const uint32_t id = slots[at].id;
    class_of_.data()[i] = id;
    rows[id] += weights[i];
  }
}

void Grouper::StartHash(unsigned bits) {
  slot_bits_ = bits;
  if (slots_.size() < (size_t{1} << bits)) slots_.assign(size_t{1} << bits, Slot{});
  if (++stamp_ == 0) {
    std::fill(slots_.begin(), slots_.end(), Slot{});
    stamp_ = 1;
  }
}

void Grouper::GrowHash() {
  const unsigned part_bits = is_part_ ? kPartBits : 0;
  StartHash(slot_bits_ + 1);
  const uint64_t mask = (uint64_t{1} << slot_bits_) - 1;
  for (uint32_t id = 0; id < classes_; ++id) {
    uint64_t at = ((index_[id] * kGolden) << part_bits) >> (64 - slot_bits_);
    while (slots_[at].stamp == stamp_) at = (at + 1) & mask;
    slots_[at] = {.index = index_[id], .id = id, .stamp = stamp_};
  }
}

// Where an index has no room in 64 bits, chunk after chunk refines the classes found so far: their
// number is at most that of the items, so class and chunk together always have room.
void Grouper::GroupInStages(std::span<const Step> steps, std::span<const uint64_t> radixes,
                            const KeyList& items) {
  std::vector<uint32_t> before(items.size, 0);
  for (size_t s = 0; s < steps.size(); ++s) {
    const Step& step = steps[s];
    const uint64_t radix = radixes[s];
    classes_ = 0;
    const auto index_of = [&](size_t i) {
      return before[i] * radix + step.table[(step.keys[i] >> step.shift) & step.mask];
    };
    CountHashed(index_of, items);
    std::copy_n(class_of_.begin(), items.size, before.begin());
  }
}

}  // namespace weir::anon::internal
