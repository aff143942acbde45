// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_OPEN_CELLS_H_
#define WEIR_DATA_INTERNAL_OPEN_CELLS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/engine.h"
#include "weir/data/internal/bounded_query.h"
#include "weir/data/internal/column_decoder.h"
#include "weir/data/internal/key_dictionary.h"

namespace weir::data::internal {

// Numbers the cells of a query with an open key, 0, 1, ... as they are met: first each open key's
// values, then their combinations with the codes of the closed keys. The threads of one call share
// it.
class OpenCells {
 public:
  // Keeps a reference: `query` must outlive the object.
  OpenCells(const BoundedQuery& query, uint64_t memory_bytes);

  // The part of one thread.
  class Coder {
   public:
    explicit Coder(OpenCells& cells);
    // Finds the cells of the rows that are kept, and drops those that have none.
    // Errors: RESOURCE_EXHAUSTED the memory, or more than 2^31 values or cells.
    Status FindCells(const std::vector<const DecodedColumn*>& columns, std::span<uint8_t> kept,
                     std::span<uint64_t> cells);

   private:
    Status CodeKey(size_t key, const DecodedColumn& column, std::span<uint8_t> kept);
    Status CodeTuples(std::span<const uint8_t> kept, std::span<uint64_t> cells);

    OpenCells& shared_;
    std::vector<KeyDictionary::Cache> caches_;  // by dictionary
    KeyDictionary::Cache tuple_cache_;
    std::vector<uint32_t> codes_;   // rows x keys
    std::vector<uint64_t> hashes_;  // rows x keys
  };

  // Once no thread adds any more:
  uint64_t size() const;
  // Hashes of what the cells are, which do not depend on the order in which they were met.
  std::vector<uint64_t> Hashes() const;
  // Renames the cells 0, 1, ... in the order of their keys: by text, a missing value last, where
  // the key is open, by code where it is closed. Values without a cell are left out.
  AggregateTable Label(const AggregateTable& table) const;

 private:
  // The cells of a table by key codes, row major; open keys as they were met.
  std::vector<uint32_t> CodesOf(const AggregateTable& table) const;

  const BoundedQuery& query_;
  MemoryBudget memory_;
  std::vector<size_t> dictionary_of_;  // by key; not of closed ones
  std::deque<KeyDictionary> dictionaries_;
  KeyDictionary tuples_;  // with more than one key
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_OPEN_CELLS_H_
