// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_CELLS_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_CELLS_H_

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/data/clickhouse/internal/native_reader.h"
#include "weir/data/clickhouse/internal/shard_sql.h"
#include "weir/data/engine.h"
#include "weir/data/internal/bounded_query.h"

namespace weir::data::internal {

// Adds up what the shards of a table answered, and makes the table of the query of it. Not
// thread-safe.
class ShardCells {
 public:
  // Keeps references, which must outlive the object. `memory_bytes`: for the cells.
  ShardCells(const AggregateQuery& query, const BoundedQuery& bounded, uint64_t memory_bytes);

  // Blocks of an answer to ShardSql::cells and ShardSql::histograms.
  // Errors: DATA_LOSS          not such a block; a key or bin outside its domain, NULL, a negative
  //                            count, rows that no bound leaves, a sum that does not fit its type.
  //         RESOURCE_EXHAUSTED the cells do not fit the memory.
  Status AddCells(const ShardLayout& layout, const NativeBlock& block);
  Status AddHistograms(const NativeBlock& block);
  // DATA_LOSS: not each server has answered to ShardSql::histograms, once.
  Status CheckHistograms(size_t servers) const;

  // Whether some shard's answer counts rows that a bound would have dropped: it must not be used.
  bool is_over() const { return is_over_; }
  AggregateTable Finish() const;

 private:
  // In the order of a table: numbers by value, texts by their bytes, missing last.
  struct KeyValue {
    bool is_missing = false;
    int64_t number = 0;
    std::string text = {};
    friend auto operator<=>(const KeyValue&, const KeyValue&) = default;
  };
  struct Sums {
    std::vector<int128> totals = {};
    int128 rows = 0;
    int128 units = 0;
    std::vector<std::map<uint32_t, int64_t>> bins = {};
  };
  using Cells = std::map<std::vector<KeyValue>, Sums>;

  Status AddRow(const ShardLayout& layout, const NativeBlock& block, size_t row);
  StatusOr<std::vector<KeyValue>> KeysOf(const ShardLayout& layout, const NativeBlock& block,
                                         size_t row) const;
  // Whether the key at `position` can have the value.
  bool IsKey(const ShardLayout::Key& key, size_t position, const KeyValue& value) const;
  Status TakeMemory(uint64_t bytes);
  std::string LabelOf(size_t key, const KeyValue& value) const;
  void NumberKeys(AggregateTable& table) const;

  const AggregateQuery& query_;
  const BoundedQuery& bounded_;
  uint64_t memory_left_;
  bool is_over_ = false;
  Cells cells_;
  std::vector<std::vector<int64_t>> unit_counts_;
  size_t histogram_rows_ = 0;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_CELLS_H_
