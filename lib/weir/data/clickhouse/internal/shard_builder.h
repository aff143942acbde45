// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_BUILDER_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_BUILDER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "weir/data/clickhouse/internal/shard_sql.h"
#include "weir/data/clickhouse/internal/shard_value.h"

namespace weir::data::internal {

// Makes the bounded query of one server: what MakeShardSql does, step by step. For one use.
class ShardBuilder {
 public:
  using Parts = std::vector<std::string>;

  // Keeps references.
  ShardBuilder(const ClickHouseSource& source, const AggregateQuery& query,
               const BoundedQuery& bounded, const std::vector<ServerColumn>& found,
               const ShardSecrets& secrets, ShardForm form)
      : source_(source),
        query_(query),
        bounded_(bounded),
        found_(found),
        secrets_(secrets),
        form_(form),
        prefix_(FreePrefix(found)) {}

  std::optional<ShardSql> Build();

 private:
  struct RowTotal {
    Parts columns = {};  // of the pairs: their names
    Parts sums = {};     // of rows: what they are
    size_t limbs = 1;    // of the answer
  };

  std::string Name(const char* letter, size_t number) const;

  // The rows that count, in shard_rows.cc. False: not exact in SQL.
  bool MakeRows();
  // A row that was max_rows_per_unit's to drop cannot be found without all of them.
  bool FindValues();
  bool AddUnit();
  bool AddFilters();
  bool AddKeys();
  bool AddClosedKey(size_t i, const ShardValue& value);
  bool AddOpenKey(size_t i, const ShardValue& value);
  bool AddWords();
  // Number of the bin + 1, 0 where there is none.
  std::optional<std::string> BinOf(const BoundedQuery::Bins& bins, const Contribution& measure);
  std::string CountingRows() const;

  // What is added up of them, in shard_sql.cc.
  bool AddTotals();
  bool AddTotal(size_t i, const BoundedQuery::Total& total, size_t word);
  bool AddFigures();
  std::string Rows() const;
  Parts UnitAndCell() const;
  std::string Pairs() const;
  std::string KeptRows() const;
  // The next column of the answer.
  size_t Select(const std::string& sql, ServerQuery& query, Parts& selected) const;
  void MakeCells(ShardSql& sql);
  bool MakeCellsByArrays(ShardSql& sql);
  std::string FigureOf(const BoundedQuery::Histogram& histogram) const;
  void MakeHistograms(ShardSql& sql) const;

  const ClickHouseSource& source_;
  const AggregateQuery& query_;
  const BoundedQuery& bounded_;
  const std::vector<ServerColumn>& found_;
  const ShardSecrets& secrets_;
  ShardForm form_;
  std::string prefix_;
  std::vector<ShardValue> values_;    // as bounded_.columns
  Parts base_, where_, unit_, cell_;  // of the rows; names of the columns of unit and cell
  Parts pair_;                        // of the pairs, besides unit, cell and rows
  std::vector<RowTotal> totals_;
  bool has_row_totals_ = false;
  ShardLayout layout_ = {};
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_BUILDER_H_
