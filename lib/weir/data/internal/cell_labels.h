// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_CELL_LABELS_H_
#define WEIR_DATA_INTERNAL_CELL_LABELS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/batch.h"
#include "weir/data/engine.h"
#include "weir/data/internal/bounded_query.h"
#include "weir/data/internal/row_reader.h"
#include "weir/data/run_control.h"

namespace weir::data::internal {

// The second pass of a query with an open key: finds the key texts of the cells that are left after
// bounding, which so far are hashes (row_reader.h), by hashing the rows of the source once more.
//
// Memory: for the cells and their distinct texts only. A unit reaches at most max_keys_per_unit
// cells, and a text has at most OpenKey::kMostTextBytes: however many values a unit has, it adds no
// more than that.
//
// Add is thread-safe; Finish comes once, after all of them. What Finish returns does not depend on
// the order of the rows or the threads.
class CellLabels {
 public:
  // `table` is what BoundedSum::Finish returned. Keeps a reference: `query` must outlive the
  // object.
  CellLabels(const BoundedQuery& query, AggregateTable table, uint64_t memory_bytes);

  // The batch's columns are those of the query.
  // Errors: RESOURCE_EXHAUSTED the texts of the cells do not fit the memory.
  Status Add(const Batch& batch);
  // The table of the query. A cell whose tuple no row had any more, because the source changed
  // after it was added up, is left out.
  // Errors: CANCELLED, DEADLINE_EXCEEDED by `control`, asked before each key and each sorting.
  StatusOr<AggregateTable> Finish(const RunControl& control = {});

 private:
  struct MissingLast {
    bool operator()(const std::optional<std::string>& a, const std::optional<std::string>& b) const;
  };
  // With numbers in order of appearance.
  using Texts = std::map<std::optional<std::string>, uint32_t, MissingLast>;

  std::unique_ptr<RowReader> TakeReader();
  Status ReadRows(RowReader& reader, const Batch& batch);
  // The cell's position in the table; none if no unit is left there.
  std::optional<size_t> Find(uint128 cell) const;
  Status Name(size_t cell, const RowReader& reader, size_t row);
  StatusOr<uint32_t> CodeOfText(const OpenKey& key, const DecodedColumn& column, size_t row,
                                Texts& texts);
  // Empties `texts`: numbers by value, others by their bytes, missing last.
  static std::vector<Texts::node_type> InOrder(const OpenKey& key, Texts& texts);
  StatusOr<std::vector<std::vector<std::optional<std::string>>>> NumberTexts(
      const RunControl& control);
  std::vector<uint32_t> OrderOfCells() const;
  AggregateTable Sorted() const;

  const BoundedQuery& query_;
  const size_t keys_;
  AggregateTable table_;
  std::vector<uint32_t> slots_;                 // open addressing: position in the table + 1, or 0
  std::unique_ptr<std::atomic<bool>[]> named_;  // by cell
  std::mutex mutex_;                            // for the rest
  std::vector<std::unique_ptr<RowReader>> idle_;
  uint64_t memory_left_;
  std::vector<uint32_t> codes_;  // cells x keys
  std::vector<Texts> texts_;     // by key; none of closed ones
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_CELL_LABELS_H_
