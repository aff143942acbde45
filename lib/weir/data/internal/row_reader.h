// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_ROW_READER_H_
#define WEIR_DATA_INTERNAL_ROW_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "weir/data/batch.h"
#include "weir/data/internal/bounded_query.h"
#include "weir/data/internal/column_decoder.h"
#include "weir/data/sip_hash.h"

namespace weir::data::internal {

// Decodes batches and finds the cells of their rows. Rows without a unit, outside the windows, that
// do not pass the filter or have no cell are dropped.
//
// Without an open key a cell is the code of its keys. With one it is a keyed 128-bit hash of the
// whole key tuple, so that nothing has to be remembered of a value to tell it from others: of n
// tuples two share a hash with probability below n^2 / 2^129 (for 2^40 tuples below 2^-48), and
// nobody can aim at it without the key, which is of one call. We take equal hashes for equal
// tuples.
//
// Not thread-safe: one reader a thread.
class RowReader {
 public:
  enum class Columns { kAll, kWithoutMeasures };

  // Keeps a reference: `query` must outlive the reader.
  RowReader(const BoundedQuery& query, Columns columns);

  // The batch's columns are those of the query.
  void Read(const Batch& batch);

  // Of the last batch: the decoded columns, in the query's order; whether a row is kept; the
  // window, where there are windows, and the cell of a row that is.
  const std::vector<const DecodedColumn*>& decoded() const { return decoded_; }
  bool Keeps(size_t row) const { return kept_[row] != 0; }
  int64_t WindowAt(size_t row) const { return windows_[row]; }
  uint64_t CodeAt(size_t row) const { return codes_[row]; }  // without an open key
  Hash128 HashAt(size_t row) const { return hashes_[row]; }  // with one

 private:
  void FindUnits(size_t rows);
  void FindWindows(size_t rows);
  void CodeCells(size_t rows);
  void HashCells(size_t rows);
  bool MakeTuple(size_t row);

  const BoundedQuery& query_;
  std::vector<ColumnDecoder> decoders_;
  std::vector<const DecodedColumn*> decoded_;
  std::vector<uint8_t> kept_;
  std::vector<int64_t> windows_;
  std::vector<uint64_t> codes_;
  std::vector<Hash128> hashes_;
  std::string tuple_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_ROW_READER_H_
