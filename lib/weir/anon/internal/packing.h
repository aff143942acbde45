// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_PACKING_H_
#define WEIR_ANON_INTERNAL_PACKING_H_

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "weir/anon/hierarchy.h"
#include "weir/anon/internal/lattice.h"
#include "weir/anon/tuple_table.h"

namespace weir::anon::internal {

// Where a field lies in the 64-bit words of a key.
struct BitField {
  unsigned word = 0;
  unsigned shift = 0;
  uint64_t mask = 0;

  uint64_t Of(uint64_t key_word) const { return (key_word >> shift) & mask; }
};

// What a chunk of a key becomes at given levels of its attributes: a number below `radix` for each
// value of the chunk.
struct ChunkTable {
  std::vector<uint32_t> index;
  uint64_t radix = 1;
};

// Classes to be grouped further, or the tuples of a table. A class is known by the key of one of
// its tuples.
struct KeyList {
  size_t size = 0;
  std::span<const uint64_t> keys = {};  // word w of item i at [w * size + i]
  std::span<const uint64_t> rows = {};
};

// The key of one of the items, one number a word.
std::vector<uint64_t> KeyAt(const KeyList& items, size_t item);

// How one chunk of an item's key becomes a number.
struct LookUp {
  const uint32_t* table = nullptr;
  const uint64_t* keys = nullptr;
  unsigned shift = 0;
  uint64_t mask = 0;
  uint64_t radix = 1;
  uint64_t factor = 1;

  uint32_t Of(size_t item) const { return table[(keys[item] >> shift) & mask]; }
};

// Ground codes of all attributes as one key of a few words. Attributes form chunks of some ten
// bits, as few as one finds, so that a class is found with one look-up a chunk instead of one an
// attribute. Where codes lie depends on the numbers of ground values alone.
//
// TableOf keeps what it makes; everything else is const and thread-safe.
class Packing {
 public:
  explicit Packing(std::span<const Hierarchy* const> hierarchies);

  size_t attributes() const { return hierarchies_.size(); }
  size_t words() const { return words_; }
  const BitField& field(size_t attribute) const { return fields_[attribute]; }
  const Hierarchy& hierarchy(size_t attribute) const { return *hierarchies_[attribute]; }

  size_t chunks() const { return chunks_.size(); }
  const BitField& chunk(size_t place) const { return chunks_[place].field; }
  // From the lowest bits up.
  std::span<const size_t> chunk_attributes(size_t place) const { return chunks_[place].attributes; }
  // Valid until the next call for the same place.
  const ChunkTable& TableOf(size_t place, const Levels& levels);

  // Of the chunks that are not generalized to a single label; the factor of each is the product of
  // the radixes before it, so that the sum of the products is the mixed-radix number of the labels.
  // Returns the product of all, or nothing if that has no room in 64 bits. Valid until the next
  // call for other levels.
  std::optional<uint64_t> LookUps(const KeyList& items, const Levels& levels,
                                  std::vector<LookUp>& look_ups);

  // All keys of a table: word w of tuple i at [w * tuples + i].
  std::vector<uint64_t> Pack(const TupleTable& table) const;

 private:
  struct Chunk {
    BitField field = {};
    unsigned bits = 0;
    std::vector<size_t> attributes = {};
    std::unordered_map<uint64_t, ChunkTable> tables = {};  // by the levels, eight bits each
  };
  unsigned BitsOf(size_t attribute) const;
  void MakeChunks();
  void PlaceChunks();
  ChunkTable MakeTable(const Chunk& chunk, const Levels& levels) const;

  std::vector<const Hierarchy*> hierarchies_;
  std::vector<BitField> fields_;
  std::vector<Chunk> chunks_;
  size_t words_ = 1;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_PACKING_H_
