// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/record_layout.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "weir/data/record_store.h"

namespace weir::data::internal {
namespace {

constexpr size_t kWordBits = 64;
constexpr size_t kAheadBytes = 1024;  // how far ahead records are asked for
constexpr unsigned kUnitHighBits = kWordBits - kPartitionBits;

static_assert(std::endian::native == std::endian::little);

uint64_t LowBits(unsigned bits) {
  return bits == kWordBits ? UINT64_MAX : (uint64_t{1} << bits) - 1;
}

uint64_t Load(const char* bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

}  // namespace

// A base of 0 and a most of all ones: any word.
void RecordLayout::AddField(uint64_t base, uint64_t most) {
  const size_t offset = fields_.empty() ? 0 : fields_.back().offset + fields_.back().bits;
  const auto bits = static_cast<unsigned>(std::bit_width(most));
  fields_.push_back({.base = base, .bits = bits, .offset = offset});
  bytes_ = (offset + bits + 7) / 8;
}

RecordLayout::RecordLayout(const BoundedQuery& query) {
  fields_.reserve(kRecordHead + query.words());
  AddField(0, UINT64_MAX);
  AddField(0, LowBits(kUnitHighBits));
  AddField(0, query.most_cells() - 1);
  for (const BoundedQuery::Value& value : query.values) {
    // 0 stands for no value, wherever the range lies.
    const int64_t least = std::min<int64_t>(0, value.lowest - value.origin);
    const int64_t most = std::max<int64_t>(0, value.highest - value.origin);
    AddField(static_cast<uint64_t>(least),
             static_cast<uint64_t>(most) - static_cast<uint64_t>(least));
  }
  for (size_t left = query.present_columns.size(); left > 0;) {
    const size_t here = std::min(left, kWordBits);
    AddField(0, LowBits(static_cast<unsigned>(here)));
    left -= here;
  }
  for (const BoundedQuery::Bins& bins : query.bins) AddField(0, bins.most_word());
  if (query.has_open_key) AddField(0, UINT64_MAX);
}

void RecordLayout::Pack(std::span<const uint64_t> words, size_t count,
                        std::span<uint64_t> packed) const {
  WEIR_CHECK(words.size() == fields_.size() * count && packed.size() == packed_words() * count);
  std::fill(packed.begin(), packed.end(), 0);
  uint64_t beyond = 0;  // bits that have no room
  for (size_t i = 0; i < fields_.size(); ++i) {
    const Field& field = fields_[i];
    if (field.bits == 0) continue;
    const uint64_t base = field.base;
    const uint64_t mask = LowBits(field.bits);
    const uint64_t unsaid = i == kUnitHigh ? 0 : ~mask;
    const auto shift = static_cast<unsigned>(field.offset % kWordBits);
    const uint64_t* const from = words.data() + i * count;
    uint64_t* const to = packed.data() + field.offset / kWordBits * count;
    for (size_t n = 0; n < count; ++n) {
      const uint64_t code = from[n] - base;
      beyond |= code & unsaid;
      to[n] |= (code & mask) << shift;
    }
    if (shift + field.bits <= kWordBits) continue;
    for (size_t n = 0; n < count; ++n) {
      to[count + n] = ((from[n] - base) & mask) >> (kWordBits - shift);
    }
  }
  WEIR_CHECK(beyond == 0);
}

void RecordLayout::Unpack(const char* bytes, size_t count, size_t partition,
                          uint64_t* records) const {
  const size_t stride = fields_.size();
  for (size_t i = 0; i < stride; ++i) {
    const Field& field = fields_[i];
    const char* from = bytes + field.offset / 8;
    const auto shift = static_cast<unsigned>(field.offset % 8);
    const uint64_t mask = LowBits(field.bits);
    const uint64_t base = i == kUnitHigh ? uint64_t{partition} << kUnitHighBits : field.base;
    uint64_t* to = records + i;
    if (shift + field.bits <= kWordBits) {
      for (size_t n = 0; n < count; ++n, from += bytes_, to += stride) {
        if (i == 0) __builtin_prefetch(from + kAheadBytes);
        *to = (Load(from) >> shift & mask) + base;
      }
      continue;
    }
    for (size_t n = 0; n < count; ++n, from += bytes_, to += stride) {
      const auto last = uint64_t{static_cast<uint8_t>(from[sizeof(uint64_t)])};
      *to = ((Load(from) >> shift | last << (kWordBits - shift)) & mask) + base;
    }
  }
}

}  // namespace weir::data::internal
