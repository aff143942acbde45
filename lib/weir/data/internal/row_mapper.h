// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_ROW_MAPPER_H_
#define WEIR_DATA_INTERNAL_ROW_MAPPER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/internal/batch.h"
#include "weir/data/internal/bounded_query.h"
#include "weir/data/internal/column_decoder.h"
#include "weir/data/internal/open_cells.h"
#include "weir/data/internal/record_store.h"

namespace weir::data::internal {

// Turns rows into records: who (keyed hash of the unit's tuple and window), where (cell code) and
// how much (clamped grid steps). Rows without a unit, outside the windows or without a cell are
// dropped. Not thread-safe: one mapper a thread.
class RowMapper {
 public:
  // Keeps references: `query` and `open_cells`, null without an open key, must outlive the mapper.
  RowMapper(const BoundedQuery& query, OpenCells* open_cells, uint64_t memory_bytes,
            std::string temp_folder);

  // The batch's columns are those of the query. Errors: as RecordStore::Add and OpenCells.
  Status Add(const Batch& batch);
  // Decoded columns of the last batch, in the query's order.
  const std::vector<const DecodedColumn*>& decoded() const { return decoded_; }
  // Whether a row of the last batch had a unit, and a window if the dataset has windows.
  bool HasUnit(size_t row) const { return has_unit_[row] != 0; }

  RecordStore& store() { return store_; }

 private:
  void FindUnits(size_t rows);
  void FindWindows(size_t rows);
  Status FindCells(size_t rows);
  void HashUnits(size_t rows);
  void HashTuples(size_t rows);
  Status WriteRecords(size_t rows);

  const BoundedQuery& query_;
  RecordStore store_;
  std::optional<OpenCells::Coder> open_cells_;
  std::vector<ColumnDecoder> decoders_;
  std::vector<const DecodedColumn*> decoded_;
  std::vector<uint8_t> has_unit_;
  std::vector<uint8_t> kept_;
  std::vector<int64_t> windows_;
  std::vector<uint64_t> cells_;
  std::vector<Hash128> units_;
  std::string tuple_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_ROW_MAPPER_H_
