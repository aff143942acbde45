// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_SQL_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_SQL_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "weir/data/clickhouse/internal/server.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/data/internal/bounded_query.h"

namespace weir::data::internal {

// What the columns of a shard's answer to the query of cells are.
struct ShardLayout {
  struct Key {
    bool is_open = false;
    bool is_text = false;
    bool has_flag = false;  // the column before says whether there is a value
    size_t at = 0;
  };
  struct Total {
    size_t at = 0;
    size_t limbs = 1;
  };
  std::vector<Key> keys = {};
  size_t rows = 0;
  size_t units = 0;
  size_t over = 0;  // whether the answer must not be used
  std::vector<Total> totals = {};
  std::vector<size_t> bins = {};  // then the counts in the next column; both lists of numbers
};

// Secrets of one call, the same for all its queries; they stand in the text of its queries.
struct ShardSecrets {
  std::string of_cells;  // orders the cells of a unit
  std::string of_rows;   // chooses among its rows in a cell
};

// Ways to say the same. Both kinds of pairs go through every pair of a unit and a cell.
enum class ShardForm {
  kArrays,             // the fastest, for sums over rows by listed keys (shard_arrays.h)
  kPairs,              // all rows count: for a table in which no unit exceeds max_rows_per_key
  kPairsOfChosenRows,  // sorts all rows at random
};

// The bounded query as SQL for one server that has all rows of its units: rows that count -> pairs
// of a unit and a cell, at most max_keys_per_unit of a unit -> cells. Of the subset of SQL that
// every version from 18.16 on takes.
//
// Guarantee: that of PartitionBounder, if no other server has rows of the same units, by the same
//            steps: cells of a unit by a keyed pseudo-random function (SipHash of a secret, the
//            unit and the cell), and max_rows_per_key of its rows in each by a random order. An
//            answer whose `over` is set must not be used: of kPairs, that a unit has more rows
//            than the bound; of kArrays, that two units shared a hash.
struct ShardSql {
  ServerQuery cells = {};
  ServerQuery histograms = {};  // one row: units by bin, of all histograms; empty without them
  ShardLayout layout = {};
};

// None: SQL cannot say it exactly, or not in a reasonable length. `query` is what `bounded` was
// made of.
std::optional<ShardSql> MakeShardSql(const ClickHouseSource& source, const AggregateQuery& query,
                                     const BoundedQuery& bounded,
                                     const std::vector<ServerColumn>& found,
                                     const ShardSecrets& secrets, ShardForm form);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_SQL_H_
