// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_RECORD_LAYOUT_H_
#define WEIR_DATA_INTERNAL_RECORD_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/data/internal/bounded_query.h"

namespace weir::data::internal {

// What one row contributes to an aggregation, the unit, the cell and its values, in two forms.
//
// As words: unit.low, unit.high, cell, then the words of the query (record_words.h); all of 64
// bits. With an open key a cell has 128 bits: its high half is the last word.
//
// As bytes: the same, each word in as many bits as its range has, one after the other. The ranges
// follow from the query alone: cells are numbered and values clamped. The highest bits of a unit
// are left out, because the partition that the record is in says them. Nothing is lost: units are
// told apart by all 128 bits.
//
// Immutable, thread-safe.
class RecordLayout {
 public:
  explicit RecordLayout(const BoundedQuery& query);

  size_t words() const { return fields_.size(); }
  size_t bytes() const { return bytes_; }

  // Words of 64 bits that hold the bytes of a record, the last one perhaps in part.
  size_t packed_words() const { return (bytes_ + sizeof(uint64_t) - 1) / sizeof(uint64_t); }

  // Packs `count` records. Word i of record n is words[i * count + n], and so it is in `packed`, of
  // packed_words() * count. Aborts where a word is out of its range.
  void Pack(std::span<const uint64_t> words, size_t count, std::span<uint64_t> packed) const;

  // The words of the `count` records at `bytes`, of partition `partition`. Reads up to
  // RecordStore::kSlackBytes behind the last.
  void Unpack(const char* bytes, size_t count, size_t partition, uint64_t* records) const;

 private:
  struct Field {
    uint64_t base = 0;  // the least word
    unsigned bits = 0;  // of the largest word less the base
    size_t offset = 0;  // in bits
  };
  // Of unit.high what the partition does not say.
  static constexpr size_t kUnitHigh = 1;

  void AddField(uint64_t base, uint64_t most);

  std::vector<Field> fields_;  // by word
  size_t bytes_ = 0;
};

// The first words of a record, before those of the query.
inline constexpr size_t kRecordHead = 3;

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_RECORD_LAYOUT_H_
