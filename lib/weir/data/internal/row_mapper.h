// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_ROW_MAPPER_H_
#define WEIR_DATA_INTERNAL_ROW_MAPPER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/batch.h"
#include "weir/data/internal/bounded_query.h"
#include "weir/data/internal/record_layout.h"
#include "weir/data/internal/row_reader.h"
#include "weir/data/record_store.h"

namespace weir::data::internal {

// Turns rows into packed records: who (keyed hash of the unit's tuple and window), where (cell) and
// how much (clamped grid steps). Rows that RowReader drops have none. Not thread-safe: one mapper a
// thread.
class RowMapper {
 public:
  // Keeps a reference: `query` must outlive the mapper.
  RowMapper(const BoundedQuery& query, uint64_t memory_bytes, std::string temp_folder);

  // The batch's columns are those of the query. Errors: as RecordStore::Add.
  Status Add(const Batch& batch);

  RecordStore& store() { return store_; }

 private:
  void FindRows(size_t rows);
  void HashUnits();
  void HashTexts(const DecodedColumn& column);
  void HashInts(const DecodedColumn& column);
  void HashTuples();
  void FillWords(size_t first, size_t count);
  Status WriteRecords();

  const BoundedQuery& query_;
  RecordLayout layout_;
  RecordStore store_;
  RowReader reader_;
  std::vector<uint32_t> rows_;   // of the batch, that are kept
  std::vector<Hash128> units_;   // theirs
  std::vector<uint64_t> words_;  // of some of them
  std::vector<uint64_t> packed_;
  std::string tuple_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_ROW_MAPPER_H_
