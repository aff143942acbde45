// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/clickhouse_answer.h"

#include "weir/data/clickhouse/internal/server_rows.h"
#include "weir/data/internal/row_aggregate.h"

namespace weir::data::internal {

StatusOr<AggregateTable> AggregateClickHouse(const ClickHouseSource& source,
                                             const DatasetDescription& dataset,
                                             const AggregateQuery& query,
                                             const EngineOptions& options, RandomSource& random) {
  ServerRows rows(source);
  return AggregateRows(rows, dataset, query, options, random);
}

StatusOr<SourceReport> CheckClickHouse(const ClickHouseSource& source,
                                       const DatasetDescription& dataset,
                                       const EngineOptions& options, RandomSource& random) {
  ServerRows rows(source);
  return CheckRows(rows, dataset, options, random);
}

}  // namespace weir::data::internal
