// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_POSTGRES_INTERNAL_SERVER_FILTER_H_
#define WEIR_DATA_POSTGRES_INTERNAL_SERVER_FILTER_H_

#include <string>
#include <vector>

#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/data/postgres/internal/pg_table.h"

namespace weir::data::internal {

// What the server may leave out before it sends rows: those that our own filter, keys, windows or
// unit drop anyway. Every row is judged here again, so a condition of the server's need only hold
// for all rows that ours let through; where that is not plain for the type of the column there is
// none. They name columns and constants alone, so that an index on a column can be used.
//
//   in, closed keys   integers, days, times, bools, text and varchar (equal bytes are equal under
//                     every collation)
//   ranges, windows   integers, days, times
struct ServerFilter {
  std::vector<Condition> conditions = {};  // all must hold
  std::vector<std::string> units = {};     // without one of these a row has no unit
  // Columns of the privacy unit; asks nothing of the server (CheckUnitColumn).
  std::vector<std::string> unit_columns = {};
  WindowPeriod period = WindowPeriod::kDay;
  std::string window_column = {};         // empty: no window
  std::vector<std::string> windows = {};  // admitted; empty: all
};

// Of a query that ResolveQuery takes.
ServerFilter FilterOf(const DatasetDescription& dataset, const AggregateQuery& query);

// "" or " WHERE ...". `columns` are those that are read: of others nothing is asked.
std::string WhereSql(const ServerFilter& filter,
                     const std::vector<const ColumnDescription*>& columns, const PgTable& table);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_POSTGRES_INTERNAL_SERVER_FILTER_H_
