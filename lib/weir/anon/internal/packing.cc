// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/packing.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <utility>

namespace weir::anon::internal {
namespace {

// Tables of 2^11 numbers: four of them stay in the first-level cache.
constexpr unsigned kChunkBits = 11;
// Their levels have room in one word.
constexpr size_t kMostChunkAttributes = 8;
// A chunk keeps tables for at most so many combinations of levels.
constexpr size_t kMostTables = size_t{1} << 16;

}  // namespace

std::vector<uint64_t> KeyAt(const KeyList& items, size_t item) {
  std::vector<uint64_t> key;
  for (size_t at = item; at < items.keys.size(); at += items.size) key.push_back(items.keys[at]);
  return key;
}

Packing::Packing(std::span<const Hierarchy* const> hierarchies)
    : hierarchies_(hierarchies.begin(), hierarchies.end()) {
  fields_.resize(hierarchies_.size());
  MakeChunks();
  PlaceChunks();
}

unsigned Packing::BitsOf(size_t attribute) const {
  return static_cast<unsigned>(std::bit_width(hierarchies_[attribute]->size(0) - 1));
}

// First fit, the widest attribute first.
void Packing::MakeChunks() {
  std::vector<size_t> order(hierarchies_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return BitsOf(a) > BitsOf(b); });
  for (const size_t a : order) {
    const auto has_room = [&](const Chunk& chunk) {
      return chunk.bits + BitsOf(a) <= kChunkBits && chunk.attributes.size() < kMostChunkAttributes;
    };
    auto chunk = std::find_if(chunks_.begin(), chunks_.end(), has_room);
    if (chunk == chunks_.end()) chunk = chunks_.emplace(chunk);
    chunk->bits += BitsOf(a);
    chunk->attributes.push_back(a);
  }
}

void Packing::PlaceChunks() {
  unsigned used = 0;
  for (Chunk& chunk : chunks_) {
    if (used + chunk.bits > 64) {
      ++words_;
      used = 0;
    }
    const auto word = static_cast<unsigned>(words_ - 1);
    chunk.field = {.word = word, .shift = used % 64, .mask = (uint64_t{1} << chunk.bits) - 1};
    for (const size_t a : chunk.attributes) {
      // An attribute with one value needs no bits; its shift must stay below 64.
      fields_[a] = {.word = word, .shift = used % 64, .mask = (uint64_t{1} << BitsOf(a)) - 1};
      used += BitsOf(a);
    }
  }
}

const ChunkTable& Packing::TableOf(size_t place, const Levels& levels) {
  Chunk& chunk = chunks_[place];
  uint64_t combination = 0;
  for (const size_t a : chunk.attributes) combination = combination << 8 | levels[a];
  const auto known = chunk.tables.find(combination);
  if (known != chunk.tables.end()) return known->second;
  if (chunk.tables.size() >= kMostTables) chunk.tables.clear();
  return chunk.tables.emplace(combination, MakeTable(chunk, levels)).first->second;
}

std::optional<uint64_t> Packing::LookUps(const KeyList& items, const Levels& levels,
                                         std::vector<LookUp>& look_ups) {
  look_ups.clear();
  uint64_t space = 1;
  bool has_room = true;
  for (size_t place = 0; place < chunks_.size(); ++place) {
    const ChunkTable& table = TableOf(place, levels);
    if (table.radix == 1) continue;
    const BitField& field = chunks_[place].field;
    look_ups.push_back({.table = table.index.data(),
                        .keys = items.keys.data() + field.word * items.size,
                        .shift = field.shift,
                        .mask = field.mask,
                        .radix = table.radix,
                        .factor = space});
    has_room &= space <= std::numeric_limits<uint64_t>::max() / table.radix;
    space *= table.radix;
  }
  return has_room ? std::optional(space) : std::nullopt;
}

// Attribute after attribute: what the lower bits make is repeated for each value of the next.
// Values that no ground code has do not occur in keys.
ChunkTable Packing::MakeTable(const Chunk& chunk, const Levels& levels) const {
  ChunkTable table;
  table.index.assign(chunk.field.mask + 1, 0);
  uint32_t* const index = table.index.data();
  size_t made = 1;
  for (const size_t a : chunk.attributes) {
    const std::span<const uint32_t> codes = hierarchies_[a]->codes(levels[a]);
    for (size_t ground = codes.size(); ground-- > 0;) {
      const auto label = static_cast<uint32_t>(table.radix * codes[ground]);
      uint32_t* const to = index + ground * made;
      for (size_t i = 0; i < made; ++i) to[i] = index[i] + label;
    }
    made *= fields_[a].mask + 1;
    table.radix *= hierarchies_[a]->size(levels[a]);
  }
  return table;
}

std::vector<uint64_t> Packing::Pack(const TupleTable& table) const {
  // A block of keys stays in the cache until all attributes are in it.
  constexpr size_t kBlock = 1024;
  const size_t n = table.tuples();
  std::vector<uint64_t> keys(words_ * n, 0);
  for (size_t begin = 0; begin < n; begin += kBlock) {
    const size_t count = std::min(kBlock, n - begin);
    for (size_t a = 0; a < hierarchies_.size(); ++a) {
      uint64_t* const word = keys.data() + fields_[a].word * n + begin;
      const uint32_t* const codes = table.codes[a].data() + begin;
      const unsigned shift = fields_[a].shift;
      for (size_t i = 0; i < count; ++i) word[i] |= uint64_t{codes[i]} << shift;
    }
  }
  return keys;
}

}  // namespace weir::anon::internal
