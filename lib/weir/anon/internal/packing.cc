// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/packing.h"

#include <bit>
#include <utility>

namespace weir::anon::internal {
namespace {

// Tables of 2^11 numbers: four of them stay in the first-level cache.
constexpr unsigned kChunkBits = 11;
// At most so many combinations of levels have a table in one chunk.
constexpr size_t kChunkCombinations = size_t{1} << 16;

}  // namespace

Packing::Packing(std::span<const Hierarchy* const> hierarchies)
    : hierarchies_(hierarchies.begin(), hierarchies.end()) {
  unsigned used = 0;
  fields_.reserve(hierarchies_.size());
  for (size_t a = 0; a < hierarchies_.size(); ++a) {
    const auto bits = static_cast<unsigned>(std::bit_width(hierarchies_[a]->size(0) - 1));
    if (used + bits > 64) {
      ++words_;
      used = 0;
    }
    // An attribute with one value needs no bits; its shift must stay below 64.
    fields_.push_back({.word = static_cast<unsigned>(words_ - 1),
                       .shift = used % 64,
                       .mask = (uint64_t{1} << bits) - 1});
    AddToChunks(a, bits);
    used += bits;
  }
}

void Packing::AddToChunks(size_t attribute, unsigned bits) {
  const BitField& field = fields_[attribute];
  const size_t levels = hierarchies_[attribute]->levels();
  if (!chunks_.empty()) {
    Chunk& last = chunks_.back();
    const auto together = static_cast<unsigned>(std::bit_width(last.field.mask)) + bits;
    const bool has_room = bits == 0 || (last.field.word == field.word && together <= kChunkBits);
    if (has_room && last.tables.size() * levels <= kChunkCombinations) {
      last.field.mask = (uint64_t{1} << together) - 1;
      ++last.count;
      last.tables.resize(last.tables.size() * levels);
      return;
    }
  }
  chunks_.push_back({.field = field, .first = attribute, .count = 1});
  chunks_.back().tables.resize(levels);
}

const ChunkTable& Packing::TableOf(size_t place, const Levels& levels) {
  Chunk& chunk = chunks_[place];
  size_t combination = 0;
  for (size_t i = 0; i < chunk.count; ++i) {
    const size_t a = chunk.first + i;
    combination = combination * hierarchies_[a]->levels() + levels[a];
  }
  std::unique_ptr<ChunkTable>& table = chunk.tables[combination];
  if (table == nullptr) table = std::make_unique<ChunkTable>(MakeTable(chunk, levels));
  return *table;
}

ChunkTable Packing::MakeTable(const Chunk& chunk, const Levels& levels) const {
  ChunkTable table;
  table.index.assign(chunk.field.mask + 1, 0);
  for (size_t i = 0; i < chunk.count; ++i) {
    const size_t a = chunk.first + i;
    const std::span<const uint32_t> codes = hierarchies_[a]->codes(levels[a]);
    const unsigned shift = i == 0 ? 0 : fields_[a].shift - chunk.field.shift;
    const uint64_t mask = fields_[a].mask;
    for (uint64_t value = 0; value < table.index.size(); ++value) {
      const uint64_t ground = mask == 0 ? 0 : (value >> shift) & mask;
      // Values that no ground code has do not occur in keys.
      if (ground >= codes.size()) continue;
      table.index[value] += static_cast<uint32_t>(table.radix * codes[ground]);
    }
    table.radix *= hierarchies_[a]->size(levels[a]);
  }
  return table;
}

std::vector<uint64_t> Packing::Pack(const TupleTable& table) const {
  const size_t n = table.tuples();
  std::vector<uint64_t> keys(words_ * n, 0);
  for (size_t a = 0; a < hierarchies_.size(); ++a) {
    uint64_t* word = keys.data() + fields_[a].word * n;
    const uint32_t* codes = table.codes[a].data();
    const unsigned shift = fields_[a].shift;
    for (size_t i = 0; i < n; ++i) word[i] |= uint64_t{codes[i]} << shift;
  }
  return keys;
}

}  // namespace weir::anon::internal
