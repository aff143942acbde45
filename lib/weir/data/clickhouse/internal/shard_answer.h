// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_ANSWER_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_ANSWER_H_

#include <optional>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/data/source_engine.h"

namespace weir::data::internal {

// The answer that the servers bound themselves: each its own units, in one reading of its table;
// their integers are added up here. Where a unit has more rows in a cell than count and a measure
// takes their values, the servers are asked once more, now choosing rows.
//
// none: SQL cannot say the query exactly on some server, or not this choice of rows: the rows must
//       come here.
//
// Assumes: Division::kByUnit.
// Errors:  as AggregateRows.
StatusOr<std::optional<AggregateTable>> AggregateShards(const ClickHouseSource& source,
                                                        const DatasetDescription& dataset,
                                                        const AggregateQuery& query,
                                                        const EngineOptions& options,
                                                        RandomSource& random);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_ANSWER_H_
